"""Zips from strangers: what may be in one, and what a damaged one raises."""

from __future__ import annotations

import stat
import zipfile
import zlib

#: What the standard library raises over a damaged zip. Our own errors are ValueErrors too: let them pass first.
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def why_refused(entry: zipfile.ZipInfo) -> str | None:
    """What is wrong with an entry before anything of it is read, as a phrase with a verb; None if nothing is."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # of other kinds a block of a megabyte may become many gigabytes before anybody can count them
        return "is compressed in an unusual way"
    return "has a password" if entry.flag_bits & 1 else None

"""Photographs by address: on this disk, in object storage, on the web; one batch of them hashed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cocokit.errors import CocokitError, DataError
from cocokit.near.hashing import hash_images
from cocokit.regular import refuse_others

#: Files larger than this are not fetched, bytes.
LARGEST = 1 << 28
_ENDS = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Photograph:
    """What is known of one address.

    Attributes:
        address: a path or a URL that fsspec knows (``s3://bucket/a.jpg``).
        sha256: of its bytes, hexadecimal; empty where it could not be read.
        hash: its 64-bit perceptual hash as 16 hexadecimal digits; empty where there is none.
        fault: why something is missing, or empty.
    """

    address: str
    sha256: str = ""
    hash: str = ""
    fault: str = ""


def hash_batch(addresses: Sequence[str]) -> list[Photograph]:
    """Fetch and hash some photographs; what cannot be read or hashed says why, and stops nothing."""
    with fetched(addresses) as there:
        return hash_fetched(there)


@contextmanager
def fetched(addresses: Sequence[str]) -> Iterator[list[tuple[Photograph, str]]]:
    """What is known of each address, and the file that it was copied to, which is there while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        yield [_fetch(address, os.path.join(folder, f"{i}")) for i, address in enumerate(addresses)]


def hash_fetched(there: Sequence[tuple[Photograph, str]]) -> list[Photograph]:
    """The hash of each photograph that was fetched, by its file; those with a fault stay as they are."""
    found = hash_images([path for one, path in there if not one.fault])
    words = dict(zip(found.path, (f"{int(word):016x}" for word in found.hash), strict=True))
    faults = dict(found.failed)
    return [
        one if one.fault else Photograph(one.address, one.sha256, words.get(path, ""), faults.get(path, ""))
        for one, path in there
    ]


def list_addresses(places: Iterable[str]) -> Iterator[str]:
    """The addresses of photographs: those given, and those in the folders given, in the order of their names.

    Raises:
        CocokitError: there is nothing at a place.
    """
    for place in places:
        files, root = _files_of(place)
        if files.isdir(root):
            yield from (
                files.unstrip_protocol(path) if "://" in place else path
                for path in sorted(files.find(root))
                if path.lower().endswith(_ENDS)
            )
        elif files.exists(root):
            yield place
        else:
            raise CocokitError(f"{place}: there is nothing; give a file, a folder, or a URL of one")


def _fetch(address: str, place: str) -> tuple[Photograph, str]:
    """Copy what is at an address to a file; what is known so far, and the file."""
    place += os.path.splitext(address)[1].lower()
    try:
        files, root = _files_of(address)
        if isinstance(files.protocol, tuple) and "file" in files.protocol:
            refuse_others(root)  # a pipe would hold this worker for ever
        with files.open(root, "rb") as source, open(place, "wb") as target:
            digest, size = hashlib.sha256(), 0
            while part := source.read(1 << 20):
                size += len(part)
                if size > LARGEST:
                    return Photograph(address, fault=f"is larger than {LARGEST >> 20} MiB"), place
                digest.update(part)
                target.write(part)
    except DataError as error:
        return Photograph(address, fault=error.reason), place
    except (OSError, ValueError) as error:
        return Photograph(address, fault=f"cannot be read: {error}"[:500]), place
    return Photograph(address, digest.hexdigest()), place


def _files_of(place: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise CocokitError("fsspec is not installed; pip install 'cocokit[bulk]'") from error
    found: tuple[Any, str] = url_to_fs(place)
    return found

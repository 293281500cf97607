"""A key: the annotations of a split that is published without them, sealed with a sum that is published.

The key is a COCO file whose first line is the seal, with the SHA-256 of all that follows (``tail -n +2 KEY |
sha256sum``). It is not encrypted: whoever has it can read it, so it is kept where the evaluation is done. The published
sum binds whoever keeps it: a key that was changed later does not fit the sum that everybody knows.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import BinaryIO

from ..atomic import atomic_write
from ..errors import DataError

_START = b'{"sealed":'
_BLOCK = 1 << 22
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Seal:
    """What a key says of itself.

    Attributes:
        split: whose annotations they are.
        sha256: of all behind the first line, as hexadecimal digits: the commitment.
    """

    split: str
    sha256: str


def sealed(plain: str | os.PathLike[str], split: str) -> Seal:
    """The seal that a dataset's file would have as the key of a split."""
    with open(plain, "rb") as file:
        _enter_object(file)
        return Seal(split, hashlib.file_digest(file, "sha256").hexdigest())


def write_key(plain: str | os.PathLike[str], seal: Seal, path: str | os.PathLike[str]) -> None:
    """Write a dataset's file as a key that only its owner may read.

    Args:
        plain: the file of the split, with its annotations.
        seal: what :func:`sealed` says of it.
        path: the key; an older key is replaced, nothing else is.

    Raises:
        DataError: the key cannot be written, or another file is in its place.
    """
    refuse_others(path)
    with open(plain, "rb") as source, atomic_write(path) as file:
        os.fchmod(file.fileno(), 0o600)
        words = json.dumps({"version": 1, "split": seal.split, "sha256": seal.sha256})
        file.write(_START + b" " + words.encode() + b",\n")
        _enter_object(source)
        while block := source.read(_BLOCK):
            file.write(block)


def refuse_others(path: str | os.PathLike[str]) -> None:
    """Raise DataError if there is a file that is no key, so that a key never takes the place of something else."""
    if os.path.isfile(path):
        with open(path, "rb") as file:
            if file.read(len(_START)) != _START:
                raise DataError(os.fspath(path), "", "is there and is no key", "give the key another place")


def _enter_object(file: BinaryIO) -> None:
    """Go behind the first brace of a file that we wrote."""
    file.seek(file.read(_BLOCK).index(b"{") + 1)


def read_seal(path: str | os.PathLike[str]) -> Seal | None:
    """The seal of a key whose content fits it; None for a file that is no key.

    Raises:
        DataError: it was changed after it was sealed.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            if file.read(len(_START)) != _START:
                return None
            line = file.readline(_LONGEST)
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None  # whoever reads the file next says what is wrong with it
    try:
        words = json.loads(line.rstrip().removesuffix(b","))
        seal = Seal(str(words["split"]), str(words["sha256"]))
    except (ValueError, TypeError, KeyError):
        raise DataError(name, "line 1", "is no seal that can be read", "take the key as it was written") from None
    if seal.sha256 != found:
        reason = f"was changed after it was sealed: its sum is {found[:12]}..., the seal says {seal.sha256[:12]}..."
        raise DataError(name, "", reason, "take the key as it was written")
    return seal

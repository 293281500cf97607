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

from ..atomic import atomic_write
from ..dataset import Dataset
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


def write_key(dataset: Dataset, path: str | os.PathLike[str], split: str, scratch: str | os.PathLike[str]) -> Seal:
    """Write the annotations of a split as a key that only its owner may read.

    Args:
        dataset: the split, with its annotations.
        path: the key; an older one is replaced.
        split: its name.
        scratch: a file to write to on the way; it is removed.

    Raises:
        DataError: the key cannot be written.
    """
    dataset.write(scratch)
    with open(scratch, "rb") as plain:
        while plain.read(1) != b"{":
            pass
        start = plain.tell()
        seal = Seal(split, hashlib.file_digest(plain, "sha256").hexdigest())
        plain.seek(start)
        with atomic_write(path) as file:
            os.fchmod(file.fileno(), 0o600)
            words = json.dumps({"version": 1, "split": split, "sha256": seal.sha256})
            file.write(_START + b" " + words.encode() + b",\n")
            while block := plain.read(_BLOCK):
                file.write(block)
    os.unlink(scratch)
    return seal


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

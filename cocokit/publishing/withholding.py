"""Splits published without their annotations: images alone in the folder, the rest in keys outside of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import DataError
from ..splitting.sealed import Seal, refuse_others, sealed, write_key
from ..splitting.withholding import without_annotations
from .parts import Part

#: Where keys lie in the new folder until all else is written; it is gone before the folder takes its place.
KEYS = ".keys"


@dataclass(slots=True)
class Withheld:
    """What is left of parts when splits were withheld.

    Attributes:
        parts: the files that are published.
        seals: split -> kind -> the SHA-256 that the manifest publishes, so that nobody can change the key.
        images: ids of the images whose annotations are withheld.
        keys: file with a split's annotations -> its seal, and where the key belongs.
    """

    parts: list[Part]
    seals: dict[str, dict[str, str]] = field(default_factory=dict)
    images: set[int] = field(default_factory=set)
    keys: dict[str, tuple[Seal, str]] = field(default_factory=dict)

    def put_keys(self) -> None:
        """Write the keys: the last thing before the folder takes its place, as older keys fit the older folder."""
        for plain, (seal, path) in self.keys.items():
            write_key(plain, seal, path)
            os.unlink(plain)
        if self.keys:
            os.rmdir(os.path.dirname(plain))


def withhold(parts: Sequence[Part], keys: Mapping[str, str | os.PathLike[str]], folder: str) -> Withheld:
    """Take out of parts what is in splits that have a key.

    Args:
        parts: all files.
        keys: split -> where its key goes; that of captions lies beside it, KEY.captions.json.
        folder: the new one, in which the keys wait.

    Raises:
        DataError: there is no such split, or a file that is no key lies where one goes.
    """
    known = sorted({part.split for part in parts})
    strange = sorted(keys.keys() - set(known))
    if strange:
        raise DataError("keys", strange[0], "is no split", f"the splits are {', '.join(known)}")
    made = Withheld([])
    for part in parts:
        if part.split in keys:
            _hide(made, part, os.fspath(keys[part.split]), folder)
        else:
            made.parts.append(part)
    return made


def _hide(made: Withheld, part: Part, path: str, folder: str) -> None:
    """Keep a part's annotations for its key, and add its images."""
    made.images.update(part.dataset.images.id.tolist())
    captions = part.kind == "captions"
    path = f"{os.path.splitext(path)[0]}.captions.json" if captions else path
    refuse_others(path)
    plain = os.path.join(folder, KEYS, f"{len(made.keys)}.json")
    os.makedirs(os.path.dirname(plain), exist_ok=True)
    part.dataset.write(plain)
    seal = sealed(plain, part.split)
    made.keys[plain] = seal, path
    made.seals.setdefault(part.split, {})[part.kind] = seal.sha256
    if not captions:
        made.parts.append(images_alone(part))


def images_alone(part: Part) -> Part:
    """A part as COCO publishes a test split: images, and nothing that tells what is in them."""
    made, _ = without_annotations(part.dataset, np.arange(len(part.dataset.images)))
    return Part("image_info", part.split, made)

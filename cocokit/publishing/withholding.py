"""Splits published without their annotations: images alone in the folder, the rest in keys outside of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..columns import Field
from ..errors import DataError
from ..json_files import parse_json
from ..row_table import raw_json
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
        ids: "annotations" and "captions" -> ids that must not be named anywhere in the folder.
        keys: file with a split's annotations -> its seal, and where the key belongs.
    """

    parts: list[Part]
    seals: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=lambda: {"annotations": set(), "captions": set()})
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
    table = part.dataset.annotations
    member = "captions" if part.kind == "captions" else "annotations"
    if table.id is not None:
        made.ids[member].update(table.id[table.has(Field.ID)].tolist())
    path = f"{os.path.splitext(path)[0]}.captions.json" if member == "captions" else path
    refuse_others(path)
    plain = os.path.join(folder, KEYS, f"{len(made.keys)}.json")
    os.makedirs(os.path.dirname(plain), exist_ok=True)
    part.dataset.write(plain)
    seal = sealed(plain, part.split)
    made.keys[plain] = seal, path
    made.seals.setdefault(part.split, {})[part.kind] = seal.sha256
    if member == "annotations":
        made.parts.append(images_alone(part))


def images_alone(part: Part) -> Part:
    """A part as COCO publishes a test split: images, and nothing that tells what is in them."""
    made, _ = without_annotations(part.dataset, np.arange(len(part.dataset.images)))
    return Part("image_info", part.split, made)


def hide_stories(source: str | os.PathLike[str], target: str, ids: Mapping[str, set[int]]) -> None:
    """Write a provenance file without what it says of some annotations and captions.

    Args:
        source: the whole one.
        target: the new one; rows stay one a line.
        ids: "annotations" and "captions" -> ids of those that are left out.

    Raises:
        DataError: ``source`` is no provenance.
    """
    value = parse_json(source)
    lines = []
    for name, member in value.items():
        rows = member
        if name in ids:
            rows = [row for row in member if row.get("id") not in ids[name]]
        text = b"[\n" + b",\n".join(map(raw_json, rows)) + b"\n]" if isinstance(rows, list) else raw_json(rows)
        lines.append(raw_json(name) + b":" + text)
    with open(target, "wb") as file:
        file.write(b"{" + b",\n".join(lines) + b"}\n")

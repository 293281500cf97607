"""Splits published without their annotations: images alone in the folder, the rest in keys outside of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..columns import Field
from ..errors import DataError
from ..json_files import parse_json
from ..row_table import raw_json
from ..splitting.sealed import write_key
from ..splitting.withholding import without_annotations
from .parts import Part


@dataclass(slots=True)
class Withheld:
    """What is left of parts when splits were withheld.

    Attributes:
        parts: the files that are published.
        seals: path of a key's file name -> the SHA-256 that the manifest publishes, by which nobody can change it.
        ids: "annotations" and "captions" -> ids that must not be named anywhere in the folder.
        keys: where keys were written -> where they belong.
    """

    parts: list[Part]
    seals: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=lambda: {"annotations": set(), "captions": set()})
    keys: dict[str, str] = field(default_factory=dict)

    def put_keys(self) -> None:
        """Put the keys into their places: the last thing before the folder takes its own."""
        for written in list(self.keys):
            os.replace(written, self.keys.pop(written))

    def drop_keys(self) -> None:
        """Remove the keys that are not in their places: older ones fit the folder that is there."""
        for written in self.keys:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(written)


def withhold(parts: Sequence[Part], keys: Mapping[str, str | os.PathLike[str]], folder: str) -> Withheld:
    """Write the keys of splits beside their places, and give the parts without what is in them.

    Args:
        parts: all files.
        keys: split -> where its key goes; that of captions lies beside it, KEY.captions.json.
        folder: one to write to on the way.

    Raises:
        DataError: there is no such split, or a key cannot be written.
    """
    strange = sorted(keys.keys() - {part.split for part in parts})
    if strange:
        raise DataError("keys", strange[0], "is no split", f"the splits are {', '.join({p.split for p in parts})}")
    made = Withheld([])
    try:
        for part in parts:
            _hide(made, part, keys, folder)
    except BaseException:
        made.drop_keys()
        raise
    return made


def _hide(made: Withheld, part: Part, keys: Mapping[str, str | os.PathLike[str]], folder: str) -> None:
    """Add a part, or write its key and add its images."""
    if part.split not in keys:
        made.parts.append(part)
        return
    table = part.dataset.annotations
    member = "captions" if part.kind == "captions" else "annotations"
    if table.id is not None:
        made.ids[member].update(table.id[table.has(Field.ID)].tolist())
    path = os.fspath(keys[part.split])
    path = f"{os.path.splitext(path)[0]}.captions.json" if member == "captions" else path
    written = f"{path}.{os.getpid()}.part"
    made.keys[written] = path
    seal = write_key(part.dataset, written, part.split, os.path.join(folder, "key"))
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

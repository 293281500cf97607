"""Files that columns cannot hold as they are: what stands in the way is found, and read as what was meant.

Only what has one meaning is mended: a number between quotes is that number, a polygon without its outer brackets is
that polygon. Everything else is refused by the ordinary reader, with a sentence and the place.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .dataset import Dataset
from .errors import DataError
from .findings import Change, Finding, Notebook, pointer
from .places import place, shown

_WHOLE = ("id", "image_id", "category_id", "width", "height", "num_keypoints", "iscrowd", "ignore")
_NOUNS = {"images": "image", "annotations": "annotation", "categories": "category"}


@dataclass(slots=True)
class Opened:
    """A dataset, and what had to be mended to read it.

    Attributes:
        dataset: its columns; rows that were mended are counted as changed.
        findings: what was mended, if anything.
        changes: each of the places.
    """

    dataset: Dataset
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def open_roughly(path: str | os.PathLike[str], cache: bool = True) -> Opened:
    """Open a dataset as :meth:`cocokit.dataset.Dataset.open` does; where that cannot, mend what has one meaning.

    Raises:
        DataError: not a dataset, or one with something else that columns cannot hold.
    """
    try:
        return Opened(Dataset.open(path, cache))
    except DataError as error:
        mended = _mended(os.fspath(path))
        if mended is None:
            raise
        value, mender = mended
        try:
            return mender.opened(value, os.fspath(path))
        except DataError as other:
            raise other from error


def _mended(path: str) -> tuple[Any, _Mender] | None:
    """The file's value with what could be mended; None if it has no value, or nothing in it was mended."""
    from .json_files import parse_json

    try:
        value = parse_json(path)
    except DataError:  # the reader has said so
        return None
    mender = _Mender()
    for kind in _NOUNS:
        rows = value.get(kind) if isinstance(value, dict) else None
        for row, members in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(members, dict):
                mender.mend(kind, row, members)
    return (value, mender) if mender.changes else None


class _Mender:
    """Mends rows in place, and remembers where."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.rows: dict[tuple[str, str], dict[int, tuple[str, str]]] = {}

    def mend(self, kind: str, row: int, members: dict[str, Any]) -> None:
        """One row of a list."""
        for name in _WHOLE:
            if isinstance(members.get(name), str):
                self._number(kind, row, members, name, whole=True)
        for name in ("area", "score"):
            if isinstance(members.get(name), str):
                self._number(kind, row, members, name)
        for name in ("bbox", "keypoints"):
            if kind == "annotations" and isinstance(members.get(name), list):
                self._numbers(kind, row, members, name)
        if kind == "annotations" and isinstance(members.get("segmentation"), list):
            self._polygons(kind, row, members)

    def opened(self, value: Any, path: str) -> Opened:
        """The mended value as a dataset whose other rows keep their bytes."""
        from .chunks import Odd
        from .coco_json import dataset_from_json
        from .origin import Origin, Source

        dataset = dataset_from_json(value, path)
        try:
            source = Source(path)
        except (Odd, OSError):  # a pipe: there is nothing to copy from
            return Opened(dataset, self._findings(), self.changes)
        whole = Origin.of_all(source, len(dataset.images), len(dataset.annotations))
        dataset.origin = whole
        from .checks import placed

        findings = placed(self._findings(), dataset)
        dataset.origin = whole.changed(images=self._changed("images"), annotations=self._changed("annotations"))
        return Opened(dataset, findings, self.changes)

    def _changed(self, kind: str) -> list[int]:
        return sorted({row for (_, of), rows in self.rows.items() if of == kind for row in rows})

    def _findings(self) -> list[Finding]:
        notes = Notebook()
        for (code, kind), rows in self.rows.items():
            texts = {row: text for row, (_, text) in rows.items()}
            members = {row: name for row, (name, _) in rows.items()}
            notes.add(code, np.array(sorted(rows), np.int64), _NOUNS[kind], texts.__getitem__, members.__getitem__)
        return notes.findings

    def _number(self, kind: str, row: int, members: dict[str, Any], name: str, whole: bool = False) -> None:
        number = _meant(members[name], whole)
        if number is not None:
            self._note("quoted-number", kind, row, name, members[name], number)
            members[name] = number

    def _numbers(self, kind: str, row: int, members: dict[str, Any], name: str) -> None:
        if any(isinstance(v, str) for v in members[name]):
            made = [_meant(v) if isinstance(v, str) else v for v in members[name]]
            if None not in made:
                self._note("quoted-number", kind, row, name, members[name], made)
                members[name] = made

    def _polygons(self, kind: str, row: int, members: dict[str, Any]) -> None:
        rings = members["segmentation"]
        if rings and all(isinstance(v, int | float) and not isinstance(v, bool) for v in rings):
            self._note("polygon-flat", kind, row, "segmentation", rings, [rings])
            members["segmentation"] = [rings]
            return
        strings = [isinstance(ring, list) and any(isinstance(v, str) for v in ring) for ring in rings]
        if any(strings):
            made = [[_meant(v) if isinstance(v, str) else v for v in r] if bad else r
                    for r, bad in zip(rings, strings, strict=True)]  # fmt: skip
            if not any(bad and None in ring for ring, bad in zip(made, strings, strict=True)):
                self._note("quoted-number", kind, row, "segmentation", rings, made)
                members["segmentation"] = made

    def _note(self, code: str, kind: str, row: int, name: str, before: Any, after: Any) -> None:
        self.changes.append(Change(code, pointer(_NOUNS[kind], row, name), before, after))
        self.rows.setdefault((code, kind), {}).setdefault(row, (name, f"{place(kind, row, name)}: {shown(before)}"))


def _meant(text: str, whole: bool = False) -> Any:
    """The number between quotes; None if there is none.

    >>> _meant("12"), _meant(" 1.50"), _meant("1.5", whole=True), _meant("one"), _meant("NaN")
    (12, 1.5, None, None, None)
    """
    plain: Callable[[str], Any] = json.loads
    try:
        value = plain(text.strip())
    except (ValueError, RecursionError):
        return None
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else None
    if type(value) is float and math.isfinite(value):
        return (int(value) if value.is_integer() else None) if whole else value
    return None

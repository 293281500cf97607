"""A dataset while it is repaired: columns are copied when something in them changes, and every change is noted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..columns import (
    Annotations,
    CategoryRow,
    Field,
    Int64,
    Ragged,
    join_ragged,
    join_segmentations,
    offsets_of,
    take_ragged,
    take_segmentations,
)
from ..dataset import Dataset
from ..findings import LISTS, Change, pointer
from ..json_text import annotation_texts, category_members, image_texts
from ..rle import segmentations
from ..row_table import raw_json

_DTYPES: dict[str, Any] = {"area": np.float64, "bbox": np.float64, "iscrowd": np.uint8}


class Draft:
    """A dataset under repair.

    Attributes:
        dataset: as it was.
        changes: what was changed so far.
        dropped: (N,) bool annotations that are left out.
    """

    def __init__(self, dataset: Dataset) -> None:
        a = dataset.annotations
        self.dataset, self.changes = dataset, list[Change]()
        self.dropped = np.zeros(len(a), np.bool_)
        self._present, self._changed = a.present.copy(), np.zeros(len(a), np.bool_)
        self._columns: dict[str, Any] = {}
        self._outlines: dict[int, Any] = {}
        self._rows: dict[str, set[int]] = {"image": set(), "category": set()}

    def column(self, name: str) -> Any:
        """A column of the annotations as it is now, not to be written to; zeros if the file has none."""
        if name in self._columns:
            return self._columns[name]
        found = getattr(self.dataset.annotations, name)
        return self._made(name) if found is None else found

    def has(self, field: Field) -> Any:
        """(N,) bool: the rows that have a field now."""
        return (self._present & int(field)) != 0

    def set(self, code: str, rows: Int64, name: str, values: Any) -> None:
        """Give a member of some rows, (M,), new values; rows that are left out stay as they were."""
        if name not in self._columns:
            self._columns[name] = np.array(self.column(name))
        column, field = self._columns[name], Field[name.upper()]
        for row, value in zip(rows.tolist(), np.asarray(values).tolist(), strict=True):
            if not self.dropped[row]:
                before = column[row].tolist() if self._present[row] & int(field) else None
                self.changes.append(Change(code, pointer("annotation", row, name), before, value))
                column[row] = value
                self._present[row] |= int(field)
                self._changed[row] = True

    def rings(self, row: int) -> list[list[float]]:
        """The polygons of a row as they are now."""
        if row in self._outlines:
            return list(self._outlines[row])
        s = self.dataset.annotations.segmentation
        assert s is not None
        return [s.xy[i].tolist() for i in range(int(s.rings[row]), int(s.rings[row + 1]))]

    def set_outline(self, code: str, row: int, outline: Any) -> None:
        """Give a row other polygons, or an RLE."""
        if not self.dropped[row]:
            self.changes.append(Change(code, pointer("annotation", row, "segmentation"), self.rings(row), outline))
            self._outlines[row] = outline
            self._changed[row] = True

    def outlines(self, rows: Int64) -> Any:
        """Segmentations of some rows, (M,), as they are now; the file must have some."""
        s = self.dataset.annotations.segmentation
        assert s is not None
        found = take_segmentations(s, rows)
        own = [i for i, row in enumerate(rows.tolist()) if row in self._outlines]
        if not own:
            return found
        return _with(found, np.array(own), [self._outlines[int(rows[i])] for i in own])

    def drop(self, code: str, noun: str, rows: Iterable[int]) -> None:
        """Leave rows out."""
        for row in rows:
            if noun != "annotation":
                self._rows[noun].add(row)
            elif self.dropped[row]:
                continue
            else:
                self.dropped[row] = True
            self.changes.append(Change(code, pointer(noun, row), self._row(noun, row), None))

    def _row(self, noun: str, row: int) -> Any:
        table = getattr(self.dataset, LISTS[noun])
        if noun == "category":
            return category_members(table[row])
        return json.loads((image_texts if noun == "image" else annotation_texts)(table, row, row + 1)[0])

    def _made(self, name: str) -> Any:
        shape = (len(self._present), 4) if name == "bbox" else len(self._present)
        return np.zeros(shape, _DTYPES.get(name, np.int64))

    def finished(self) -> Dataset:
        """The repaired dataset; rows that nothing happened to keep their bytes."""
        if not self.changes:
            return self.dataset
        old = self.dataset
        origin = None if old.origin is None else old.origin.changed(annotations=self._changed)
        made = Dataset(old.images, self._annotations(), old.categories, old.top, old.members, origin)
        images, categories = self._rows["image"], self._rows["category"]
        if not (images or categories or self.dropped.any()):
            return made
        kept = np.array([row for row in range(len(old.images)) if row not in images], np.int64)
        left: list[CategoryRow] = [row for i, row in enumerate(old.categories) if i not in categories]
        return made.take(kept, np.flatnonzero(~self.dropped), left)

    def _annotations(self) -> Annotations:
        a = self.dataset.annotations
        columns = dict(self._columns)
        if self._outlines:
            rows = np.array(sorted(self._outlines))
            columns["segmentation"] = _with(a.segmentation, rows, [self._outlines[row] for row in rows.tolist()])
        if a.extras is not None:
            columns["extras"] = self._extras(a.extras)
        return replace(a, present=self._present, **columns)

    def _extras(self, extras: Ragged) -> Ragged:
        """Without the nulls and empty boxes of members that rows have now."""
        new = {}
        for row in np.flatnonzero(self._present != self.dataset.annotations.present).tolist():
            now = {name for name in self._columns if self._present[row] & int(Field[name.upper()])}
            members = json.loads(b"{" + extras[row].tobytes() + b"}")
            if now & members.keys():
                rest = {name: value for name, value in members.items() if name not in now}
                new[row] = raw_json(rest)[1:-1] if rest else b""
        if not new:
            return extras
        texts = list(new.values())
        more = Ragged(np.frombuffer(b"".join(texts), np.uint8), offsets_of(map(len, texts)))
        return take_ragged(join_ragged([extras, more]), _instead(len(extras), np.array(list(new))))


def _with(outlines: Any, rows: Int64, new: Sequence[Any]) -> Any:
    """The same outlines with others in some rows."""
    return take_segmentations(join_segmentations([outlines, segmentations(new)]), _instead(len(outlines), rows))


def _instead(count: int, rows: Int64) -> Int64:
    """Which rows to take of ``count`` old and then M new ones, so that the new ones stand in the given rows."""
    index = np.arange(count)
    index[rows] = count + np.arange(len(rows))
    return index

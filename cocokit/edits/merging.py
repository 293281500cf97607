"""Datasets merged: ids that clash move, categories are joined, and what was not changed keeps its bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..columns import Annotations, Field, Images, Int64, take_images
from ..dataset import Dataset
from ..errors import DataError, ParamsError
from ..ids import rows_not_in
from ..origin import Origin
from .id_map import IdMap, SourceMap, distinct_ids, fresh_ids
from .joining import join_images, join_tables
from .raw_members import new_licenses, new_segments
from .uniting import By, unite_categories, unite_licenses

#: What two images of two files are that have one file name.
Names = Literal["refuse", "join", "prefix"]


@dataclass(slots=True)
class _Part:
    """One file on its way into the whole.

    Attributes:
        images: those that are new to the whole; ``kept`` (K,) int64 are their rows in the file.
        annotations: all of its annotations.
        changed: (C,), (D,) int64 rows of ``images`` and ``annotations`` that are not what they were.
    """

    images: Images
    kept: Int64
    annotations: Annotations
    changed: tuple[Int64, Int64]


def merge(
    datasets: Sequence[Dataset], files: Sequence[str] | None = None, by: By = "name", names: Names = "refuse"
) -> tuple[Dataset, IdMap]:
    """One dataset of several.

    The rows of the first come first and keep their ids. An id of a later one stays as well unless it is taken: then it
    becomes one that no file has. Of the members at the top (``info``, ...) the first file's are kept. Rows of datasets
    that were opened, and did not change, are written as the bytes that they were.

    Args:
        datasets: at least one.
        files: their names, for messages and for the map.
        by: what joins two categories, "name" or "id"; those joined must agree in all that both files say.
        names: what to do with images of two files that have one file name: "refuse"; "join" makes them one image;
            "prefix" puts the name of the file (without its ending) before the later one's: ``b/1.jpg``.

    Returns:
        The dataset, and the map of the ids that changed.

    Raises:
        DataError: categories that do not agree, images joined that have different sizes, ids that one file has twice.
    """
    if not datasets:
        raise ParamsError("datasets", [], "give at least one")
    labels = list(files or [f"dataset {i + 1}" for i in range(len(datasets))])
    ids = IdMap("merge", [SourceMap(label) for label in labels])
    for dataset, label in zip(datasets, labels, strict=True):
        distinct_ids(dataset.images.id, label, "image")
        distinct_ids(_own_ids(dataset.annotations), label, "annotation")
    categories, category_maps = unite_categories([d.categories for d in datasets], labels, by)
    for dataset, label in zip(datasets, labels, strict=True):
        _refuse_dangling(dataset, label)
    licenses, license_maps = unite_licenses([d.top for d in datasets])
    images = _Images([d.images for d in datasets], labels, names)
    annotation_ids = _Taken([_own_ids(d.annotations) for d in datasets])
    parts = []
    for i, dataset in enumerate(datasets):
        source = ids.sources[i]
        for name, mapping in (("categories", category_maps[i]), ("licenses", license_maps[i])):
            source.note(name, np.array(list(mapping), np.int64), np.array(list(mapping.values()), np.int64))
        table, kept, moved = images.add(i, source)
        table, relicensed = _relicensed(table, license_maps[i])
        annotations, redone = _annotations(dataset, images.new_of[i], category_maps[i], annotation_ids, source)
        parts.append(_Part(table, kept, annotations, (np.union1d(moved, relicensed), redone)))
    ids.counts = {"images_joined": sum(len(d.images) for d in datasets) - sum(len(p.kept) for p in parts)}
    top, members = _tops(datasets, licenses)
    whole = Dataset(join_images([p.images for p in parts]), join_tables([p.annotations for p in parts]),
                    categories, top, members, _origin(datasets, parts))  # fmt: skip
    return whole, ids


class _Taken:
    """Ids given out one file after the other."""

    def __init__(self, columns: Sequence[Int64]) -> None:
        self._every = np.concatenate(columns)
        self._given = np.empty(0, np.int64)

    def renew(self, ids: Int64) -> Int64:
        """(N,) int64: the ids, with those that are taken made new; all of them are taken then."""
        clash = np.isin(ids, self._given)
        made = ids.copy()
        made[clash] = fresh_ids(np.concatenate([self._every, self._given]), int(clash.sum()))
        self._given = np.concatenate([self._given, made])
        return made


class _Images:
    """The images of all files, put together one file after the other."""

    def __init__(self, tables: Sequence[Images], files: Sequence[str], names: Names) -> None:
        self._tables, self._files, self._names = tables, files, names
        self._ids = _Taken([t.id for t in tables])
        self._known: dict[str, tuple[int, int, int]] = {}
        self.new_of: list[tuple[Int64, Int64]] = []  # of each file: its ids rising, and what they are now

    def add(self, number: int, source: SourceMap) -> tuple[Images, Int64, Int64]:
        """The images that a file adds; (K,) int64 its rows; (C,) int64 which of them changed."""
        table = self._tables[number]
        new, again = table.id.copy(), self._again(number)
        kept = np.setdiff1d(np.arange(len(table)), np.array(sorted(again), np.int64))
        texts = None if table.file_name is None else list(table.file_name)
        if self._names == "prefix" and texts is not None:
            kept = np.arange(len(table))
            for row in again:
                texts[row] = self._prefixed(number, row, texts[row])
        elif again:
            new[list(again)] = list(again.values())
        new[kept] = self._ids.renew(table.id[kept])
        for row in kept.tolist():
            name = None if texts is None else texts[row]
            if name is not None:
                self._known[name] = (int(new[row]), int(table.width[row]), int(table.height[row]))
        source.note("images", table.id, new)
        order = np.argsort(table.id)
        self.new_of.append((table.id[order], new[order]))
        moved = new[kept] != table.id[kept]
        if texts is not None and table.file_name is not None:
            moved |= np.array([texts[r] != table.file_name[r] for r in kept.tolist()], np.bool_)
        made = replace(take_images(table, kept), id=new[kept])
        made.file_name = None if texts is None else [texts[r] for r in kept.tolist()]
        return made, kept, np.flatnonzero(moved)

    def _prefixed(self, number: int, row: int, name: str | None) -> str:
        """A file name with the name of its file before it."""
        file = self._files[number]
        made = f"{os.path.splitext(os.path.basename(file))[0]}/{name}"
        if made in self._known:
            raise DataError(file, f"images[{row}]", f"{made!r} is taken too", "give the files names that differ")
        return made

    def _again(self, number: int) -> dict[int, int]:
        """Rows whose file name an earlier file has -> the new id of that image."""
        table, file = self._tables[number], self._files[number]
        found = {row: self._known[name] for row, name in enumerate(table.file_name or []) if name in self._known}
        if found and self._names == "refuse":
            row = min(found)
            reason = f"file name {(table.file_name or [])[row]!r} is in a file before it too"
            remedy = "say whether these are the same photographs (join them) or others (put a folder before the names)"
            raise DataError(file, f"images[{row}]", reason, remedy, len(found))
        for row, (_, width, height) in found.items():
            if self._names == "join" and (table.width[row], table.height[row]) != (width, height):
                size = f"{table.width[row]} x {table.height[row]}"
                reason = f"is {size} px, but {width} x {height} in a file before it"
                raise DataError(file, f"images[{row}]", reason, "the same photograph has one size")
        return {row: first for row, (first, _, _) in found.items()}


def _relicensed(images: Images, mapping: dict[int, int]) -> tuple[Images, Int64]:
    moves = {old: new for old, new in mapping.items() if old != new}
    extras, rows = new_licenses(images.extras, moves)
    return replace(images, extras=extras), rows


def _annotations(
    dataset: Dataset, images: tuple[Int64, Int64], categories: dict[int, int], taken: _Taken, source: SourceMap
) -> tuple[Annotations, Int64]:
    """A file's annotations with the new ids, and (D,) int64 the rows that changed."""
    table = dataset.annotations
    columns: dict[str, Any] = {}
    changed = np.zeros(len(table), np.bool_)
    if table.id is not None:
        has = table.has(Field.ID)
        columns["id"] = table.id.copy()
        columns["id"][has] = taken.renew(table.id[has])
        source.note("annotations", table.id[has], columns["id"][has])
    if table.image_id is not None:
        columns["image_id"] = look_up(table.image_id, *images)
    if table.category_id is not None:
        old = np.array(sorted(categories), np.int64)
        new = np.array([categories[i] for i in old.tolist()], np.int64)
        columns["category_id"] = np.where(table.has(Field.CATEGORY_ID), look_up(table.category_id, old, new), 0)
    for name, made in columns.items():
        changed |= made != getattr(table, name)
    extras, rows = new_segments(table.extras, {a: b for a, b in categories.items() if a != b})
    changed[rows] = True
    return replace(table, **columns, extras=extras), np.flatnonzero(changed)


def _refuse_dangling(dataset: Dataset, file: str) -> None:
    """In the whole, an id that leads nowhere in its own file could lead to a row of another one."""
    table = dataset.annotations
    known = {"image": np.sort(dataset.images.id),
             "category": np.array(sorted({c.id for c in dataset.categories}), np.int64)}  # fmt: skip
    for noun, flag in (("image", Field.IMAGE_ID), ("category", Field.CATEGORY_ID)):
        column = getattr(table, f"{noun}_id")
        rows = np.flatnonzero(table.has(flag)) if column is not None else np.empty(0, np.int64)
        wrong = rows[rows_not_in(column[rows], known[noun])] if len(rows) else rows
        if len(wrong):
            row = int(wrong[0])
            reason = f"{noun}_id {int(column[row])} is that of no {noun} in the file"
            raise DataError(file, f"annotations[{row}]", reason, "mend the file first: cocokit check", len(wrong))


def look_up(values: Int64, old: Int64, new: Int64) -> Int64:
    """(N,) int64: what each of the (N,) ``values`` is now; those that are not in ``old`` stay.

    Args:
        values: (N,) ids.
        old: (K,) ids, rising.
        new: (K,) what they are now.

    >>> look_up(np.array([5, 2, 9]), np.array([2, 5]), np.array([20, 50])).tolist()
    [50, 20, 9]
    """
    if not len(old):
        return values.copy()
    place = np.minimum(np.searchsorted(old, values), len(old) - 1)
    return np.asarray(np.where(old[place] == values, new[place], values))


def _own_ids(table: Annotations) -> Int64:
    """(M,) int64: the ids of the rows that have one."""
    return np.empty(0, np.int64) if table.id is None else table.id[table.has(Field.ID)]


def _tops(datasets: Sequence[Dataset], licenses: list[Any] | None) -> tuple[dict[str, Any], list[str]]:
    """Members at the top, the first file's before the others'."""
    top: dict[str, Any] = {}
    members: list[str] = []
    for dataset in datasets:
        top = dataset.top | top
        members += [name for name in dataset.members if name not in members]
    if licenses is not None:
        top["licenses"] = licenses
    return top, members


def _origin(datasets: Sequence[Dataset], parts: Sequence[_Part]) -> Origin | None:
    """Which bytes of which file the rows of the whole are; None if the first dataset has no file."""
    first = datasets[0].origin
    if first is None:
        return None
    images, annotations = (sum(len(t) for t in column) for column in
                           ([p.images for p in parts], [p.annotations for p in parts]))  # fmt: skip
    made, at, below = [], 0, 0
    for dataset, part in zip(datasets, parts, strict=True):
        if dataset.origin is not None:
            own = dataset.origin.take(part.kept, np.arange(len(part.annotations))).changed(*part.changed)
            columns = np.full(images, -1, np.int64), np.full(annotations, -1, np.int64)
            columns[0][at : at + len(part.images)] = own.images
            columns[1][below : below + len(part.annotations)] = own.annotations
            made.append(Origin(own.source, *columns))
        at, below = at + len(part.images), below + len(part.annotations)
    return Origin(made[0].source, made[0].images, made[0].annotations, tuple(made[1:]))

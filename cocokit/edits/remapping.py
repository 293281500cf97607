"""Categories renamed, joined, dropped and given other ids by a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..categories import COCO_91
from ..columns import CategoryRow, Field
from ..dataset import Dataset
from ..errors import DataError
from .filtering import find_categories
from .id_map import IdMap, SourceMap, distinct_ids, fresh_ids
from .raw_members import has_segments, new_segments

_MEMBERS = ("drop", "join", "rename", "ids")
_FORM = '{"rename": {"car": "auto"}, "join": {"pet": ["cat", "dog"]}, "drop": ["kite"], "ids": {"pet": 5} or "coco"}'


@dataclass(frozen=True, slots=True)
class Mapped:
    """What becomes of categories. Those that nothing is said about stay as they are.

    Attributes:
        drop: names or ids of those that go, with their annotations.
        join: new name -> names or ids of those that become it; the first of them gives its id and supercategory.
        rename: name or id -> new name.
        ids: name, as it is afterwards -> new id; or "coco": the ids that COCO has for the names that it knows.
    """

    drop: Sequence[str | int] = ()
    join: Mapping[str, Sequence[str | int]] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, int] | str = field(default_factory=dict)


def read_mapping(path: str | os.PathLike[str]) -> Mapped:
    """A mapping from a JSON file. Raises DataError for what is none."""
    from ..json_files import parse_json

    value, name = parse_json(path), os.fspath(path)
    if not isinstance(value, dict) or not value.keys() <= set(_MEMBERS):
        strange = ", ".join(sorted(value.keys() - set(_MEMBERS))) if isinstance(value, dict) else "no object"
        raise DataError(name, "", f"is no mapping ({strange})", f"write {_FORM}")
    for member, found in value.items():
        if not _fits(member, found):
            raise DataError(name, member, "has a form that is not understood", f"write {_FORM}")
    return Mapped(**value)


def remap(dataset: Dataset, mapping: Mapped, file: str = "dataset") -> tuple[Dataset, IdMap]:
    """The dataset with other categories; annotations whose category keeps its id keep their bytes.

    Args:
        dataset: of any kind.
        mapping: what becomes of the categories.
        file: its name, for messages and for the map.

    Returns:
        The dataset, and the map of the categories' ids; None stands there for what was dropped.

    Raises:
        NotFoundError: a category that the file does not have.
        DataError: a category that two things are said about, two categories of one name or id in the end.
    """
    distinct_ids(np.array([row.id for row in dataset.categories], np.int64), file, "category")
    if mapping.drop and has_segments(dataset.annotations.extras):
        raise DataError(file, "", "is panoptic: its masks are in PNG files", "drop no category of it")
    into = _targets(dataset, mapping, file)
    rows = _renumbered([row for row in into.values() if row is not None], mapping, file)
    ids = {old: None if row is None else rows[row.name].id for old, row in into.items()}
    made, dropped = _annotations(dataset, ids)
    found = IdMap("remap", [SourceMap(file)], {"annotations_left_out": dropped})
    moves = {old: new for old, new in ids.items() if old != new}
    if moves:
        found.sources[0].changed["categories"] = moves
    made.categories = list(rows.values())
    return made, found


def _targets(dataset: Dataset, mapping: Mapped, file: str) -> dict[int, CategoryRow | None]:
    """Old id -> the category as it is named afterwards, with the id that it has so far; None if it goes."""
    into: dict[int, CategoryRow | None] = {}

    def say(word: str | int, target: CategoryRow | None) -> None:
        (row,) = find_categories(dataset, [word], file)
        if row.id in into:
            raise DataError(file, "mapping", f"category {row.name!r} is named twice in it", "name it once")
        into[row.id] = target

    for word in mapping.drop:
        say(word, None)
    for name, words in mapping.join.items():
        (first, *_) = [find_categories(dataset, [word], file)[0] for word in words]
        for word in words:
            say(word, replace(first, name=name))
    for word, name in mapping.rename.items():
        (row,) = find_categories(dataset, [word], file)
        say(word, replace(row, name=name))
    return {row.id: into.get(row.id, row) for row in dataset.categories}


def _renumbered(targets: Sequence[CategoryRow], mapping: Mapped, file: str) -> dict[str, CategoryRow]:
    """The categories by name, with their ids."""
    rows: dict[str, CategoryRow] = {}
    for row in targets:
        if rows.setdefault(row.name, row).id != row.id:
            raise DataError(file, "mapping", f"two categories are called {row.name!r} in the end", "join them instead")
    if mapping.ids == "coco":
        return _as_coco(rows)
    assert not isinstance(mapping.ids, str)
    strange = sorted(mapping.ids.keys() - rows.keys())
    if strange:
        reason = f"ids has {strange[0]!r}, which no category is called in the end"
        raise DataError(file, "mapping", reason, "correct it")
    made = {name: replace(row, id=mapping.ids.get(name, row.id)) for name, row in rows.items()}
    for name, row in made.items():
        other = next((n for n, r in made.items() if r.id == row.id and n != name), None)
        if other is not None:
            reason = f"{name!r} and {other!r} have the id {row.id} in the end"
            raise DataError(file, "mapping", reason, "give one of them another under ids")
    return made


def _as_coco(rows: Mapping[str, CategoryRow]) -> dict[str, CategoryRow]:
    """COCO's ids for the names that it knows; others move only if COCO's ids need their place."""
    coco = {category.name: category.id for category in COCO_91}
    taken = {coco[name] for name in rows if name in coco}
    every = np.array([*coco.values(), *(row.id for row in rows.values())], np.int64)
    clash = [name for name, row in rows.items() if name not in coco and row.id in taken]
    moved = dict(zip(clash, fresh_ids(every, len(clash)).tolist(), strict=True))
    return {name: replace(row, id=coco.get(name, moved.get(name, row.id))) for name, row in rows.items()}


def _annotations(dataset: Dataset, ids: Mapping[int, int | None]) -> tuple[Dataset, int]:
    """The dataset with the annotations' new categories, and how many went."""
    from .merging import look_up

    table = dataset.annotations
    gone = [old for old, new in ids.items() if new is None]
    if table.category_id is None:
        keep = np.ones(len(table), np.bool_)
    else:
        keep = ~(np.isin(table.category_id, gone) & table.has(Field.CATEGORY_ID))
    if keep.all():  # nothing is copied that stays
        made = Dataset(dataset.images, table, dataset.categories, dataset.top, dataset.members, dataset.origin)
    else:
        made = dataset.take(np.arange(len(dataset.images)), np.flatnonzero(keep))
    table, changed = made.annotations, np.zeros(len(made.annotations), np.bool_)
    if table.category_id is not None:
        moves = sorted((old, new) for old, new in ids.items() if new is not None)
        old, new = (np.array([pair[i] for pair in moves], np.int64) for i in (0, 1))
        found = np.where(table.has(Field.CATEGORY_ID), look_up(table.category_id, old, new), 0)
        changed = found != table.category_id
        table = replace(table, category_id=found)
    extras, rows = new_segments(table.extras, {old: new for old, new in ids.items() if old != new})
    changed[rows] = True
    made.annotations = replace(table, extras=extras)
    if made.origin is not None:
        made.origin = made.origin.changed(annotations=changed)
    return made, int((~keep).sum())


def _fits(member: str, value: Any) -> bool:
    if member == "drop":
        return _words(value)
    if not isinstance(value, dict):
        return bool(member == "ids" and value == "coco")
    if member == "join":
        return all(map(_words, value.values()))
    return all(_id(x) if member == "ids" else isinstance(x, str) and x for x in value.values())


def _words(value: Any) -> bool:
    plain = isinstance(value, list) and value
    return bool(plain) and all(isinstance(x, str) or _id(x) for x in value)


def _id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63

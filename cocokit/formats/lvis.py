"""LVIS: COCO's JSON with the categories that were looked for in each image; no crowds.

Unchanged rows are copied as the bytes that they were. What LVIS wants of every file and a dataset does not say is
counted where it can be (``image_count``, ``instance_count``, ``frequency``) and empty otherwise (``synset``, ``def``,
``neg_category_ids``). A crowd has no place: its category is named in the image's ``not_exhaustive_category_ids``, which
is what LVIS has for "there are more of them".
"""

from __future__ import annotations

import dataclasses
import os
import re
from typing import Any

import numpy as np

from ..columns import Bools, CategoryRow, Field, Images, Int64, Ragged, offsets_of
from ..dataset import Dataset
from ..row_table import raw_json
from .base import Format, Loss, Progress, Read, Written, head
from .extras import filled

_MARKS = re.compile(rb'"(not_exhaustive_category_ids|neg_category_ids|synset|instance_count)"\s*:')
_TAIL = 1 << 16
_NEGATIVE, _MORE = "neg_category_ids", "not_exhaustive_category_ids"


def recognises(path: str) -> bool:
    """A JSON object with LVIS's members near its start or its end."""
    start = head(path)
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    if _MARKS.search(start):
        return True
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - _TAIL))
            return bool(_MARKS.search(file.read(_TAIL)))
    except OSError:
        return False


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Open a file. Where images have no ``file_name`` (LVIS 1.0) it is taken from ``coco_url``: train2017/9.jpg."""
    dataset = Dataset.open(path)
    names = list(dataset.images.file_name or [None] * len(dataset.images))
    given = []
    for row, members in filled(dataset.images.extras):
        url = members.get("coco_url")
        if names[row] is None and isinstance(url, str) and url.count("/") > 1:
            names[row] = "/".join(url.split("/")[-2:])
            given.append(row)
    if not given:
        return Read(dataset, images=images)
    made = dataclasses.replace(dataset.images, file_name=names)
    origin = None if dataset.origin is None else dataset.origin.changed(images=given)
    named = Dataset(made, dataset.annotations, dataset.categories, dataset.top, dataset.members, origin)
    return Read(named, (f"file names of {len(given):,} images are the ends of their coco_url",), images)


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a file. Raises DataError."""
    kept = np.flatnonzero(~_left_out(dataset))
    whole = len(kept) == len(dataset.annotations)
    taken = dataset if whole else dataset.take(np.arange(len(dataset.images)), kept)
    made, changed = _images(dataset)
    origin = None if taken.origin is None else taken.origin.changed(images=changed)
    members = list(taken.members) + [m for m in ("images", "annotations", "categories") if m not in taken.members]
    Dataset(made, taken.annotations, _categories(taken), taken.top, members, origin).write(out, progress)
    return Written(1)


def _crowds(dataset: Dataset) -> Int64:
    flags = dataset.annotations.iscrowd
    return np.empty(0, np.int64) if flags is None else np.flatnonzero(flags)


def _left_out(dataset: Dataset) -> Bools:
    """(N,) bool: crowds and captions."""
    left = ~dataset.annotations.has(Field.CATEGORY_ID)
    left[_crowds(dataset)] = True
    return left


def _images(dataset: Dataset) -> tuple[Images, list[int]]:
    """Images with both lists, the categories of crowds in the second; and the rows that changed."""
    crowded, known = _crowded_categories(dataset), dict(filled(dataset.images.extras))
    texts, changed = [], []
    for row, key in enumerate(dataset.images.id.tolist()):
        members = known.get(row, {})
        lists = {name: members[name] if isinstance(members.get(name), list) else [] for name in (_NEGATIVE, _MORE)}
        lists[_MORE] = lists[_MORE] + [each for each in crowded.get(key, ()) if each not in lists[_MORE]]
        if dataset.images.extras is None or any(members.get(name) != lists[name] for name in lists):
            changed.append(row)
            texts.append(raw_json(members | lists)[1:-1])
        else:
            texts.append(dataset.images.extras[row].tobytes())
    blob = np.frombuffer(bytearray(b"".join(texts)), np.uint8)
    return dataclasses.replace(dataset.images, extras=Ragged(blob, offsets_of(map(len, texts)))), changed


def _crowded_categories(dataset: Dataset) -> dict[int, list[int]]:
    """Image id -> the categories of its crowds, rising."""
    a, found = dataset.annotations, dict[int, set[int]]()
    for row in _crowds(dataset).tolist():
        if a.image_id is not None and a.category_id is not None:
            found.setdefault(int(a.image_id[row]), set()).add(int(a.category_id[row]))
    return {key: sorted(each) for key, each in found.items()}


def _categories(dataset: Dataset) -> list[CategoryRow]:
    """Categories with LVIS's members: those that are there stay, counts are counted."""
    a = dataset.annotations
    none = np.zeros(len(a), np.int64)
    pairs = np.stack([none if ids is None else ids for ids in (a.category_id, a.image_id)], axis=1)
    used, instances = np.unique(pairs[:, 0], return_counts=True)
    in_images = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)[1]
    counts = {k: (n, i) for k, n, i in zip(used.tolist(), instances.tolist(), in_images.tolist(), strict=True)}
    return [_category(row, *counts.get(row.id, (0, 0))) for row in dataset.categories]


def _category(row: CategoryRow, instances: int, images: int) -> CategoryRow:
    known: dict[str, Any] = {
        "synset": "", "synonyms": [row.name], "def": "", "image_count": images, "instance_count": instances,
        "frequency": "r" if images <= 10 else "c" if images <= 100 else "f",
    }  # fmt: skip
    return dataclasses.replace(row, other={**row.other, **{k: v for k, v in known.items() if k not in row.other}})


def _nameless(dataset: Dataset) -> int:
    return int(np.count_nonzero(_left_out(dataset))) - len(_crowds(dataset))


LOSSES: tuple[Loss, ...] = (
    Loss(
        "crowds",
        "regions of many instances are left out; their category joins the image's not_exhaustive_category_ids",
        lambda dataset: len(_crowds(dataset)),
    ),
    Loss("annotations without category", "captions, and whatever else has no category, are left out", _nameless),
)
FORMATS = (Format("lvis", "LVIS JSON", LOSSES, recognises, read, write, folder=False, special="coco"),)

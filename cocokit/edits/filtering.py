"""Datasets filtered: annotations and images that have what is asked for; what stays keeps its id and its bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..columns import Bools, CategoryRow, Field, Int64
from ..dataset import Dataset
from ..errors import DataError, ParamsError
from .id_map import IdMap, SourceMap
from .ranges import Range
from .raw_members import has_segments

#: Which images stay: all, those with or those without annotations that stay.
Which = Literal["all", "with", "without"]
Crowds = Literal["all", "only", "without"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an annotation or an image must have to stay; all of it together.

    Attributes:
        categories: names or ids; None for all. The list of categories keeps only these.
        areas: the ``area`` as written, px^2, lies in one of these; none for all.
        aspects: the box's width over its height lies in one of these; none for all.
        crowds: all, only crowd regions, or none of them.
        licenses: names or ids of the images' licences; None for all.
        images: all images; those of which annotations stay; or those of which none does.
    """

    categories: Sequence[str | int] | None = None
    areas: Sequence[Range] = ()
    aspects: Sequence[Range] = ()
    crowds: Crowds = "all"
    licenses: Sequence[str | int] | None = None
    images: Which = "all"


def filter_dataset(dataset: Dataset, wanted: Wanted, file: str = "dataset") -> tuple[Dataset, IdMap]:
    """The images, annotations and categories that have what is wanted.

    An annotation whose ``area`` or ``bbox`` is asked about and missing does not stay.

    Args:
        dataset: to choose from.
        wanted: what stays.
        file: its name, for messages.

    Returns:
        The dataset, and a map without changes whose counts say what was left out.

    Raises:
        NotFoundError: a category or a licence that the file does not have.
        DataError: a panoptic file is to be filtered by what its annotations have: its masks are in PNG files.
    """
    asked = wanted.categories is not None or wanted.areas or wanted.aspects or wanted.crowds != "all"
    if asked and has_segments(dataset.annotations.extras):
        raise DataError(file, "", "is panoptic: its masks are in PNG files", "filter it by images and licences only")
    categories = None if wanted.categories is None else find_categories(dataset, wanted.categories, file)
    keep = _annotations(dataset, wanted, categories)
    images = _images(dataset, wanted, keep, file)
    if not images.all():
        keep &= np.isin(_image_ids(dataset), dataset.images.id[images])
    made = dataset.take(np.flatnonzero(images), np.flatnonzero(keep), categories)
    counts = {"images_left_out": int((~images).sum()), "annotations_left_out": int((~keep).sum()),
              "images_without_annotations": int((~np.isin(made.images.id, _image_ids(made))).sum())}  # fmt: skip
    return made, IdMap("filter", [SourceMap(file)], counts)


def find_categories(dataset: Dataset, words: Sequence[str | int], file: str) -> list[CategoryRow]:
    """The categories of these names or ids, in the file's order. Raises NotFoundError for one that is not there."""
    found: set[int] = set()
    for word in words:
        rows = [i for i, row in enumerate(dataset.categories) if row.name == word or str(row.id) == str(word).strip()]
        named = [i for i in rows if dataset.categories[i].name == word]
        found.update(named or rows)
        if not rows:
            from .words import unknown

            raise unknown(file, "category", str(word), [row.name for row in dataset.categories])
    return [row for i, row in enumerate(dataset.categories) if i in found]


def _annotations(dataset: Dataset, wanted: Wanted, categories: list[CategoryRow] | None) -> Bools:
    table = dataset.annotations
    keep = np.ones(len(table), np.bool_)
    if categories is not None:
        ids = np.array(sorted(row.id for row in categories), np.int64)
        keep &= table.has(Field.CATEGORY_ID)
        keep &= np.isin(table.category_id, ids) if table.category_id is not None else False
    if wanted.areas:
        area = np.zeros(len(table)) if table.area is None else table.area
        keep &= table.has(Field.AREA) & np.any([r.has(area) for r in wanted.areas], axis=0)
    if wanted.aspects:
        box = np.zeros((len(table), 4)) if table.bbox is None else table.bbox
        with np.errstate(divide="ignore", invalid="ignore"):
            aspect = box[:, 2] / box[:, 3]
        keep &= table.has(Field.BBOX) & np.any([r.has(aspect) for r in wanted.aspects], axis=0)
    if wanted.crowds != "all":
        crowd = np.zeros(len(table), np.bool_) if table.iscrowd is None else table.iscrowd == 1
        keep &= crowd if wanted.crowds == "only" else ~crowd
    return keep


def _images(dataset: Dataset, wanted: Wanted, keep: Bools, file: str) -> Bools:
    stay = np.ones(len(dataset.images), np.bool_)
    if wanted.licenses is not None:
        ids = {_license(dataset, word, file) for word in wanted.licenses}
        stay &= np.array([found in ids for found in licenses_of(dataset)], np.bool_)
    if wanted.images != "all":
        have = np.isin(dataset.images.id, _image_ids(dataset)[keep])
        stay &= have if wanted.images == "with" else ~have
    return stay


def licenses_of(dataset: Dataset) -> list[Any]:
    """The licence of each image, as the file has it; None where it has none."""
    extras = dataset.images.extras
    if extras is None:
        return [None] * len(dataset.images)
    found = [json.loads(b"{" + extras[i].tobytes() + b"}").get("license") for i in range(len(extras))]
    return [f if isinstance(f, int | str) and not isinstance(f, bool) else None for f in found]


def _license(dataset: Dataset, word: str | int, file: str) -> int | str:
    listed = dataset.top.get("licenses")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    rows = [row for row in rows if isinstance(row.get("id"), int | str)]
    named = [row for row in rows if row.get("name") == word] or [r for r in rows if str(r["id"]) == str(word).strip()]
    if not named:
        from .words import unknown

        raise unknown(file, "licence", str(word), [str(row.get("name", row["id"])) for row in rows])
    if len(named) > 1:
        raise ParamsError("license", word, f"it is the name of {len(named)} licences: give an id")
    found: int | str = named[0]["id"]
    return found


def _image_ids(dataset: Dataset) -> Int64:
    """(N,) int64 image id of each annotation."""
    column = dataset.annotations.image_id
    return np.empty(0, np.int64) if column is None else column

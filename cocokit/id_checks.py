"""Checks of images and categories, of ids and of what refers to them, and of rows that are there twice."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from .codes import Severity
from .columns import Annotations, Bools, Field, Images, Int64, take_annotations, take_images
from .dataset import Dataset
from .findings import Notebook
from .ids import NO_ROWS, distinct, repeated
from .json_text import annotation_texts, category_members, image_texts
from .places import place, shown
from .row_table import raw_json
from .shape_checks import Rows

#: Tools make tables as long as the largest category id; none that people use today has more categories than this.
LARGEST_CATEGORY = 65_535
_KEY = 0x9E3779B97F4A7C15


def check_images(notes: Notebook, dataset: Dataset) -> None:
    """Ids, sizes and file names of images."""
    images = dataset.images

    def example(row: int) -> str:
        return f"{place('images', row)}: id {images.id[row]}, {images.width[row]} x {images.height[row]}"

    again = repeated(images.id)
    copies = same_images(images, again)
    notes.add("duplicate-images", copies, "image", example)
    notes.add("duplicate-image-ids", without(again, copies), "image", example, "id")
    unsized = (images.width == 0) | (images.height == 0)
    negative = (images.width < 0) | (images.height < 0)
    notes.add("images-without-size", unsized & ~negative, "image", example)
    notes.add("negative-image-size", negative, "image", example)
    if images.file_name is not None:
        _check_names(notes, images.file_name, copies)


def _check_names(notes: Notebook, names: Sequence[str | None], copies: Int64) -> None:
    def example(row: int) -> str:
        return f"{place('images', row)}: {shown(names[row])}"

    notes.add("duplicate-file-names", without(again(names), copies), "image", example, "file_name")
    missing = np.array([i for i, name in enumerate(names) if not name], np.int64)
    if len(missing) < len(names):
        notes.add("missing-file-name", missing, "image", example)
    outside = [i for i, name in enumerate(names) if name and leaves(name)]
    notes.add("file-name-outside", np.array(outside, np.int64), "image", example, "file_name")


def leaves(name: str) -> bool:
    """Whether a file name, put behind a folder, is a place outside of it, or none at all.

    >>> leaves("val/1.jpg"), leaves("a/../../1.jpg"), leaves("/etc/1.jpg")
    (False, True, True)
    """
    if "\0" in name or name.startswith(("/", "\\")) or name[1:3] in (":\\", ":/"):
        return True
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False


def check_categories(notes: Notebook, dataset: Dataset) -> None:
    """Ids, names and skeletons of categories."""
    rows = dataset.categories
    ids = np.array([row.id for row in rows], np.int64)

    def example(row: int) -> str:
        return f"{place('categories', row)}: id {rows[row].id}, {shown(rows[row].name)}"

    def note(code: str, found: Int64 | Bools, member: str = "") -> None:
        notes.add(code, found, "category", example, member)

    copies = again([raw_json(category_members(row)) for row in rows])
    note("duplicate-categories", copies)
    note("duplicate-category-ids", without(repeated(ids), copies), "id")
    names = [row.name for row in rows]
    twice = without(again(names), np.concatenate([copies, repeated(ids)]))
    note("duplicate-category-names", twice, "name")
    note("categories-without-name", np.array([i for i, name in enumerate(names) if not name.strip()], np.int64))
    note("category-id-zero", ids == 0, "id")
    note("category-id-negative", ids < 0, "id")
    note("category-id-sparse", ids > LARGEST_CATEGORY, "id")
    bad = [i for i, row in enumerate(rows) if _bad_skeleton(row.other)]
    note("category-skeleton", np.array(bad, np.int64), "skeleton")


def _bad_skeleton(other: dict[str, object]) -> bool:
    names, skeleton = other.get("keypoints"), other.get("skeleton")
    if not isinstance(names, list) or skeleton is None:
        return False
    if not isinstance(skeleton, list):
        return True
    return any(not isinstance(bone, list) or len(bone) != 2 or not all(type(end) is int and 1 <= end <= len(names)
               for end in bone) for bone in skeleton)  # fmt: skip


def check_annotation_ids(notes: Notebook, rows: Rows) -> None:
    """Ids of annotations, and rows that are there twice under two ids."""
    a = rows.annotations
    ids = np.zeros(len(a), np.int64) if a.id is None else a.id
    has = a.has(Field.ID)
    given = np.flatnonzero(has)
    instance = a.has(Field.CATEGORY_ID | Field.CAPTION | Field.BBOX | Field.SEGMENTATION | Field.KEYPOINTS)
    twice = given[repeated(ids[given])]
    notes.add("missing-annotation-ids", instance & ~has, rows.noun, rows.example)
    notes.add("duplicate-annotation-ids", twice, rows.noun, rows.example, "id")
    notes.add("annotation-id-zero", without(np.flatnonzero(has & (ids == 0)), twice), rows.noun, rows.example, "id")
    notes.add("duplicate-annotations", without(same_annotations(a), twice), rows.noun, rows.example)


def check_references(notes: Notebook, rows: Rows, dataset: Dataset, unknown_category: Severity = "error") -> None:
    """Ids of images and categories that are not there."""
    a = rows.annotations
    if a.image_id is not None:
        unknown = a.has(Field.IMAGE_ID) & ~np.isin(a.image_id, dataset.images.id)
        notes.add("unknown-image-ids", unknown, rows.noun, rows.example, "image_id")
    if a.category_id is not None and "categories" in dataset.members:
        category_id = a.category_id
        listed = np.array([row.id for row in dataset.categories], np.int64)
        unknown = a.has(Field.CATEGORY_ID) & ~np.isin(category_id, listed)
        notes.add("unknown-category-ids", unknown, rows.noun,
                  lambda row: rows.example(row, f"category_id {category_id[row]}"), "category_id",
                  severity=unknown_category)  # fmt: skip


def again(values: Sequence[Hashable | None]) -> Int64:
    """(M,) int64 rows whose value, unless it is empty, an earlier row has."""
    seen: set[Hashable] = set()
    rows = []
    for row, value in enumerate(values):
        if value and value in seen:
            rows.append(row)
        elif value:
            seen.add(value)
    return np.array(rows, np.int64)


def without(rows: Int64, others: Int64) -> Int64:
    """(M,) int64: those of the rows that are not among others."""
    return rows[~np.isin(rows, others)] if len(others) else rows


def same_images(images: Images, rows: Int64) -> Int64:
    """(M,) int64: those of the given rows, rising, which an earlier row with the same id equals in every member."""
    if not len(rows):
        return NO_ROWS
    some = np.flatnonzero(np.isin(images.id, images.id[rows]))
    chosen = take_images(images, some)
    return some[again(image_texts(chosen, 0, len(chosen)))]


def same_annotations(a: Annotations, with_id: bool = False) -> Int64:
    """(M,) int64: rows that an earlier row equals in every member, the id left out unless ``with_id``."""
    some = _likely_same(a)
    if not len(some):
        return NO_ROWS
    chosen = take_annotations(a, some)
    if not with_id:
        chosen.present = chosen.present & ~int(Field.ID)
    return some[again(annotation_texts(chosen, 0, len(chosen)))]


def _likely_same(a: Annotations) -> Int64:
    """(M,) int64: rows of instances and captions that share a checksum of their short members with another row."""
    total = np.zeros(len(a), np.uint64)
    columns = [a.image_id, a.category_id, a.area, *(() if a.bbox is None else a.bbox.T)]
    if a.captions is not None:
        columns.append(np.array([hash(text) for text in a.captions], np.int64))
    if a.segmentation is not None:
        columns += [np.diff(a.segmentation.rings), np.diff(a.segmentation.text.offsets)]
    for column in columns:
        if column is not None:
            total = (total ^ np.ascontiguousarray(column).view(np.uint64)) * np.uint64(_KEY)
            total ^= total >> np.uint64(29)
    rows = np.flatnonzero(a.has(Field.BBOX | Field.SEGMENTATION | Field.KEYPOINTS | Field.CAPTION))
    total = total[rows]
    ranked = np.sort(total)
    twice = distinct(ranked[1:][ranked[1:] == ranked[:-1]])
    return rows[np.isin(total, twice)] if len(twice) else NO_ROWS

"""What is wrong, or odd, in a dataset or a results file: a list of findings, never an exception.

Errors are what tools fail on or what changes numbers silently; warnings have a defined meaning that the author may not
have meant. All checks run on columns and touch no Python object per annotation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .columns import Annotations, Field, Float64, Int64
from .dataset import Dataset
from .findings import Finding, Notebook, Severity
from .ids import repeated, sizes_of_images
from .places import place, shown
from .rle_checks import check_rle
from .shape_checks import Rows, check_areas, check_boxes, check_keypoints, check_outlines


def check_dataset(dataset: Dataset) -> list[Finding]:
    """Everything odd about a dataset, most general first; an empty list when nothing is.

    >>> check_dataset(Dataset.from_dict({"images": [{"id": 1, "width": 9, "height": 9}], "annotations": []}))
    []
    """
    notes = Notebook()
    _check_images(notes, dataset)
    _check_categories(notes, dataset)
    rows = _rows(dataset.annotations, dataset, "annotations", "annotation")
    _check_annotation_ids(notes, rows, dataset)
    _check_references(notes, rows, dataset, unknown_category="error")
    _check_missing(notes, rows)
    check_boxes(notes, rows)
    check_areas(notes, rows)
    check_outlines(notes, rows)
    check_rle(notes, rows)
    check_keypoints(notes, rows, _points_per_category(dataset))
    return notes.findings


def check_results(results: Annotations, dataset: Dataset) -> list[Finding]:
    """Everything odd about results, seen against the dataset that they answer."""
    notes = Notebook()
    rows = _rows(results, dataset, "results", "result")
    _check_references(notes, rows, dataset, unknown_category="warning")
    _check_scores(notes, rows)
    if results.id is not None:
        given = np.flatnonzero(results.has(Field.ID))
        notes.add(
            "error",
            "duplicate-result-ids",
            given[repeated(results.id[given])],
            "ids that occur more than once",
            "result",
            rows.example,
        )
    check_boxes(notes, rows)
    check_outlines(notes, rows)
    check_rle(notes, rows)
    check_keypoints(notes, rows, _points_per_category(dataset))
    return notes.findings


def _rows(annotations: Annotations, dataset: Dataset, kind: str, noun: str) -> Rows:
    """Columns with the sizes of their images beside them."""
    size = np.full((len(annotations), 2), np.nan)
    if annotations.image_id is not None:
        stated = sizes_of_images(dataset.images, annotations.image_id)
        known = (stated > 0).all(axis=1)
        size[known] = stated[known, ::-1]
    return Rows(annotations, size, kind, noun)


def _again(names: Sequence[str | None]) -> Int64:
    """(M,) int64 rows whose name, unless it is empty, an earlier row has."""
    seen: set[str] = set()
    rows = []
    for row, name in enumerate(names):
        if name and name in seen:
            rows.append(row)
        elif name:
            seen.add(name)
    return np.array(rows, np.int64)


def _check_images(notes: Notebook, dataset: Dataset) -> None:
    images = dataset.images

    def example(row: int) -> str:
        return f"{place('images', row)}: id {images.id[row]}, {images.width[row]} x {images.height[row]}"

    notes.add("error", "duplicate-image-ids", repeated(images.id), "ids that occur more than once", "image", example)
    unsized = (images.width == 0) | (images.height == 0)
    notes.add("warning", "images-without-size", unsized, "no width or height, or 0", "image", example)
    negative = (images.width < 0) | (images.height < 0)
    notes.add("error", "negative-image-size", negative, "negative width or height", "image", example)
    if images.file_name is not None:
        names = images.file_name
        notes.add(
            "warning",
            "duplicate-file-names",
            _again(names),
            "a file name that an earlier one has",
            "image",
            lambda row: f"{place('images', row)}: {shown(names[row])}",
        )


def _check_categories(notes: Notebook, dataset: Dataset) -> None:
    rows = dataset.categories
    ids = np.array([row.id for row in rows], np.int64)

    def example(row: int) -> str:
        return f"{place('categories', row)}: id {rows[row].id}, {shown(rows[row].name)}"

    notes.add("error", "duplicate-category-ids", repeated(ids), "ids that occur more than once", "category", example)
    names = [row.name for row in rows]
    notes.add(
        "warning", "duplicate-category-names", _again(names), "a name that an earlier one has", "category", example
    )
    unnamed = np.array([i for i, name in enumerate(names) if not name], np.int64)
    notes.add("warning", "categories-without-name", unnamed, "no name", "category", example)


def _check_annotation_ids(notes: Notebook, rows: Rows, dataset: Dataset) -> None:
    a = dataset.annotations
    ids = np.zeros(len(a), np.int64) if a.id is None else a.id
    has = a.has(Field.ID)
    given = np.flatnonzero(has)
    instance = a.has(Field.CATEGORY_ID) | a.has(Field.CAPTION)
    notes.add("error", "missing-annotation-ids", instance & ~has, "no id", "annotation", rows.example)
    notes.add(
        "error",
        "duplicate-annotation-ids",
        given[repeated(ids[given])],
        "ids that occur more than once",
        "annotation",
        rows.example,
    )
    notes.add(
        "warning",
        "annotation-id-zero",
        has & (ids == 0),
        "id 0, which pycocotools never counts as found (quirk X1)",
        "annotation",
        rows.example,
    )


def _check_references(notes: Notebook, rows: Rows, dataset: Dataset, unknown_category: Severity) -> None:
    a = rows.annotations
    if a.image_id is not None:
        image_id = a.image_id
        unknown = a.has(Field.IMAGE_ID) & ~np.isin(image_id, dataset.images.id)
        notes.add(
            "error",
            "unknown-image-ids",
            unknown,
            "an image_id that no image has",
            rows.noun,
            rows.example,
        )
    if a.category_id is not None and "categories" in dataset.members:
        category_id = a.category_id
        listed = np.array([row.id for row in dataset.categories], np.int64)
        unknown = a.has(Field.CATEGORY_ID) & ~np.isin(category_id, listed)
        notes.add(
            unknown_category,
            "unknown-category-ids",
            unknown,
            "a category_id that no category has, so that it is left out of every evaluation",
            rows.noun,
            lambda row: rows.example(row, f"category_id {category_id[row]}"),
        )


def _check_missing(notes: Notebook, rows: Rows) -> None:
    """Fields that pycocotools fails without (quirk X5)."""
    a = rows.annotations
    shaped = a.has(Field.BBOX) | a.has(Field.SEGMENTATION) | a.has(Field.KEYPOINTS)
    for field in (Field.CATEGORY_ID, Field.BBOX, Field.AREA, Field.ISCROWD):
        member = (field.name or "").lower()
        severity: Severity = "error" if field is Field.CATEGORY_ID else "warning"
        notes.add(
            severity,
            f"missing-{member.replace('_', '-')}",
            shaped & ~a.has(field),
            f"no {member}",
            rows.noun,
            rows.example,
        )
    missing = a.has(Field.KEYPOINTS) & ~a.has(Field.NUM_KEYPOINTS)
    notes.add(
        "warning",
        "missing-num-keypoints",
        missing,
        "keypoints without num_keypoints",
        rows.noun,
        rows.example,
    )


def _check_scores(notes: Notebook, rows: Rows) -> None:
    a = rows.annotations
    if a.score is None:
        return
    score: Float64 = a.score
    has = a.has(Field.SCORE)

    def example(row: int) -> str:
        return rows.example(row, f"score {shown(float(score[row]))}")

    notes.add(
        "error", "score-not-finite", has & ~np.isfinite(score), "a score that is no finite number", rows.noun, example
    )
    outside = has & ((score < 0) | (score > 1))
    notes.add(
        "warning", "score-out-of-range", outside & np.isfinite(score), "a score outside 0 to 1", rows.noun, example
    )


def _points_per_category(dataset: Dataset) -> dict[int, int]:
    """How many keypoints each category names; else how many most of its annotations have."""
    a = dataset.annotations
    points: dict[int, int] = {}
    if a.keypoints is not None and a.category_id is not None:
        has = a.has(Field.CATEGORY_ID) & (np.diff(a.keypoints.offsets) > 0)
        for category in np.unique(a.category_id[has]).tolist():
            own = has & (a.category_id == category)
            points[category] = int(np.bincount(np.diff(a.keypoints.offsets)[own] // 3).argmax())
    for row in dataset.categories:
        names = row.other.get("keypoints")
        if isinstance(names, list) and names:
            points[row.id] = len(names)
    return points

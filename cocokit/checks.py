"""What is wrong, or odd, in a dataset or a results file: a list of findings, never an exception.

Errors are what tools fail on or what changes numbers silently; warnings have a defined meaning that the author may not
have meant. All checks run on columns and touch no Python object per annotation; one defect is one finding. What each
code means, and what a repair does about it, is in :mod:`cocokit.codes`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .columns import Annotations, Field, Float64
from .dataset import Dataset
from .findings import LISTS, Finding, Notebook
from .id_checks import check_annotation_ids, check_categories, check_images, check_references
from .ids import repeated, sizes_of_images
from .outline_checks import check_outlines
from .panoptic_checks import check_segments
from .places import shown
from .pose_checks import check_captions, check_keypoints, points_per_category
from .shape_checks import Rows, check_areas, check_boxes


@np.errstate(over="ignore", invalid="ignore")  # numbers near the end of float64 become infinite
def check_dataset(dataset: Dataset) -> list[Finding]:
    """Everything odd about a dataset, most general first; an empty list when nothing is.

    Of a dataset that was opened (:meth:`Dataset.open`) the findings say at which bytes of the file their rows are.

    >>> check_dataset(Dataset.from_dict({"images": [{"id": 1, "width": 9, "height": 9}], "annotations": []}))
    []
    """
    notes = Notebook()
    check_images(notes, dataset)
    check_categories(notes, dataset)
    rows = _rows(dataset.annotations, dataset, "annotations", "annotation")
    check_annotation_ids(notes, rows)
    check_references(notes, rows, dataset)
    _check_missing(notes, rows)
    check_boxes(notes, rows)
    check_areas(notes, rows)
    check_outlines(notes, rows)
    check_keypoints(notes, rows, points_per_category(dataset))
    check_captions(notes, rows)
    check_segments(notes, rows, dataset)
    return placed(notes.findings, dataset)


@np.errstate(over="ignore", invalid="ignore")
def check_results(results: Annotations, dataset: Dataset) -> list[Finding]:
    """Everything odd about results, seen against the dataset that they answer."""
    notes = Notebook()
    rows = _rows(results, dataset, "results", "result")
    check_references(notes, rows, dataset, "warning")
    _check_scores(notes, rows)
    if results.id is not None:
        given = np.flatnonzero(results.has(Field.ID))
        again = given[repeated(results.id[given])]
        notes.add("duplicate-result-ids", again, "result", rows.example, "id")
    check_boxes(notes, rows)
    check_outlines(notes, rows)
    check_keypoints(notes, rows, points_per_category(dataset))
    return [replace(finding, repair="") for finding in notes.findings]


def placed(findings: list[Finding], dataset: Dataset) -> list[Finding]:
    """The same findings with the bytes at which their first rows begin, if the dataset's file is known."""
    layout = dataset.origin.source.layout if findings and dataset.origin is not None else None
    if layout is None or dataset.origin is None:
        return findings
    made = []
    for finding in findings:
        member = layout.find(LISTS[finding.noun])
        if member is not None and member.rows is not None:
            of = getattr(dataset.origin, LISTS[finding.noun])
            rows = finding.rows[: len(finding.pointers)]
            # rows that were changed have no origin, but if no row was left out or added, they are where they were
            rows = rows if len(of) == len(member.rows) else of[rows]
            if (rows >= 0).all():
                finding = replace(finding, bytes=tuple(member.rows.starts[rows].tolist()))
        made.append(finding)
    return made


def _rows(annotations: Annotations, dataset: Dataset, kind: str, noun: str) -> Rows:
    """Columns with the sizes of their images beside them."""
    size = np.full((len(annotations), 2), np.nan)
    if annotations.image_id is not None:
        stated = sizes_of_images(dataset.images, annotations.image_id)
        known = (stated[:, 0] > 0) & (stated[:, 1] > 0)
        size[known] = stated[known, ::-1]
    return Rows(annotations, size, kind, noun)


def _check_missing(notes: Notebook, rows: Rows) -> None:
    """Fields that pycocotools fails without (quirk X5)."""
    a = rows.annotations
    shaped = a.has(Field.BBOX | Field.SEGMENTATION | Field.KEYPOINTS)
    for field in (Field.CATEGORY_ID, Field.BBOX, Field.AREA, Field.ISCROWD):
        member = (field.name or "").lower()
        notes.add(f"missing-{member.replace('_', '-')}", shaped & ~a.has(field), rows.noun, rows.example)
    missing = a.has(Field.KEYPOINTS) & ~a.has(Field.NUM_KEYPOINTS)
    notes.add("missing-num-keypoints", missing, rows.noun, rows.example)


def _check_scores(notes: Notebook, rows: Rows) -> None:
    a = rows.annotations
    if a.score is None:
        return
    score: Float64 = a.score
    has = a.has(Field.SCORE)

    def example(row: int) -> str:
        return rows.example(row, f"score {shown(float(score[row]))}")

    finite = np.isfinite(score)
    notes.add("score-not-finite", has & ~finite, rows.noun, example, "score")
    notes.add("score-out-of-range", has & finite & ((score < 0) | (score > 1)), rows.noun, example, "score")

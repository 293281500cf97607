"""Reports as CSV files: categories, raw curves, interpolated curves."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from typing import Any

from cocokit.atomic import atomic_write

from .curves import pr_curves
from .report import Report

Path = str | os.PathLike[str]

_RAW = ("id", "name", "iou_thr", "area", "max_dets", "score", "tp", "fp", "fn", "precision", "recall", "f1")
_INTERPOLATED = ("id", "name", "iou_thr", "area", "max_dets", "recall", "precision", "score")


def write_category_csv(report: Report, path: Path) -> None:
    """Write a row per category: id, name, annotations and every line of the summary; empty where nothing is measured.

    Raises:
        DataError: the file cannot be written.
    """
    rows = report.per_category()
    names = list(rows[0]) if rows else ["id", "name", "annotations", *report.named_stats()]
    stats = set(report.named_stats())
    write_csv(path, names, ([_measured(row[n]) if n in stats else row[n] for n in names] for row in rows))


def write_pr_csv(
    report: Report, path: Path, iou_thr: float | None = 0.5, area: str | None = None, max_dets: int | None = None
) -> None:
    """Write the raw curves: a row per category and distinct score; arguments as for :func:`pr_curves`.

    Raises:
        DataError: the file cannot be written.
        ParamsError, NotFoundError: as :func:`pr_curves`.
    """
    write_csv(path, _RAW, _raw(report, iou_thr, area, max_dets))


def write_interpolated_csv(report: Report, path: Path) -> None:
    """Write ``report.precision`` of the first area range and the largest max_dets: a row per category, IoU and recall.

    ``precision`` is the best one at this recall or a larger one, as COCO averages it, and ``score`` the lowest score
    that reaches the recall; both are 0 where no score does. Categories without ground truth have no rows.

    Raises:
        DataError: the file cannot be written.
    """
    write_csv(path, _INTERPOLATED, _interpolated(report))


def write_csv(path: Path, names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a head line and rows as CSV, whole or not at all; None is an empty cell.

    Raises:
        DataError: the file cannot be written.
    """
    with atomic_write(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        text.flush()
        text.detach()


def _raw(report: Report, iou_thr: float | None, area: str | None, max_dets: int | None) -> Iterator[list[Any]]:
    for c in pr_curves(report, iou_thr, area, max_dets):
        head = [c.cat_id, c.cat_name, round(c.iou_thr, 10), c.area, c.max_dets]
        fn = (c.positives - c.tp).tolist()
        recall = c.recall.tolist() if c.positives else [None] * len(fn)
        columns = (c.scores.tolist(), c.tp.tolist(), c.fp.tolist(), fn, c.precision.tolist(), recall, c.f1.tolist())
        for row in zip(*columns, strict=True):
            yield [*head, *row]


def _interpolated(report: Report) -> Iterator[list[Any]]:
    params = report.params
    for k, (cat_id, name) in enumerate(zip(report.cat_ids, report.cat_names, strict=True)):
        for t, iou in enumerate(params.iou_thrs.tolist() if report.npig[k, 0] else ()):
            head = [cat_id, name, round(iou, 10), params.area_labels[0], params.max_dets[-1]]
            cells = (a[t, :, k, 0, -1].tolist() for a in (report.precision, report.scores))
            for row in zip(params.rec_thrs.round(10).tolist(), *cells, strict=True):
                yield [*head, *row]


def _measured(value: float) -> float | None:
    return value if value > -1 else None

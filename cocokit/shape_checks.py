"""Checks of boxes and areas by themselves, for annotations and results alike; the rows that all checks share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .columns import Annotations, Bools, Field, Float64
from .findings import Notebook
from .places import place, shown
from .survey import TOLERANCE


@dataclass(slots=True, eq=False, repr=False)
class Rows:
    """Annotations or results under check.

    Attributes:
        annotations: N rows.
        size: (N, 2) float64, [width, height] px of each row's image, NaN where unknown.
        kind: "annotations" or "results", for places.
        noun: "annotation" or "result", for sentences.
        bad_box, bad_area, bad_outline: (N,) bool, rows about which something was said: one defect is one finding.
    """

    annotations: Annotations
    size: Float64
    kind: str
    noun: str
    bad_box: Bools = field(init=False)
    bad_area: Bools = field(init=False)
    bad_outline: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.bad_box, self.bad_area, self.bad_outline = (np.zeros(len(self.annotations), np.bool_) for _ in range(3))

    def example(self, row: int, value: str = "") -> str:
        """A place, with the ids that help to find it, and a value."""
        a = self.annotations
        ids = [
            f"{member} {column[row]}"
            for member, field, column in (("id", Field.ID, a.id), ("image_id", Field.IMAGE_ID, a.image_id))
            if column is not None and a.present[row] & int(field)
        ]
        return f"{place(self.kind, row)}: {', '.join(ids + [value] * bool(value))}"


def check_boxes(notes: Notebook, rows: Rows) -> None:
    """Boxes that are not finite, empty, or outside their image."""
    if rows.annotations.bbox is None:
        return
    box, has = rows.annotations.bbox, rows.annotations.has(Field.BBOX)

    def example(row: int) -> str:
        size = rows.size[row]
        image = f" in an image of {size[0]:g} x {size[1]:g}" if np.isfinite(size).all() else ""
        return rows.example(row, f"bbox {shown(box[row].tolist())}{image}")

    def note(code: str, bad: Any) -> None:
        rows.bad_box |= bad
        notes.add(code, bad, rows.noun, example, "bbox")

    x, y, w, h = box.T
    finite = np.isfinite(x) & np.isfinite(y) & np.isfinite(w) & np.isfinite(h)
    note("bbox-not-finite", has & ~finite)
    has = has & finite
    negative, zero = (w < 0) | (h < 0), (w == 0) | (h == 0)
    note("bbox-negative-size", has & negative)
    note("bbox-empty", has & zero & ~negative)
    has = has & ~negative & ~zero
    width, height = rows.size.T
    off = has & ((x >= width) | (y >= height) | (x + w <= 0) | (y + h <= 0))
    note("bbox-off-image", off)
    if rows.kind == "annotations":
        edge = TOLERANCE
        out = (x < -edge) | (y < -edge) | (x + w > width + edge) | (y + h > height + edge)
        note("bbox-outside", has & out & ~off)


def check_areas(notes: Notebook, rows: Rows) -> None:
    """Areas that are not finite, negative, or zero."""
    area, has = rows.annotations.area, rows.annotations.has(Field.AREA)
    if area is None:
        return
    bad = has & ~(np.isfinite(area) & (area >= 0))
    empty = has & (area == 0)
    for code, found in (("area-invalid", bad), ("area-zero", empty)):
        rows.bad_area |= found
        notes.add(code, found, rows.noun, lambda row: area_example(rows, row), "area")


def area_example(rows: Rows, row: int) -> str:
    """A place with the area that stands there, and the box beside it."""
    a = rows.annotations
    assert a.area is not None
    box = f", bbox {shown(a.bbox[row].tolist())}" if a.bbox is not None else ""
    return rows.example(row, f"area {shown(float(a.area[row]))}{box}")

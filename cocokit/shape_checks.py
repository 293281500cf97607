"""Checks of boxes, areas, outlines and keypoints, for annotations and results alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import KIND_NONE, Annotations, Field, Float64, Int64, Segmentations
from .findings import Notebook
from .places import place, shown

#: Boxes and points may leave their image by this much (px) before it is worth a word: writers round.
TOLERANCE = 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Annotations or results under check.

    Attributes:
        annotations: N rows.
        size: (N, 2) float64, [width, height] px of each row's image, NaN where unknown.
        kind: "annotations" or "results", for places.
        noun: "annotation" or "result", for sentences.
    """

    annotations: Annotations
    size: Float64
    kind: str
    noun: str

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

    finite = np.isfinite(box).all(axis=1)
    notes.add("error", "bbox-not-finite", has & ~finite, "a box with a number that is not finite", rows.noun, example)
    has = has & finite
    x, y, w, h = box.T
    negative, zero = (w < 0) | (h < 0), (w == 0) | (h == 0)
    notes.add("error", "bbox-negative-size", has & negative, "a box of negative width or height", rows.noun, example)
    empty = has & zero & ~negative
    notes.add("warning", "bbox-empty", empty, "a box of zero width or height", rows.noun, example)
    width, height = rows.size.T
    off = has & ((x >= width) | (y >= height) | (x + w <= 0) | (y + h <= 0))
    notes.add("error", "bbox-off-image", off, "a box that lies wholly outside its image", rows.noun, example)
    if rows.kind == "annotations":
        edge = TOLERANCE
        out = (x < -edge) | (y < -edge) | (x + w > width + edge) | (y + h > height + edge)
        notes.add(
            "warning", "bbox-outside", has & out & ~off, "a box that reaches outside its image", rows.noun, example
        )


def check_areas(notes: Notebook, rows: Rows) -> None:
    """Areas that are not finite, negative, zero, or larger than the box."""
    a = rows.annotations
    if a.area is None:
        return
    area, has = a.area, a.has(Field.AREA)

    def example(row: int) -> str:
        box = f", bbox {shown(a.bbox[row].tolist())}" if a.bbox is not None else ""
        return rows.example(row, f"area {shown(float(area[row]))}{box}")

    bad = has & ~(np.isfinite(area) & (area >= 0))
    notes.add("error", "area-invalid", bad, "an area that is negative or not finite", rows.noun, example)
    notes.add("warning", "area-zero", has & (area == 0), "an area of 0", rows.noun, example)
    if a.bbox is not None:
        whole = np.maximum(a.bbox[:, 2], 0) * np.maximum(a.bbox[:, 3], 0)
        frame = 2 * TOLERANCE * (a.bbox[:, 2] + a.bbox[:, 3]) + 4 * TOLERANCE**2
        larger = has & ~bad & a.has(Field.BBOX) & (area > whole + np.maximum(frame, 0))
        notes.add("warning", "area-exceeds-bbox", larger, "an area larger than that of the box", rows.noun, example)


def check_outlines(notes: Notebook, rows: Rows) -> None:
    """Empty outlines, polygons that are none, points outside the image, crowd regions without RLE."""
    a = rows.annotations
    outlines = a.segmentation
    if outlines is None:
        return
    has, polygonal = a.has(Field.SEGMENTATION), np.diff(outlines.rings) > 0

    def example(row: int) -> str:
        rings = range(int(outlines.rings[row]), int(outlines.rings[row + 1]))
        lengths = [len(outlines.xy[i]) for i in rings]
        return rows.example(row, f"{len(lengths)} polygons of {shown(lengths)} numbers" if lengths else "")

    empty = has & (outlines.kind == KIND_NONE)
    if not (empty == has).all():  # otherwise the file has boxes only, and says so
        notes.add("warning", "segmentation-empty", empty, "an empty segmentation", rows.noun, example)
    lengths = np.diff(outlines.xy.offsets)
    short = _some(outlines.rings, lengths < 6)
    what = "a polygon of fewer than 3 points (quirk K1)"
    notes.add("error", "polygon-too-short", polygonal & short, what, rows.noun, example)
    odd = _some(outlines.rings, lengths % 2 == 1)
    notes.add(
        "error", "polygon-odd", polygonal & odd, "a polygon with an odd number of coordinates", rows.noun, example
    )
    infinite = _some(outlines.rings, _some(outlines.xy.offsets, ~np.isfinite(outlines.xy.values)))
    notes.add("error", "polygon-not-finite", infinite, "a coordinate that is not finite", rows.noun, example)
    outside = _some(outlines.rings, _some(outlines.xy.offsets, _outside(outlines, rows.size)))
    what = "a polygon that reaches outside its image"
    notes.add("warning", "polygon-outside", outside & ~infinite, what, rows.noun, example)
    if a.iscrowd is not None:
        drawn = polygonal & (a.iscrowd == 1)
        notes.add("warning", "crowd-polygons", drawn, "a crowd region with polygons instead of RLE", rows.noun, example)


def check_keypoints(notes: Notebook, rows: Rows, points: dict[int, int]) -> None:
    """Poses of a wrong length, wrong num_keypoints, and points outside the image.

    Args:
        notes: where findings go.
        rows: the rows under check.
        points: how many keypoints each category has, for those where it is known.
    """
    a = rows.annotations
    if a.keypoints is None:
        return
    has, lengths = a.has(Field.KEYPOINTS), np.diff(a.keypoints.offsets)

    def example(row: int) -> str:
        return rows.example(row, f"{lengths[row]} numbers")

    ragged = has & (lengths % 3 != 0)
    what = "keypoints whose numbers are no multiple of 3"
    notes.add("error", "keypoints-length", ragged, what, rows.noun, example)
    if a.category_id is not None and points:
        named = _looked_up(a.category_id, points)
        wrong = has & ~ragged & (named > 0) & (lengths != 3 * named)
        what = "another number of keypoints than its category has"
        notes.add("error", "keypoints-count", wrong, what, rows.noun, example)
    infinite = has & _some(a.keypoints.offsets, ~np.isfinite(a.keypoints.values))
    notes.add("error", "keypoints-not-finite", infinite, "a keypoint that is not finite", rows.noun, example)
    if a.num_keypoints is not None:
        stated, visible = a.num_keypoints, _visible(a)
        differs = has & ~ragged & a.has(Field.NUM_KEYPOINTS) & (stated != visible)
        notes.add(
            "warning",
            "num-keypoints",
            differs,
            "a num_keypoints that is not the number of points with v > 0",
            rows.noun,
            lambda row: rows.example(row, f"num_keypoints {stated[row]}, counted {visible[row]}"),
        )


def _some(offsets: Int64, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(N,) bool: ragged rows of which at least one value is flagged."""
    return _sums(offsets, flags) > 0


def _sums(offsets: Int64, flags: NDArray[np.bool_]) -> Int64:
    running = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=running[1:])
    sums: Int64 = running[offsets[1:]] - running[offsets[:-1]]
    return sums


def _outside(outlines: Segmentations, size: Float64) -> NDArray[np.bool_]:
    """(V,) bool: coordinates that leave the image by more than the tolerance; unknown sizes bound nothing."""
    owners = np.repeat(np.arange(len(outlines)), np.diff(outlines.rings))
    lengths = np.diff(outlines.xy.offsets)
    axis = (np.arange(len(outlines.xy.values)) - np.repeat(outlines.xy.offsets[:-1], lengths)) % 2
    limit = size[np.repeat(owners, lengths), axis]
    values = outlines.xy.values
    return np.isfinite(limit) & ((values < -TOLERANCE) | (values > limit + TOLERANCE))


def _looked_up(category_id: Int64, points: dict[int, int]) -> Int64:
    named = np.zeros(len(category_id), np.int64)
    for category, count in points.items():
        named[category_id == category] = count
    return named


def _visible(a: Annotations) -> Any:
    """(N,) how many points of each pose have v > 0."""
    assert a.keypoints is not None
    offsets = a.keypoints.offsets
    third = (np.arange(len(a.keypoints.values)) - np.repeat(offsets[:-1], np.diff(offsets))) % 3 == 2
    return _sums(offsets, third & (a.keypoints.values > 0))

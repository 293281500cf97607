"""All outlines of a dataset looked at once: what is wrong with their polygons; the area and box that COCO writes.

COCO's rule: the area of polygons is the sum of what their rings enclose (shoelace formula), that of an RLE the number
of its pixels; the box is the tight one around the points, or around the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .columns import KIND_COUNTS, KIND_POLYGONS, KIND_RLE, Bools, Float64, Segmentations, UInt8, take_segmentations
from .kernels.rings import WORDS, survey_rings
from .kernels.runs import EMPTY_RUNS
from .masks import MOST_PIXELS, measure

#: Points may leave their image by this much (px) before it is worth a word: writers round.
TOLERANCE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What is known of N polygons outlines with R rings.

    Attributes:
        faults: (R,) uint8 bits of :mod:`cocokit.kernels.rings`.
        area: (N,) float64 px^2 of all usable rings.
        edge: (N,) float64, how many pixels lie along the rings.
        box: (N, 4) float64 [left, top, right, bottom] px of all usable rings; zeros where there is none.
    """

    faults: UInt8
    area: Float64
    edge: Float64
    box: Float64


def survey(outlines: Segmentations, size: Float64) -> Survey:
    """Look at all rings.

    Args:
        outlines: N outlines; what is no polygon has no rings.
        size: (N, 2) float64 [width, height] px of each outline's image, NaN where unknown.
    """
    lengths = np.diff(outlines.xy.offsets)
    longest = int(lengths.max()) // 2 if len(lengths) else 0
    faults = np.zeros(len(lengths), np.uint8)
    found = np.zeros(WORDS * len(outlines))
    spare, sides = np.empty(5 * longest + 8), np.ascontiguousarray(size).reshape(-1)
    survey_rings(outlines.xy.values, outlines.xy.offsets, outlines.rings, len(outlines), sides, TOLERANCE, spare,
                 faults, found)  # fmt: skip
    words = found.reshape(-1, WORDS)
    return Survey(faults, words[:, 0], words[:, 1], words[:, 2:])


def coco_measures(outlines: Segmentations) -> tuple[Float64, Float64, Bools]:
    """Area and box of N outlines by COCO's rule.

    Returns:
        (N,) float64 px^2; (N, 4) float64 [x, y, w, h] px; (N,) bool, where the two mean something: the outline can be
        decoded, and covers something. Rings that are no polygons (too short, not finite) do not count.
    """
    seen = survey(outlines, np.full((len(outlines), 2), np.nan))
    area, box = seen.area.copy(), seen.box.copy()
    box[:, 2:] -= box[:, :2]
    good = (outlines.kind == KIND_POLYGONS) & (area > 0)
    sides = outlines.size
    runs = (outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS)
    runs &= ((sides > 0) & (sides < 1 << 16)).all(axis=1) & (sides.astype(np.float64).prod(axis=1) < MOST_PIXELS)
    rows = np.flatnonzero(runs)
    if len(rows):
        measures = measure(take_segmentations(outlines, rows))
        whole = (measures.status <= EMPTY_RUNS) & (measures.total == sides[rows].prod(axis=1)) & (measures.area > 0)
        area[rows], box[rows], good[rows] = measures.area, measures.bbox, whole
    # two decimals more than files have: 473.07 - 0.1 must not become 472.96999999999997
    return np.round(area, 6), np.round(box, 6), good

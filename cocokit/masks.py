"""Masks of many annotations as columns: measured once, decoded or drawn when somebody asks for their runs.

A decoded mask is the list of its runs' *ends* (see :mod:`cocokit.kernels.runs`): uint32 pixel numbers, column-major.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import (
    KIND_COUNTS,
    KIND_NONE,
    KIND_POLYGONS,
    KIND_RLE,
    Float64,
    Int64,
    Ragged,
    Segmentations,
    UInt8,
    UInt32,
    join_ragged,
    take_ragged,
)
from .errors import DataError
from .kernels.overlap import mask_ious
from .kernels.raster import GROW_COLUMNS, GROW_CROSSINGS, rasterise
from .kernels.runs import (
    BAD_CHARACTERS,
    EMPTY_RUNS,
    OK,
    TRUNCATED,
    WRONG_SUM,
    decode_texts,
    measure_ends,
    measure_texts,
)

#: What is wrong with a mask of each status.
STATUS_TEXT = {
    OK: "well-formed",
    EMPTY_RUNS: "runs of length zero between others",
    WRONG_SUM: "runs that do not sum to the image's pixels",
    BAD_CHARACTERS: "characters that no compressed RLE has",
    TRUNCATED: "a text that ends inside a number",
}

#: An image has fewer pixels than this; the counts of an RLE are 32 bits wide.
MOST_PIXELS = 1 << 32
_KEPT_ENDS = 1 << 24  # decoded polygons are kept up to this many ends (64 MB)
_BLOCK = 4096


@dataclass(slots=True, eq=False, repr=False)
class Measures:
    """What a mask measures.

    Attributes:
        area: (N,) float64 px^2, modulo 2**32 for damaged masks.
        bbox: (N, 4) float64 [x, y, w, h] px, as rleToBbox gives it; zeros for an empty mask.
        total: (N,) int64 sum of the runs; the image's pixels where all is well.
        status: (N,) uint8: OK, EMPTY_RUNS, WRONG_SUM, BAD_CHARACTERS or TRUNCATED of cocokit.kernels.runs.
    """

    area: Float64
    bbox: Float64
    total: Int64
    status: UInt8


class Masks:
    """N masks, ready to be compared.

    Attributes:
        segmentations: the outlines as written.
        size: (N, 2) int64 [height, width] px: an RLE's own, the image's for polygons and for no outline.
        measures: area, box and status of each.
    """

    def __init__(self, segmentations: Segmentations, sizes: Int64 | None = None, rows: Int64 | None = None) -> None:
        """Measure masks.

        Args:
            segmentations: N outlines.
            sizes: (N, 2) int64 [height, width] px of each annotation's image; may be left out when all are RLEs.
            rows: (R,) int64 the only rows that will be asked for; the measures of the others stay 0.

        Raises:
            DataError: a size is negative or has 2**32 pixels or more, or a polygon comes without a size.
        """
        self.segmentations = segmentations
        rows = np.arange(len(segmentations)) if rows is None else rows
        self.size = _sizes(segmentations, sizes, rows)
        n = len(segmentations)
        self.measures = Measures(np.zeros(n), np.zeros((n, 4)), np.zeros(n, np.int64), np.zeros(n, np.uint8))
        self._kept = Ragged(np.empty(0, np.uint32), np.zeros(1, np.int64))
        self._place = np.full(n, -1, np.int64)
        self._measure(rows)

    def __len__(self) -> int:
        return len(self.segmentations)

    def ends(self, rows: Int64) -> Ragged:
        """Ends of the masks ``rows`` (R,), uint32; a missing or empty outline is an empty mask (PARITY X10)."""
        return ends_of(self.segmentations, np.ascontiguousarray(rows, np.int64), self.size)

    def placed(self, rows: Int64) -> tuple[Ragged, Int64]:
        """Ends of some masks, uint32, and (R,) int64 which of them is that of each of ``rows`` (R,), repeats allowed.

        Nothing is decoded twice, and what was kept from measuring is not decoded at all.
        """
        place = self._place[rows]
        if len(rows) and place.min() >= 0:
            return self._kept, place
        wanted, back = np.unique(rows, return_inverse=True)
        return self.ends(wanted), back

    def _measure(self, rows: Int64) -> None:
        kind, found = self.segmentations.kind[rows], self.measures
        size = self.size.reshape(-1)
        texts = rows[kind == KIND_RLE]
        if len(texts):
            text = self.segmentations.text
            spare = np.empty(int(np.diff(text.offsets).max()), np.uint32)
            measure_texts(text.values, text.offsets, texts, len(texts), size, spare, found.area,
                          found.bbox.reshape(-1), found.total, found.status)
        others = rows[kind != KIND_RLE]
        kept, room = [], _KEPT_ENDS
        for start in range(0, len(others), _BLOCK):
            some = others[start : start + _BLOCK]
            block = ends_of(self.segmentations, some, self.size)
            measure_ends(block.values, block.offsets, some, 0, len(some), size, found.area,
                         found.bbox.reshape(-1), found.total, found.status)
            if (self.segmentations.kind[some] == KIND_COUNTS).any():
                self._refuse_odd_counts(some)
            room -= len(block.values)
            if room >= 0:
                kept.append(block)
                self._place[some] = np.arange(start, start + len(some))
        if kept:
            self._kept = join_ragged(kept)

    def _refuse_odd_counts(self, rows: Int64) -> None:
        """Run lengths below 0 or beyond 32 bits wrap in the kernels: such masks do not sum to their size."""
        counts = self.segmentations.counts
        bad = np.flatnonzero((counts.values < 0) | (counts.values >= MOST_PIXELS))
        if len(bad):
            owners = np.unique(np.searchsorted(counts.offsets, bad, side="right") - 1)
            self.measures.status[np.intersect1d(owners, rows)] = WRONG_SUM

    def ious(self, rows: Int64, others: Masks, other_rows: Int64, crowd: UInt8) -> Float64:
        """IoU of the detections ``rows`` of this with the ground truths ``other_rows`` of ``others``, pair by pair.

        Args:
            rows: (P,) int64 each pair's detection.
            other_rows: (P,) int64 each pair's ground truth.
            others: the ground truths' masks, G of them.
            crowd: (G,) uint8, 1 for a crowd region.

        Returns:
            (P,) float64, bit for bit pycocotools' (PARITY I1 to I3, E1): 0 where boxes do not overlap, -1 where sizes
            differ.
        """
        out = np.empty(len(rows))
        mask_ious(*self._side(rows), *others._side(other_rows), np.ascontiguousarray(crowd, np.uint8), len(rows), out)
        return out

    def _side(self, rows: Int64) -> list[NDArray[Any]]:
        """One side's arguments of the kernel."""
        ends, place = self.placed(rows)
        found = self.measures
        return [ends.values, ends.offsets, found.area, found.bbox.reshape(-1), self.size.reshape(-1), found.status,
                np.stack([rows, place], axis=1).reshape(-1)]  # fmt: skip


def measure(segmentations: Segmentations, sizes: Int64 | None = None) -> Measures:
    """Area, box, sum of runs and status of N outlines; ``sizes`` (N, 2) and errors as those of :class:`Masks`."""
    from .column_checks import checked_outlines

    return Masks(checked_outlines(segmentations), sizes).measures


def runs_of(segmentations: Segmentations, rows: Int64, sizes: Int64 | None = None) -> Ragged:
    """Run lengths (uint32, column-major, background first) of the masks ``rows``, decoded or drawn.

    Args:
        segmentations: N outlines.
        rows: (R,) int64.
        sizes: (N, 2) int64 [height, width] px, needed for polygons.

    Raises:
        DataError: as :class:`Masks`; columns that do not fit each other.
        IndexError: there is no such row.
    """
    from .column_checks import checked_outlines

    segmentations = checked_outlines(segmentations)
    rows = np.arange(len(segmentations))[rows]  # negative ones count from the end
    found = ends_of(segmentations, rows, _sizes(segmentations, sizes, rows))
    return Ragged(ends_to_runs(found), found.offsets)


def ends_to_runs(ends: Ragged) -> UInt32:
    """(V,) uint32 run lengths of decoded masks, row by row as ``ends.values``."""
    values = ends.values
    runs = values.copy()
    runs[1:] -= values[:-1]
    first = ends.offsets[:-1][np.diff(ends.offsets) > 0]
    runs[first] = values[first]
    return runs


def runs_to_ends(runs: Ragged) -> UInt32:
    """(V,) uint32 ends of run lists, modulo 2**32: the inverse of :func:`ends_to_runs`."""
    total = np.zeros(len(runs.values) + 1, np.uint32)
    np.cumsum(runs.values.astype(np.uint32), dtype=np.uint32, out=total[1:])
    before = np.repeat(total[runs.offsets[:-1]], np.diff(runs.offsets))
    return np.asarray(total[1:] - before, np.uint32)


def ends_of(segmentations: Segmentations, rows: Int64, size: Int64) -> Ragged:
    """Ends of the masks ``rows`` (uint32, modulo 2**32), decoded or drawn.

    Args:
        segmentations: N outlines.
        rows: (R,) int64, contiguous.
        size: (N, 2) int64 [height, width] px of every mask.
    """
    kinds = segmentations.kind[rows]
    forms: list[tuple[Any, Callable[..., Ragged]]] = [
        (kinds == KIND_RLE, _from_text), (kinds == KIND_COUNTS, _from_counts),
        ((kinds == KIND_POLYGONS) | (kinds == KIND_NONE), _from_rings),
    ]  # fmt: skip
    parts, where = [], []
    for chosen, make in forms:
        if chosen.all():
            return make(segmentations, rows, size)
        if chosen.any():
            parts.append(make(segmentations, rows[chosen], size))
            where.append(np.flatnonzero(chosen))
    back = np.empty(len(rows), np.int64)
    back[np.concatenate(where)] = np.arange(len(rows))
    return take_ragged(join_ragged(parts), back)


def _from_text(segmentations: Segmentations, rows: Int64, size: Int64) -> Ragged:
    text, n = segmentations.text, len(rows)
    room = int((text.offsets[rows + 1] - text.offsets[rows]).sum())
    ends, offsets = np.empty(room, np.uint32), np.empty(n + 1, np.int64)
    used = decode_texts(text.values, text.offsets, rows, n, ends, offsets, np.empty(n, np.uint8))
    return Ragged(ends[:used], offsets)


def _from_counts(segmentations: Segmentations, rows: Int64, size: Int64) -> Ragged:
    chosen = take_ragged(segmentations.counts, rows)
    return Ragged(runs_to_ends(chosen), chosen.offsets)


def _from_rings(segmentations: Segmentations, rows: Int64, size: Int64) -> Ragged:
    """Draw polygons; the kernel says when it needs more room and goes on where it stopped."""
    n, xy = len(rows), segmentations.xy
    rings = segmentations.rings
    longest = int(np.diff(xy.offsets).max()) if len(xy) else 0
    widest = int(size[rows, 1].max()) if n else 0
    points = np.empty(longest + 4, np.int64)
    columns = np.empty(min(widest, 4096) + 2, np.int64)
    crossings = np.empty(4096, np.uint32)
    ends = np.empty(256 * n + 64, np.uint32)
    offsets, need, done = np.zeros(n + 1, np.int64), np.zeros(2, np.int64), 0
    while True:
        done = rasterise(rings, xy.values, xy.offsets, size.reshape(-1), rows, done, n, ends, len(ends), offsets,
                         points, columns, len(columns), crossings, len(crossings), need)
        if done == n:
            return Ragged(ends[: offsets[n]], offsets)
        room = int(need[1])
        if need[0] == GROW_COLUMNS:
            columns = np.empty(room, np.int64)
        elif need[0] == GROW_CROSSINGS:
            crossings = np.empty(2 * room, np.uint32)
        else:
            ends = np.concatenate([ends, np.empty(max(room, len(ends)), np.uint32)])


def _sizes(segmentations: Segmentations, sizes: Int64 | None, rows: Int64) -> Int64:
    """(N, 2) sizes of all masks, those of ``rows`` checked."""
    size, drawn = segmentations.size, segmentations.kind <= KIND_POLYGONS
    if sizes is not None and drawn.any():
        size = np.where(drawn[:, None], sizes, size)
    size = np.ascontiguousarray(size, np.int64)
    chosen = size[rows]
    if sizes is None and (segmentations.kind[rows] == KIND_POLYGONS).any():
        row = int(rows[segmentations.kind[rows] == KIND_POLYGONS][0])
        raise DataError("segmentations", f"[{row}]", "a polygon has no size of its own", "give the images' sizes")
    if not len(chosen) or (chosen.min() >= 0 and chosen.max() < 1 << 16):
        return size  # the usual case: no product can reach 2**32
    bad = ((chosen < 0) | (chosen > MOST_PIXELS)).any(axis=1)
    bad |= chosen[:, 0].astype(np.float64) * chosen[:, 1] >= MOST_PIXELS  # as int64 the product may wrap
    if bad.any():
        row = int(rows[bad][0])
        h, w = size[row].tolist()
        raise DataError("segmentations", f"[{row}].size", f"[{h}, {w}] is no size of an image that an RLE can hold",
                        "sizes are [height, width] in pixels, below 2**32 pixels in all", int(bad.sum()))  # fmt: skip
    return size

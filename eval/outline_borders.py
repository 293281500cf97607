"""Which outlines may enter an evaluation, before any of them is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import KIND_NONE, KIND_POLYGONS, Field

from .faults import Faults

Int64 = NDArray[np.int64]


def check_drawable(gt: Faults) -> None:
    """Refuse outlines that pycocotools cannot draw; in ``fixed`` they are empty masks (K1, X10)."""
    outlines = gt.rows.segmentation
    if outlines is None:
        return
    drawn = np.flatnonzero(outlines.kind == KIND_POLYGONS)
    rings = outlines.rings[drawn]
    thin = drawn[outlines.xy.offsets[rings + 1] - outlines.xy.offsets[rings] < 6]
    empty = np.flatnonzero(outlines.kind == KIND_NONE)
    faults = ((empty, "is empty", "X10"), (thin, "begins with a polygon of fewer than three points", "K1"))
    for at, what, quirk in faults:
        if len(at) and gt.fixed:
            gt.warn(at, "segmentation", f"{what}, counted as an empty mask ({quirk})")
        elif len(at):
            remedy = "correct or remove it, or count it as an empty mask with --fixed (fixed=True)"
            gt.refuse(at, "segmentation", f"{what}, which pycocotools cannot draw ({quirk})", remedy)


def check_coordinates(side: Faults) -> None:
    """Refuse coordinates that are NaN or infinite; warn about a last one without a partner."""
    outlines = side.rows.segmentation
    if outlines is None or not len(outlines.xy):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(outlines.xy.values.sum())
    if not finite:
        bad = np.flatnonzero(~np.isfinite(outlines.xy.values))
        at = _owners(outlines.rings, _owners(outlines.xy.offsets, bad))
        if len(at):
            word = "NaN" if np.isnan(outlines.xy.values[bad[0]]) else "Infinity"
            side.refuse(at, "segmentation", f"has {word} among its coordinates", "correct it")
    odd = np.flatnonzero(np.diff(outlines.xy.offsets) % 2)
    if len(odd):
        count = len(outlines.xy[int(odd[0])])
        reason = f"has a polygon of {count} numbers, of which the last is left out"
        side.warn(_owners(outlines.rings, odd), "segmentation", reason)


def check_are_masks(dt: Faults, *, measured: bool) -> None:
    """Refuse results whose outline is empty; or that is no RLE, if its area is to be measured: pycocotools cannot."""
    outlines = dt.rows.segmentation
    if outlines is None:
        return
    given = dt.rows.has(Field.SEGMENTATION)
    for kind, what in ((KIND_POLYGONS, "is a list of polygons"), (KIND_NONE, "is empty")):
        at = np.flatnonzero((outlines.kind == kind) & given)
        if len(at) and (measured or kind == KIND_NONE):
            dt.refuse(at, "segmentation", what, 'results need masks as RLE, {"size": [h, w], "counts": ...}')


def _owners(offsets: Int64, places: Int64) -> Int64:
    """Distinct rows that hold some places of ragged rows, rising.

    >>> _owners(np.array([0, 2, 2, 5]), np.array([1, 3, 4])).tolist()
    [0, 2]
    """
    return np.unique(np.searchsorted(offsets, places, side="right") - 1)

"""Which masks may enter an evaluation: outlines that can be drawn, RLEs that can be decoded and fit their image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cocokit.columns import (
    KIND_COUNTS,
    KIND_NONE,
    KIND_POLYGONS,
    KIND_RLE,
    Annotations,
    Bools,
    Field,
    Int64,
    Segmentations,
    UInt8,
)
from cocokit.ids import sizes_differ, sizes_of_images
from cocokit.kernels.runs import BAD_CHARACTERS, TRUNCATED, WRONG_SUM
from cocokit.masks import STATUS_TEXT, Masks

from .faults import Faults

if TYPE_CHECKING:
    from cocokit.dataset import Dataset


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


def check_masks(
    dataset: Dataset,
    results: Annotations,
    dt_masks: Masks,
    *,
    fixed: bool = False,
    lenient: bool = False,
    gt_path: str = "ground truth",
    dt_path: str = "results",
) -> list[str]:
    """Warnings about masks that were measured, or an error for those that must not be compared.

    Args:
        dataset: ground truth, with outlines or without.
        results: detections, with outlines or without.
        dt_masks: the detections' masks; those of the ground truth that are RLEs, usually few, are measured here.
        fixed: the mode that corrects pycocotools' defects; it refuses all of these.
        lenient: warn where pycocotools has a number: masks of another size (I2), damaged texts (X11).
        gt_path: the ground truth's name for messages.
        dt_path: that of the results.

    Raises:
        DataError: runs that do not sum to the mask's size, which pycocotools may compare for ever (X14); unless
            lenient, a text that is no RLE (X11) or a mask of another size than its image (I2).
    """
    gt = Faults(dataset.annotations, gt_path, "annotations", lenient=lenient, fixed=fixed)
    dt = Faults(results, dt_path, "results", lenient=lenient, fixed=fixed)
    _check_side(dt, dataset, dt_masks.measures.status)
    outlines = gt.rows.segmentation
    if outlines is not None:
        rows = np.flatnonzero(_is_rle(outlines))
        _check_side(gt, dataset, Masks(outlines, rows=rows).measures.status)
    return [*gt.warnings, *dt.warnings]


def _is_rle(outlines: Segmentations) -> Bools:
    rle: Bools = (outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS)
    return rle


def _check_side(side: Faults, dataset: Dataset, status: UInt8) -> None:
    outlines = side.rows.segmentation
    if outlines is not None:
        _check_runs(side, outlines, status)
        _check_mask_sizes(side, outlines, dataset)


def _check_runs(side: Faults, outlines: Segmentations, status: UInt8) -> None:
    if not len(status) or status.max() < WRONG_SUM:
        return
    for what, quirk in ((BAD_CHARACTERS, "X11"), (TRUNCATED, "X11")):
        at = np.flatnonzero(status == what)
        if len(at):
            side.doubt(at, "segmentation", f"has {STATUS_TEXT[what]} ({quirk})", "write the mask again")
    at = np.flatnonzero(status == WRONG_SUM)
    if len(at):
        height, width = outlines.size[at[0]].tolist()
        reason = f"has runs that do not sum to its size, {height} x {width} (X14)"
        side.refuse(at, "segmentation", reason, "write the mask again; size is [height, width]")


def _check_mask_sizes(side: Faults, outlines: Segmentations, dataset: Dataset) -> None:
    """Doubt RLEs whose size is not their image's (I2)."""
    ids = side.rows.image_id
    if ids is None:
        return
    size = sizes_of_images(dataset.images, ids)
    at = np.flatnonzero(sizes_differ(outlines.size, size) & _is_rle(outlines) & (size[:, 0] > 0))
    if len(at):
        (h, w), (height, width) = outlines.size[at[0]].tolist(), size[at[0]].tolist()
        reason = f"is {h} x {w} (height x width) px where its image is {height} x {width}, so it matches nothing (I2)"
        side.doubt(at, "segmentation", reason, "write masks in the size of the image; size is [height, width]")


def _owners(offsets: Int64, places: Int64) -> Int64:
    """Distinct rows that hold some places of ragged rows, rising.

    >>> _owners(np.array([0, 2, 2, 5]), np.array([1, 3, 4])).tolist()
    [0, 2]
    """
    return np.unique(np.searchsorted(offsets, places, side="right") - 1)

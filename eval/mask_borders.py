"""Which masks may enter an evaluation: decodable ones of their image's size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import KIND_COUNTS, KIND_RLE, Annotations, Segmentations
from cocokit.kernels.runs import BAD_CHARACTERS, TRUNCATED, WRONG_SUM
from cocokit.masks import STATUS_TEXT, Masks

from .faults import Faults, run_starts

if TYPE_CHECKING:
    from cocokit.dataset import Dataset

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]


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


def _is_rle(outlines: Segmentations) -> NDArray[np.bool_]:
    rle: NDArray[np.bool_] = (outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS)
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
    images = dataset.images
    size = sizes_of_images(ids, images.id, np.stack([images.height, images.width], axis=1))
    at = np.flatnonzero((outlines.size != size).any(1) & _is_rle(outlines) & (size[:, 0] > 0))
    if len(at):
        (h, w), (height, width) = outlines.size[at[0]].tolist(), size[at[0]].tolist()
        reason = f"is {h} x {w} (height x width) px where its image is {height} x {width}, so it matches nothing (I2)"
        side.doubt(at, "segmentation", reason, "write masks in the size of the image; size is [height, width]")


def sizes_of_images(ids: Int64, known: Int64, size: Int64) -> Int64:
    """(N, 2) int64 [height, width] px of the image of each row; zeros where there is no such image.

    Args:
        ids: (N,) image id of each row.
        known: (I,) ids of the images.
        size: (I, 2) their sizes.
    """
    if not len(known) or not len(ids):
        return np.zeros((len(ids), 2), np.int64)
    order = np.argsort(known, kind="stable")
    starts = run_starts(ids)
    place = np.searchsorted(known[order], ids[starts], side="right") - 1
    image = order[np.maximum(place, 0)]
    found = np.where((known[image] == ids[starts])[:, None], size[image], 0)
    return np.repeat(found, np.diff(np.append(starts, len(ids))), axis=0)

"""Which ground truth each detection took: what the words of :func:`match_cells` do not say."""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, put


@helper
def _first(start, stop, pair_gt, pair_iou, limit, g0, base, ignored, crowd, gt_match):
    """Position of the first candidate that a detection may take, those that count before the ignored; -1 for none."""
    for phase in range(2):
        for p in range(start, stop):
            if at(pair_iou, p) < limit:
                break
            g = g0 + at(pair_gt, p)
            if at(ignored, g) != phase:
                continue
            if at(gt_match, base + g) >= 0 and at(crowd, g) == 0:
                continue
            return g
    return -1


@kernel("u1[:] u1[:] i8[:] i8[:] i8[:] i8 i8[:] i4[:] f8[:] f8[:] i8 i8 i8 i4[:] i4[:]")
def match_detail(
    ignored, crowd, dt_start, dt_stop, gt_start, cells, offsets, pair_gt, pair_iou, thr, n_thr, n_dt, n_gt,
    dt_match, gt_match,
):  # fmt: skip
    """Partners of both sides in one area range, at every threshold.

    Args:
        ignored, crowd: (n_gt,) by position: ignored in this range; a crowd region.
        dt_start, dt_stop, gt_start: positions of each cell.
        offsets, pair_gt, pair_iou: candidates as :func:`match_cells` leaves them: by falling overlap, of equal ones
            the later ground truth first (PARITY B2); none is NaN.
        thr: (n_thr,) lowest overlap that matches (B1).
        dt_match: (n_thr * n_dt,) preset to -1; out: position of the ground truth that each detection took.
        gt_match: (n_thr * n_gt,) preset to -1; out: position of the last detection that took each ground truth (B4).

    Returns:
        How many matches there are.
    """
    matched = 0
    for t in range(n_thr):
        for c in range(cells):
            for d in range(at(dt_start, c), at(dt_stop, c)):
                g = _first(at(offsets, d), at(offsets, d + 1), pair_gt, pair_iou, at(thr, t), at(gt_start, c), t * n_gt,
                           ignored, crowd, gt_match)  # fmt: skip
                if g >= 0:
                    put(dt_match, t * n_dt + d, g)
                    put(gt_match, t * n_gt + g, d)
                    matched += 1
    return matched

"""Pairs of masks that can match, found from areas and boxes before anything is decoded."""

from __future__ import annotations

from cocokit.compiled import kernel
from cocokit.kernels.bits import at, put
from cocokit.kernels.overlap import boxes_meet, same_size


@kernel(
    "i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8 i8[:] f8[:] f8[:] i8[:] u1[:] f8[:] f8[:] i8[:] u1[:] u1[:] f8"
    " i8[:] i4[:] i8[:] i8[:] i8"
)
def mask_candidates(
    dt_order, gt_order, dt_start, dt_stop, gt_start, gt_stop, cells, state,
    d_area, d_box, d_size, d_status, g_area, g_box, g_size, g_status, crowd, floor,
    pair_position, pair_gt, pair_dt_row, pair_gt_row, room,
):  # fmt: skip
    """Pairs of a cell whose mask IoU may reach ``floor``; every pair when ``floor`` is 0 or less.

    Two well-formed masks share no more than the smaller area, nor more than their boxes do. A mask that is not well
    formed is a candidate wherever the boxes overlap.

    The first arguments are the cells (see ``cocokit.eval.cells``); ``state`` (2,) is the cell and the detection
    position to begin with, and both are moved on. ``d_area`` (N,), ``d_box`` (4N,), ``d_size`` (2N,) and ``d_status``
    (N,) measure the detections' masks by row, ``g_...`` the ground truths'; ``crowd`` (G,) is 1 for crowd regions.
    ``room`` is at least the number of ground truths of any cell.

    How many pairs were written comes back: the detection's position, the ground truth's within its cell, both rows.
    """
    n = 0
    least = floor * (1.0 - 1e-9)
    c = at(state, 0)
    p = at(state, 1)
    while c < cells:
        g0 = at(gt_start, c)
        g1 = at(gt_stop, c)
        p = max(p, at(dt_start, c))
        while p < at(dt_stop, c):
            if n + g1 - g0 > room:
                put(state, 0, c)
                put(state, 1, p)
                return n
            d = at(dt_order, p)
            for position in range(g0, g1):
                g = at(gt_order, position)
                if floor > 0.0:
                    if not boxes_meet(d_box, 4 * d, g_box, 4 * g) or not same_size(d_size, d, g_size, g):
                        continue
                    if at(d_status, d) == 0 and at(g_status, g) == 0:
                        shared = min(at(d_area, d), at(g_area, g))
                        width = (min(at(d_box, 4 * d) + at(d_box, 4 * d + 2), at(g_box, 4 * g) + at(g_box, 4 * g + 2))
                                 - max(at(d_box, 4 * d), at(g_box, 4 * g)))  # fmt: skip
                        top = max(at(d_box, 4 * d + 1), at(g_box, 4 * g + 1))
                        height = min(at(d_box, 4 * d + 1) + at(d_box, 4 * d + 3),
                                     at(g_box, 4 * g + 1) + at(g_box, 4 * g + 3)) - top  # fmt: skip
                        shared = min(shared, width * height)
                        joined = at(d_area, d)
                        if at(crowd, g) == 0:
                            joined += at(g_area, g) - shared
                        if shared < least * joined:
                            continue
                put(pair_position, n, p)
                put(pair_gt, n, position - g0)
                put(pair_dt_row, n, d)
                put(pair_gt_row, n, g)
                n += 1
            p += 1
        c += 1
    put(state, 0, c)
    put(state, 1, p)
    return n

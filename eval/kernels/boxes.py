"""Box IoU of the pairs that can match."""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, fdiv, put


@helper
def fmin(a, b):
    """C's fmin: the other one when one is NaN."""
    if a != a:
        return b
    if b != b:
        return a
    return a if a < b else b


@helper
def fmax(a, b):
    """C's fmax: the other one when one is NaN."""
    if a != a:
        return b
    if b != b:
        return a
    return a if a > b else b


@helper
def box_iou(dx, dy, dw, dh, gx, gy, gw, gh, crowd):
    """IoU of two boxes in pycocotools' order of operations (PARITY E1, I4, I7)."""
    w = fmin(dw + dx, gw + gx) - fmax(dx, gx)
    if w <= 0:
        return 0.0
    h = fmin(dh + dy, gh + gy) - fmax(dy, gy)
    if h <= 0:
        return 0.0
    inter = w * h
    da = dw * dh
    union = da if crowd != 0 else da + gw * gh - inter
    return fdiv(inter, union)


@kernel("i8[:] i8 f8[:] i8[:] f8[:] u1[:] i8[:] i8[:] i8[:] i8[:] i8 f8 i8[:] i4[:] f8[:] i8")
def box_pairs(
    dt_order, n_dt, dt_box, gt_order, gt_box, gt_crowd, dt_start, dt_stop, gt_start, gt_stop, cells, floor,
    offsets, pair_gt, pair_iou, room,
):  # fmt: skip
    """All (detection, ground truth) pairs of a cell with IoU of at least ``floor``, or NaN.

    Args:
        dt_box, gt_box: (4 N,) x, y, w, h of each row, flat.
        offsets: (n_dt + 1,) out: pairs of the detection at position p are ``offsets[p]`` to ``offsets[p + 1]``.
        pair_gt, pair_iou: (room,) out: ground truth's position within the cell, and IoU.

    Returns:
        How many pairs there are; when it is more than ``room``, only the first ``room`` were written.
    """
    p = 0
    pairs = 0
    for c in range(cells):
        g0 = at(gt_start, c)
        g1 = at(gt_stop, c)
        while p < at(dt_start, c):
            put(offsets, p, pairs)
            p += 1
        while p < at(dt_stop, c):
            put(offsets, p, pairs)
            d = at(dt_order, p) * 4
            dx = at(dt_box, d)
            dy = at(dt_box, d + 1)
            dw = at(dt_box, d + 2)
            dh = at(dt_box, d + 3)
            for g in range(g0, g1):
                row = at(gt_order, g)
                b = row * 4
                iou = box_iou(dx, dy, dw, dh, at(gt_box, b), at(gt_box, b + 1), at(gt_box, b + 2), at(gt_box, b + 3),
                              at(gt_crowd, row))  # fmt: skip
                if iou >= floor or iou != iou:
                    if pairs < room:
                        put(pair_gt, pairs, g - g0)
                        put(pair_iou, pairs, iou)
                    pairs += 1
            p += 1
    while p <= n_dt:
        put(offsets, p, pairs)
        p += 1
    return pairs

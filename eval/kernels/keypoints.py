"""Object keypoint similarity in two kernels around NumPy's own ``exp``.

``exp`` is left to NumPy because its last bit differs between implementations (PARITY F8); everything else, the order of
operations and the pairwise sum included, is done here.
"""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, fdiv, put

_EPS = 2.220446049250313e-16


@helper
def _over(a, b):
    """``max(0, a) + max(0, b)`` with NaN kept, as np.max keeps it."""
    left = a if (a > 0.0 or a != a) else 0.0
    right = b if (b > 0.0 or b != b) else 0.0
    return left + right


@helper
def _visible(points, start, n):
    seen = 0
    for i in range(n):
        if at(points, start + 3 * i + 2) > 0:
            seen += 1
    return seen


@kernel(
    "i8[:] i8[:] f8[:] i8[:] i8[:] i8[:] f8[:] f8[:] f8[:] f8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8 i8 i8[:] f8[:]"
)
def oks_exponents(
    dt_order, dt_offsets, dt_points, gt_order, gt_offsets, gt_rows, gt_points, gt_box, gt_area, variances, var_start,
    gt_category, dt_start, dt_stop, gt_start, gt_stop, c0, c1, lengths, exponents,
):  # fmt: skip
    """Exponents -e of every labelled point of every pair of the cells c0 to c1 (PARITY F2, F3, F4).

    Args:
        dt_offsets, dt_points, gt_offsets, gt_points: ragged x, y, v rows; ``gt_rows`` leads from a ground-truth row
            to its keypoints' row.
        gt_box, gt_area: (4 G,) and (G,) by ground-truth row, px and px^2.
        variances, var_start: (2 sigma)^2 of category k's points: ``var_start[k]`` to ``var_start[k + 1]``.
        gt_category: (G,) category index by position in ``gt_order``.
        lengths: out: exponents of each pair, detection after detection.
        exponents: out, room for all points of every pair.

    Returns:
        How many exponents were written.
    """
    k = 0
    pair = 0
    for c in range(c0, c1):
        g0 = at(gt_start, c)
        v0 = at(var_start, at(gt_category, g0))
        points = at(var_start, at(gt_category, g0) + 1) - v0
        for d in range(at(dt_start, c), at(dt_stop, c)):
            a = at(dt_offsets, at(dt_order, d))
            for g in range(g0, at(gt_stop, c)):
                row = at(gt_order, g)
                b = at(gt_offsets, at(gt_rows, row))
                x0 = at(gt_box, 4 * row) - at(gt_box, 4 * row + 2)
                x1 = at(gt_box, 4 * row) + at(gt_box, 4 * row + 2) * 2
                y0 = at(gt_box, 4 * row + 1) - at(gt_box, 4 * row + 3)
                y1 = at(gt_box, 4 * row + 1) + at(gt_box, 4 * row + 3) * 2
                visible = _visible(gt_points, b, points)
                scale = at(gt_area, row) + _EPS
                first = k
                for i in range(points):
                    xd = at(dt_points, a + 3 * i)
                    yd = at(dt_points, a + 3 * i + 1)
                    if visible > 0:
                        if not at(gt_points, b + 3 * i + 2) > 0:
                            continue
                        dx = xd - at(gt_points, b + 3 * i)
                        dy = yd - at(gt_points, b + 3 * i + 1)
                    else:
                        dx = _over(x0 - xd, xd - x1)
                        dy = _over(y0 - yd, yd - y1)
                    put(exponents, k, -(fdiv(fdiv(dx * dx + dy * dy, at(variances, v0 + i)), scale) / 2.0))
                    k += 1
                put(lengths, pair, k - first)
                pair += 1
    return k


@helper
def _block(values, start, n):
    """NumPy's pairwise sum of up to 128 terms: eight accumulators, then the rest one by one."""
    if n < 8:
        total = 0.0
        for i in range(n):
            total += at(values, start + i)
        return total
    r0 = at(values, start)
    r1 = at(values, start + 1)
    r2 = at(values, start + 2)
    r3 = at(values, start + 3)
    r4 = at(values, start + 4)
    r5 = at(values, start + 5)
    r6 = at(values, start + 6)
    r7 = at(values, start + 7)
    i = 8
    while i < n - n % 8:
        r0 += at(values, start + i)
        r1 += at(values, start + i + 1)
        r2 += at(values, start + i + 2)
        r3 += at(values, start + i + 3)
        r4 += at(values, start + i + 4)
        r5 += at(values, start + i + 5)
        r6 += at(values, start + i + 6)
        r7 += at(values, start + i + 7)
        i += 8
    total = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
    while i < n:
        total += at(values, start + i)
        i += 1
    return total


@kernel("f8[:] i8[:] i8 i8 f8[:]")
def oks_means(terms, lengths, pairs, block, out):
    """Mean of each pair's terms: NumPy's pairwise sum, then a true division (PARITY F7, F8).

    Args:
        terms: exp of the exponents, pair after pair.
        lengths: terms of each pair; at most ``block`` (128), longer ones are left to the caller.
        out: (pairs,) similarities.

    Returns:
        How many pairs are longer than ``block`` and were left out (their ``out`` is -1).
    """
    k = 0
    left = 0
    for p in range(pairs):
        n = at(lengths, p)
        if n > block:
            put(out, p, -1.0)
            left += 1
        else:
            put(out, p, fdiv(_block(terms, k, n), float(n)))
        k += n
    return left


@kernel("f8[:] i8[:] i8[:] i8[:] i8[:] i8 i8 f8 i8[:] i4[:] f8[:] i8")
def keep_pairs(dense, dt_start, dt_stop, gt_start, gt_stop, cells, n_dt, floor, offsets, pair_gt, pair_iou, room):
    """From the overlaps of every pair, the pairs that reach ``floor`` or are NaN (as :func:`box_pairs` leaves them).

    Args:
        dense: overlaps, cell after cell, detection after detection.

    Returns:
        How many pairs are kept; when it is more than ``room``, only the first ``room`` were written.
    """
    p = 0
    pairs = 0
    k = 0
    for c in range(cells):
        while p < at(dt_start, c):
            put(offsets, p, pairs)
            p += 1
        while p < at(dt_stop, c):
            put(offsets, p, pairs)
            for g in range(at(gt_stop, c) - at(gt_start, c)):
                iou = at(dense, k)
                k += 1
                if iou >= floor or iou != iou:
                    if pairs < room:
                        put(pair_gt, pairs, g)
                        put(pair_iou, pairs, iou)
                    pairs += 1
            p += 1
    while p <= n_dt:
        put(offsets, p, pairs)
        p += 1
    return pairs

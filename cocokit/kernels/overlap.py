"""Two run-length masks at a time: their intersection, their union, a new mask from both.

Masks are ends as in :mod:`cocokit.kernels.runs`.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, kernel
from .bits import at, fdiv, put
from .runs import U32, number


@helper
def shared_pixels(a: Any, i: int, a_stop: int, b: Any, j: int, b_stop: int) -> int:
    """Pixels that two well-formed masks ``a[i:a_stop]`` and ``b[j:b_stop]`` share; hardly a branch to mispredict."""
    shared = 0
    while i + 1 < a_stop and j + 1 < b_stop:
        a_end = number(a, i + 1)
        b_end = number(b, j + 1)
        start = max(number(a, i), number(b, j))
        shared += max(min(a_end, b_end) - start, 0)
        step = 2 * int(a_end <= b_end)
        i += step
        j += 2 - step
    return shared


@helper
def walk(a: Any, i: int, a_stop: int, b: Any, j: int, b_stop: int) -> Any:
    """(intersection, union) of two masks as rleIou counts them, run by run, whatever the runs are.

    That is not always a count of pixels: where empty runs of both coincide the walk ends. It also ends, with a
    union of -1, where rleIou would never return: one mask is used up and the other is not.
    """
    shared, joined, va, vb = 0, 0, 0, 0
    a_end, b_end = 0, 0
    ca, cb, left = 0, 0, 1
    if i < a_stop:
        a_end = number(a, i)
        ca = a_end
    if j < b_stop:
        b_end = number(b, j)
        cb = b_end
    while left != 0:
        c = min(ca, cb)
        shared += c * (va & vb)
        joined += c * (va | vb)
        ca -= c
        cb -= c
        moved = c
        if ca == 0 and i + 1 < a_stop:
            i += 1
            ca = (number(a, i) - a_end) & U32
            a_end = number(a, i)
            va = 1 - va
            moved = 1
        if cb == 0 and j + 1 < b_stop:
            j += 1
            cb = (number(b, j) - b_end) & U32
            b_end = number(b, j)
            vb = 1 - vb
            moved = 1
        left = (ca + cb) & U32
        if moved == 0 and left != 0:
            return shared & U32, -1
    return shared & U32, joined & U32


@helper
def merge_ends(a: Any, i: int, a_stop: int, b: Any, j: int, b_stop: int, out: Any, o: int, both: int) -> int:
    """Write the intersection (``both`` = 1) or union of two masks from ``out[o]`` as rleMerge makes it.

    Returns how many ends were written (at most those of ``a`` and ``b`` together), or -1 where rleMerge would never
    return (see :func:`walk`).
    """
    m, v, va, vb, place = 0, 0, 0, 0, 0
    a_end, b_end = 0, 0
    ca, cb, left = 0, 0, 1
    if i < a_stop:
        a_end = number(a, i)
        ca = a_end
    if j < b_stop:
        b_end = number(b, j)
        cb = b_end
    while left != 0:
        c = min(ca, cb)
        place = (place + c) & U32
        ca -= c
        cb -= c
        moved = c
        if ca == 0 and i + 1 < a_stop:
            i += 1
            ca = (number(a, i) - a_end) & U32
            a_end = number(a, i)
            va = 1 - va
            moved = 1
        if cb == 0 and j + 1 < b_stop:
            j += 1
            cb = (number(b, j) - b_end) & U32
            b_end = number(b, j)
            vb = 1 - vb
            moved = 1
        left = (ca + cb) & U32
        if moved == 0 and left != 0:
            return -1
        before = v
        v = va & vb if both == 1 else va | vb
        if v != before or left == 0:
            put(out, o + m, place)
            m += 1
    return m


@kernel("u4[:] i8 u4[:] i8 u4[:] i8")
def merge_two(a, n, b, m, out, both):
    """:func:`merge_ends` of two masks of ``n`` and ``m`` ends; ``out`` has room for both."""
    return merge_ends(a, 0, n, b, 0, m, out, 0, both)


@helper
def boxes_meet(a: Any, i: int, b: Any, j: int) -> bool:
    """Whether two boxes [x, y, w, h] have an overlap of positive width and height, as bbIou computes it."""
    width = min(at(a, i) + at(a, i + 2), at(b, j) + at(b, j + 2)) - max(at(a, i), at(b, j))
    height = min(at(a, i + 1) + at(a, i + 3), at(b, j + 1) + at(b, j + 3)) - max(at(a, i + 1), at(b, j + 1))
    return bool(width > 0.0 and height > 0.0)


@helper
def ends_iou(
    a: Any, i: int, a_stop: int, a_area: float, b: Any, j: int, b_stop: int, b_area: float, crowd: int, odd: int
) -> float:
    """IoU of a detection's mask ``a`` and a ground truth's ``b`` of one size whose boxes overlap, as rleIou has it.

    ``crowd`` is 1 for a crowd region; ``odd`` is 1 when one of the masks is not OK, so that runs must be walked one
    by one. Masks of different totals, for which rleIou never returns, count the pixels that they have.
    """
    joined = 0
    if odd == 0:
        shared = shared_pixels(a, i, a_stop, b, j, b_stop)
    else:
        shared, joined = walk(a, i, a_stop, b, j, b_stop)
    if shared == 0:
        return 0.0
    below = a_area
    if crowd == 0:
        below = a_area + b_area - float(shared)
        if odd != 0 and joined >= 0:
            below = float(joined)
    return float(fdiv(float(shared), below))


@helper
def same_size(a: Any, i: int, b: Any, j: int) -> bool:
    """Whether masks ``i`` and ``j`` have one height and one width."""
    return bool(at(a, 2 * i) == at(b, 2 * j) and at(a, 2 * i + 1) == at(b, 2 * j + 1))


@kernel("u4[:] i8[:] f8[:] f8[:] i8[:] u1[:] i8[:] u4[:] i8[:] f8[:] f8[:] i8[:] u1[:] i8[:] u1[:] i8 f8[:]")
def mask_ious(
    d_ends, d_offsets, d_area, d_box, d_size, d_status, d_places,
    g_ends, g_offsets, g_area, g_box, g_size, g_status, g_places, crowd, n, out,
):  # fmt: skip
    """IoU of ``n`` pairs of masks, as rleIou gives it: 0 where boxes do not overlap (PARITY I1), -1 where sizes
    differ (I2).

    Each side has the ends and offsets of its decoded masks, area (N,), box (4N,), size (2N,) and status (N,) of its
    rows, and the places of the pairs: (2n,) row of the pair's mask, and which of the decoded masks it is.

    ``crowd`` is (G,) by ground-truth row, 1 for a crowd region, whose IoU is intersection over detection (PARITY E1);
    ``out`` is (n,). How many pairs needed the intersection of their masks comes back.
    """
    met = 0
    for k in range(n):
        d = at(d_places, 2 * k)
        g = at(g_places, 2 * k)
        put(out, k, 0.0)
        if not boxes_meet(d_box, 4 * d, g_box, 4 * g):
            continue
        if not same_size(d_size, d, g_size, g):
            put(out, k, -1.0)
            continue
        i = at(d_places, 2 * k + 1)
        j = at(g_places, 2 * k + 1)
        odd = 1 if at(d_status, d) != 0 or at(g_status, g) != 0 else 0
        whole = 1 if at(crowd, g) != 0 else 0
        put(out, k, ends_iou(d_ends, at(d_offsets, i), at(d_offsets, i + 1), at(d_area, d),
                             g_ends, at(g_offsets, j), at(g_offsets, j + 1), at(g_area, g), whole, odd))  # fmt: skip
        met += 1
    return met

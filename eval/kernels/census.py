"""Counting what a quirk touches, in one pass each."""

from __future__ import annotations

from cocokit.compiled import kernel
from cocokit.kernels.bits import at


@kernel("i4[:] i8[:] i8 i8[:] f8[:]")
def count_ties(by_score, cat_start, n_categories, dt_order, score):
    """Detections whose score another one of the same category has too (PARITY A1)."""
    ties = 0
    for k in range(n_categories):
        start = at(cat_start, k)
        stop = at(cat_start, k + 1)
        run = 1
        for i in range(start + 1, stop + 1):
            if i < stop and at(score, at(dt_order, at(by_score, i))) == at(score, at(dt_order, at(by_score, i - 1))):
                run += 1
            else:
                if run > 1:
                    ties += run
                run = 1
    return ties


@kernel("i8[:] f8[:] i8 f8")
def count_shared_best(offsets, pair_iou, n_dt, floor):
    """Detections whose largest overlap, from ``floor`` on, is that of two or more ground truths (PARITY B2)."""
    shared = 0
    for d in range(n_dt):
        best = 0.0
        times = 0
        for p in range(at(offsets, d), at(offsets, d + 1)):
            iou = at(pair_iou, p)
            if iou < floor:
                continue
            if times == 0 or iou > best:
                best = iou
                times = 1
            elif iou == best:
                times += 1
        if times > 1:
            shared += 1
    return shared


@kernel("f8[:] i8[:] i8 f8[:] i8")
def count_on_edges(area, rows, n, edges, n_edges):
    """Rows whose area is exactly one of ``edges`` (PARITY D6)."""
    found = 0
    for i in range(n):
        a = at(area, at(rows, i))
        for e in range(n_edges):
            if a == at(edges, e):
                found += 1
                break
    return found


@kernel("u1[:] i8[:] i8[:] f8[:] f8[:] f8[:] i8")
def count_outside(chosen, rings, ring_offsets, xy, width, height, n):
    """Annotations with a polygon corner outside their image (PARITY H4).

    Args:
        chosen: (n,) 1 for the annotations to look at.
        rings, ring_offsets, xy: polygons as in :class:`cocokit.columns.Segmentations`.
        width, height: (n,) px of each annotation's image.
    """
    found = 0
    for i in range(n):
        if at(chosen, i) == 0:
            continue
        w = at(width, i)
        h = at(height, i)
        out = False
        for j in range(at(ring_offsets, at(rings, i)), at(ring_offsets, at(rings, i + 1)) - 1, 2):
            x = at(xy, j)
            y = at(xy, j + 1)
            if x < 0 or x > w or y < 0 or y > h:
                out = True
                break
        if out:
            found += 1
    return found

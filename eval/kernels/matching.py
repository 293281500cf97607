"""Greedy matching of one cell after another, all thresholds and area ranges at once.

A *word* holds one bit per combination of an area range and an IoU threshold, bit ``a * n_thr + t``; what pycocotools
does in a loop per combination is a few bit operations on the word. Only candidate pairs are looked at: a pair below
every threshold can never match. ``match_cells`` is the fast form; ``match_one`` is the literal one, kept for cells with
NaN overlaps and for callers that ask which ground truth each detection took.
"""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, put


@helper
def outside(area, lo, hi, n_area, n_thr):
    """Bits of the area ranges that do not hold ``area``; both ends belong to a range (PARITY D6)."""
    bits = 0
    whole = (1 << n_thr) - 1
    for a in range(n_area):
        if area < at(lo, a) or area > at(hi, a):
            bits |= whole << (a * n_thr)
    return bits


@helper
def _reached(iou, thr, n_thr, n_area):
    """Bits of the thresholds that an overlap reaches, in every area range (PARITY B1)."""
    one = 0
    for t in range(n_thr):
        if iou >= at(thr, t):
            one |= 1 << t
    bits = 0
    for a in range(n_area):
        bits |= one << (a * n_thr)
    return bits


@helper
def match_one(b, start, stop, pair_gt, pair_iou, order0, ignored, taken, crowd, limit):
    """Pycocotools' own loop for one detection and one bit: position of the match in the cell, or -1.

    Ground truths that count come first, ignored ones after them (A4, B3); a later equal overlap wins (B2).
    """
    best = limit
    m = -1
    for phase in range(2):
        if phase == 1 and m >= 0:
            break
        for p in range(start, stop):
            g = at(pair_gt, p)
            if (at(ignored, g) >> b) & 1 != phase:
                continue
            if (at(taken, g) >> b) & 1 == 1 and at(crowd, order0 + g) == 0:
                continue
            if at(pair_iou, p) < best:
                continue
            best = at(pair_iou, p)
            m = g
    return m


@helper
def _swap(i, j, pair_gt, pair_iou):
    iou = at(pair_iou, i)
    g = at(pair_gt, i)
    put(pair_iou, i, at(pair_iou, j))
    put(pair_gt, i, at(pair_gt, j))
    put(pair_iou, j, iou)
    put(pair_gt, j, g)
    return 0


@helper
def _sort_pairs(start, stop, pair_gt, pair_iou):
    """Falling overlap, the later ground truth first among equals (B2): insertion sort, a cell has few candidates.

    Sorting what is sorted changes nothing: every word sorts the same pairs. They come in the order of the ground truths
    and are turned round first, so that many equal overlaps are no more work than one.
    """
    if stop - start > 1 and at(pair_gt, start) < at(pair_gt, stop - 1):
        for i in range((stop - start) // 2):
            _swap(start + i, stop - 1 - i, pair_gt, pair_iou)
    for i in range(start + 1, stop):
        j = i
        while j > start and (
            at(pair_iou, j - 1) < at(pair_iou, j)
            or (at(pair_iou, j - 1) == at(pair_iou, j) and at(pair_gt, j - 1) < at(pair_gt, j))
        ):
            _swap(j - 1, j, pair_gt, pair_iou)
            j -= 1
    return 0


@helper
def _has_nan(start, stop, pair_iou):
    for p in range(start, stop):
        if at(pair_iou, p) != at(pair_iou, p):
            return True
    return False


@kernel(
    "i8[:] f8[:] i8[:] f8[:] u1[:] u1[:] u1[:] i8[:] i8[:] i8[:] i8[:] i8 i8[:] i4[:] f8[:] f8[:] i8 f8[:] f8[:] i8 "
    "i8[:] i8[:] i8[:] i8[:]"
)
def match_cells(
    dt_order, dt_area, gt_order, gt_area, gt_ignore, gt_crowd, gt_zero,
    dt_start, dt_stop, gt_start, gt_stop, cells, offsets, pair_gt, pair_iou,
    thr, n_thr, lo, hi, n_area, ignored, taken, tp, ig,
):  # fmt: skip
    """Match the detections of all cells that have candidates.

    Args:
        dt_area: (N,) area of each result row; ``dt_order``, ``offsets`` and the pairs as made by the pair kernels
            (pairs are reordered in place).
        gt_area, gt_ignore, gt_crowd, gt_zero: (G,) in ``gt_order``'s order: area, ignored in every range, crowd, and
            "its id is 0, so pycocotools takes its matches for none" (PARITY X1).
        thr: (n_thr,) lowest overlap that matches, min(t, 1 - 1e-10) (B1).
        lo, hi: (n_area,) area ranges, px^2.
        ignored, taken: scratch, as long as the largest cell has ground truths.
        tp, ig: (D,) words; preset by the caller to 0 and to :func:`outside` of each detection's area, changed here
            for the detections that match.

    Returns:
        How many detections matched at least once.
    """
    matched = 0
    nbits = n_area * n_thr
    for c in range(cells):
        g0 = at(gt_start, c)
        d0 = at(dt_start, c)
        d1 = at(dt_stop, c)
        if at(offsets, d0) == at(offsets, d1):
            continue
        for g in range(at(gt_stop, c) - g0):
            bits = outside(at(gt_area, g0 + g), lo, hi, n_area, n_thr)
            put(ignored, g, -1 if at(gt_ignore, g0 + g) != 0 else bits)
            put(taken, g, 0)
        literal = _has_nan(at(offsets, d0), at(offsets, d1), pair_iou)
        for d in range(d0, d1):
            start = at(offsets, d)
            stop = at(offsets, d + 1)
            if start == stop:
                continue
            done = 0  # bits with a match
            lost = 0  # bits whose match is with an id of 0
            skip = 0  # bits whose match is an ignored ground truth
            if literal:
                for b in range(nbits):
                    m = match_one(b, start, stop, pair_gt, pair_iou, g0, ignored, taken, gt_crowd, at(thr, b % n_thr))
                    if m >= 0:
                        bit = 1 << b
                        done |= bit
                        put(taken, m, at(taken, m) | bit)
                        if at(gt_zero, g0 + m) != 0:
                            lost |= bit
                        if (at(ignored, m) >> b) & 1 == 1:
                            skip |= bit
            else:
                _sort_pairs(start, stop, pair_gt, pair_iou)
                for phase in range(2):
                    for p in range(start, stop):
                        g = at(pair_gt, p)
                        free = _reached(at(pair_iou, p), thr, n_thr, n_area) & ~done
                        if phase == 0:
                            free &= ~at(ignored, g) & ~at(taken, g)
                        else:
                            free &= at(ignored, g)
                            if at(gt_crowd, g0 + g) == 0:
                                free &= ~at(taken, g)
                            skip |= free
                        done |= free
                        put(taken, g, at(taken, g) | free)
                        if at(gt_zero, g0 + g) != 0:
                            lost |= free
            if done != 0:
                matched += 1
                # A match with id 0 reads as none: a false positive unless the match or the area ignores it.
                put(tp, d, done & ~lost & ~skip)
                put(ig, d, skip | (at(ig, d) & (~done | lost)))
    return matched


@kernel("i8[:] i8 f8[:] f8[:] f8[:] i8 i8 i8[:] i8[:]")
def preset_words(dt_order, n, dt_area, lo, hi, n_area, n_thr, tp, ig):
    """Words of detections before any match: no true positive, ignored where the area is out of range (B7)."""
    for d in range(n):
        put(tp, d, 0)
        put(ig, d, outside(at(dt_area, at(dt_order, d)), lo, hi, n_area, n_thr))
    return n


@kernel("f8[:] u1[:] i8[:] i8 f8[:] f8[:] i8 i8 i8[:]")
def count_positives(gt_area, gt_ignore, gt_category, n, lo, hi, n_area, n_categories, npig):
    """``npig[k * n_area + a]`` += the ground truths of category k that count in area range a; returns n."""
    for g in range(n):
        if at(gt_ignore, g) != 0:
            continue
        area = at(gt_area, g)
        base = at(gt_category, g) * n_area
        for a in range(n_area):
            if not (area < at(lo, a) or area > at(hi, a)):
                put(npig, base + a, at(npig, base + a) + 1)
    return n

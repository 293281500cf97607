"""Precision at the recall thresholds, one category after another, read off backwards.

Going from the lowest score to the highest, the envelope of precision (PARITY C2) is a running maximum over the true
positives alone: between two of them precision can only fall. So no curve is stored: per combination of area range,
IoU threshold and max_dets there is one count of true positives, one of false ones and the maximum so far. Most detections match
nothing; they count as false positives for every threshold of an area range at once.
"""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, ctz, put, trunc

_EPS = 2.220446049250313e-16


@helper
def needed(share, npig):
    """The fewest true positives n with ``n / npig >= share`` in float64, as searchsorted finds them (C1)."""
    if share <= 0.0:
        return 0
    if not share <= 2.0:
        return npig + 1
    n = trunc(share * npig)
    while n > 0 and (n - 1) / npig >= share:
        n -= 1
    while n / npig < share:
        n += 1
    return n


@helper
def _level(rank, max_dets, n_max):
    """The first max_dets that lets a rank in; n_max if none does."""
    m = 0
    while m < n_max and rank >= at(max_dets, m):
        m += 1
    return m


@helper
def _count(word, m0, n_max, n_thr, n_area, plain, extra, step):
    """Add ``step`` for every bit of a word: per area range where all its thresholds are set, else one by one."""
    whole = (1 << n_thr) - 1
    for a in range(n_area):
        part = (word >> (a * n_thr)) & whole
        if part == whole:
            for m in range(m0, n_max):
                put(plain, a * n_max + m, at(plain, a * n_max + m) + step)
        else:
            while part != 0:
                c = (a * n_thr + ctz(part)) * n_max
                part &= part - 1
                for m in range(m0, n_max):
                    put(extra, c + m, at(extra, c + m) + step)
    return 0


@kernel(
    "i4[:] i8 i8 i4[:] i8[:] i8[:] f8[:] i8[:] i8 i8 i8[:] i8 i8[:] f8[:] i8[:] i8 i8[:] i8[:] i8[:] i8[:] i8[:] f8[:] i8[:] "
    "i8 i8 i8 i8 i8 i8 f8[:] f8[:] f8[:]"
)
def accumulate_category(
    by_score, start, stop, rank, tp, ig, score, npig, n_thr, n_area, max_dets, n_max, dt_order, rec_thrs, rec_order, n_rec,
    need, plain, extra, hits, totals, best, pointer,
    k, n_categories, t_first, a_first, all_thr, all_area, precision, recall, scores,
):  # fmt: skip
    """Fill one category's cells of the three arrays.

    Args:
        by_score: positions by falling score; this category's are ``start`` to ``stop``.
        rank, tp, ig: by position: rank in its cell, words of true positives and of ignored.
        score: (N,) by row; ``dt_order`` leads from position to row.
        npig: (n_area,) ground truths that count.
        max_dets: (n_max,) rising.
        rec_thrs: (n_rec,) as given; ``rec_order``: their order by rising value.
        need, plain, extra, hits, totals, best, pointer: scratch of n_area * n_rec, n_area * n_max,
            and four times n_area * n_thr * n_max (best is float64).
        k, t_first, a_first: where this word's block begins in arrays of shape (all_thr, n_rec, n_categories,
            all_area, n_max) and, for recall, (all_thr, n_categories, all_area, n_max).

    Returns:
        How many curves were written.
    """
    curves = n_area * n_thr * n_max
    full = (1 << (n_area * n_thr)) - 1
    for c in range(curves):
        put(extra, c, 0)
        put(hits, c, 0)
        put(best, c, 0.0)
    for c in range(n_area * n_max):
        put(plain, c, 0)
    first_row = -1
    for i in range(start, stop):
        p = at(by_score, i)
        m0 = _level(at(rank, p), max_dets, n_max)
        if first_row < 0 and m0 < n_max:
            first_row = at(dt_order, p)
        word = at(tp, p)
        _count(full & ~at(ig, p) & ~word, m0, n_max, n_thr, n_area, plain, extra, 1)
        while word != 0:
            c = ctz(word) * n_max
            word &= word - 1
            for m in range(m0, n_max):
                put(hits, c + m, at(hits, c + m) + 1)

    written = 0
    for a in range(n_area):
        n = at(npig, a)
        if n == 0:
            continue
        rising = True
        for r in range(n_rec):
            put(need, a * n_rec + r, needed(at(rec_thrs, r), n))
            if at(rec_order, r) != r:
                rising = False
        for t in range(n_thr):
            for m in range(n_max):
                c = (a * n_thr + t) * n_max + m
                got = at(hits, c)
                last = n_rec - 1
                while last >= 0 and at(need, a * n_rec + at(rec_order, last)) > got:
                    last -= 1
                put(pointer, c, last)
                reach = last + 1  # the first threshold out of reach, in the order given, ends the sweep (C3)
                if not rising:
                    reach = 0
                    while reach < n_rec and at(need, a * n_rec + reach) <= got:
                        reach += 1
                put(totals, c, reach)
                base = ((t_first + t) * n_rec * n_categories + k) * all_area * n_max + (a_first + a) * n_max + m
                for r in range(n_rec):
                    put(precision, base + r * n_categories * all_area * n_max, 0.0)
                    put(scores, base + r * n_categories * all_area * n_max, 0.0)
                put(recall, ((t_first + t) * n_categories + k) * all_area * n_max + (a_first + a) * n_max + m, got / n)
                written += 1

    stride = n_categories * all_area * n_max
    for j in range(stop - 1, start - 1, -1):
        p = at(by_score, j)
        m0 = _level(at(rank, p), max_dets, n_max)
        word = at(tp, p)
        wrong = full & ~at(ig, p) & ~word
        while word != 0:
            bit = ctz(word)
            word &= word - 1
            a = bit // n_thr
            t = bit - a * n_thr
            if at(npig, a) == 0:
                continue
            base = ((t_first + t) * n_rec * n_categories + k) * all_area * n_max + (a_first + a) * n_max
            for m in range(m0, n_max):
                c = bit * n_max + m
                got = at(hits, c)
                value = got / (at(plain, a * n_max + m) + at(extra, c) + got + _EPS)
                if value > at(best, c):
                    put(best, c, value)
                last = at(pointer, c)
                while last >= 0:
                    r = at(rec_order, last)
                    if at(need, a * n_rec + r) != got:
                        break
                    if r < at(totals, c):
                        put(precision, base + r * stride + m, at(best, c))
                        put(scores, base + r * stride + m, at(score, at(dt_order, p)))
                    last -= 1
                put(pointer, c, last)
                put(hits, c, got - 1)
        _count(wrong, m0, n_max, n_thr, n_area, plain, extra, -1)

    if first_row < 0:
        return written
    for a in range(n_area):  # thresholds of 0 and below are met by the first detection, whatever it is
        if at(npig, a) == 0:
            continue
        for t in range(n_thr):
            base = ((t_first + t) * n_rec * n_categories + k) * all_area * n_max + (a_first + a) * n_max
            for m in range(n_max):
                c = (a * n_thr + t) * n_max + m
                last = at(pointer, c)
                while last >= 0:
                    r = at(rec_order, last)
                    if at(need, a * n_rec + r) == 0 and r < at(totals, c) and at(max_dets, m) > 0:
                        put(precision, base + r * stride + m, at(best, c))
                        put(scores, base + r * stride + m, at(score, first_row))
                    last -= 1
    return written

"""Precision at the recall thresholds, one category after another, read off backwards.

Going from the lowest score to the highest, the envelope of precision (PARITY C2) is a running maximum over the true
positives alone: between two of them precision can only fall. So no curve is stored: per combination of area range,
IoU threshold and max_dets (a *curve*, numbered ``(a * n_thr + t) * n_max + m``) there is one count of true positives,
one of false ones and the maximum so far. Most detections match nothing; they count as false positives for every
threshold of an area range at once.
"""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, ctz, put, trunc

_EPS = 2.220446049250313e-16
#: Bits of a detection's code that hold its area ranges; words with more ranges do without codes.
_SHORT = 20


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
def _pattern(word, n_thr, n_area):
    """Area ranges of a word whose thresholds are all set, or -1 if one has some but not all."""
    whole = (1 << n_thr) - 1
    pattern = 0
    for a in range(n_area):
        part = (word >> (a * n_thr)) & whole
        if part == whole:
            pattern |= 1 << a
        elif part != 0:
            return -1
    return pattern


@helper
def _count(word, m0, n_max, counts, step):
    """Add ``step`` for every bit of a word, or of a pattern of area ranges, at the first max_dets that counts."""
    while word != 0:
        c = ctz(word) * n_max + m0
        word &= word - 1
        put(counts, c, at(counts, c) + step)
    return 0


@helper
def _totals(start, stop, rank, tp, ig, max_dets, n_max, n_thr, n_area, plain, extra, hits, code):
    """Counts at the end of every curve; the order plays no part, so positions are walked as they lie.

    Counts are kept per first max_dets that lets a detection in, not yet summed over the larger ones. ``code`` gets, for
    a detection without true positives, its area ranges and that first max_dets; -1 for the others; -2 if none lets it
    in.
    """
    full = (1 << (n_area * n_thr)) - 1
    for p in range(start, stop):
        m0 = _level(at(rank, p), max_dets, n_max)
        if m0 == n_max:
            put(code, p, -2)
            continue
        word = at(tp, p)
        wrong = full & ~at(ig, p) & ~word
        pattern = _pattern(wrong, n_thr, n_area) if n_area <= _SHORT else -1
        if word == 0 and pattern >= 0:
            put(code, p, pattern | (m0 << _SHORT))
            _count(pattern, m0, n_max, plain, 1)
        else:
            put(code, p, -1)
            _count(word, m0, n_max, hits, 1)
            _count(wrong, m0, n_max, extra, 1)
    for c in range(n_area * n_thr * n_max):  # true positives are needed per max_dets
        if c % n_max > 0:
            put(hits, c, at(hits, c) + at(hits, c - 1))
    return 0


@helper
def _prepare(npig, first, n_area, n_thr, n_max, rec_thrs, rec_order, n_rec, need, hits, reach, pointer, q, ss, final):
    """Recall thresholds as counts of true positives, where each curve starts reading, and empty output cells."""
    for a in range(n_area):
        n = at(npig, first + a)
        empty = -1.0 if n == 0 else 0.0
        for t in range(n_thr):
            for m in range(n_max):
                put(final, (a * n_thr + t) * n_max + m, -1.0 if n == 0 else at(hits, (a * n_thr + t) * n_max + m) / n)
                for r in range(n_rec):
                    put(q, ((t * n_rec + r) * n_area + a) * n_max + m, empty)
                    put(ss, ((t * n_rec + r) * n_area + a) * n_max + m, empty)
        if n == 0:
            continue
        rising = True
        for r in range(n_rec):
            put(need, a * n_rec + r, needed(at(rec_thrs, r), n))
            if at(rec_order, r) != r:
                rising = False
        for c in range(a * n_thr * n_max, (a + 1) * n_thr * n_max):
            got = at(hits, c)
            last = n_rec - 1
            while last >= 0 and at(need, a * n_rec + at(rec_order, last)) > got:
                last -= 1
            put(pointer, c, last)
            limit = last + 1  # the first threshold out of reach, in the order given, ends the sweep (C3)
            if not rising:
                limit = 0
                while limit < n_rec and at(need, a * n_rec + limit) <= got:
                    limit += 1
            put(reach, c, limit)
    return 0


@helper
def _read(c, a, t, m, got, score, best, n_area, n_max, rec_order, n_rec, need, reach, pointer, q, ss):
    """Write the thresholds that the ``got``-th true positive is the first to meet."""
    last = at(pointer, c)
    while last >= 0:
        r = at(rec_order, last)
        if at(need, a * n_rec + r) != got:
            break
        if r < at(reach, c):
            put(q, ((t * n_rec + r) * n_area + a) * n_max + m, best)
            put(ss, ((t * n_rec + r) * n_area + a) * n_max + m, score)
        last -= 1
    put(pointer, c, last)
    return 0


@helper
def _store(local, k, n_categories, t_first, n_thr, n_rec, a_first, n_area, all_area, n_max, target):
    """Copy one category's cells into an array of shape (T, R, K, A, M), a run of area ranges and max_dets at a time."""
    width = n_area * n_max
    for t in range(n_thr):
        for r in range(n_rec):
            base = (((t_first + t) * n_rec + r) * n_categories + k) * all_area * n_max + a_first * n_max
            source = (t * n_rec + r) * width
            for i in range(width):
                put(target, base + i, at(local, source + i))
    return 0


@kernel(
    "i4[:] i8[:] i8 i4[:] i8[:] i8[:] f8[:] i8[:] i8[:] i8 i8 i8[:] i8 f8[:] i8[:] i8 i8[:] i8[:] i8[:] i8[:] i8[:] "
    "i8[:] f8[:] f8[:] f8[:] f8[:] i4[:] i8 i8 i8 f8[:] f8[:] f8[:]"
)
def accumulate_block(
    by_score, cat_start, n_categories, rank, tp, ig, score, dt_order, npig, n_thr, n_area, max_dets, n_max, rec_thrs,
    rec_order, n_rec, need, plain, extra, hits, reach, pointer, best, final, q, ss, code,
    t_first, a_first, all_area, precision, recall, scores,
):  # fmt: skip
    """Fill the three arrays for the thresholds and area ranges of one word.

    Args:
        by_score: positions by category and falling score; category k's are ``cat_start[k]`` to ``cat_start[k + 1]``.
        rank, tp, ig: by position: rank in its cell, words of true positives and of ignored.
        score: (N,) by row; ``dt_order`` leads from position to row.
        npig: (K * all_area,) ground truths that count.
        max_dets: (n_max,) rising.
        rec_thrs: (n_rec,) as given; ``rec_order``: their order by rising value.
        need: scratch, n_area * n_rec; plain: n_area * n_max; extra, hits, reach, pointer, best, final: one per curve.
        q, ss: scratch, n_rec per curve; code: one per detection.
        t_first, a_first: where this word's block begins in the arrays of shape (T, n_rec, K, all_area, n_max) and,
            for recall, (T, K, all_area, n_max).

    Returns:
        How many detections were walked.
    """
    curves = n_area * n_thr * n_max
    full = (1 << (n_area * n_thr)) - 1
    for k in range(n_categories):
        start = at(cat_start, k)
        stop = at(cat_start, k + 1)
        for c in range(curves):
            put(extra, c, 0)
            put(hits, c, 0)
            put(best, c, 0.0)
        for c in range(n_area * n_max):
            put(plain, c, 0)
        first = k * all_area + a_first
        _totals(start, stop, rank, tp, ig, max_dets, n_max, n_thr, n_area, plain, extra, hits, code)
        _prepare(npig, first, n_area, n_thr, n_max, rec_thrs, rec_order, n_rec, need, hits, reach, pointer, q, ss,
                 final)  # fmt: skip
        for j in range(stop - 1, start - 1, -1):
            p = at(by_score, j)
            short = at(code, p)
            if short >= 0:
                _count(short & ((1 << _SHORT) - 1), short >> _SHORT, n_max, plain, -1)
            if short != -1:
                continue
            m0 = _level(at(rank, p), max_dets, n_max)
            word = at(tp, p)
            wrong = full & ~at(ig, p) & ~word
            while word != 0:
                bit = ctz(word)
                word &= word - 1
                a = bit // n_thr
                false = 0
                for m in range(m0):
                    false += at(plain, a * n_max + m) + at(extra, bit * n_max + m)
                for m in range(m0, n_max):
                    c = bit * n_max + m
                    got = at(hits, c)
                    false += at(plain, a * n_max + m) + at(extra, c)
                    value = got / (false + got + _EPS)
                    if value > at(best, c):
                        put(best, c, value)
                    put(hits, c, got - 1)
                    if at(npig, first + a) > 0:
                        _read(c, a, bit - a * n_thr, m, got, at(score, at(dt_order, p)), at(best, c), n_area, n_max,
                              rec_order, n_rec, need, reach, pointer, q, ss)  # fmt: skip
            _count(wrong, m0, n_max, extra, -1)
        if stop > start:  # thresholds of 0 and below are met by the first detection, whatever it is
            top = at(score, at(dt_order, at(by_score, start)))
            for c in range(curves):
                m = c % n_max
                a = c // n_max // n_thr
                if at(npig, first + a) > 0 and at(max_dets, m) > 0:
                    _read(c, a, c // n_max % n_thr, m, 0, top, at(best, c), n_area, n_max, rec_order, n_rec, need,
                          reach, pointer, q, ss)  # fmt: skip
        _store(q, k, n_categories, t_first, n_thr, n_rec, a_first, n_area, all_area, n_max, precision)
        _store(ss, k, n_categories, t_first, n_thr, n_rec, a_first, n_area, all_area, n_max, scores)
        for c in range(curves):
            a = c // n_max // n_thr
            t = t_first + c // n_max % n_thr
            put(recall, ((t * n_categories + k) * all_area + a_first + a) * n_max + c % n_max, at(final, c))
    return at(cat_start, n_categories)

"""Putting detections in order: by cell (category, image) for matching, by category and score for the curves.

Every sort is stable, so equal scores keep pycocotools' order: within an image the order of the results, across images
ascending image id (PARITY A1). All orders come from one least-significant-digit radix sort of the scores followed by
counting passes over image and category.
"""

from __future__ import annotations

from cocokit.compiled import helper, kernel
from cocokit.kernels.bits import at, clz, ctz, f64_to_bits, put, shr, wmul

_DIGIT = 11
_BINS = 1 << _DIGIT
_SIGN = -9223372036854775808
_GOLDEN = -7046029254386353131


@helper
def _slot(key, shift):
    return shr(wmul(key, _GOLDEN), shift)


@helper
def _find(key, keys, values, mask, shift):
    """Value stored for a key in an open-addressing table, -1 if it is not there."""
    slot = _slot(key, shift)
    while at(values, slot) >= 0:
        if at(keys, slot) == key:
            return at(values, slot)
        slot = (slot + 1) & mask
    return -1


@kernel("i8[:] i8 i8[:] i8[:] i8")
def fill_table(ids, n, keys, values, bits):
    """Enter ``ids[i] -> i`` into a table of ``2**bits`` slots (``values`` preset to -1); returns n."""
    mask = (1 << bits) - 1
    shift = 64 - bits
    for i in range(n):
        key = at(ids, i)
        slot = _slot(key, shift)
        while at(values, slot) >= 0:
            slot = (slot + 1) & mask
        put(keys, slot, key)
        put(values, slot, i)
    return n


@kernel("i8[:] i8 i8[:] i8[:] i8 i4[:]")
def look_up(ids, n, keys, values, bits, out):
    """``out[i]`` = index of ``ids[i]`` in the table, -1 if unknown; returns how many are unknown.

    Consecutive equal ids, the usual case in a results file, are looked up once.
    """
    mask = (1 << bits) - 1
    shift = 64 - bits
    unknown = 0
    last = 0
    found = -2
    for i in range(n):
        key = at(ids, i)
        if found == -2 or key != last:
            last = key
            found = _find(key, keys, values, mask, shift)
        put(out, i, found)
        if found < 0:
            unknown += 1
    return unknown


@helper
def _count_to_starts(count, bins):
    total = 0
    for b in range(bins):
        here = at(count, b)
        put(count, b, total)
        total += here
    return total


@helper
def _pass_by(values, shift, source, target, n, count):
    """One stable counting pass of row numbers by 11 bits of ``values[row]``."""
    for b in range(_BINS):
        put(count, b, 0)
    for i in range(n):
        d = (at(values, at(source, i)) >> shift) & (_BINS - 1)
        put(count, d, at(count, d) + 1)
    _count_to_starts(count, _BINS)
    for i in range(n):
        row = at(source, i)
        d = (at(values, row) >> shift) & (_BINS - 1)
        place = at(count, d)
        put(count, d, place + 1)
        put(target, place, row)
    return 0


@helper
def _sort_by(values, limit, source, spare, n, count):
    """Stable sort of row numbers by small non-negative values below ``limit``; 1 if the result lies in ``spare``."""
    shift = 0
    swapped = 0
    while (limit - 1) >> shift > 0:
        if swapped == 0:
            _pass_by(values, shift, source, spare, n, count)
        else:
            _pass_by(values, shift, spare, source, n, count)
        swapped = 1 - swapped
        shift += _DIGIT
    return swapped


@helper
def _copy(source, target, n):
    for i in range(n):
        put(target, i, at(source, i))
    return n


@helper
def _score_key(score):
    """An integer whose unsigned order is falling score; equal for 0.0 and -0.0, NaN last (PARITY X3)."""
    if score != score:
        return -1
    x = f64_to_bits(-score + 0.0)
    return x ^ ((x >> 63) | _SIGN)


@helper
def _digit_pass(keys, rows, keys_out, rows_out, n, shift, count):
    for b in range(_BINS):
        put(count, b, 0)
    for i in range(n):
        d = shr(at(keys, i), shift) & (_BINS - 1)
        put(count, d, at(count, d) + 1)
    _count_to_starts(count, _BINS)
    for i in range(n):
        key = at(keys, i)
        d = shr(key, shift) & (_BINS - 1)
        place = at(count, d)
        put(count, d, place + 1)
        put(keys_out, place, key)
        put(rows_out, place, at(rows, i))
    return 0


@helper
def _sort_by_score(score, rows, rows2, n, keys, keys2, count):
    """Stable sort of ``rows`` by falling score, constant bits skipped; the result lies in ``rows``."""
    varying = 0
    first = _score_key(at(score, at(rows, 0)))
    for i in range(n):
        key = _score_key(at(score, at(rows, i)))
        put(keys, i, key)
        varying |= key ^ first
    if varying == 0:
        return 0
    shift = ctz(varying)
    high = 64 - clz(varying)
    swapped = 0
    while shift < high:
        if swapped == 0:
            _digit_pass(keys, rows, keys2, rows2, n, shift, count)
        else:
            _digit_pass(keys2, rows2, keys, rows, n, shift, count)
        swapped = 1 - swapped
        shift += _DIGIT
    if swapped == 1:
        _copy(rows2, rows, n)
    return 0


@helper
def _keep_known(image, category, rows, n):
    kept = 0
    for i in range(n):
        if at(image, i) >= 0 and at(category, i) >= 0:
            put(rows, kept, i)
            kept += 1
    return kept


@helper
def _rising(values, rows, n):
    for i in range(1, n):
        if at(values, at(rows, i)) < at(values, at(rows, i - 1)):
            return False
    return True


@helper
def _cut(image, category, rows, n, pooled, limit, dt_order, rank, place):
    """Number the members of each cell and drop those from ``limit`` on (PARITY X9); returns how many stay."""
    kept = 0
    last_image = -1
    last_category = -1
    r = 0
    for i in range(n):
        row = at(rows, i)
        c = 0 if pooled == 1 else at(category, row)
        if at(image, row) != last_image or c != last_category:
            last_image = at(image, row)
            last_category = c
            r = 0
        if r < limit:
            put(dt_order, kept, row)
            put(rank, kept, r)
            put(place, row, kept)
            kept += 1
        else:
            put(place, row, -1)
        r += 1
    return kept


@kernel("i4[:] i4[:] f8[:] i8 i8 i8 i8 i8 i8[:] i8[:] i4[:] i4[:] i4[:] i8[:] i8[:] i4[:] i4[:]")
def order_detections(
    image, category, score, n, n_images, n_categories, pooled, limit,
    keys, keys2, rows, rows2, place, count, dt_order, rank, by_score,
):  # fmt: skip
    """Order detections by cell and by score.

    Args:
        image, category: (n,) index of each row's image and category, -1 for rows that do not count.
        score: (n,) scores.
        pooled: 1 when categories are pooled (use_cats off): rows keep category order, then file order, in a cell.
        limit: the largest max_dets.
        keys, keys2, rows, rows2, place, count: scratch, (n,) each, count (2048,).
        dt_order: (n,) out: rows by (category, image, falling score, file order), cut at ``limit`` per cell.
        rank: (n,) out: position of each of them within its cell.
        by_score: (n,) out: positions in ``dt_order`` by (category, falling score, image, file order).

    Returns:
        How many detections stay.
    """
    kept = _keep_known(image, category, rows, n)
    if kept == 0:
        return 0
    if pooled == 1 and _sort_by(category, n_categories, rows, rows2, kept, count) == 1:
        _copy(rows2, rows, kept)
    if not _rising(image, rows, kept) and _sort_by(image, n_images, rows, rows2, kept, count) == 1:
        _copy(rows2, rows, kept)
    _sort_by_score(score, rows, rows2, kept, keys, keys2, count)
    _copy(rows, by_score, kept)  # by (score, image, file order)

    if _sort_by(image, n_images, rows, rows2, kept, count) == 1:
        _copy(rows2, rows, kept)
    if pooled == 0 and _sort_by(category, n_categories, rows, rows2, kept, count) == 1:
        _copy(rows2, rows, kept)
    stay = _cut(image, category, rows, kept, pooled, limit, dt_order, rank, place)

    _copy(by_score, rows, kept)
    if pooled == 0 and _sort_by(category, n_categories, rows, rows2, kept, count) == 1:
        _copy(rows2, rows, kept)
    j = 0
    for i in range(kept):
        p = at(place, at(rows, i))
        if p >= 0:
            put(by_score, j, p)
            j += 1
    return stay


@kernel("i8[:] i8 i8[:] i8 i8[:] i8[:] i8[:] i8[:]")
def join_cells(dt_cell, n_dt, gt_cell, n_gt, dt_start, dt_stop, gt_start, gt_stop):
    """Find the cells that have both detections and ground truth.

    Args:
        dt_cell, gt_cell: cell number of each side's sorted rows, rising.
        dt_start, dt_stop, gt_start, gt_stop: out, positions; as long as the shorter side.

    Returns:
        How many such cells there are.
    """
    cells = 0
    i = 0
    j = 0
    while i < n_dt and j < n_gt:
        a = at(dt_cell, i)
        b = at(gt_cell, j)
        if a < b:
            i += 1
        elif b < a:
            j += 1
        else:
            put(dt_start, cells, i)
            put(gt_start, cells, j)
            while i < n_dt and at(dt_cell, i) == a:
                i += 1
            while j < n_gt and at(gt_cell, j) == a:
                j += 1
            put(dt_stop, cells, i)
            put(gt_stop, cells, j)
            cells += 1
    return cells

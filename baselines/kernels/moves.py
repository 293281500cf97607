"""The best that parts can do near each place, and where: for ``classic/moving``; the twin is ``classic/distance``.

Only what can pay is looked at: a row of scores whose highest, less the cost of getting there, is below what another row
gives at least everywhere, is passed over; so are longer moves along a row. What is passed over is never the best.
"""

from __future__ import annotations

from typing import Any

from cocokit.compiled import helper, inlined, kernel
from cocokit.kernels.bits import at, fdiv, put

#: Runs of scores in one go: each result is then read and written a fourth as often.
_FOUR = 4
#: So many scores are compared one by one.
_FEW = 8
_NOTHING = float("-inf")
#: Sums of the same scores in another order may differ by so much.
_ROUNDING = 1e-4


@inlined
def larger(a: Any, b: Any) -> Any:
    """The larger one."""
    return a if a > b else b


@inlined
def cost(linear: float, curve: float, length: int) -> float:
    """What a move by so many cells costs."""
    return linear * length + curve * length * length


@helper
def paying(linear: float, curve: float, span: float, limit: int) -> int:
    """The longest move of at most ``limit`` cells that costs less than ``span`` one way or the other."""
    length = limit
    while length > 0 and cost(linear, curve, length) >= span and cost(linear, curve, -length) >= span:
        length -= 1
    return length


@helper
def won_back(linear: float, curve: float) -> float:
    """The most that a move in a cheap direction can win by its cost alone."""
    return fdiv(linear * linear, 4 * larger(curve, 1e-6))


@helper
def extremes(
    scores: Any, start: int, rows: int, columns: int, pitch: int, ends: Any, first: int, tops: Any, lows: Any
) -> None:
    """The highest score of each row of a plane, to ``ends`` from ``first`` on, and then the lowest of each."""
    for y in range(rows):
        row, width = start + y * pitch, (columns + 1) // 2
        other = row + columns - width
        for x in range(width):  # the row's halves on each other, and again: many scores at a time
            a, b = at(scores, row + x), at(scores, other + x)
            put(tops, x, a if a > b else b)
            put(lows, x, a if a < b else b)
        while width > _FEW:
            half = (width + 1) // 2
            for x in range(width - half):
                a, b = at(tops, x), at(tops, half + x)
                put(tops, x, a if a > b else b)
                a, b = at(lows, x), at(lows, half + x)
                put(lows, x, a if a < b else b)
            width = half
        top, low = at(tops, 0), at(lows, 0)
        for x in range(1, width):
            top = at(tops, x) if at(tops, x) > top else top
            low = at(lows, x) if at(lows, x) < low else low
        put(ends, first + y, top)
        put(ends, first + rows + y, low)


@helper
def highest(ends: Any, first: int, centre: int, start: int, stop: int, linear: float, curve: float) -> Any:
    """The highest among rows' ends, each less the cost of the move to it from ``centre``."""
    found = _NOTHING
    for row in range(start, stop):
        found = larger(found, at(ends, first + row) - cost(linear, curve, row - centre))
    return found


@helper
def top_of(ends: Any, first: int, rows: int) -> Any:
    """The highest of a plane."""
    top = at(ends, first)
    for row in range(rows):
        top = larger(top, at(ends, first + row))
    return top


@helper
def span_of(ends: Any, first: int, rows: int) -> Any:
    """The highest less the lowest of a plane."""
    low = at(ends, first + rows)
    for row in range(rows):
        low = -larger(-low, -at(ends, first + rows + row))
    return top_of(ends, first, rows) - low


@helper
def best_runs(best: Any, width: int, scores: Any, starts: Any, costs: Any, count: int) -> None:
    """The highest at each of ``width`` places among ``count`` runs of scores, each less its cost."""
    while count % _FOUR:
        put(starts, count, at(starts, 0))
        put(costs, count, at(costs, 0))
        count += 1
    for n in range(0, count, _FOUR):
        a, b, c, d = at(starts, n), at(starts, n + 1), at(starts, n + 2), at(starts, n + 3)
        p, q, r, s = at(costs, n), at(costs, n + 1), at(costs, n + 2), at(costs, n + 3)
        if n == 0:
            for x in range(width):
                one = larger(at(scores, a + x) - p, at(scores, b + x) - q)
                put(best, x, larger(one, larger(at(scores, c + x) - r, at(scores, d + x) - s)))
        else:
            for x in range(width):
                one = larger(at(scores, a + x) - p, at(scores, b + x) - q)
                other = larger(at(scores, c + x) - r, at(scores, d + x) - s)
                put(best, x, larger(at(best, x), larger(one, other)))


@helper
def in_phases(row: Any, wide: int, step: int, edge: int, phases: Any) -> int:
    """Every ``step``-th cell of a row, from the first, from the second and so on, nothing before and after each.

    Returns:
        How long each run is, edges included.
    """
    length = (wide + step - 1) // step + 2 * edge
    for n in range(step):
        for x in range(edge):
            put(phases, n * length + x, _NOTHING)
            put(phases, (n + 1) * length - 1 - x, _NOTHING)
        put(phases, (n + 1) * length - 1 - edge, _NOTHING)
    if step == 2:
        for x in range(wide // 2):
            put(phases, edge + x, at(row, 2 * x))
            put(phases, length + edge + x, at(row, 2 * x + 1))
        if wide % 2:
            put(phases, edge + wide // 2, at(row, wide - 1))
    else:
        for x in range(wide):
            put(phases, x % step * length + edge + x // step, at(row, x))
    return length


@kernel("f4[:] f4[:] f4[:] f4[:] i8[:] f4[:] i8[:] i8 i8 f4[:] i8[:] f4[:] f4[:] f4[:] i8[:] f4[:]")
def best_moves(
    found: Any, tops: Any, floors: Any, scores: Any, anchors: Any, deform: Any, sizes: Any, first: int, last: int,
    ends: Any, reach: Any, along: Any, phases: Any, best: Any, starts: Any, costs: Any,
) -> int:  # fmt: skip
    """Add to each place of some components the best that each of their parts can do by moving.

    Args:
        found: (B G rows columns) scores of the roots, in and out; minus infinity where no place of the row can be above
            the floor.
        tops: (B G P) the highest score of each part, out.
        floors: (B G,) what matters is above.
        scores: (B G P high wide) of the parts.
        anchors: (G P 2) y and x of each part's own place for the first output.
        deform: (G P 4) what a move across, down, and the squares of these cost.
        sizes: G, P, high, wide, rows, columns, and the cells of the scores from one output to the next;
            how far a row of the scores is from the one before, and a plane.
        first, last: planes of ``found`` to be done: from the first to before the last.
        ends: (2 P high + 2 rows,) scratch.
        reach: (2 P,) scratch.
        along, best: (wide,) scratch.
        phases: (3 wide + 8 step,) scratch.
        starts, costs: (2 max(high, wide) + 8,) scratch.

    Returns:
        Rows that were not passed over.
    """
    members, each, high, wide = at(sizes, 0), at(sizes, 1), at(sizes, 2), at(sizes, 3)
    rows, columns, step, pitch, area = at(sizes, 4), at(sizes, 5), at(sizes, 6), at(sizes, 7), at(sizes, 8)
    roots = 2 * each * high
    done = 0
    for plane in range(first, last):
        parts = plane % members * each
        back = _ROUNDING
        extremes(found, plane * rows * columns, rows, columns, columns, ends, roots, along, best)
        for n in range(each):
            extremes(scores, (plane * each + n) * area, high, wide, pitch, ends, 2 * n * high, along, best)
            span, w = span_of(ends, 2 * n * high, high), 4 * (parts + n)
            put(tops, plane * each + n, top_of(ends, 2 * n * high, high))
            put(reach, 2 * n, paying(at(deform, w + 1), at(deform, w + 3), span, high))
            put(reach, 2 * n + 1, paying(at(deform, w), at(deform, w + 2), span, wide))
            back += won_back(at(deform, w), at(deform, w + 2))
        for y in range(rows):
            row = (plane * rows + y) * columns
            most = back + at(ends, roots + y)
            for n in range(each):
                w, down, centre = 4 * (parts + n), at(reach, 2 * n), step * y + at(anchors, 2 * (parts + n))
                most += highest(ends, 2 * n * high, centre, larger(0, centre - down),
                                -larger(-high, -centre - down - 1), at(deform, w + 1), at(deform, w + 3))  # fmt: skip
            if most <= at(floors, plane):
                for x in range(columns):
                    put(found, row + x, _NOTHING)
                continue
            done += 1
            for n in range(each):
                w, down, centre = 4 * (parts + n), at(reach, 2 * n), step * y + at(anchors, 2 * (parts + n))
                start, stop = larger(0, centre - down), -larger(-high, -centre - down - 1)
                linear, curve = at(deform, w + 1), at(deform, w + 3)
                low = highest(ends, (2 * n + 1) * high, centre, start, stop, linear, curve)
                top = highest(ends, 2 * n * high, centre, start, stop, linear, curve)
                count = 0
                for v in range(start, stop):
                    price = cost(linear, curve, v - centre)
                    if at(ends, 2 * n * high + v) - price >= low:
                        put(starts, count, (plane * each + n) * area + v * pitch)
                        put(costs, count, price)
                        count += 1
                best_runs(along, wide, scores, starts, costs, count)
                linear, curve = at(deform, w), at(deform, w + 2)
                far = paying(linear, curve, top - low, at(reach, 2 * n + 1))
                edge = far // step + 2
                length = in_phases(along, wide, step, edge, phases)
                for m in range(-far, far + 1):
                    place = at(anchors, 2 * (parts + n) + 1) + m
                    put(starts, m + far, place % step * length + edge + place // step)
                    put(costs, m + far, cost(linear, curve, m))
                best_runs(best, columns, phases, starts, costs, 2 * far + 1)
                for x in range(columns):
                    put(found, row + x, at(found, row + x) + at(best, x))
    return done


@kernel("i8[:] f4[:] f4[:] i8[:] i8[:] f4[:] i8[:] i8 i8")
def best_places(
    places: Any, scores: Any, tops: Any, images: Any, members: Any, deform: Any, sizes: Any, first: int, last: int
) -> int:
    """Where each part of some placements is best.

    Args:
        places: (N P 2) row and column of parts that do not move, in; the best ones, out.
        scores, tops, deform, sizes: as in :func:`best_moves`.
        images, members: (N,) of the placements.
        first, last: placements to be done: from the first to before the last.

    Returns:
        0.
    """
    each, high, wide, pitch = at(sizes, 1), at(sizes, 2), at(sizes, 3), at(sizes, 7)
    for n in range(first, last):
        for p in range(each):
            part, i = at(members, n) * each + p, 2 * (n * each + p)
            plane = at(images, n) * at(sizes, 0) * each + part
            y, x, start = at(places, i), at(places, i + 1), plane * at(sizes, 8)
            best = at(scores, start + y * pitch + x) + 0.0
            w, span = 4 * part, at(tops, plane) - best
            back = won_back(at(deform, w), at(deform, w + 2))
            down = paying(at(deform, w + 1), at(deform, w + 3), span + back, high)
            back = won_back(at(deform, w + 1), at(deform, w + 3))
            across = paying(at(deform, w), at(deform, w + 2), span + back, wide)
            for v in range(larger(0, y - down), -larger(-high, -y - down - 1)):
                price = cost(at(deform, w + 1), at(deform, w + 3), v - y)
                for u in range(larger(0, x - across), -larger(-wide, -x - across - 1)):
                    value = at(scores, start + v * pitch + u) - price - cost(at(deform, w), at(deform, w + 2), u - x)
                    if value > best:
                        best = value
                        put(places, i, v)
                        put(places, i + 1, u)
    return 0

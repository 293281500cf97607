"""The plots of the page as SVG: ink for this dataset, grey for the others, cobalt for the value in the sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..columns import Float64, Int64
from ..svg import tag, text, ticks
from .planes import HIGH, LEFT, RIGHT, TOP, WIDE, Plane, Tick, cut, picture, short

_THICKEST = 40.0  # px of a bar


def bars(
    title: str, counts: Int64, names: Sequence[Tick], marked: Tick | None = None, others: Sequence[Int64] = ()
) -> str:
    """Shares of classes as bars; the same of others as a short line over each.

    Args:
        title: for those who do not see it.
        counts: (B,) int64.
        names: words under the axis; the bar of class i reaches from i to i + 1.
        marked: the value in the sentence, and its word.
        others: (B,) int64 each.
    """
    shares, *rest = (c / max(int(c.sum()), 1) for c in (counts, *others))
    most = max([0.01, *(float(s.max(initial=0)) for s in (shares, *rest))])
    plane = Plane((0, max(len(counts), 1)), (0, most * 1.04))
    marks = ticks(0, most, 4)
    digits = max(0, -math.floor(math.log10(100 * marks[1]))) if len(marks) > 1 else 0
    made = [plane.hairlines([(v, f"{100 * v:.{digits}f} %") for v in marks])]
    wide = plane.across(1) - plane.across(0)
    thick = min(wide - min(2.0, wide * 0.15), _THICKEST)
    gap = wide - thick
    for i, share in enumerate(shares.tolist()):
        if share:
            x, y = plane.across(i) + gap / 2, plane.down(share)
            label = tag("title", f"{100 * share:.2g} %, {int(counts[i]):,}")
            made.append(tag("rect", label, class_="bar", x=x, y=y, width=thick, height=max(plane.down(0) - y, 0.75)))
    for n, other in enumerate(rest):
        cuts = "".join(
            f"M{plane.across(i) + gap / 2:.1f} {plane.down(s):.1f}h{thick:.1f}" for i, s in enumerate(other.tolist())
        )
        made.append(f'<path class="under" d="{cuts}"/><path class="other o{n % 3}" d="{cuts}"/>')
    if marked is not None and marked[0] == marked[0]:
        made.append(_marked(plane, *marked))
    return picture(TOP + HIGH + 24, title, *made, plane.words(names))


def _marked(plane: Plane, value: float, word: str) -> str:
    x = round(min(max(plane.across(value), LEFT), WIDE - RIGHT), 1)
    right = x > WIDE - 90
    line = f'<path class="drop" d="M{x:g} {TOP - 6}V{plane.down(0):g}"/>'
    return line + text(x + (-5 if right else 5), TOP - 6, word, "value halo", "end" if right else "start")


def ranks(title: str, counts: Sequence[Int64], names: Sequence[tuple[str, str]]) -> str:
    """Instances per category, the most first, on a logarithmic axis; a line per dataset, the first one in ink.

    Args:
        title: for those who do not see it.
        counts: (K,) int64 of each dataset, falling; zeros are not drawn.
        names: (most, least) category of each dataset; only those of the first are written.
    """
    filled = [c[c > 0] for c in counts]
    most = max([2, *(len(c) for c in filled)])
    top = max([10.0, *(float(c.max(initial=0)) for c in filled)])
    plane = Plane((1, most), (0.8, top * 1.3), log_y=True)
    made = [plane.hairlines([(10.0**p, short(10**p)) for p in range(math.floor(math.log10(top * 1.3)) + 1)])]
    for n, each in reversed(list(enumerate(filled))):
        look = f"other o{(n - 1) % 3}" if n else "ink"
        if len(each):
            made.append(plane.path(list(enumerate(each.tolist(), 1)), look))
    if filled and len(filled[0]):
        first, last = float(filled[0][0]), float(filled[0][-1])
        if len(filled[0]) == 1:
            made.append(tag("circle", class_="full", cx=plane.across(1), cy=plane.down(first), r=4.0))
        later = float(filled[0][len(filled[0]) // 8])
        lift = 12 if len(filled[0]) > 1 and plane.down(later) - plane.down(first) < 12 else 0
        made.append(text(plane.across(1) + 8, plane.down(first) + 4 - lift, names[0][0], "label halo"))
        if len(filled[0]) > 1:
            x = min(plane.across(len(filled[0])), WIDE - RIGHT)
            made.append(text(x, plane.down(last) - 8, names[0][1], "label halo", "end"))
    marks = [v for v in ticks(1, most, 5) if v >= 1 and v == int(v)]
    return picture(TOP + HIGH + 24, title, *made, plane.words([(v, f"{int(v)}") for v in dict.fromkeys([1.0, *marks])]))


def dumbbells(title: str, names: Sequence[str], here: Float64, there: Float64) -> str:
    """Shares of categories in two datasets: a full dot for this one, a ring for the other, a line between.

    Args:
        title: for those who do not see it.
        names: C categories.
        here, there: (C,) float64 shares.
    """
    left, step, most = 104.0, 20, max(1e-9, float(np.max([here, there], initial=0)))
    wide = WIDE - left - 14
    marks = ticks(0, most, 4)
    high = step * len(names) + 8
    digits = max(0, -math.floor(math.log10(100 * marks[1]))) if len(marks) > 1 else 0
    made = []
    for v in marks:
        x = round(left + wide * v / most, 1)
        made.append(
            f'<path class="hair" d="M{x:g} 4V{high}"/>'
            + text(x, high + 14, f"{100 * v:.{digits}f} %", "tick", "middle")
        )
    for i, (name, a, b) in enumerate(zip(names, here.tolist(), there.tolist(), strict=True)):
        y, xa, xb = 4 + step * (i + 0.5), left + wide * a / most, left + wide * b / most
        made.append(text(left - 10, y + 4, cut(name, 15), "label", "end"))
        made.append(f'<path class="between" d="M{xa:.1f} {y:g}H{xb:.1f}"/>')
        made.append(tag("circle", class_="ring", cx=xb, cy=y, r=4.0) + tag("circle", class_="full", cx=xa, cy=y, r=4.0))
    return picture(high + 22, title, *made)

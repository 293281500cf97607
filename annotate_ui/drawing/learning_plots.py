"""Plots of what workers learn, and of what was drawn twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from cocokit.crowd.learning import Learning, Share
from cocokit.crowd.stage_agreement import Twice

from .axes import Plane, floor_of, steps
from .plots import WIDE
from .svg import picture, points, tag

#: At most so many lines of single workers.
_LINES = 60


def draw_paces(found: Learning) -> Markup:
    """Time by how many answers came before: the middle worker with the quarters beside, single workers behind."""
    starts = [pace.start for pace in found.paces]
    place = {start: i for i, start in enumerate(starts)}
    high = min(max([2.0, *(pace.high for pace in found.paces)]), 4.0)
    plane = Plane(34, 14, 372, 190, (0.0, max(len(starts) - 1, 1)), (0.0, high))
    rows = steps(0.0, high, 0.5 if high <= 3 else 1.0)
    drawn = [plane.rows(rows), _starts(plane, starts)]
    drawn += [_line(plane, mine, place, high) for mine in list(found.workers.values())[:_LINES]]
    band = [plane.at(place[p.start], min(p.high, high)) for p in found.paces]
    band += [plane.at(place[p.start], min(p.low, high)) for p in reversed(found.paces)]
    middles = [plane.at(place[p.start], p.middle) for p in found.paces]
    drawn += [tag("path", d=points(band) + "Z", class_="band"), tag("path", d=points(middles), class_="ln")]
    for i, pace in enumerate(found.paces):
        x, y = plane.at(place[pace.start], pace.middle)
        last = i == len(found.paces) - 1
        name = f"From answer {pace.start:,} on: {pace.middle:.2f} of the usual time, {pace.workers:,} workers"
        drawn.append(tag("g", tag("title", name), tag("circle", cx=x, cy=y, r=4.5 if last else 3,
                                                      class_="pk" if last else "pt")))  # fmt: skip
    x, y = plane.at(place[starts[-1]], found.paces[-1].middle)
    drawn.append(tag("text", f"{found.paces[-1].middle:.2f}", x=x + 10, y=y + 4, class_="dl acc"))
    return picture(WIDE, 216, *drawn, title="Time for an answer by how many came before", class_="plot")


def draw_shares(shares: Sequence[Share]) -> Markup:
    """Masks that pass by how many their worker had drawn, each with its interval."""
    low = floor_of([share.low for share in shares], 0.2, 0.8)
    plane = Plane(34, 14, 372, 150, (0.0, max(len(shares) - 1, 1)), (low, 1.0))
    places = [plane.at(i, share.passed / share.decided) for i, share in enumerate(shares)]
    drawn = [plane.rows(steps(low, 1.0, 0.2)), _starts(plane, [share.start for share in shares]),
             tag("path", d=points(places), class_="ln")]  # fmt: skip
    for share, (x, y) in zip(shares, places, strict=True):
        name = f"From mask {share.start:,} on: {share.passed:,} of {share.decided:,} passed"
        drawn.append(tag("g", tag("title", name), tag("path", d=f"M{x:.1f} {plane.down(share.low):.1f}V"
                                                      f"{plane.down(share.high):.1f}", class_="whisker"),
                         tag("circle", cx=x, cy=y, r=3, class_="pt")))  # fmt: skip
    last = shares[-1].passed / shares[-1].decided
    drawn.append(tag("text", f"{100 * last:.0f} %", x=places[-1][0] + 10, y=places[-1][1] + 4, class_="dl"))
    return picture(WIDE, 176, *drawn, title="Masks that pass by how many their worker had drawn", class_="plot")


def draw_twice(twice: Sequence[Twice]) -> Markup:
    """IoU of masks of the same thing: a bar from a quarter to three quarters, a line to the tenths, the median."""
    low = floor_of([one.tenth for one in twice], 0.2, 0.6)
    plane = Plane(96, 8, 340, 8 + 34 * len(twice), (low, 1.0), (0.0, 1.0))
    drawn = [plane.columns(steps(low, 1.0, 0.2))]
    for i, one in enumerate(twice):
        y = plane.top + 34 * i + 17
        x1, x2 = plane.across(one.quarter), plane.across(one.three_quarters)
        drawn += [
            tag("text", one.what.capitalize(), x=0, y=y + 4, class_="lab"),
            tag("path", d=f"M{plane.across(one.tenth):.1f} {y}H{plane.across(one.nine_tenths):.1f}", class_="thin"),
            tag("rect", x=x1, y=y - 5, width=max(x2 - x1, 2.0), height=10, rx=3, class_="mid-half"),
            tag("path", d=f"M{plane.across(one.median):.1f} {y - 8}v16", class_="ln"),
            tag("text", f"{one.median:.2f}", x=plane.right + 44, y=y + 4, class_="dl end"),
            tag("text", f"{one.count:,}", x=WIDE, y=y + 4, class_="ax end"),
        ]  # fmt: skip
    return picture(WIDE, plane.bottom + 26, *drawn, title="Overlap of masks of the same thing", class_="plot")


def _starts(plane: Plane, starts: Sequence[int]) -> Markup:
    return Markup().join(
        tag("text", f"{start:,}", x=plane.across(i), y=plane.bottom + 18, class_="ax mid")
        for i, start in enumerate(starts)
    )


def _line(plane: Plane, mine: Sequence[tuple[int, float]], place: Mapping[int, int], high: float) -> Markup:
    """One worker's line; nothing for somebody who is in one span only."""
    known = [plane.at(place[start], min(share, high)) for start, share in mine if start in place]
    return tag("path", d=points(known), class_="person") if len(known) > 1 else Markup()

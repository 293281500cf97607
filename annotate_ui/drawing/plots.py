"""The plots of the quality page. Each says its finding before it: see :mod:`cocokit.annotate_ui.findings`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import sqrt

from markupsafe import Markup

from cocokit.crowd.quality_plots import Dot, Rate, Spread, Step

from .axes import Plane, floor_of, steps
from .svg import picture, points, tag

WIDE, HIGH = 420, 300


def draw_union(union: Sequence[Step], at: int | None) -> Markup:
    """Recall of the union of k workers with its band; ``at`` is the k under discussion."""
    low = floor_of([step.low for step in union], most=0.5)
    last = union[-1]
    plane = Plane(34, 14, 356, 262, (union[0].k, last.k), (low, 1.0))
    rows = steps(low, 1.0, 0.1 if low >= 0.4 else 0.2)
    band = [plane.at(s.k, s.high) for s in union] + [plane.at(s.k, s.low) for s in reversed(union)]
    drawn = [plane.rows(rows), plane.columns([s.k for s in union], "{:.0f}", last.k),
             tag("path", d=points(band) + "Z", class_="band"),
             tag("path", d=points([plane.at(s.k, s.recall) for s in union]), class_="ln")]  # fmt: skip
    for step in union:
        x, y = plane.at(step.k, step.recall)
        if step.k == at:
            drawn.append(tag("path", d=f"M{x:.1f} {y:.1f}V{plane.bottom}", class_="dropl"))
            drawn.append(tag("text", f"{step.recall:.3f}", x=x, y=y - 12, class_="dl acc mid"))
        drawn.append(tag("circle", cx=x, cy=y, r=4.5 if step.k == at else 3, class_="pk" if step.k == at else "pt"))
    drawn.append(tag("text", f"{last.recall:.3f}", x=plane.right + 8, y=plane.down(last.recall) + 4, class_="dl"))
    return picture(WIDE, HIGH - 8, *drawn, title=f"Recall of the union of 1 to {last.k} workers", class_="plot")


def plane_of(dots: Sequence[Dot]) -> Plane:
    """The plane of recall (right) and precision (up) that all workers lie in."""
    return Plane(34, 14, 406, 262, (floor_of([d.recall for d in dots], 0.2, 0.2), 1.0),
                 (floor_of([d.precision for d in dots], 0.2, 0.4), 1.0))  # fmt: skip


def draw_workers(dots: Sequence[Dot], line: tuple[float, float, float], under: Collection[int]) -> Markup:
    """Workers in the plane, and the rejection line a * precision + b * recall = c as three numbers a, b, c.

    The script of the page moves the line; everything that it needs stands in data attributes.
    """
    plane = plane_of(dots)
    most = max((dot.answers for dot in dots), default=1)
    drawn = [tag("clipPath", tag("rect", x=plane.left, y=plane.top, width=plane.right - plane.left,
                                 height=plane.bottom - plane.top), id="plane")]  # fmt: skip
    ends = line_ends(plane, line)
    area = [*ends, (plane.right, plane.bottom + 999), (plane.left, plane.bottom + 999)]
    drawn += [tag("path", d=points(area) + "Z", class_="rejz", clip_path="url(#plane)", data_part="zone"),
              plane.rows(steps(plane.y[0], 1.0, 0.2)), plane.columns(steps(plane.x[0], 1.0, 0.2))]  # fmt: skip
    for dot in sorted(dots, key=lambda d: -d.answers):
        x, y = plane.at(dot.recall, dot.precision)
        name = f"w-{dot.worker}: precision {dot.precision:.2f}, recall {dot.recall:.2f}, {dot.answers:,} images"
        left = x > plane.right - 48
        drawn.append(tag(
            "g", tag("title", name), tag("circle", cx=x, cy=y, r=3 + 5 * sqrt(dot.answers / most)),
            tag("path", d=f"M{x - 2.6:.1f} {y - 2.6:.1f}l5.2 5.2m0-5.2l-5.2 5.2"),
            tag("text", f"w-{dot.worker}", x=x + (-10 if left else 10), y=y + 4,
                class_="dl bad end" if left else "dl bad"),
            class_="wk rj" if dot.worker in under else "wk", data_worker=dot.worker,
            data_p=f"{dot.precision:.6f}", data_r=f"{dot.recall:.6f}",
        ))  # fmt: skip
    drawn += [tag("path", d=points(ends), class_="rl", clip_path="url(#plane)", data_part="line"),
              tag("circle", cx=0, cy=0, r=7, class_="hd", data_part="hand", visibility="hidden")]  # fmt: skip
    return picture(WIDE, HIGH - 8, *drawn, title=f"Precision and recall of {len(dots)} workers", class_="plot workers")


def line_ends(plane: Plane, line: tuple[float, float, float]) -> list[tuple[float, float]]:
    """Px of the line at both edges of the plane; one that stands upright runs from top to bottom."""
    a, b, c = line
    if not a:
        x = plane.across(c / b if b else 0.0)
        return [(x, plane.top), (x, plane.bottom)]
    return [plane.at(x, (c - b * x) / a) for x in plane.x]


def draw_spreads(spreads: Sequence[Spread]) -> Markup:
    """How long answers took: a bar from a quarter to three quarters, a line from a tenth to nine tenths, the median."""
    longest = max(max(s.nine_tenths, s.prior) for s in spreads)
    left = 96 if any(one.tool for one in spreads) else 66
    plane = Plane(left, 8, 360, 8 + 34 * len(spreads), (0.0, longest), (0.0, 1.0))
    drawn = []
    for i, one in enumerate(spreads):
        y = plane.top + 34 * i + 17
        x1, x2 = plane.across(one.quarter), plane.across(one.three_quarters)
        drawn += [
            tag("text", one.tool or str(one.stage).capitalize(), x=12 if one.tool else 0, y=y + 4,
                class_="lab sub" if one.tool else "lab"),
            tag("path", d=f"M{plane.left} {y + 17}H{WIDE}", class_="gl") if i < len(spreads) - 1 else Markup(),
            tag("path", d=f"M{plane.across(one.tenth):.1f} {y}H{plane.across(one.nine_tenths):.1f}", class_="thin"),
            tag("rect", x=x1, y=y - 5, width=max(x2 - x1, 2.0), height=10, rx=3, class_="mid-half"),
            tag("path", d=f"M{plane.across(one.median):.1f} {y - 8}v16", class_="ln"),
            tag("path", d=f"M{plane.across(one.prior):.1f} {y - 8}v16", class_="ref"),
            tag("text", f"{one.median:.{0 if one.median >= 10 else 1}f} s", x=WIDE, y=y + 4, class_="dl end"),
        ]  # fmt: skip
    return picture(WIDE, plane.bottom + 6, *drawn, title="Time for an answer, by stage and tool", class_="plot")


def draw_rates(rates: Sequence[Rate]) -> Markup:
    """Share of masks that passed with its interval, the worst categories first; how many, and votes to a decision."""
    plane = Plane(110, 22, 292, 22 + 26 * len(rates), (0.0, 1.0), (0.0, 1.0))
    heads = (("pass", plane.right + 46), ("masks", plane.right + 88), ("votes", WIDE))
    drawn = [tag("text", title, x=x, y=12, class_="ax end") for title, x in heads]
    for i, rate in enumerate(rates):
        y, share, wide = plane.top + 26 * i + 13, rate.passed / rate.decided, plane.right - plane.left
        name = rate.name if len(rate.name) <= 16 else rate.name[:15] + "…"
        drawn += [
            tag("text", name, x=0, y=y + 4, class_="lab"),
            tag("rect", x=plane.left, y=y - 4, width=wide, height=5, rx=2.5, class_="tr"),
            tag("rect", x=plane.left, y=y - 4, width=max(wide * share, 1.0), height=5, rx=2.5, class_="dn"),
            tag("path", d=f"M{plane.across(rate.low):.1f} {y + 4}H{plane.across(rate.high):.1f}", class_="thin"),
            tag("text", f"{100 * share:.0f} %", x=plane.right + 46, y=y + 4, class_="dl end"),
            tag("text", f"{rate.decided:,}", x=plane.right + 88, y=y + 4, class_="ax end"),
            tag("text", f"{rate.votes:.1f}", x=WIDE, y=y + 4, class_="ax end"),
        ]  # fmt: skip
    return picture(WIDE, plane.bottom + 4, *drawn, title="Masks that passed and votes for a decision, by category",
                   class_="plot")  # fmt: skip


def draw_funnel(parts: Sequence[tuple[str, int]]) -> Markup:
    """From images to accepted masks."""
    most = max(max(count for _, count in parts), 1)
    drawn = []
    for i, (name, count) in enumerate(parts):
        y = 8 + 34 * i
        drawn += [
            tag("text", name.capitalize(), x=0, y=y + 17, class_="lab"),
            tag("rect", x=110, y=y + 5, width=max(240 * count / most, 2.0), height=16, rx=3, class_="fun"),
            tag("text", f"{count:,}", x=110 + max(240 * count / most, 2.0) + 8, y=y + 17, class_="dl"),
        ]  # fmt: skip
    return picture(WIDE, 8 + 34 * len(parts), *drawn, title="From images to accepted masks", class_="plot")

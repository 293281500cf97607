"""The stage graph: what each stage has open, out and done, and how much went along every edge.

The stages up to the export stand in one row; those that the graph opens beside it, captions and crowds, stand below.
An edge is as wide as what went along it; what flows back is dashed. Boxes and edges lead to the images that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from markupsafe import Markup

from cocokit.campaign.status import CampaignStatus, StageStatus
from cocokit.domain.stages import Outcome, Stage

from .svg import picture, tag

_ROW = (Stage.FILTER, Stage.LABEL, Stage.SPOT, Stage.SEGMENT, Stage.VERIFY)
_BELOW = {Stage.CAPTION: Stage.LABEL, Stage.CROWD: Stage.SEGMENT}
#: px: a box, the way between two, and where the rows stand.
BOX, HIGH, TOP, LOW = 140, 72, 48, 166
WIDTH, HEIGHT = 1184, 248
_UNITS = {
    Outcome.KEPT: "photos", Outcome.PRESENT: "pairs", Outcome.SPOTTED: "spots", Outcome.DRAWN: "masks",
    Outcome.PASSED: "accepted", Outcome.TOO_MANY: "over the limit", Outcome.PAINTED: "crowd regions",
    Outcome.CAPTIONED: "sentences",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float

    @property
    def right(self) -> float:
        return self.x + BOX

    @property
    def middle(self) -> float:
        return self.y + HIGH / 2

    @property
    def centre(self) -> float:
        return self.x + BOX / 2


def draw_graph(status: CampaignStatus, slowest: Stage | None = None, images: str = "") -> Markup:
    """The graph as SVG, as wide as the board.

    Args:
        status: of the campaign.
        slowest: the stage that everything waits for, or None.
        images: address of the page of images, which boxes and edges lead to; "" draws no links.
    """
    stages = [stage.stage for stage in status.stages]
    boxes = _places(stages)
    drawn = [_led(images, f"at={source}.{outcome}", _edge(boxes, source, outcome, target, count))
             for source, outcome, target, count in _flows(status)]  # fmt: skip
    drawn += [_led(images, f"at={stage.stage}.{'open' if stage.open else 'done'}",
                   _stage(boxes[stage.stage], stage, slow=stage.stage is slowest)) for stage in status.stages]
    drawn.append(_led(images, "state=finished", _export(boxes[None], status)))
    high = HEIGHT if any(stage in _BELOW for stage in stages) else TOP + HIGH + 16
    said = "; ".join(map(_told, status.stages))
    return picture(WIDTH, high, *drawn, title=f"Stages of the campaign. {said}", class_="pipe",
                   role="group" if images else "img")  # fmt: skip


def _told(stage: StageStatus) -> str:
    return f"{stage.stage}: {stage.open} open, {stage.leased} out, {stage.done} done"


def _led(images: str, query: str, drawn: Markup) -> Markup:
    """A part of the drawing that leads to its images; its words are the link's name, so they are kept apart."""
    if not images or not drawn:
        return drawn
    return tag("a", Markup(str(drawn).replace("</text>", "</text> ")), href=f"{images}?{query}")


def _hit(x: float, y: float, width: float, height: float = 52) -> Markup:
    """Where an edge takes a click: more than its thin line, about a middle."""
    return tag("rect", x=x - width / 2, y=y - height / 2, width=width, height=height, rx=6, class_="hit")


def _places(stages: Sequence[Stage]) -> dict[Stage | None, _Box]:
    """Where each stage stands; None is the export."""
    row: list[Stage | None] = [*(stage for stage in _ROW if stage in stages), None]
    step = (WIDTH - BOX) / max(len(row) - 1, 1)
    found: dict[Stage | None, _Box] = {stage: _Box(i * step, TOP) for i, stage in enumerate(row)}
    for stage, above in _BELOW.items():
        if stage in stages:
            found[stage] = _Box(found[above].x if above in found else 0.0, LOW)
    return found


def _flows(status: CampaignStatus) -> list[tuple[Stage, Outcome, Stage | None, int]]:
    """Edges that are drawn; what is dropped or is nothing leaves the picture."""
    return [
        (edge.source, edge.outcome, edge.target, count) for edge, count in status.edges
        if edge.outcome in _UNITS or edge.outcome is Outcome.FAILED
    ]  # fmt: skip


def _edge(
    boxes: dict[Stage | None, _Box], source: Stage, outcome: Outcome, target: Stage | None, count: int
) -> Markup:
    if source not in boxes or target not in boxes:
        return Markup()
    start, end, wide = boxes[source], boxes[target], _width(count)
    if outcome is Outcome.FAILED:
        return _back(start, end, count)
    if source is Stage.CAPTION:
        return _from_below(start, end, count, "sentences", wide, short=True)
    if start.y == LOW:
        return _from_below(start, end, count, _UNITS[outcome], wide)
    if end.y == LOW:
        return _to_below(start, end, count, _UNITS[outcome], wide)
    y, mid = start.middle, (start.right + end.x) / 2
    unit = _UNITS[outcome] if outcome is not Outcome.KEPT or target is Stage.LABEL else "photos"
    return Markup().join([
        _hit(mid, y, end.x - start.right - 4),
        tag("path", d=f"M{start.right + 4:.1f} {y}H{end.x - 8:.1f}", class_="e", stroke_width=wide),
        _arrow(end.x - 2, y, wide), _count(mid - 2, y - wide / 2 - 8, count),
        tag("text", unit, x=mid - 2, y=y + wide / 2 + 15, class_="s mid"),
    ])  # fmt: skip


def _to_below(start: _Box, end: _Box, count: int, unit: str, wide: float) -> Markup:
    """From the row down to a stage that stands below and to the right, or right under it."""
    if start.x >= end.x:  # the stage it comes from stands over it
        y, x = end.y - 2, end.centre
        line = f"M{x:.1f} {start.y + HIGH + 4}V{y - 6}"
        return Markup().join([
            _hit(x + 44, (start.y + HIGH + end.y) / 2, 120, 32),
            tag("path", d=line, class_="e", stroke_width=wide), _arrow_down(x, y, wide),
            tag("text", f"{count:,}", x=x + 12, y=(start.y + HIGH + end.y) / 2 + 4, class_="n"),
            tag("text", unit, x=x + 18 + 7.2 * len(f"{count:,}"), y=(start.y + HIGH + end.y) / 2 + 4, class_="s"),
        ])  # fmt: skip
    x, y, mid = start.centre, end.middle, (start.centre + end.x) / 2
    line = f"M{x:.1f} {start.y + HIGH + 4}V{y - 12}Q{x:.1f} {y} {x + 12:.1f} {y}H{end.x - 8:.1f}"
    return Markup().join([
        _hit(mid + 4, y, 88), tag("path", d=line, class_="e", stroke_width=wide), _arrow(end.x - 2, y, wide),
        _count(mid + 4, y - wide / 2 - 8, count), tag("text", unit, x=mid + 4, y=y + wide / 2 + 15, class_="s mid"),
    ])  # fmt: skip


def _from_below(start: _Box, end: _Box, count: int, unit: str, wide: float, *, short: bool = False) -> Markup:
    """From a stage below up to the export; a short one only leaves its box."""
    y = start.middle
    if short:
        text = f"{count:,} {unit}"
        wide = 6.2 * len(text) + 12
        said = tag("text", text, x=start.right + 12, y=y + 4, class_="s")
        return _hit(start.right + 6 + wide / 2, y, wide, 28) + said
    x, mid = end.centre, (start.right + end.centre) / 2
    line = f"M{start.right + 4:.1f} {y}H{x - 12:.1f}Q{x:.1f} {y} {x:.1f} {y - 12}V{end.y + HIGH + 10}"
    return Markup().join([
        _hit(mid, y, 100), tag("path", d=line, class_="e", stroke_width=wide), _arrow_up(x, end.y + HIGH + 4, wide),
        _count(mid, y - wide / 2 - 8, count), tag("text", unit, x=mid, y=y + wide / 2 + 15, class_="s mid"),
    ])  # fmt: skip


def _back(start: _Box, end: _Box, count: int) -> Markup:
    """What flows back, over the row."""
    right, left, y, top = start.centre, end.centre, start.y, start.y - 24
    text = f"{count:,} returned"
    half = len(text) * 3.6 + 8
    mid = (left + right) / 2
    line = (f"M{right:.1f} {y - 4}V{top + 8}Q{right:.1f} {top} {right - 8:.1f} {top}H{mid + half:.1f}"
            f"M{mid - half:.1f} {top}H{left + 8:.1f}Q{left:.1f} {top} {left:.1f} {top + 8}V{y - 10}")  # fmt: skip
    return Markup().join([
        _hit(mid, top, 2 * half, 28), tag("path", d=line, class_="ret"),
        tag("path", d=f"M{left - 5:.1f} {y - 11}h10l-5 8z", class_="reta"),
        tag("text", text, x=mid, y=top + 4, class_="c bad"),
    ])  # fmt: skip


def _stage(box: _Box, stage: StageStatus, *, slow: bool) -> Markup:
    over = stage.open == 0 and stage.done > 0
    speed = "done" if over else "paused" if stage.paused else f"{stage.last_hour:,}/h" if stage.last_hour else ""
    kind = "s end good" if over else "s end warn" if slow or stage.paused else "s end"
    total = stage.open + stage.done
    lead = f"{stage.open:,} open, {stage.leased:,} out" if stage.open else f"{stage.done:,} done" if total else "empty"
    share = (stage.done / total, min(stage.leased, stage.open) / total) if total else (0.0, 0.0)
    return _card(box, str(stage.stage).capitalize(), speed, kind, lead, share, "nd slow" if slow else "nd")


def _export(box: _Box, status: CampaignStatus) -> Markup:
    done = status.images.get("finished", 0)
    total = sum(status.images.values()) - status.images.get("dropped", 0)
    ready = f"{done:,} photo{'' if done == 1 else 's'} ready"
    return _card(box, "Export", "", "s end", ready, (done / total if total else 0.0, 0.0), "nd")


def _card(
    box: _Box, name: str, right: str, right_class: str, line: str, share: tuple[float, float], class_: str
) -> Markup:
    """A box with a name, a bar of what is done and out, and a line."""
    inner, x, y = BOX - 28, box.x + 14, box.y + 34
    done, out = inner * share[0], inner * share[1]
    bars = [tag("rect", x=x, y=y, width=inner, height=5, rx=2.5, class_="tr")]
    if done:
        bars.append(tag("rect", x=x, y=y, width=max(done, 5.0), height=5, rx=2.5, class_="dn"))
    if out:
        bars.append(tag("rect", x=min(x + done + 1, x + inner - 3), y=y, width=max(min(out, inner - done), 3.0),
                        height=5, rx=1.5, class_="ls"))  # fmt: skip
    return Markup().join([
        tag("rect", x=box.x + 0.5, y=box.y + 0.5, width=BOX - 1, height=HIGH - 1, rx=9, class_=class_),
        tag("text", name, x=x, y=box.y + 23, class_="t"),
        tag("text", right, x=box.right - 14, y=box.y + 23, class_=right_class), *bars,
        tag("text", line, x=x, y=box.y + 58, class_="s"),
    ])  # fmt: skip


def _count(x: float, y: float, count: int) -> Markup:
    return tag("text", f"{count:,}", x=x, y=y, class_="c")


def _arrow(x: float, y: float, wide: float) -> Markup:
    half = 4 + wide / 3
    return tag("path", d=f"M{x - 8:.1f} {y - half:.1f}l8 {half:.1f}l-8 {half:.1f}z", class_="ah")


def _arrow_up(x: float, y: float, wide: float) -> Markup:
    half = 4 + wide / 3
    return tag("path", d=f"M{x - half:.1f} {y + 8}l{half:.1f} -8l{half:.1f} 8z", class_="ah")


def _arrow_down(x: float, y: float, wide: float) -> Markup:
    half = 4 + wide / 3
    return tag("path", d=f"M{x - half:.1f} {y - 8}l{half:.1f} 8l{half:.1f} -8z", class_="ah")


def _width(count: int) -> float:
    """px, by count: 1.75 to 6, over four powers of ten."""
    return 1.75 + 4.25 * min(log10(1 + count) / 4, 1.0)

"""The state of a campaign as lines of text, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..campaign.status import HOUR, CampaignStatus, StageStatus

if TYPE_CHECKING:
    from ..pipeline.cost import Eta

#: What a row of the table shows, and the names above it.
_COLUMNS = ("open", "missing", "leased", "done", "last_hour", "last_day", "answers")
_NAMES = ("stage", "open", "wanted", "leased", "done", "last hour", "last day", "answers")
_MEASURES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100")


def status_lines(status: CampaignStatus, now: int) -> list[str]:
    """What ``cocokit status`` prints; ``now`` is in ms."""
    lines = [_head(status, now), _images(status), "", *_graph(status), ""]
    lines += [f"spots   {_listed(status.spots)}", f"masks   {_listed(status.masks)}"]
    lines += [f"workers {_listed(status.workers)}; {status.at_work:,} at work in the last hour"]
    lines += [f"money   {status.spent / 100:,.2f} {status.currency} earned{_to_come(status)}"]
    lines += [f"time    {_time(status)}"]
    return [*lines, *_evaluated(status)]


def status_json(status: CampaignStatus) -> dict[str, Any]:
    """The same as one object."""
    stages = [{**asdict(s), "stage": str(s.stage)} for s in status.stages]
    edges = [
        {"source": str(e.source), "outcome": str(e.outcome), "target": e.target and str(e.target), "count": n}
        for e, n in status.edges
    ]
    costs = [{**asdict(c), "stage": str(c.stage), "hours": c.hours} for c in status.costs]
    found = {
        "campaign": status.name, "state": status.state, "launched_at": status.launched_at, "images": status.images,
        "stages": stages, "edges": edges, "spots": status.spots, "masks": status.masks, "workers": status.workers,
        "at_work": status.at_work, "costs": costs, "eta_hours": status.eta and asdict(status.eta),
        "cents": status.spent, "currency": status.currency, "evaluated": None,
    }  # fmt: skip
    if status.evaluated is not None:
        found["evaluated"] = {"at": status.evaluated[0], **status.evaluated[1]}
    return found


def _head(status: CampaignStatus, now: int) -> str:
    if status.launched_at is None:
        return f"campaign {status.name}: {status.state}; it starts with: cocokit campaign launch {status.name}"
    return f"campaign {status.name}: {status.state}, launched {_ago(now - status.launched_at)}"


def _images(status: CampaignStatus) -> str:
    total = sum(status.images.values())
    finished, dropped = status.images.get("finished", 0), status.images.get("dropped", 0)
    share = f" ({finished / (total - dropped):.0%} of those that are kept)" if total > dropped else ""
    rest = "".join(f", {status.images[s]:,} {s}" for s in ("open", "candidate", "dropped") if status.images.get(s))
    return f"{total:,} images: {finished:,} finished{share}{rest}"


def _graph(status: CampaignStatus) -> Iterator[str]:
    """A row for each stage, and below it a line for each edge with what went along it."""
    rows = [[_name(stage), *(f"{getattr(stage, column):,}" for column in _COLUMNS)] for stage in status.stages]
    carried = [f"{count:,}" for _, count in status.edges]
    outcomes = max((len(edge.outcome) for edge, _ in status.edges), default=0)
    wide = max(map(len, carried), default=0)
    widths = [max(len(row[i]) for row in [list(_NAMES), *rows]) for i in range(len(_NAMES))]

    def line(cells: list[str]) -> str:
        return "  ".join([cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))])

    yield line(list(_NAMES))
    yield "  ".join("-" * w for w in widths)
    for stage, row in zip(status.stages, rows, strict=True):
        yield line(row)
        edges = [(edge, text) for (edge, _), text in zip(status.edges, carried, strict=True)]
        for edge, text in edges:
            if edge.source is stage.stage:
                yield f"  |-- {edge.outcome.ljust(outcomes)}  {text.rjust(wide)} --> {edge.target or 'out'}"


def _name(stage: StageStatus) -> str:
    return f"{stage.stage}{' (paused)' if stage.paused else ''}"


def _listed(counts: dict[Any, int]) -> str:
    return ", ".join(f"{count:,} {str(state).replace('_', ' ')}" for state, count in counts.items()) or "none yet"


def _to_come(status: CampaignStatus) -> str:
    cents = sum(cost.cents for cost in status.costs)
    return f", {cents / 100:,.2f} more for the answers that are wanted now" if cents else ""


def _time(status: CampaignStatus) -> str:
    hours = sum(cost.hours for cost in status.costs)
    if not status.costs:
        return "no answer is wanted now"
    work = f"{_span(hours)} of work wanted now"
    if status.eta is None:
        return f"{work}; nobody worked in the last hour, so there is no saying when it is done"
    band = f"{work}; done {_band(status.eta)} if people go on as in the last hour"
    return f"{band};\n        the tasks that these answers open come on top"


def _band(eta: Eta) -> str:
    return f"in {_span(eta.hours)} ({_span(eta.low)} to {_span(eta.high)})"


def _span(hours: float) -> str:
    """Hours in words with two digits that mean something.

    >>> _span(0.01), _span(0.5), _span(7.26), _span(60), _span(1e5)
    ('36 s', '30 min', '7.3 h', '2.5 days', '4,167 days')
    """
    if hours < 1 / 60:
        return f"{hours * 3600:.0f} s"
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:,.1f} days" if hours < 2400 else f"{hours / 24:,.0f} days"


def _ago(ms: int) -> str:
    return "just now" if ms < HOUR / 60 else f"{_span(ms / HOUR)} ago"


def _evaluated(status: CampaignStatus) -> list[str]:
    if status.evaluated is None:
        return []
    at, found = status.evaluated
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    stats = found["stats"]
    head = (
        f"against {found['truth']}, {when}: {found['images']:,} images, {found['annotations']:,} annotations there, "
        f"{found['detections']:,} masks here"
    )
    shown = [name for name in _MEASURES if name in stats]
    cells = [f"{stats[name]:.3f}" if stats[name] > -1 else "-" for name in shown]
    widths = [max(len(a), len(b)) for a, b in zip(shown, cells, strict=True)]
    rows = ["  ".join(t.rjust(w) for t, w in zip(texts, widths, strict=True)) for texts in (shown, cells)]
    return ["", head, *(f"  {row}" for row in rows)]

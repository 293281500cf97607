"""What the board says: six figures and the sentence above the stages."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from cocokit.campaign.overview import Overview
from cocokit.campaign.status import CampaignStatus, StageStatus
from cocokit.domain.stages import MaskState, Stage
from cocokit.pipeline.settings import CampaignSettings

from .drawing.lines import sparkline
from .wording import done_by, money, percent, seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name, the number, a small line, and what stands below."""

    name: str
    value: str
    line: Markup
    below: str


def figures(found: Overview, settings: CampaignSettings, recall: tuple[float, float] | None, now: int) -> list[Figure]:
    """The six figures.

    Args:
        found: the campaign at a glance.
        settings: of the campaign.
        recall: of labels: the estimate and half of its interval, or None.
        now: ms.
    """
    status = found.status
    finished, wanted = status.images.get("finished", 0), sum(status.images.values()) - status.images.get("dropped", 0)
    took = next((cost for cost in status.costs if cost.stage is Stage.SEGMENT and cost.measured), None)
    typical = took.seconds if took else found.took[-1] if found.took else None
    ends = done_by(status.eta, now)
    clean = percent(found.clean / found.decided) if found.decided else ""
    return [
        Figure("Photos finished", f"{finished:,}", sparkline(found.finished), f"of {wanted:,}"),
        Figure("Masks accepted", f"{status.masks.get(MaskState.PASSED, 0):,}", sparkline(found.passed),
               f"{clean} without a bad vote" if clean else "none decided yet"),
        Figure("Label recall, estimated", f"{recall[0]:.3f}" if recall else "–", Markup(),
               f"± {recall[1]:.3f}" if recall else "after the first labels"),
        Figure("Time for a mask", seconds(typical) if typical else "–", sparkline(found.took),
               f"planned: {seconds(settings.prior(Stage.SEGMENT))}"),
        Figure("Spent", money(status.spent, status.currency), sparkline(found.spent), _left(status)),
        Figure(_end_name(ends[0]), ends[0], Markup(), ends[1]),
    ]  # fmt: skip


def slowest(status: CampaignStatus) -> StageStatus | None:
    """The stage whose open tasks take longest, if any takes an hour or more."""
    hours = {cost.stage: cost.hours for cost in status.costs}
    waiting = [stage for stage in status.stages if hours.get(stage.stage, 0.0) >= 0.05]
    return max(waiting, key=lambda stage: hours[stage.stage], default=None)


def finding(status: CampaignStatus) -> str:
    """What the graph says, in a sentence."""
    if status.state == "draft":
        return "Nothing is open yet"
    slow = slowest(status)
    if slow is None:
        waits = sum(stage.open for stage in status.stages)
        return "Every task is done" if not waits else f"{waits:,} {'task is' if waits == 1 else 'tasks are'} open"
    cost = next(cost for cost in status.costs if cost.stage is slow.stage)
    work = f"{cost.hours:.1f}" if cost.hours < 10 else f"{cost.hours:,.0f}"
    name = str(slow.stage).capitalize()
    if not slow.last_hour:
        return f"{name} has the most work left, {work} hours, and nobody has worked at it in the last hour"
    return f"{name} has the most work left: {work} hours for one person"


def _end_name(end: str) -> str:
    return "Work left" if end == "None" else "Done in" if end.endswith(("min", " h")) else "Done by"


def _left(status: CampaignStatus) -> str:
    more = sum(cost.cents for cost in status.costs)
    return f"{money(more, status.currency)} in open tasks" if more else "nothing is open"

"""How far a campaign is: its stages with what waits in them, what went along every edge, and when it may be done."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.stages import MaskState, Outcome, SpotState, Stage, TaskState
from ..pipeline.cost import Eta, StageCost, Timing, eta, stage_costs
from ..pipeline.graph import Edge
from ..pipeline.presets import find_preset
from ..pipeline.settings import NAMES, CampaignSettings
from ..store import counts
from ..store.campaigns import campaign_state, count_images
from ..store.counts import TaskCount
from ..store.database import Database, Transaction
from ..store.journal import last_note, note
from ..store.withdrawals import count_withdrawn
from .context import Campaign

__all__ = ["DAY", "HOUR", "CampaignStatus", "Eta", "StageStatus", "note_evaluation", "read_status", "setting_sources"]

HOUR, DAY = 3_600_000, 86_400_000
#: The kind of the diary's line about an evaluation of the exported dataset.
EVALUATED = "evaluated"
_NONE = TaskCount(0, 0, 0)


@dataclass(frozen=True, slots=True)
class StageStatus:
    """Where a stage stands.

    Attributes:
        stage, paused: which; whether it hands out nothing now.
        open, done: tasks.
        missing: answers that the open tasks still want (of verification, votes).
        leased: places that workers hold.
        last_hour, last_day, answers: answers that came in, whatever became of them.
    """

    stage: Stage
    paused: bool
    open: int
    done: int
    missing: int
    leased: int
    last_hour: int
    last_day: int
    answers: int


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """Where a campaign stands.

    Attributes:
        name, state, launched_at: the campaign; ms or None.
        images: how many are candidate, dropped (by the filter, or taken down), open, finished.
        stages: in the order of the graph.
        edges: each edge and how much went along it so far.
        spots, masks: how many stand at each state.
        workers: how many are active, paused, rejected; at_work: how many answered in the last hour.
        costs: what the answers that are missing now take.
        eta: when these may be done, or None if nobody works.
        spent: cents so far; currency: three letters.
        evaluated: the last evaluation of the exported dataset and when it was, or None.
    """

    name: str
    state: str
    launched_at: int | None
    images: dict[str, int]
    stages: tuple[StageStatus, ...]
    edges: tuple[tuple[Edge, int], ...]
    spots: dict[SpotState, int]
    masks: dict[MaskState, int]
    workers: dict[str, int]
    at_work: int
    costs: tuple[StageCost, ...]
    eta: Eta | None
    spent: float
    currency: str
    evaluated: tuple[int, dict[str, Any]] | None


def note_evaluation(database: Database, campaign: Campaign, found: dict[str, Any], now: int) -> None:
    """Show from now on how the exported dataset compares with a truth.

    Args:
        database: where the campaign is.
        campaign: which one.
        found: a line of the diary, as :func:`cocokit.crowd.against.measure_export` finds it.
        now: ms since 1970 UTC.
    """
    database.run(lambda tx: note(tx, campaign.id, EVALUATED, now, data=found))


def read_status(database: Database, campaign: Campaign, now: int) -> CampaignStatus:
    """Where a campaign stands.

    Args:
        database: where it lives.
        campaign: which one.
        now: ms since 1970 UTC.
    """
    with database.snapshot() as tx:
        tasks = counts.count_tasks(tx, campaign.id)
        stages = tuple(_stage(tx, campaign, stage, tasks, now) for stage in campaign.graph.stages)
        timings = _timings(tx, campaign)
        missing = {s.stage: _answers(s, campaign.settings) for s in stages if s.missing}
        costs = stage_costs(missing, timings, campaign.settings)
        worked = _worked(tx, campaign, timings, now)
        images, spots = count_images(tx, campaign.id), counts.count_spots(tx, campaign.id)
        filtered = images | {"dropped": images.get("dropped", 0) - count_withdrawn(tx, campaign.id)}
        masks, state = counts.count_masks(tx, campaign.id), campaign_state(tx, campaign.id)
        carried = [_carried(tx, campaign, edge, filtered, spots, masks, tasks) for edge in campaign.graph.edges]
        edges = tuple(zip(campaign.graph.edges, carried, strict=True))
        return CampaignStatus(
            campaign.record.name, str(state), campaign.record.launched_at, images, stages, edges, spots, masks,
            counts.count_workers(tx, campaign.id), len(worked), costs, eta(costs, worked),
            sum(counts.spent(tx, campaign.id).values()), campaign.settings.currency,
            last_note(tx, campaign.id, EVALUATED),
        )  # fmt: skip


def setting_sources(campaign: Campaign, preset: str) -> list[tuple[str, object, str]]:
    """(name, value, where it comes from) of each number: the preset, or the campaign's own file."""
    usual = find_preset(preset).settings
    rows = []
    for name in NAMES:
        value = getattr(campaign.settings, name)
        rows.append((name, value, f"preset {preset}" if value == getattr(usual, name) else "campaign"))
    return rows


def _stage(
    tx: Transaction, campaign: Campaign, stage: Stage, tasks: Mapping[tuple[Stage, str], TaskCount], now: int
) -> StageStatus:
    waiting, done = tasks.get((stage, TaskState.OPEN), _NONE), tasks.get((stage, TaskState.DONE), _NONE)
    lately = [counts.count_answers(tx, campaign.id, stage, since) for since in (now - HOUR, now - DAY, 0)]
    paused = stage in counts.paused_stages(tx, campaign.id)
    return StageStatus(stage, paused, waiting.tasks, done.tasks, waiting.missing, waiting.leased, *lately)


def _answers(stage: StageStatus, settings: CampaignSettings) -> int:
    """How many answers bring what is missing: a page of verification brings as many votes as it has tiles."""
    if stage.stage is not Stage.VERIFY:
        return stage.missing
    tiles = settings.page_size - settings.bad_sentinels - settings.good_sentinels
    return -(-stage.missing // tiles)


def _timings(tx: Transaction, campaign: Campaign) -> dict[Stage, Timing]:
    found = {}
    for stage in campaign.graph.stages:
        took = [ms / 1000 for ms in counts.latest_times(tx, campaign.id, stage)]
        if len(took) > 1:
            low, median, high = statistics.quantiles(took, n=4, method="inclusive")
            found[stage] = Timing(len(took), median, (low, high))
    return found


def _worked(tx: Transaction, campaign: Campaign, timings: Mapping[Stage, Timing], now: int) -> list[float]:
    """Hours of work in the last hour, of each worker who answered in it: answers times what one takes."""
    stages = list(campaign.graph.stages)
    seconds = {cost.stage: cost.seconds for cost in stage_costs(dict.fromkeys(stages, 1), timings, campaign.settings)}
    lately = counts.worked_since(tx, campaign.id, stages, now - HOUR)
    hours = [sum(n * seconds[stage] for stage, n in mine.items()) / 3600 for mine in lately.values()]
    return [min(share, 1.0) for share in hours]


def _carried(
    tx: Transaction,
    campaign: Campaign,
    edge: Edge,
    images: Mapping[str, int],
    spots: Mapping[SpotState, int],
    masks: Mapping[MaskState, int],
    tasks: Mapping[tuple[Stage, str], TaskCount],
) -> int:
    """How much went along an edge so far, and still counts."""
    live = [state for state in SpotState if state is not SpotState.VOID]
    drawn = [state for state in MaskState if state is not MaskState.VOID]
    match edge.outcome:
        case Outcome.KEPT:
            return images.get("open", 0) + images.get("finished", 0)
        case Outcome.DROPPED:
            return images.get("dropped", 0)
        case Outcome.PRESENT:
            return _opened(tasks, Stage.SPOT)
        case Outcome.SPOTTED:
            return sum(spots.get(state, 0) for state in live)
        case Outcome.DRAWN:
            return sum(masks.get(state, 0) for state in drawn)
        case Outcome.NO_OBJECT:
            return spots.get(SpotState.NO_OBJECT, 0)
        case Outcome.PASSED:
            return masks.get(MaskState.PASSED, 0)
        case Outcome.FAILED:
            return masks.get(MaskState.FAILED, 0)
        case Outcome.TOO_MANY:
            return _opened(tasks, Stage.CROWD)
        case Outcome.PAINTED:
            return counts.count_outcomes(tx, campaign.id, Stage.CROWD).get("painted", 0)
    return counts.count_captions(tx, campaign.id)


def _opened(tasks: Mapping[tuple[Stage, str], TaskCount], stage: Stage) -> int:
    return sum(tasks.get((stage, state), _NONE).tasks for state in (TaskState.OPEN, TaskState.DONE))

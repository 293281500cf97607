"""A campaign's numbers and stages out of a preset and what is changed in it; and what an hour of work then earns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from ..domain.stages import Stage
from ..errors import ParamsError
from ..pipeline.campaign_file import CampaignFile
from ..pipeline.graph import StageGraph
from ..pipeline.people import people_needed
from ..pipeline.presets import find_preset
from ..pipeline.settings import CampaignSettings, parse_assignment
from ..store.campaigns import find_campaign
from ..store.counts import latest_times
from ..store.database import Database

#: Stages that a campaign can do without.
OPTIONAL = (Stage.FILTER, Stage.CROWD, Stage.CAPTION)
#: Answers of a stage from which its times are measured. Before that the slowest quarter of answers is taken to need at
#: least this many times the median: the upper quartile of times that spread as simulated workers' (log-normal, 0.4).
MEASURED, SPREAD = 20, 1.31


@dataclass(frozen=True, slots=True)
class Wage:
    """What an answer of a stage earns.

    Attributes:
        stage: which.
        cents, seconds: of one answer; the median time.
        hourly: cents for an hour of such answers.
        slow: cents for an hour of slow answers: a quarter of all earn less than that.
        measured: how many answers the times come from; 0 if they are planned.
    """

    stage: Stage
    cents: float
    seconds: float
    hourly: float
    slow: float
    measured: int = 0


def draft_file(
    name: str, preset: str, left_out: Collection[str] = (), changes: Mapping[str, str] | None = None
) -> CampaignFile:
    """A campaign's file.

    Args:
        name: of the campaign.
        preset: coco or lvis.
        left_out: stages of :data:`OPTIONAL` that it does without.
        changes: setting -> its value as text.

    Raises:
        ParamsError: a name, stage, setting or value that cannot work.
    """
    base = find_preset(preset)
    values = dict(parse_assignment(f"{key}={value}") for key, value in (changes or {}).items())
    return CampaignFile(name, preset, base.settings.changed(**values), graph_without(base.graph, left_out))


def graph_without(graph: StageGraph, left_out: Collection[str]) -> StageGraph:
    """A graph without some stages of :data:`OPTIONAL`. Raises ParamsError for another one."""
    for word in left_out:
        if word not in OPTIONAL:
            raise ParamsError("stages", word, f"a campaign can do without {', '.join(OPTIONAL)}")
    stages = tuple(stage for stage in graph.stages if stage not in left_out)
    edges = tuple(e for e in graph.edges if e.source in stages and (e.target is None or e.target in stages))
    return StageGraph(stages, edges)


def workers_needed(file: CampaignFile) -> tuple[int, str]:
    """With how few different workers a campaign can end, and which numbers ask for so many."""
    return people_needed(file.settings, file.graph)


def wages(
    settings: CampaignSettings, stages: Collection[Stage], times: Mapping[Stage, Sequence[float]] | None = None
) -> list[Wage]:
    """What answers earn an hour, by times that were measured where there are enough, otherwise by the planned ones.

    Args:
        settings: of the campaign.
        stages: which it has.
        times: stage -> active times of answers, s, from a pilot.

    >>> [(round(wage.hourly), round(wage.slow)) for wage in wages(CampaignSettings(), [Stage.LABEL])]
    [(1000, 763)]
    """
    return [_wage(settings, stage, (times or {}).get(stage, ())) for stage in Stage if stage in stages]


def _wage(settings: CampaignSettings, stage: Stage, times: Sequence[float]) -> Wage:
    cents, middle = settings.pay(stage), settings.prior(stage)
    slow, enough = middle * SPREAD, len(times) >= MEASURED
    if enough:
        _, middle, slow = (max(one, 0.1) for one in quantiles(times, n=4, method="inclusive"))
    return Wage(stage, cents, middle, 3600 * cents / middle, 3600 * cents / slow, len(times) if enough else 0)


def times_of(database: Database, name: str) -> dict[Stage, list[float]]:
    """Stage -> how long the newest answers of a campaign took, s; nothing if there is no such campaign."""
    with database.read() as tx:
        record = find_campaign(tx, name)
        if record is None:
            return {}
        return {stage: [ms / 1000 for ms in latest_times(tx, record.id, stage)] for stage in Stage}

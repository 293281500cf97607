"""A campaign's numbers and stages out of a preset and what is changed in it; and what an hour of work then earns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..domain.stages import Stage
from ..errors import ParamsError
from ..pipeline.campaign_file import CampaignFile
from ..pipeline.graph import StageGraph
from ..pipeline.presets import find_preset
from ..pipeline.settings import CampaignSettings, parse_assignment

#: Stages that a campaign can do without.
OPTIONAL = (Stage.FILTER, Stage.CROWD, Stage.CAPTION)


@dataclass(frozen=True, slots=True)
class Wage:
    """What an answer of a stage earns.

    Attributes:
        stage: which.
        cents, seconds: of one answer.
        hourly: cents for an hour of such answers.
    """

    stage: Stage
    cents: float
    seconds: float
    hourly: float


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
    for word in left_out:
        if word not in OPTIONAL:
            raise ParamsError("stages", word, f"a campaign can do without {', '.join(OPTIONAL)}")
    stages = tuple(stage for stage in base.graph.stages if stage not in left_out)
    edges = tuple(e for e in base.graph.edges if e.source in stages and (e.target is None or e.target in stages))
    values = dict(parse_assignment(f"{key}={value}") for key, value in (changes or {}).items())
    return CampaignFile(name, preset, base.settings.changed(**values), StageGraph(stages, edges))


def wages(settings: CampaignSettings, stages: Collection[Stage]) -> list[Wage]:
    """What answers earn, by the times that are planned.

    >>> [round(wage.hourly) for wage in wages(CampaignSettings(), [Stage.LABEL])]
    [1000]
    """
    return [
        Wage(stage, settings.pay(stage), settings.prior(stage), 3600 * settings.pay(stage) / settings.prior(stage))
        for stage in Stage if stage in stages
    ]  # fmt: skip

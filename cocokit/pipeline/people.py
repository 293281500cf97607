"""How many different people a campaign needs: whoever comes answers about one thing once, and judges no mask of theirs.

With fewer it hands out all that it can and then waits for ever, so it is said before anybody begins.
"""

from __future__ import annotations

from cocokit.domain.stages import Stage

from .graph import StageGraph
from .settings import CampaignSettings


def people_needed(settings: CampaignSettings, graph: StageGraph) -> tuple[int, str]:
    """The least number of workers with whom every task can get all its answers, and the numbers that ask for so many.

    Examples:
        >>> from .presets import find_preset
        >>> coco = find_preset("coco")
        >>> people_needed(coco.settings, coco.graph)
        (8, 'k_label = 8')
        >>> people_needed(coco.settings.changed(k_label=3, k_spot=3, k_caption=3), coco.graph)
        (6, 'votes_first + votes_more = 5, and nobody judges their own mask')
    """
    needs = {stage: _needed(stage, settings) for stage in graph.stages}
    stage = max(needs, key=lambda one: needs[one])  # the first of equals
    votes = f"votes_first + votes_more = {needs[stage] - 1}, and nobody judges their own mask"
    return needs[stage], votes if stage is Stage.VERIFY else f"k_{stage} = {needs[stage]}"


def _needed(stage: Stage, settings: CampaignSettings) -> int:
    if stage is Stage.VERIFY:
        return settings.votes_first + settings.votes_more + 1
    return settings.answers(stage)

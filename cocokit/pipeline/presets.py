"""Campaigns that others have run, as settings and a graph: ``coco`` and ``lvis``.

``coco`` is the paper's campaign (PROTOCOL 1 to 8): all seven stages and the defaults of every setting.

``lvis`` is that of Gupta, Dollar and Girshick (LVIS, CVPR 2019, section 3), which annotated images that COCO had
collected, so that nothing is filtered. Its steps, and what stands for them here:

1. *Object spotting*: each worker adds one category to those already found, until an image was skipped three times.
   Here labeling: a fixed number of workers, blind to each other, and the union of what they name.
2. *Exhaustive instance marking*: five workers look at a category in an image and mark every instance. Here spotting
   with five workers, and no limit of ten crosses.
3. *Instance segmentation*: one worker draws one instance, or says that it is not of the category. Here segmentation.
4. *Segment verification*: up to five workers; two who reject send the instance back, for four rounds in all. Here
   verification with four votes, a fifth if one of them is bad, and four good ones needed; ``max_attempts`` is 4.
5. *Full recall verification*, whether an image has all instances of a category, and
6. *Negative sets*, categories that are surely absent, have no stage here: every image is labeled exhaustively, so a
   category that nobody named counts as absent, as in COCO.

It has no crowd regions and no captions.
"""

from __future__ import annotations

from dataclasses import dataclass

from cocokit.domain.stages import Outcome, Stage
from cocokit.errors import NotFoundError

from .graph import Edge, StageGraph
from .settings import CampaignSettings


@dataclass(frozen=True, slots=True)
class Preset:
    """A campaign's settings and graph under a name."""

    name: str
    settings: CampaignSettings
    graph: StageGraph


# From a category in an image to masks that passed: what both campaigns share.
_MASKS = (
    Edge(Stage.LABEL, Outcome.PRESENT, Stage.SPOT),
    Edge(Stage.SPOT, Outcome.SPOTTED, Stage.SEGMENT),
    Edge(Stage.SEGMENT, Outcome.DRAWN, Stage.VERIFY),
    Edge(Stage.SEGMENT, Outcome.NO_OBJECT, None),
    Edge(Stage.VERIFY, Outcome.FAILED, Stage.SEGMENT),
    Edge(Stage.VERIFY, Outcome.PASSED, None),
)

_COCO = StageGraph(
    stages=tuple(Stage),
    edges=(
        Edge(Stage.FILTER, Outcome.KEPT, Stage.LABEL),
        Edge(Stage.FILTER, Outcome.KEPT, Stage.CAPTION),
        Edge(Stage.FILTER, Outcome.DROPPED, None),
        *_MASKS,
        Edge(Stage.SEGMENT, Outcome.TOO_MANY, Stage.CROWD),
        Edge(Stage.CROWD, Outcome.PAINTED, None),
        Edge(Stage.CAPTION, Outcome.CAPTIONED, None),
    ),
)
_LVIS = StageGraph(stages=(Stage.LABEL, Stage.SPOT, Stage.SEGMENT, Stage.VERIFY), edges=_MASKS)

#: More instances of one category than any image has: a limit that never binds.
_NO_LIMIT = 10_000

_LVIS_SETTINGS = CampaignSettings(
    k_spot=5, max_spots=_NO_LIMIT, crowd_after=_NO_LIMIT, max_attempts=4, votes_first=4, votes_more=1, votes_needed=4,
)

#: The presets by name.
PRESETS = {
    "coco": Preset("coco", CampaignSettings(), _COCO),
    "lvis": Preset("lvis", _LVIS_SETTINGS, _LVIS),
}


def find_preset(name: str) -> Preset:
    """The preset of a name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in PRESETS:
        raise NotFoundError(f"there is no preset {name!r}; use one of {', '.join(PRESETS)}")
    return PRESETS[name]

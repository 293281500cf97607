"""How far people agree in each stage of a campaign, and what the number means in a sentence."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cocokit.campaign.engine import Engine
from cocokit.campaign.repeats import Repeats, read_repeats
from cocokit.domain.answers import Mask
from cocokit.domain.stages import MaskState, Stage
from cocokit.types import Rle

from .agreement import krippendorff_alpha, pairwise_iou, same_share
from .worker_quality import Quality

#: Krippendorff's own bars for alpha: from the first on one may rely on it, from the second on with caution.
RELIABLE, TENTATIVE = 0.8, 0.667
#: The same for the mean IoU of two masks of one instance.
SAME, CLOSE = 0.85, 0.7
#: Where one answer is rare, alpha is low although nearly all answers are the same: then that is said.
MOSTLY = 0.9
_ABOUT = {
    Stage.FILTER: "whether a candidate may stay", Stage.LABEL: "which categories are there",
    Stage.SPOT: "how many instances an image has", Stage.VERIFY: "whether a mask is good",
    Stage.SEGMENT: "one instance", Stage.CROWD: "one crowd",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageAgreement:
    """Agreement in a stage.

    Attributes:
        stage: which.
        measure: "alpha" (Krippendorff's; 1 is agreement, 0 what chance gives) or "iou" (mean over pairs of masks).
        value: None where nothing was answered twice.
        items: how many things were answered twice or more.
        same: how often two answers were the same, chance or not; None where it was not counted.
    """

    stage: Stage
    measure: str
    value: float | None
    items: int
    same: float | None = None

    @property
    def meaning(self) -> str:
        """What it means, in a sentence."""
        about = _ABOUT[self.stage]
        if self.value is None:
            return "One answer each: there is nothing to compare."
        if self.measure == "iou":
            how = "nearly the same" if self.value >= SAME else "alike but for the border" if self.value >= CLOSE else ""
            return f"Two people's outlines of {about} are {how or 'far apart: look at what they leave out'}."
        if self.value >= RELIABLE:
            return f"Workers agree on {about}: a further answer changes little."
        if self.value >= TENTATIVE:
            return f"Workers mostly agree on {about}: several answers settle the rest."
        if self.same is not None and self.same >= MOSTLY:
            return f"Workers give the same answer {100 * self.same:.0f} % of the time; they differ on the rare case."
        if self.value > 0.2:
            return f"Workers often differ on {about}: do not rely on one answer."
        return f"Workers agree on {about} hardly more than by chance: look at the instructions."


@dataclass(frozen=True, slots=True)
class Twice:
    """Overlaps of masks of the same thing: IoU at a tenth, a quarter, half, three quarters and nine tenths."""

    what: str
    count: int
    tenth: float
    quarter: float
    median: float
    three_quarters: float
    nine_tenths: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement in every stage, and what was drawn twice."""

    stages: tuple[StageAgreement, ...]
    twice: tuple[Twice, ...]


def stage_agreement(engine: Engine, quality: Quality) -> Agreement:
    """How far people agree now.

    Args:
        engine: of the campaign.
        quality: as :func:`~cocokit.crowd.worker_quality.measure` finds it.
    """
    repeats = read_repeats(engine)
    replaced, standing, painted = _replaced(repeats), _standing(repeats), _painted(repeats)
    of = {
        Stage.FILTER: _alpha(Stage.FILTER, [one[0] for one in repeats.filtered], [one[1] for one in repeats.filtered]),
        Stage.LABEL: StageAgreement(Stage.LABEL, "alpha", quality.label_alpha, quality.pairs_compared),
        Stage.SPOT: _alpha(Stage.SPOT, [one[:2] for one in repeats.spotted], [one[2] for one in repeats.spotted]),
        Stage.SEGMENT: _iou(Stage.SEGMENT, [*quality.mask_ious, *standing]),
        Stage.VERIFY: StageAgreement(Stage.VERIFY, "alpha", quality.vote_alpha, quality.masks_compared,
                                     quality.vote_same),
        Stage.CROWD: _iou(Stage.CROWD, painted),
    }  # fmt: skip
    kinds = (("training", quality.mask_ious), ("drawn twice", standing), ("sent back", replaced), ("crowd", painted))
    return Agreement(tuple(of[stage] for stage in engine.campaign.graph.stages if stage in of),
                     tuple(_twice(what, ious) for what, ious in kinds if ious))  # fmt: skip


def _alpha(stage: Stage, items: Sequence[Hashable], values: Sequence[int]) -> StageAgreement:
    """Counts are numbers; what is removed or not is one of two words, which is the same by either metric."""
    several = [key for key, count in Counter(items).items() if count > 1]
    if not several:
        return StageAgreement(stage, "alpha", None, 0)
    codes = {key: i for i, key in enumerate(dict.fromkeys(items))}
    rows, numbers = [codes[key] for key in items], [int(value) for value in values]
    alpha, same = krippendorff_alpha(rows, numbers, "interval"), same_share(rows, numbers)
    return StageAgreement(stage, "alpha", alpha if math.isfinite(alpha) else None, len(several), same)


def _iou(stage: Stage, ious: Sequence[float]) -> StageAgreement:
    return StageAgreement(stage, "iou", float(np.mean(ious)) if ious else None, len(ious))


def _replaced(repeats: Repeats) -> list[float]:
    """Each mask that voters sent back, against the one drawn after it for the same spot."""
    found = []
    for masks in repeats.redrawn.values():
        for (state, before), (_, after) in pairwise(masks):
            if state is MaskState.FAILED:
                found += _pairs([before, after])
    return found


def _standing(repeats: Repeats) -> list[float]:
    """Masks of one spot that nobody sent back."""
    groups = ([mask for state, mask in masks if state is not MaskState.FAILED] for masks in repeats.redrawn.values())
    return [iou for group in groups for iou in _pairs(group)]


def _painted(repeats: Repeats) -> list[float]:
    return [iou for group in repeats.painted.values() for iou in _pairs(group)]


def _pairs(masks: Sequence[Mask]) -> list[float]:
    """The mean IoU of all pairs of a group; nothing for a group of one."""
    if len(masks) < 2:
        return []
    return [float(pairwise_iou([0] * len(masks), [Rle(m.height, m.width, m.counts) for m in masks])[0])]


def _twice(what: str, ious: Sequence[float]) -> Twice:
    cuts = np.quantile(ious, [0.1, 0.25, 0.5, 0.75, 0.9]).tolist()
    return Twice(what, len(ious), *cuts)

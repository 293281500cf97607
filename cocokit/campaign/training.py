"""How good a training mask is: its IoU with the gold mask, its boundary score, and where the two differ."""

from __future__ import annotations

from dataclasses import dataclass

from .. import rle
from ..boundary import boundary_score
from ..domain.answers import Mask
from ..pipeline.settings import CampaignSettings
from ..types import Rle
from .mask_sets import iou, rle_of, without


@dataclass(frozen=True, slots=True)
class TrainingScore:
    """What a worker learns about a training mask.

    Attributes:
        iou: of the mask and the gold mask, 0 to 1.
        boundary: how well its outline follows the gold one's, 0 to 1.
        passed: both reach the campaign's bars.
        agreed, missed, extra: the pixels in both, in the gold mask alone, in the worker's alone.
    """

    iou: float
    boundary: float
    passed: bool
    agreed: Rle
    missed: Rle
    extra: Rle


def score_training(drawn: Mask, gold: Mask, settings: CampaignSettings) -> TrainingScore:
    """Score a training mask against gold.

    Args:
        drawn: the worker's mask.
        gold: the known one, of the same image.
        settings: with the bars ``training_iou`` and ``training_boundary``.

    Raises:
        DataError: the masks have different sizes.
    """
    ours, known = rle_of(drawn), rle_of(gold)
    agreed = rle.merge([ours, known], intersect=True)
    overlap, outline = iou(ours, known), boundary_score(ours, known)
    passed = overlap >= settings.training_iou and outline >= settings.training_boundary
    return TrainingScore(overlap, outline, passed, agreed, without(known, ours), without(ours, known))

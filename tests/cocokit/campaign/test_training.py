"""Scores of training masks against pixels and pycocotools, and what passes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.boundary import boundary_score
from cocokit.campaign.mask_sets import rle_of, stored
from cocokit.campaign.training import score_training
from cocokit.domain.answers import Mask
from cocokit.errors import DataError
from cocokit.pipeline.settings import CampaignSettings

PAIRS = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape))
)
SETTINGS = CampaignSettings()


def mask_of(pixels: np.ndarray) -> Mask:
    return stored(rle.encode(pixels), "polygon")


def coco(mask: Mask) -> dict[str, object]:
    return {"size": [mask.height, mask.width], "counts": mask.counts}


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_the_score_and_the_three_parts(pair: tuple[np.ndarray, np.ndarray]) -> None:
    drawn, gold = pair
    score = score_training(mask_of(drawn), mask_of(gold), SETTINGS)
    assert score.iou == oracle.iou([coco(mask_of(drawn))], [coco(mask_of(gold))], [0])[0, 0]
    assert score.boundary == boundary_score(rle.encode(drawn), rle.encode(gold))
    assert np.array_equal(rle.decode(score.agreed), drawn & gold)
    assert np.array_equal(rle.decode(score.missed), gold & ~drawn)
    assert np.array_equal(rle.decode(score.extra), drawn & ~gold)
    assert score.passed == (score.iou >= 0.8)


def test_both_bars_must_be_reached() -> None:
    pixels = np.zeros((200, 300), bool)
    pixels[20:180, 40:260] = True
    rough = pixels.copy()
    rough[20:30] = False
    score = score_training(mask_of(rough), mask_of(pixels), SETTINGS)
    assert score.iou == 150 / 160
    assert score.boundary < score.iou
    assert score.passed
    exact = {"training_iou": score.iou, "training_boundary": score.boundary}
    assert score_training(mask_of(rough), mask_of(pixels), SETTINGS.changed(**exact)).passed
    for name, value in exact.items():
        above = SETTINGS.changed(**{name: np.nextafter(value, 1).item()})
        assert not score_training(mask_of(rough), mask_of(pixels), above).passed


def test_masks_of_two_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="size"):
        score_training(mask_of(np.ones((3, 4))), mask_of(np.ones((4, 3))), SETTINGS)


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_a_stored_mask_is_what_pycocotools_says(pixels: np.ndarray) -> None:
    known = oracle.encode(np.asfortranarray(pixels, np.uint8))
    mask = mask_of(pixels)
    assert rle_of(mask) == rle.encode(pixels)
    assert mask.counts == known["counts"]
    assert mask.area == oracle.area(known)
    assert list(mask.bbox) == oracle.toBbox(known).tolist()

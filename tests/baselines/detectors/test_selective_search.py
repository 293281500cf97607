"""Selective Search as a detector of proposals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors.selective_search import Config, SelectiveSearch, proposals_of
from cocokit.baselines.ops.boxes import iou
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import check_results

FAST = Config(smallest=4)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate([*shapes_batches(2, 96, seed=1), *shapes_batches(1, (64, 96), seed=2)])


def test_proposals_cover_what_is_there(batch: Batch) -> None:
    results = SelectiveSearch(FAST).detect(batch)
    check_results(results, batch, 1)
    assert batch.targets is not None
    covered = [iou(t.boxes, r.boxes).amax(1) for t, r in zip(batch.targets, results, strict=True)]
    assert (torch.cat(covered) > 0.7).float().mean() > 0.9


def test_the_same_photo_gets_the_same_proposals_wherever_it_stands(batch: Batch) -> None:
    search = SelectiveSearch(FAST)
    alone = search.detect(shapes_batches(1, (64, 96), seed=2)[0])[0]
    assert torch.equal(search.detect(batch)[2].boxes, alone.boxes)
    other = SelectiveSearch(replace(FAST, seed=1)).detect(batch)[2]
    assert not torch.equal(other.boxes[:20], alone.boxes[:20])


def test_there_is_nothing_to_learn(batch: Batch) -> None:
    search = SelectiveSearch(FAST, 80, 17)
    assert search.state_dict() == {}
    assert list(search.parameters()) == []


def test_a_large_photo_is_looked_at_small(batch: Batch) -> None:
    pixels = torch.nn.functional.interpolate(batch.pixels[:1], scale_factor=2.0, mode="nearest")
    double = Batch(pixels, ((192, 192),))
    found = SelectiveSearch(replace(FAST, side=96)).detect(double)[0].boxes
    assert (found / 2 == (found / 2).round()).all()
    assert found[:, 2:].max() == 192


def test_as_many_as_are_asked_for(batch: Batch) -> None:
    search, fewer = SelectiveSearch(FAST), SelectiveSearch(replace(FAST, count=5))
    for all_, some in zip(search.detect(batch), fewer.detect(batch), strict=True):
        assert torch.equal(all_.boxes[:5], some.boxes)
        assert some.scores.tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])


def test_given_regions_come_first(batch: Batch) -> None:
    search = SelectiveSearch(FAST)
    (given,) = shapes_batches(1, 96, seed=1, proposals=7)
    assert proposals_of(given, search)[0] is (given.proposals or ())[0]
    assert len(proposals_of(replace(given, proposals=None), search)[0]) == 7
    assert torch.equal(proposals_of(batch, search)[0], search.detect(batch)[0].boxes)


def test_a_photo_of_one_pixel() -> None:
    (found,) = SelectiveSearch(Config(smallest=0)).detect(Batch(torch.rand(1, 3, 32, 32), ((1, 1),)))
    assert found.boxes.tolist() == [[0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"mode": "slow"}, "single, fast, quality"), ({"count": 0}, "a proposal"), ({"side": 0}, "side")],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)

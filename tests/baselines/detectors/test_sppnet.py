"""SPP-net: the pyramid beside a twin, what is frozen, and eight pictures by heart."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors import selective_search
from cocokit.baselines.detectors.sppnet import Config, Map, SPPNet
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import all_crowd, check_results, check_round_trip, without_boxes
from tests.baselines.overfit import overfit

SEARCH = selective_search.Config(smallest=6)
TINY = Config(backbone="tiny", side=192, level="C3", width=128, steps=100, rois=64, chunk=512, search=SEARCH)
QUICK = replace(TINY, side=96, width=16, steps=2, rois=8)


def made(config: Config = QUICK, categories: int = 3, seed: int = 0) -> SPPNet:
    torch.manual_seed(seed)
    return SPPNet(config, categories)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return shapes_batches(1, 96, seed=1, proposals=80)[0]


@pytest.mark.parametrize("bins", [(6, 3, 2, 1), (4, 3, 1)])
def test_bins_of_a_pyramid(bins: tuple[int, ...]) -> None:
    """6x6, 3x3, 2x2, 1x1: windows from floor(i w / n) to ceil((i + 1) w / n), whatever the region's shape."""
    assert sum(n**2 for n in Config().bins) == 50
    values, detector = torch.randn(1, 8, 20, 30), made(replace(QUICK, bins=bins))
    boxes = [[0, 0, 30, 20], [3, 2, 20, 18], [5, 5, 6, 6], [10, 0, 12, 17], [27, 18, 30, 20]]
    found = detector.flat(Map(values, 1.0), torch.tensor(boxes, dtype=torch.float32))
    assert found.shape == (5, 8 * sum(n**2 for n in bins))
    for row, (x0, y0, x1, y1) in zip(found, boxes, strict=True):
        x1, y1 = min(x1, 29), min(y1, 19)
        wide, high, wanted = x1 - x0 + 1, y1 - y0 + 1, []
        for n in bins:
            for channel in values[0]:
                for j in range(n):
                    for i in range(n):
                        rows = slice(y0 + floor(j * high / n), y0 + ceil((j + 1) * high / n))
                        columns = slice(x0 + floor(i * wide / n), x0 + ceil((i + 1) * wide / n))
                        wanted.append(channel[rows, columns].max())
        assert torch.equal(row, torch.stack(wanted))


@pytest.mark.parametrize("first", [0, 2])
def test_the_convolutions_hold_still_in_tuning(batch: Batch, first: int) -> None:
    detector = made(replace(QUICK, first=first, steps=6, norm="batch"))
    detector.teach([batch], lambda *_: None)
    state = {name: value.clone() for name, value in detector.state_dict().items()}
    super(SPPNet, detector).tune([batch], [detector.ask(batch)], lambda *_: None)
    moved = {name.split(".")[0] for name, value in detector.state_dict().items() if not torch.equal(value, state[name])}
    assert moved == {"deep", "softmax"}
    assert not any(p.requires_grad for p in detector.backbone.parameters())


def test_the_first_steps_teach_the_convolutions_what_is_there() -> None:
    batches = shapes_batches(4, 64, seed=3)
    detector = made(replace(QUICK, side=64, first=15, lr=3e-3))
    before = {name: value.clone() for name, value in detector.backbone.named_parameters()}
    losses: list[float] = []
    whole = detector.whole

    def heard(head: torch.nn.Linear, batch: Batch) -> torch.Tensor:
        loss = whole(head, batch)
        losses.append(loss.item())
        return loss

    detector.whole = heard  # type: ignore[method-assign]
    detector.teach(batches, lambda *_: None)
    assert len(losses) == 15 * 8
    assert sum(losses[-24:]) < 0.8 * sum(losses[:24])
    moved = [name for name, value in detector.backbone.named_parameters() if not torch.equal(value, before[name])]
    assert len(moved) == len(before)


def test_an_image_is_looked_at_once(batch: Batch) -> None:
    detector, looks = made(), []
    detector.backbone.register_forward_hook(lambda *_: looks.append(1))
    detector.eval().detect(batch)
    assert len(looks) == 1
    detector.tune([batch], [detector.ask(batch)], lambda *_: None)
    assert len(looks) == 2  # the map of an image that is learnt from is kept
    assert detector.maps == {}


def test_the_map_is_that_of_the_scaled_image() -> None:
    (seen,) = made(replace(QUICK, side=128)).keep(Batch(torch.rand(1, 3, 64, 96), ((64, 80),)))
    assert seen.values.shape[2:] == (128 // 8, 160 // 8)
    assert seen.scale == 2 / 8


def test_features_do_not_depend_on_who_is_beside(batch: Batch) -> None:
    detector = made().eval()
    boxes = (batch.proposals or ())[0]
    padded = collate([batch, shapes_batches(1, 128, seed=2, proposals=3)[0]])
    with torch.no_grad():
        alone = detector.features(detector.keep(batch)[0], boxes)
        torch.testing.assert_close(detector.features(detector.keep(padded)[0], boxes), alone)


def test_layers_above_the_map_are_not_there() -> None:
    assert list(made(replace(QUICK, level="C4")).backbone.stages) == ["C2", "C3", "C4"]


def test_images_without_boxes_and_with_crowds_are_learnt_from(batch: Batch) -> None:
    detector = made(replace(QUICK, first=1))
    detector.fit([batch, without_boxes(batch), all_crowd(batch)])
    check_results(detector.detect(batch), batch, 3)


@pytest.mark.parametrize(
    ("changes", "words"), [({"level": "C6"}, "C2, C3, C4, C5"), ({"bins": ()}, "a level"), ({"high": 0.2}, "0.2")]
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_eight_pictures_by_heart() -> None:
    detector, batches = made(TINY), shapes_batches(8, 96, seed=1)
    assert overfit(detector, batches) >= 0.9
    both = collate(batches[:2])
    check_results(detector.detect(both), both, 3)
    check_round_trip(lambda: made(TINY, seed=1), detector, both)

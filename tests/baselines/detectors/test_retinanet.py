"""RetinaNet: the paper's numbers, its losses beside naive twins, and eight pictures by heart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.detectors.retinanet import Config, RetinaNet
from cocokit.baselines.ops.boxes import area, clip, iou
from cocokit.baselines.ops.coding import encode
from cocokit.baselines.parts.matching import assign
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import (
    all_crowd,
    check_bfloat16,
    check_export,
    check_gradients,
    check_results,
    check_round_trip,
    without_boxes,
)
from tests.baselines.overfit import overfit

TINY = Config(backbone="tiny", width=64, convs=2, head_norm="group", base=2.0)
NARROW = replace(TINY, width=16, convs=1)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, seed=3))


def made(config: Config = NARROW, categories: int = 3, seed: int = 0) -> RetinaNet:
    torch.manual_seed(seed)
    return RetinaNet(config, categories)


@pytest.mark.parametrize("loss", ["focal", "cross_entropy", "ohem"])
def test_every_weight_is_moved(batch: Batch, loss: str) -> None:
    losses = check_gradients(made(replace(NARROW, loss=loss)), batch)
    assert set(losses) == {"score", "box"}
    assert all(loss > 0 for loss in losses.values())


@pytest.mark.parametrize(
    "changes",
    [{"levels": ("P4",), "top_down": False}, {"levels": ("P3", "P4", "P5"), "lateral": False}, {"levels": ("P2",)}],
)
def test_no_weight_is_idle_in_an_ablation(batch: Batch, changes: dict[str, Any]) -> None:
    check_gradients(made(replace(NARROW, **changes)), batch)


def test_the_anchors_of_the_paper() -> None:
    anchors = made(replace(NARROW, base=4.0)).anchors
    assert anchors.per_cell == 9
    sides = [side for scales in anchors.scales for side in scales]
    assert (min(sides), round(max(sides))) == (32, 813)
    sizes = [(math.ceil(600 / stride), math.ceil(1000 / stride)) for stride in (8, 16, 32, 64, 128)]
    assert 100_000 < len(anchors(sizes)) < 120_000  # "all ~100k anchors"


@pytest.mark.parametrize(("scales", "ratios", "each"), [(1, (1.0,), 1), (2, (0.5, 1.0, 2.0), 6), (4, (1.0,), 4)])
def test_density_is_a_setting(batch: Batch, scales: int, ratios: tuple[float, ...], each: int) -> None:
    logits, codes, anchors = made(replace(NARROW, scales=scales, ratios=ratios))(batch.pixels)
    count = each * (8 * 8 + 4 * 4 + 2 * 2 + 1 + 1)
    assert logits.shape == (2, count, 3)
    assert codes.shape == (2, count, 4)
    assert [len(level) for level in anchors] == [each * n for n in (64, 16, 4, 1, 1)]


def test_the_full_network_is_as_large_as_the_paper_makes_it() -> None:
    detector = made(Config(head_norm=None), categories=80)
    trunk, tower = 23_508_032, 4 * (9 * 256 * 256 + 256)
    sides = sum(c * 256 + 256 for c in (512, 1024, 2048)) + 3 * (9 * 256 * 256 + 256)
    extra = 9 * 2048 * 256 + 256 + 9 * 256 * 256 + 256
    last = 9 * 256 * 9 * 84 + 9 * 84
    assert sum(p.numel() for p in detector.parameters()) == trunk + sides + extra + 2 * tower + last


class TestPrior:
    """b = -log((1 - pi) / pi): no anchor is believed in at the start."""

    @pytest.mark.parametrize("pi", [0.01, 0.1, 0.5])
    def test_scores_begin_at_pi(self, batch: Batch, pi: float) -> None:
        logits, _, _ = made(replace(NARROW, pi=pi, head_norm=None))(batch.pixels)
        assert logits.sigmoid().mean().item() == pytest.approx(pi, rel=0.05)

    def test_without_it_background_drowns_the_first_step(self, batch: Batch) -> None:
        start = {
            pi: made(replace(NARROW, loss="cross_entropy", alpha=None, pi=pi, head_norm=None))
            .loss(without_boxes(batch))["score"].item()
            for pi in (0.01, 0.5)
        }  # fmt: skip
        assert start[0.5] / start[0.01] == pytest.approx(math.log(0.5) / math.log(0.99), rel=0.05)  # 69 times


class TestLoss:
    """Beside loops over anchors and categories, in Python's own floats."""

    def naive(self, detector: RetinaNet, batch: Batch, alpha: float, gamma: float, tau: float) -> tuple[float, float]:
        assert batch.targets is not None
        logits, codes, levels = detector(batch.pixels)
        anchors, score, box, positives = torch.cat(levels), 0.0, 0.0, 0
        for image, target in enumerate(batch.targets):
            rows = assign(anchors, target, 0.4, 0.5).tolist()
            probabilities = logits[image].double().sigmoid().tolist()
            for a, row in enumerate(rows):
                if row == -2:
                    continue
                for k, p in enumerate(probabilities[a]):
                    positive = row >= 0 and int(target.labels[row]) == k
                    p_t, a_t = (p, alpha) if positive else (1 - p, 1 - alpha)
                    score -= a_t * (1 - p_t) ** gamma * math.log(max(p_t, tau))
                if row >= 0:
                    positives += 1
                    wanted = encode(target.boxes[row][None], anchors[a][None])[0]
                    for x in (codes[image, a] - wanted).abs().tolist():
                        box += 0.5 * x * x * 9 if x < 1 / 9 else x - 0.5 / 9
        return score / positives, box / positives

    @pytest.mark.parametrize(
        ("changes", "gamma", "tau"),
        [
            ({}, 2.0, 1e-300),
            ({"gamma": 0.5, "alpha": 0.75}, 0.5, 1e-300),
            ({"loss": "cross_entropy", "alpha": 0.9}, 0.0, 1e-300),
            ({"loss": "cross_entropy", "tau": 0.2, "pi": 0.1}, 0.0, 0.2),
        ],
    )
    def test_equations(self, batch: Batch, changes: dict[str, Any], gamma: float, tau: float) -> None:
        detector = made(replace(NARROW, **changes))
        found = detector.loss(batch)
        score, box = self.naive(detector, batch, detector.config.alpha or 0.0, gamma, tau)
        assert found["score"].item() == pytest.approx(score, rel=1e-4)
        assert found["box"].item() == pytest.approx(box, rel=1e-4)

    def test_gamma_0_is_the_cross_entropy(self, batch: Batch) -> None:
        focal, plain = made(replace(NARROW, gamma=0.0)), made(replace(NARROW, loss="cross_entropy"))
        torch.testing.assert_close(focal.loss(batch), plain.loss(batch))

    def test_hard_examples_are_the_largest_losses_that_do_not_overlap(self) -> None:
        detector = made(replace(NARROW, loss="ohem", ohem_count=5))
        anchors = detector.anchors([(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)])
        losses, rows = torch.rand(len(anchors)), torch.full((len(anchors),), -1)
        rows[losses > 0.95] = -2  # nobody asks for these
        left, chosen = [a for a in losses.argsort(descending=True).tolist() if rows[a] != -2], []
        while left and len(chosen) < 5:
            best = left.pop(0)
            chosen.append(best)
            left = [a for a in left if iou(anchors[best][None], anchors[a][None]).item() <= 0.5]
        assert sorted(detector.hard(losses, anchors, rows).tolist()) == sorted(losses[chosen].tolist())

    def test_hard_examples_one_to_three(self, batch: Batch) -> None:
        detector = made(replace(NARROW, loss="ohem", ohem_count=8, ohem_ratio=3.0))
        anchors = detector.anchors([(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)])
        rows = torch.full((len(anchors),), -1)
        rows[::100] = 0
        losses = torch.rand(len(anchors)) + (rows >= 0)  # every positive is harder than every negative
        kept = detector.hard(losses, anchors, rows)
        assert ((kept >= 1).sum().item(), (kept < 1).sum().item()) == (2, 6)

    def test_an_image_without_boxes_is_all_background(self, batch: Batch) -> None:
        for loss in ("focal", "cross_entropy", "ohem"):
            losses = check_gradients(made(replace(NARROW, loss=loss)), without_boxes(batch))
            assert losses["box"] == 0
            assert losses["score"] > 0

    def test_nothing_is_learned_from_a_crowd(self, batch: Batch) -> None:
        detector, crowded = made(), all_crowd(batch)
        assert crowded.targets is not None
        logits, _, levels = detector(batch.pixels)
        logits = logits.detach().requires_grad_()
        anchors = torch.cat(levels)
        inside = area(clip(anchors, (64, 64))) >= 0.5 * area(anchors)
        rows = torch.stack([assign(anchors, t, 0.4, 0.5) for t in crowded.targets])
        detector.score_loss(logits, detector.wanted(crowded.targets, rows), rows, anchors, torch.tensor(1.0)).backward()
        assert logits.grad is not None
        taught = (logits.grad != 0).any(2)
        assert not (taught & (rows < 0) & inside).any()
        assert taught[rows >= 0].all()


def test_bfloat16_stays_inside(batch: Batch) -> None:
    check_bfloat16(made(), batch)


def test_scores_and_what_is_wanted_of_them_give_the_loss(batch: Batch) -> None:
    detector = made()
    logits, wanted = detector.labelled(batch)
    scores = logits.sigmoid()
    p_t, alpha_t = torch.where(wanted > 0, scores, 1 - scores), torch.where(wanted > 0, 0.25, 0.75)
    loss = -(alpha_t * (1 - p_t) ** 2 * p_t.log()).sum() / wanted.sum()
    assert loss.item() == pytest.approx(detector.loss(batch)["score"].item(), rel=1e-4)
    assert not scores.requires_grad


def test_it_can_be_exported_for_any_number_of_images(batch: Batch) -> None:
    check_export(made(), batch.pixels)


def test_results_keep_the_promises_of_results(batch: Batch) -> None:
    detector = made(replace(NARROW, floor=0.0, count=50)).eval()
    results = detector.detect(batch)
    check_results(results, batch, 3)
    assert [len(r.boxes) for r in results] == [50, 50]
    check_round_trip(lambda: made(detector.config, seed=9), detector, batch)


def test_before_training_nothing_is_above_the_floor(batch: Batch) -> None:
    assert [len(r.boxes) for r in made(replace(NARROW, head_norm=None)).eval().detect(batch)] == [0, 0]


def test_detections_stay_out_of_the_padding(batch: Batch) -> None:
    narrow = replace(batch, sizes=((64, 40), (30, 64)))
    check_results(made(replace(NARROW, floor=0.0)).eval().detect(narrow), narrow, 3)


def test_a_batch_is_its_images_one_by_one(batch: Batch) -> None:
    detector = made(replace(NARROW, floor=0.0)).eval()
    alone = detector.detect(Batch(batch.pixels[1:], batch.sizes[1:]))[0]
    torch.testing.assert_close(detector.detect(batch)[1].scores, alone.scores, rtol=1e-3, atol=1e-5)


def test_the_focal_loss_goes_to_nothing_where_all_is_known() -> None:
    """Two anchors' worth of certainty: the loss of what is right by 10 nats is 0 for any gamma above 0."""
    detector = made()
    anchors = detector.anchors([(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)])
    target = Target(anchors[300][None].clamp(0, 64), torch.tensor([1]))
    rows = assign(anchors, target, 0.4, 0.5)[None]
    wanted = detector.wanted([target], rows)
    assert detector.score_loss(wanted * 20 - 10, wanted, rows, anchors, torch.tensor(1.0)).item() < 1e-6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": "hinge"}, "'focal', 'cross_entropy' or 'ohem'"),
        ({"pi": 0.0}, "between 0 and 1"),
        ({"alpha": 2.0}, "alpha is 2.0"),
        ({"gamma": -1.0}, "negative"),
        ({"ratios": ()}, "there must be one"),
        ({"scales": 0}, "scales is 0"),
        ({"base": 0.0}, "base is 0"),
        ({"low": 0.6}, "high, which is 0.5"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_eight_pictures_by_heart() -> None:
    assert overfit(made(TINY), shapes_batches(8, 96, seed=1), steps=60) >= 0.9

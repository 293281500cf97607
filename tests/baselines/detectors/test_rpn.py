"""The region proposal network: the seeds' numbers, its losses beside naive twins, and eight pictures by heart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.detectors.rpn import RPN, Config
from cocokit.baselines.ops.boxes import area, clip, iou
from cocokit.baselines.ops.coding import decode, encode
from cocokit.baselines.parts.losses import smooth_l1
from cocokit.baselines.parts.matching import assign
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from cocokit.eval import Evaluator
from tests.baselines.contract import all_crowd, check_gradients, check_results, check_round_trip, without_boxes
from tests.baselines.overfit import train

TINY = Config(
    backbone="tiny", width=64, levels=("P2", "P3", "P4", "P5"), sides=(12, 24, 48, 96), rpn_count=64, proposals=100
)
NARROW = replace(TINY, width=16)
#: Rows (a) to (f) of Table 4.1 and their anchors: "47k, 12k, 200k, 200k, 200k, 750k".
TABLE = {
    "a": ({"neck": "c4"}, 47_000),
    "b": ({"neck": "c5"}, 12_000),
    "c": ({}, 200_000),
    "d": ({"top_down": False}, 200_000),
    "e": ({"lateral": False}, 200_000),
    "f": ({"levels": ("P2",)}, 750_000),
}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, seed=3))


def made(config: Config = NARROW, seed: int = 0) -> RPN:
    torch.manual_seed(seed)
    return RPN(config, 3)


def recall(detector: RPN, batches: list[Batch], iou_thr: float = 0.5) -> float:
    """AR at one threshold and 100 proposals, whatever the category."""
    evaluator = Evaluator("bbox", box_format="xyxy", iou_thrs=[iou_thr], max_dets=[1, 10, 100])
    detector.eval()
    for number, one in enumerate(batches, 1):
        result, target = detector.detect(one)[0], (one.targets or ())[0]
        given = {"boxes": result.boxes, "scores": result.scores, "labels": result.labels}
        evaluator.update([number], [given], [{"boxes": target.boxes, "labels": torch.zeros_like(target.labels)}])
    return float(evaluator.compute().named_stats()["AR100"])


@pytest.mark.parametrize("row", TABLE)
def test_rows_of_table_4_1_are_settings(batch: Batch, row: str) -> None:
    changes, count = TABLE[row]
    detector = RPN(replace(Config(backbone="tiny", width=8), **changes), 1)
    sizes = [(math.ceil(800 / s), math.ceil(1000 / s)) for s in detector.trunk.strides.values()]
    assert len(detector.rpn.anchors(sizes)) == pytest.approx(count, rel=0.02)
    assert set(check_gradients(detector, batch)) == {"rpn_score", "rpn_box"}


def test_nine_anchors_make_eighteen_numbers_of_the_slides_nine_and_36() -> None:
    """[S 003] has 18 scores, two for each anchor; a sigmoid needs one."""
    head = RPN(Config(backbone="resnet18", neck="c4", sides=(128, 256, 512)), 1).rpn
    assert (head.score.out_channels, head.box.out_channels) == (9, 36)
    assert RPN(Config(), 1).rpn.anchors.per_cell == 3  # "in total there are 15 anchors over the pyramid"


def test_a_worked_box() -> None:
    """[S 003]: the anchor 100 x 100 around (300, 300), moved by (-2, -1, log .5, log 1), is 50 x 100 at (100, 200)."""
    code = torch.tensor([[-2, -1, math.log(0.5), math.log(1)]])
    box = decode(code, torch.tensor([[250.0, 250, 350, 350]]))
    assert box.tolist() == [[75.0, 150.0, 125.0, 250.0]]


def test_a_worked_loss() -> None:
    """[S 003], with |0.2 - 0.125| = 0.075 where it prints 0.005."""
    found, wanted = torch.tensor([0.4, 0.2, 1.2, 1.2]), torch.tensor([0.125, 0.125, 1.0, 1.1])
    found[2:], wanted[2:] = found[2:].log(), wanted[2:].log()
    by_hand = 0.5 * (0.275**2 + 0.075**2 + 0.18**2 + 0.09**2)
    assert smooth_l1(found, wanted).sum().item() == pytest.approx(by_hand, rel=0.02)
    logits = torch.tensor([0.6 / 0.4, 0.2 / 0.8]).log()  # what its softmax over two says as one number
    log_loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor([1.0, 0.0]), reduction="sum")
    assert log_loss.item() == pytest.approx(-math.log(0.6) - math.log(0.8), rel=1e-6)


def test_losses_beside_a_loop(batch: Batch) -> None:
    """With room for every anchor in the sample there is no chance left."""
    detector = made(replace(NARROW, rpn_count=100_000, rpn_beta=0.5))
    found = detector.loss(batch)
    looks = detector.rpn(detector.trunk(batch.pixels))
    anchors, score, box, count = torch.cat(list(looks.anchors)), 0.0, 0.0, 0
    for image, target in enumerate(batch.targets or ()):
        logits = torch.cat([x[image] for x in looks.logits])[:, 0].double().tolist()
        codes = torch.cat([x[image] for x in looks.codes])
        for a, row in enumerate(assign(anchors, target, 0.3, 0.7).tolist()):
            if row == -2:
                continue
            count += 1
            p = 1 / (1 + math.exp(-logits[a]))
            score -= math.log(p if row >= 0 else 1 - p)
            if row >= 0:
                wanted = encode(target.boxes[row][None], anchors[a][None])[0]
                box += sum(x * x if x < 0.5 else x - 0.25 for x in (codes[a] - wanted).abs().tolist())
    assert found["rpn_score"].item() == pytest.approx(score / count, rel=1e-4)
    assert found["rpn_box"].item() == pytest.approx(box / count, rel=1e-4)


def test_anchors_that_reach_outside_may_be_left_out(batch: Batch) -> None:
    detector = made(replace(NARROW, outside=False))
    looks = detector.rpn(detector.trunk(batch.pixels))
    anchors, target = torch.cat(list(looks.anchors)), (batch.targets or ())[0]
    rows = detector.rpn.rows(anchors, target, (64, 40))
    assert ((rows == -2) | (clip(anchors, (64, 40)) == anchors).all(1)).all()
    assert (rows >= 0).any()


def test_no_more_anchors_are_trained_on_than_the_sample_holds(batch: Batch) -> None:
    detector = made(replace(NARROW, rpn_count=16))
    looks = detector.rpn(detector.trunk(batch.pixels))
    for logits in looks.logits:
        logits.retain_grad()
    detector.rpn.loss(looks, batch.targets or (), batch.sizes)["rpn_score"].backward()
    taught = torch.cat([x.grad for x in looks.logits if x.grad is not None], 1)[..., 0]
    assert (taught != 0).sum(1).tolist() == [16, 16]
    assert ((taught < 0).sum(1) <= 8).all()  # at most half of them are positive


def test_an_image_without_boxes_is_all_background(batch: Batch) -> None:
    losses = check_gradients(made(), without_boxes(batch))
    assert losses["rpn_box"] == 0
    assert losses["rpn_score"] == pytest.approx(math.log(2), rel=0.1)


def test_nothing_is_learned_from_a_crowd(batch: Batch) -> None:
    detector, crowded = made(replace(NARROW, rpn_count=100_000)), all_crowd(batch)
    looks = detector.rpn(detector.trunk(batch.pixels))
    for logits in looks.logits:
        logits.retain_grad()
    detector.rpn.loss(looks, crowded.targets or (), batch.sizes)["rpn_score"].backward()
    taught = torch.cat([x.grad for x in looks.logits if x.grad is not None], 1)[..., 0]
    anchors = torch.cat(list(looks.anchors))
    inside = area(clip(anchors, (64, 64))) >= 0.5 * area(anchors)
    assert not (taught > 0)[:, inside].any()
    assert (taught < 0).any()


def test_results_keep_the_promises_of_results(batch: Batch) -> None:
    detector = made().eval()
    check_results(detector.detect(batch), batch, 1)
    check_round_trip(lambda: made(seed=9), detector, batch)
    narrow = replace(batch, sizes=((64, 40), (30, 64)))
    check_results(detector.detect(narrow), narrow, 1)


def test_training_gives_more_proposals(batch: Batch) -> None:
    detector = made(replace(NARROW, proposals=10, proposals_train=30))
    assert [len(r.boxes) for r in detector.train().detect(batch)] == [30, 30]
    assert [len(r.boxes) for r in detector.eval().detect(batch)] == [10, 10]


def test_levels_do_not_suppress_each_other(batch: Batch) -> None:
    """At threshold 0 no two boxes of a level overlap; those of two levels still do."""
    for levels, sides, overlap in ((("P2",), (24,), False), (("P2", "P5"), (24, 64), True)):
        detector = made(replace(NARROW, rpn_iou_thr=0.0, levels=levels, sides=sides)).eval()
        boxes = detector.detect(batch)[0].boxes
        assert len(boxes) > 1
        assert bool((iou(boxes, boxes).fill_diagonal_(0) > 0).any()) == overlap


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"neck": "c3"}, "'c4', 'c5' or 'fpn'"),
        ({"ratios": ()}, "a ratio"),
        ({"rpn_low": 0.8}, "rpn_high, which is 0.7"),
        ({"rpn_positive": 0.0}, "above 0"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_levels_and_sides_change_one_after_the_other_and_must_fit_in_the_end() -> None:
    config = replace(replace(NARROW, levels=("P3", "P4")), sides=(16, 32))
    assert [len(a) for a in RPN(config, 1).rpn.anchors.levels([(2, 2), (1, 1)])] == [12, 3]
    with pytest.raises(ParamsError, match="each of the 2 levels"):
        RPN(replace(config, sides=(16, 32, 64)), 1)


def test_an_image_of_one_gt_gives_it_back() -> None:
    """A sharper claim than recall over a set: the best proposal of a learned image is the box."""
    one = shapes_batches(1, 64, seed=11, domain="iconic")
    detector = made(replace(NARROW, width=32))
    train(detector, one, 30, 2e-3, 1, 1e-4, 5.0, "adamw")
    target: Target = (one[0].targets or ())[0]
    best = detector.eval().detect(one[0])[0].boxes[0]
    torch.testing.assert_close(best, target.boxes[0], rtol=0, atol=3.0)


def test_eight_pictures_by_heart() -> None:
    detector, batches = made(TINY), shapes_batches(8, 96, seed=1)
    train(detector, batches, 50, 2e-3, 8, 1e-4, 5.0, "adamw")
    assert recall(detector, batches) >= 0.9

"""Every step gives every weight a gradient, also where nothing is to be learnt: several processes count on it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.detectors import DETECTORS, load
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError

SMALL = {"backbone": "tiny", "width": 16, "hidden": 16, "convs": 1, "mask_width": 16, "mask_convs": 1,
         "keypoint_width": 8, "keypoint_convs": 1}  # fmt: skip
NEURAL = [name for name, entry in DETECTORS.items() if entry.learns == "gradients"]
WAYS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in NEURAL),
    ("retinanet", {"loss": "ohem"}),
    ("retinanet", {"levels": ("P6", "P7")}),
    ("faster_rcnn", {"neck": "c4"}),
    ("faster_rcnn", {"neck": "c5"}),
    ("faster_rcnn", {"boxes": "apart"}),
    ("faster_rcnn", {"boxes": "none", "regress": False}),
    ("mask_rcnn", {"masks": False}),
    ("mask_rcnn", {"neck": "c4"}),
    ("fast_rcnn", {"neck": "fpn"}),
    ("fast_rcnn", {"stage_head": True}),
    ("yolo1", {"stride": 16}),
]


def config_of(name: str, changes: dict[str, Any]) -> Any:
    kind = load(name)[0]
    return kind(**{key: value for key, value in SMALL.items() if key in {f.name for f in fields(kind)}} | changes)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, proposals=20, kinds=("figure", "circle")))


def emptied(batch: Batch) -> Batch:
    """The same images with no annotations and no proposals."""
    assert batch.targets is not None
    targets = tuple(Target(**{name: value[:0] for name, value in vars(t).items() if value is not None})
                    for t in batch.targets)  # fmt: skip
    return replace(batch, targets=targets, proposals=tuple(t.proposals for t in targets))


@pytest.mark.parametrize(("name", "changes"), WAYS, ids=str)
def test_no_weight_is_ever_idle(name: str, changes: dict[str, Any], batch: Batch) -> None:
    for images in (batch, emptied(batch)):
        detector = load(name)[1](config_of(name, changes), 2, 5 if name == "mask_rcnn" else 0).train()
        sum(detector.loss(images).values()).backward()
        weights = detector.named_parameters()
        assert [key for key, weight in weights if weight.requires_grad and weight.grad is None] == []


NOWHERE = {
    "width": 0, "hidden": 0, "bins": 0, "count": 0, "convs": -1, "mask_bins": 0, "beta": -1.0, "floor": 2.0,
    "iou_thr": -1.0, "proposals": 0, "rpn_each": -1, "base": 0.0, "noobj": -1.0, "weights": (0.0, 1.0, 1.0, 1.0),
}  # fmt: skip


def has(name: str, setting: str) -> bool:
    return setting in {field.name for field in fields(load(name)[0])}


@pytest.mark.parametrize(("name", "setting"), [(name, word) for name in NEURAL for word in NOWHERE if has(name, word)])
def test_settings_that_no_detector_can_have_are_one_sentence(name: str, setting: str) -> None:
    with pytest.raises(ParamsError, match=f"^{setting} is "):
        config_of(name, {setting: NOWHERE[setting]})

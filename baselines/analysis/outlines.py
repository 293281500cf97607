"""How good masks are where the box is right (Fig. 2.9 of the dataset's thesis).

A detection is correct if the evaluator matches its box with one of the ground truth at IoU 0.5; of those alone the IoU
of the masks is measured, so that detectors are told apart from what draws. Four ways to draw in the same boxes, those
of a Mask R-CNN: all of the box; the largest ellipse in it; the mean mask of the category's training instances, as the
shape masks of DPM are made; Mask R-CNN's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from cocokit.errors import ParamsError

from ..batch import Batch, Result, Target
from ..classic.shape_masks import mean_mask
from ..detectors.mask_rcnn import MaskRCNN
from ..ops.masks import paste
from ..train.scenes import CATEGORIES as KINDS
from . import Telling
from .correct import matched
from .findings import Band, Findings, Table
from .forest import Bar, forest
from .pooling import config_of
from .retina import CATEGORIES
from .trial import Counter, Trial, learn, look, mapped, pictures, targets_of

#: Bins of a side of the masks that nobody learned.
_BINS = 28
ROWS = {"box": "all of the box", "ellipse": "an ellipse", "mean": "the category's mean", "mask_rcnn": "Mask R-CNN"}
Draw = Callable[[Result], Tensor]


@dataclass(frozen=True)
class Settings(Trial):
    """What is drawn in the boxes.

    Attributes:
        rows: "box", "ellipse", "mean", "mask_rcnn".
        iou_thr: from which a box is correct.
        floor: scores below it are not looked at.
    """

    lr: float = 2e-3
    rows: tuple[str, ...] = tuple(ROWS)
    iou_thr: float = 0.5
    floor: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.rows:
            if name not in ROWS:
                raise ParamsError("rows", name, f"there are {', '.join(ROWS)}")
        if not 0 < self.iou_thr < 1:
            raise ParamsError("iou_thr", self.iou_thr, "it must be between 0 and 1")


SMALL = Settings()
FULL = Settings(images=4000, judged=500, size=256, steps=4000, batch=16, lr=1e-3, backbone="resnet18", width=128,
                domain="cluttered")  # fmt: skip


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train a Mask R-CNN for each seed and draw in its correct boxes."""
    counter = Counter(tell, len(settings.seeds) * settings.steps).about("Mask R-CNN")
    found: dict[str, list[dict[int, list[float]]]] = {name: [] for name in settings.rows}
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        torch.manual_seed(seed)
        levels = {"levels": ("P2", "P3", "P4"), "canonical": float(settings.size)}
        detector = MaskRCNN(config_of(settings, **levels), CATEGORIES)
        learn(detector, seen, settings, seed, device, counter)
        results = [above(result, settings.floor) for result in look(detector, judged, device)]
        for name in settings.rows:
            drawn = [replace(result, masks=drawer(name, seen)(result)) for result in results]
            found[name].append(quality(drawn, targets_of(judged), settings.iou_thr))
    return findings(found)


def above(result: Result, floor: float) -> Result:
    """The detections with at least a score."""
    rows = result.scores >= floor
    return mapped(result, lambda value: value[rows])


def drawer(name: str, seen: Sequence[Batch]) -> Draw:
    """What gives the masks (D, M, M) of detections, by the name of a row."""
    if name == "mask_rcnn":
        return _own
    if name == "mean":
        means = mean_masks(targets_of(seen))
        return lambda result: means[result.labels]
    return lambda result: _plain(name).expand(len(result.boxes), -1, -1)


def _own(result: Result) -> Tensor:
    assert result.masks is not None
    return result.masks


def _plain(name: str) -> Tensor:
    """(M, M) float32: everything, or the largest ellipse."""
    if name == "box":
        return torch.ones(_BINS, _BINS)
    middle = (torch.arange(_BINS) + 0.5) / _BINS * 2 - 1
    return (middle[:, None] ** 2 + middle**2 <= 1).float()


def mean_masks(targets: Sequence[Target]) -> Tensor:
    """(K, M, M) float32 mean masks of the instances of each category; ones where there is none."""
    made = []
    for category in range(CATEGORIES):
        instances = [(t.masks[row], t.boxes[row], False) for t in targets if t.masks is not None
                     for row in (t.labels == category).nonzero()[:, 0].tolist()]  # fmt: skip
        mean = mean_mask(instances, _BINS)
        made.append(torch.ones(_BINS, _BINS) if mean is None else mean)
    return torch.stack(made)


def quality(results: Sequence[Result], targets: Sequence[Target], iou_thr: float) -> dict[int, list[float]]:
    """The mask IoU of every correct detection with the instance it was matched with, by category.

    Args:
        results: of each image, with masks.
        targets: of each image, with masks.
        iou_thr: of the boxes.
    """
    found: dict[int, list[float]] = {}
    drawn: dict[int, Tensor] = {}
    for image, dt, gt in matched(results, targets, iou_thr):
        target, result = targets[image], results[image]
        assert target.masks is not None
        if image not in drawn:
            assert result.masks is not None
            drawn[image] = paste(result.masks, result.boxes, *target.masks.shape[1:])
        ours, theirs = drawn[image][dt], target.masks[gt]
        overlap = float((ours & theirs).sum()) / max(float((ours | theirs).sum()), 1.0)
        found.setdefault(int(target.labels[gt]), []).append(overlap)
    return found


def findings(found: Mapping[str, Sequence[Mapping[int, Sequence[float]]]]) -> Findings:
    """The table and the picture, from the IoUs of each seed by category, by row."""
    rows, bands = [], {}
    for name, ours in found.items():
        means = [{label: sum(v) / len(v) for label, v in one.items() if v} for one in ours]
        bands[name] = _band([sum(one.values()) / len(one) for one in means if one])
        by_kind = {KINDS[label]: _band([one[label] for one in means if label in one]) for label in range(CATEGORIES)}
        rows.append({"drawn in correct boxes": ROWS[name], "mask IoU": bands[name], **by_kind})
    measured = {name: band for name, band in bands.items() if band is not None}
    said = ["No box is right: train for longer."]
    if measured:
        count = sum(len(values) for one in next(iter(found.values())) for values in one.values())
        best = max(measured, key=lambda name: measured[name].mean)
        said = [f"In {count:,} correct boxes *{ROWS[best]}* has a mean mask IoU of *{measured[best].mean:.3f}*."]
    bars = [Bar(ROWS[name], band) for name, band in measured.items()]
    picture = forest("Masks in boxes that are right", said, "Mask IoU, mean of categories; line: all seeds", bars)
    note = "Published: a figure without numbers, for the shape masks of DPM on COCO: hard even where the box is right."
    return Findings([Table("Segmentation quality given correct detections", rows, note)], said, picture)


def _band(values: Sequence[float]) -> Band | None:
    """The band of what was measured; None where nothing was."""
    return Band.of(values) if values else None

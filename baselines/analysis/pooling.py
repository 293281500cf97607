"""RoIPool beside RoIAlign (Mask R-CNN, Table 2 c and d), on features of stride 32, where whole pixels are coarsest.

One Mask R-CNN on C5, one schedule, another way to read a region in each row. The published numbers are mask AP on
COCO minival with ResNet-50-C5 at 800 px.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from cocokit.errors import ParamsError

from ..detectors.mask_rcnn import Config, MaskRCNN
from . import Telling
from .findings import ELSEWHERE, Band, Findings, Table
from .forest import Bar, forest
from .retina import CATEGORIES
from .trial import Counter, Trial, learn, look, measure, pictures

Neck = Literal["c4", "c5"]
#: Mask AP, AP50 and AP75.
PUBLISHED = {"pool": (23.6, 46.5, 21.6), "align": (30.9, 51.8, 32.1)}
NAMES = {"pool": "RoIPool", "align": "RoIAlign"}


def config_of(trial: Trial, **changes: Any) -> Config:
    """A small Mask R-CNN for made pictures of some 100 px."""
    sides = tuple(trial.size * share for share in (0.2, 0.35, 0.6))
    small: dict[str, Any] = {"rpn_count": 64, "regions": 32, "proposals_train": 100, "proposals": 50,
                             "rpn_each": 200, "rpn_each_train": 200, "hidden": 128, "mask_width": trial.width,
                             "mask_convs": 2}  # fmt: skip
    return Config(backbone=trial.backbone, width=trial.width, sides=sides, **small | changes)


@dataclass(frozen=True)
class Settings(Trial):
    """How the two are compared.

    Attributes:
        rows: "pool" and "align".
        neck: the map that regions are read from: "c5" has a stride of 32.
        bins: a side of what masks are drawn from; they are twice as fine.
    """

    size: int = 128
    lr: float = 2e-3
    rows: tuple[str, ...] = ("pool", "align")
    neck: Neck = "c5"
    bins: int = 7

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.rows:
            if name not in PUBLISHED:
                raise ParamsError("rows", name, "there are pool and align")


SMALL = Settings()
FULL = Settings(images=4000, judged=500, size=384, steps=4000, batch=16, lr=1e-3, backbone="resnet18", width=128,
                bins=14)  # fmt: skip


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train a Mask R-CNN with each, once for each seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.rows) * settings.steps)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in settings.rows}
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        for name in settings.rows:
            torch.manual_seed(seed)
            config = config_of(settings, neck=settings.neck, pool=name, mask_bins=settings.bins)
            detector = MaskRCNN(config, CATEGORIES)
            learn(detector, seen, settings, seed, device, counter.about(NAMES[name]))
            results = look(detector, judged, device)
            boxes = measure(results, judged)
            found[name].append(measure(results, judged, "segm") | {"box AP": boxes["AP"]})
    return findings(found)


def findings(found: Mapping[str, Sequence[Mapping[str, float]]]) -> Findings:
    """The table and the picture, from the numbers of each seed, by the way regions are read."""
    keys = {"AP": "mask AP", "AP50": "mask AP50", "AP75": "mask AP75", "box AP": "box AP"}
    rows = [{"regions": NAMES[name], **{word: Band.of([one[key] for one in ours]) for key, word in keys.items()},
             "COCO mask AP, AP50, AP75 (published)": ", ".join(map(str, PUBLISHED[name]))}
            for name, ours in found.items()]  # fmt: skip
    bands = {name: Band.of([one["AP75"] for one in ours]) for name, ours in found.items()}
    said = [f"Mask AP at IoU 0.75 is *{band.mean:.3f}* with {NAMES[name]}" for name, band in bands.items()]
    said = [f"{said[0]}{',' if len(said) > 1 else '.'}", *(f"{line}." for line in said[1:])]
    bars = [Bar(NAMES[name], band, f"COCO {PUBLISHED[name][2]:.1f}") for name, band in bands.items()]
    picture = forest("How regions are read from coarse maps", said, "Mask AP at IoU 0.75; line: all seeds", bars)
    return Findings([Table("Mask R-CNN on one coarse map", rows, ELSEWHERE)], said, picture)

"""What R-CNN and SPP-net share: a network looks at regions and learns in three stages, one after the other.

Fine-tuning with a softmax over K + 1, a quarter of the regions with something; then a linear SVM for each category in
place of the softmax, the gt its positives, what overlaps them little its (hard) negatives; then ridge regression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..batch import Batch, Result, Target
from ..classic.post_hoc import PostHoc, Prices, Regions
from ..ops.boxes import iou
from ..ops.coding import decode, encode
from ..parts.backbone import Backbone, Name
from ..parts.losses import cross_entropy
from ..parts.matching import NEGATIVE, assign, ignored, match
from ..parts.norms import Norm
from ..parts.post import best, finish
from . import selective_search as search

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class StagesConfig:
    """What the network is made of, and how it learns.

    Attributes:
        backbone, norm, pretrained: see :class:`cocokit.baselines.parts.backbone.Backbone`.
        width: of the hidden layers: the features that SVMs look at.
        steps, lr: of fine-tuning.
        rois, positive: regions of a step, and the share that has something.
        low, high: IoU below which a region is negative, from which it is positive in fine-tuning.
        near: IoU with a gt from which a region teaches box regression.
        chunk: regions that go through the network at once when nothing is learnt.
        prices: of the SVMs and of box regression.
        floor, iou_thr, count: a detection's lowest score, suppression, how many detections are given.
        search: how regions are found where none are given.
    """

    backbone: Name = "efficientnet-lite0"
    norm: Norm = "group"
    pretrained: bool = False
    width: int = 1024
    steps: int = 3000
    lr: float = 1e-3
    rois: int = 128
    positive: float = 0.25
    low: float = 0.3
    high: float = 0.5
    near: float = 0.6
    chunk: int = 64
    prices: Prices = field(default_factory=Prices)
    floor: float = -1.0
    iou_thr: float = 0.3
    count: int = 100
    search: search.Config = field(default_factory=search.Config)

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 1:
            raise ParamsError("low", self.low, f"it must be from 0 to high, which is {self.high}")
        if self.rois < 1 or not 0 < self.positive <= 1:
            raise ParamsError("positive", self.positive, "take above 0 up to 1, of at least one region")
        if self.steps < 1 or self.width < 1 or self.chunk < 1:
            raise ParamsError("steps", self.steps, "steps, width and chunk must be at least 1")


@dataclass(frozen=True)
class Asked:
    """The regions of one image, its gt first, and what they overlap.

    Attributes:
        boxes: (R, 4) corners.
        tune: (R,) int64: 0 to K-1, K for the background, -1 for what counts neither way.
        signs, labels, codes: as :class:`cocokit.baselines.classic.post_hoc.Regions` has them.
    """

    boxes: Tensor
    tune: Tensor
    signs: Tensor
    labels: Tensor
    codes: Tensor


class ThreeStages(nn.Module, ABC):
    """The stages; which features a region has is the detector's own.

    Args:
        config: of the detector.
        categories: K.
        flat: P, features of a region before the hidden layers.
        hidden: hidden layers.
    """

    config: StagesConfig

    def __init__(self, config: StagesConfig, categories: int, flat: Callable[[Backbone], int], hidden: int) -> None:
        super().__init__()
        self.config, self.categories = config, categories
        self.backbone = Backbone(config.backbone, config.norm, config.pretrained)
        self.search = search.SelectiveSearch(config.search)
        wide = flat(self.backbone)
        layers = [layer for i in range(hidden)
                  for layer in (nn.Linear(config.width if i else wide, config.width), nn.ReLU())]  # fmt: skip
        self.deep = nn.Sequential(*layers)  # (R, P) to the (R, D) that is classified: "fc7"
        self.softmax = nn.Linear(config.width, categories + 1)
        self.post_hoc = PostHoc(categories, config.width, wide)

    @abstractmethod
    def keep(self, batch: Batch) -> list[Any]:
        """What is kept of each image for its regions."""

    @abstractmethod
    def flat(self, kept: Any, boxes: Tensor) -> Tensor:
        """(R, P) features of regions (R, 4) of one image: "pool5"."""

    def fit(self, batches: Sequence[Batch], progress: Progress | None = None) -> None:
        """Fine-tune, then train the SVMs and the box regressors.

        Args:
            batches: of one image each, targets included.
            progress: called with (done, all, what is being done).
        """
        tell = progress or (lambda done, total, what: None)
        asked = []
        for i in range(len(batches)):
            tell(i, len(batches), "proposals")
            asked.append(self.ask(batches[i]))
        self.tune(batches, asked, tell)
        self.eval()
        with torch.no_grad():
            self.post_hoc.fit(len(batches), lambda i: self.show(batches[i], asked[i]), self.config.prices, tell)

    def ask(self, batch: Batch) -> Asked:
        """The regions of a batch of one image, and what each should be taken for."""
        assert batch.targets is not None
        c, target = self.config, batch.targets[0]
        found = search.proposals_of(batch, self.search)[0]
        boxes = torch.cat([target.boxes, found.to(target.boxes)])
        rows = assign(boxes, target, c.low, c.high, force=False)
        none = rows.new_full((), self.categories)
        labels = torch.cat([target.labels, none[None]])  # the last for rows that are negative
        tune = torch.where(rows >= NEGATIVE, labels[rows.clamp(min=NEGATIVE)], -1)
        near = match(boxes, target.boxes, c.near, c.near, force=False)
        codes = torch.zeros_like(boxes)
        codes[near >= 0] = encode(target.boxes[near[near >= 0]], boxes[near >= 0])
        return Asked(boxes, tune, self.signs(boxes, target), torch.where(near >= 0, labels[near], -1), codes)

    def signs(self, boxes: Tensor, target: Target) -> Tensor:
        """(R, K) int8: the gt is positive, what overlaps no gt of a category by ``low`` negative for it."""
        signs = torch.zeros(len(boxes), self.categories, dtype=torch.int8, device=boxes.device)
        apart = iou(boxes, target.boxes) < self.config.low
        for k in range(self.categories):
            signs[apart[:, target.labels == k].all(1), k] = -1
        if target.crowd is not None:
            signs[ignored(boxes, target.crowd)] = 0
        places = torch.arange(len(target.boxes), device=boxes.device)
        signs[places, target.labels] = 1  # the gt comes first
        return signs

    def tune(self, batches: Sequence[Batch], asked: Sequence[Asked], tell: Progress) -> None:
        """Train the network and the softmax on regions drawn from all images alike."""
        c, weights = self.config, [p for p in self.parameters() if p.requires_grad]
        places = torch.cat([torch.stack([torch.full_like(a.tune, i), torch.arange(len(a.tune)).to(a.tune), a.tune], 1)
                            for i, a in enumerate(asked)])  # (all regions, 3): image, row, class  # fmt: skip
        some, none = (places[rows] for rows in (((places[:, 2] >= 0) & (places[:, 2] < self.categories)),
                                                places[:, 2] == self.categories))  # fmt: skip
        optimizer = torch.optim.AdamW(weights, c.lr, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, c.lr, total_steps=max(c.steps, 1), pct_start=0.1)
        self.train()
        for step in range(c.steps):
            tell(step, c.steps, "fine-tuning")
            good = round(c.rois * c.positive)
            chosen = torch.cat([draw(some, good), draw(none, c.rois - good)])
            chosen = chosen[chosen[:, 0].sort(stable=True).indices]
            flat = [self.flat(self.kept(batches, i), asked[i].boxes[chosen[chosen[:, 0] == i, 1]])
                    for i in dict.fromkeys(chosen[:, 0].tolist())]  # fmt: skip
            loss = cross_entropy(self.softmax(self.deep(torch.cat(flat))), chosen[:, 2]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()

    def kept(self, batches: Sequence[Batch], place: int) -> Any:
        """What is kept of one of the images that are learnt from."""
        return self.keep(batches[place])[0]

    def features(self, kept: Any, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """(R, P) and (R, D) features of regions, some at a time."""
        flat = torch.cat([self.flat(kept, part) for part in torch.split(boxes, self.config.chunk)])
        return flat, self.deep(flat)

    def show(self, batch: Batch, asked: Asked) -> Regions:
        """One image for the last two stages."""
        flat, deep = self.features(self.keep(batch)[0], asked.boxes)
        return Regions(deep, flat, asked.signs, asked.labels, asked.codes)

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image."""
        found = search.proposals_of(batch, self.search)
        return [self.look(*each) for each in zip(self.keep(batch), found, batch.sizes, strict=True)]

    def look(self, kept: Any, regions: Tensor, size: tuple[int, int]) -> Result:
        """The detections among the regions (R, 4) of one image."""
        c = self.config
        flat, deep = self.features(kept, regions)
        boxes = decode(self.post_hoc.codes(flat), regions[:, None])  # (R, K, 4)
        rows, labels, scores = best(self.post_hoc.score(deep), boxes.shape[0] * boxes.shape[1], c.floor)
        return finish(boxes[rows, labels], scores, labels, size, iou_thr=c.iou_thr, count=c.count)


def draw(rows: Tensor, count: int) -> Tensor:
    """(count, ...) of the rows at random, some of them perhaps twice; none where there are none."""
    return rows[torch.randint(len(rows), (count,)).to(rows.device)] if len(rows) else rows

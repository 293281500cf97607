"""YOLO v1 (Redmon et al. 2016): a grid of cells; each says what it shows, and two boxes with how sure it is of them.

Differs from the paper: any backbone in place of the 20 convolutions that were trained on ImageNet; two normalised
convolutions after it, not four; fewer channels and hidden units (its 1024 and 4096 are 205 million weights). The paper
has 63.4 mAP on VOC 2007. Here the tiny backbone learns eight made pictures of 112 px by heart in 70 steps, 6 CPU
seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..batch import Batch, Result, Target
from ..ops.boxes import iou
from ..ops.coding import decode, encode
from ..parts.anchors import spread
from ..parts.backbone import Backbone, Name
from ..parts.matching import centre_cells, ignored
from ..parts.norms import Norm, fill_he, make_norm
from ..parts.post import best, finish
from ..parts.ranges import require_ranges
from ..parts.square import unwarp, warp, warp_targets

#: The paper's scaling and moving by up to a fifth.
TRAIN = {"scales": (0.8, 1.2)}


@dataclass(frozen=True)
class Config:
    """What YOLO v1 is made of, and how it learns.

    Attributes:
        backbone, norm, pretrained: see :class:`cocokit.baselines.parts.backbone.Backbone`.
        grid: cells a side (S).
        boxes: that each cell predicts (B).
        stride: px of a cell: 64 halves C5 once more, 32 takes it as it is, 16 takes C4; the square is grid * stride.
        width, head_norm: channels of the two convolutions after the backbone, and what normalises them.
        hidden, dropout: units of the fully connected layer, and the share of them that is left out in training.
        coord, noobj: weights of the loss: boxes, and the scores of boxes that predict nothing.
        floor, iou_thr, count: a detection's lowest score, suppression, how many detections are given.
    """

    backbone: Name = "resnet50"
    norm: Norm = "group"
    pretrained: bool = False
    grid: int = 7
    boxes: int = 2
    stride: int = 64
    width: int = 512
    head_norm: Norm | None = "group"
    hidden: int = 1024
    dropout: float = 0.5
    coord: float = 5.0
    noobj: float = 0.5
    floor: float = 0.005
    iou_thr: float = 0.5
    count: int = 100

    def __post_init__(self) -> None:
        require_ranges(self)
        if self.stride not in (16, 32, 64):
            raise ParamsError("stride", self.stride, "it must be 16, 32 or 64")
        if min(self.grid, self.boxes) < 1:
            raise ParamsError("grid", self.grid, "there must be a cell, and a box in each")
        if not 0 <= self.dropout < 1:
            raise ParamsError("dropout", self.dropout, "it must be at least 0 and below 1")

    @property
    def size(self) -> int:
        """Of the square that every image is warped to, px: 448 in the paper."""
        return self.grid * self.stride

    @property
    def square(self) -> int:
        """The same: the one size of all inputs."""
        return self.size


class YOLOv1(nn.Module):
    """S x S x (B * 5 + K) numbers, all of them by least squares."""

    cells: Tensor

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        c = self.config = config
        self.categories = categories
        self.backbone = Backbone(c.backbone, c.norm, c.pretrained)
        self.last = "C4" if c.stride == 16 else "C5"
        self.backbone.until(self.last)
        self.neck = nn.Sequential(
            *block(self.backbone.channels[self.last], c.width, 2 if c.stride == 64 else 1, c.head_norm),
            *block(c.width, c.width, 1, c.head_norm),
        )
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(c.width * c.grid**2, c.hidden), nn.LeakyReLU(0.1), nn.Dropout(c.dropout),
            nn.Linear(c.hidden, c.grid**2 * (c.boxes * 5 + categories)),
        )  # fmt: skip
        fill_he(self.neck)
        self.weights = (1.0, 1.0, c.grid**-0.5, c.grid**-0.5)  # sides are shares of the image, not of a cell
        one = torch.full((1, 2), float(c.stride))
        self.register_buffer("cells", spread(one, (c.grid, c.grid), c.stride), persistent=False)

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Squares (N, 3, size, size) to codes (N, S * S, B, 4), scores (N, S * S, B), categories (N, S * S, K)."""
        c = self.config
        out = self.head(self.neck(self.backbone(squares)[self.last])).float()
        out = out.unflatten(1, (c.grid**2, c.boxes * 5 + self.categories))
        boxes, categories = out.split([c.boxes * 5, self.categories], 2)
        boxes = boxes.unflatten(2, (c.boxes, 5))
        return boxes[..., :4], boxes[..., 4], categories

    def decode(self, codes: Tensor) -> Tensor:
        """Codes (..., S * S, B, 4) to corners, px of the square."""
        return decode(codes, self.cells[:, None], "yolo", self.weights)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``box``, ``score``, ``empty`` and ``category``, the four sums of the paper for one image on average."""
        outputs = self(warp(batch, self.config.size))
        targets = warp_targets(batch, self.config.size)
        found = [self.loss_of_one(*one) for one in zip(*outputs, targets, strict=True)]
        return {name: torch.stack([one[name] for one in found]).mean() for name in found[0]}

    def loss_of_one(self, codes: Tensor, scores: Tensor, categories: Tensor, target: Target) -> dict[str, Tensor]:
        """The four sums of an image.

        Args:
            codes: (S * S, B, 4).
            scores: (S * S, B).
            categories: (S * S, K).
            target: in px of the square; of several gts in a cell the first is learned.
        """
        gts, cells = first_of_each(centre_cells(target.boxes, self.config.grid, (self.config.size,) * 2))
        boxes, labels = target.boxes[gts], target.labels[gts]
        wanted = encode(boxes, self.cells[cells], "yolo", self.weights)  # (G, 4)
        chosen, overlap = self.responsible(codes.detach()[cells], cells, boxes, wanted)
        empty = torch.ones_like(scores)
        if target.crowd is not None:
            empty[ignored(self.cells, target.crowd)] = 0
        empty[cells, chosen] = 0
        one_hot = nn.functional.one_hot(labels, self.categories)
        return {
            "box": self.config.coord * (codes[cells, chosen] - wanted).square().sum(),
            "score": (scores[cells, chosen] - overlap).square().sum(),
            "empty": self.config.noobj * (scores.square() * empty).sum(),
            "category": (categories[cells] - one_hot).square().sum(),
        }

    def responsible(self, codes: Tensor, cells: Tensor, gts: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """(G,) which box of each gt's cell overlaps it best, and (G,) its IoU.

        Where none overlaps it, which is so at the start, the one whose code is nearest.

        Args:
            codes: (G, B, 4) what the cells of the gts predict.
            cells: (G,) int64.
            gts: (G, 4) corners, px.
            wanted: (G, 4) their codes.
        """
        boxes = decode(codes, self.cells[cells][:, None], "yolo", self.weights)
        pairs = [iou(mine, gt[None])[:, 0] for mine, gt in zip(boxes, gts, strict=True)]
        overlaps = torch.stack(pairs) if pairs else boxes.new_zeros(0, self.config.boxes)  # (G, B)
        far = (codes - wanted[:, None]).square().sum(2)
        chosen = torch.where((overlaps > 0).any(1, keepdim=True), overlaps, -far).argmax(1)
        return chosen, overlaps.gather(1, chosen[:, None])[:, 0]

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image; a score is that of a box times that of its cell's category."""
        c, found = self.config, []
        for codes, scores, categories in zip(*self(warp(batch, c.size)), strict=True):
            both = (scores.clamp(0, 1)[..., None] * categories.clamp(0, 1)[:, None]).flatten(0, 1)  # (S * S * B, K)
            rows, labels, values = best(both, both.numel(), c.floor)
            boxes = self.decode(codes).flatten(0, 1)[rows]
            found.append(finish(boxes, values, labels, (c.size, c.size), iou_thr=c.iou_thr, count=c.count))
        return unwarp(found, batch, c.size)


def block(inside: int, outside: int, stride: int, norm: Norm | None) -> list[nn.Module]:
    """A 3x3, its normalisation, and the paper's leaky ReLU."""
    layers: list[nn.Module] = [nn.Conv2d(inside, outside, 3, stride, 1, bias=norm is None)]
    return [*layers, *([make_norm(norm, outside)] if norm is not None else []), nn.LeakyReLU(0.1)]


def first_of_each(cells: Tensor) -> tuple[Tensor, Tensor]:
    """(G,) rows of the first gt of each cell, and (G,) their cells, from (N,) the cell of every gt."""
    seen: dict[int, int] = {}
    for row, cell in enumerate(cells.tolist()):
        seen.setdefault(cell, row)
    rows = torch.tensor(list(seen.values()), dtype=torch.int64, device=cells.device)
    return rows, cells[rows]

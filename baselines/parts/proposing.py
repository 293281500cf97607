"""Region proposals (Ren et al. 2015): at every cell, is there anything in this anchor, and where does it end?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from cocokit.errors import ParamsError

from ..batch import Result, Target
from ..ops.coding import encode
from .anchors import Anchors
from .heads import flatten
from .losses import smooth_l1
from .matching import IGNORED, assign
from .norms import fill_normal
from .post import dense
from .sampling import balanced
from .trunk import TrunkConfig

#: Channels of the head's 3x3 at most: it is 512 on VGG's conv5 and on C4, 256 on a pyramid.
WIDEST = 512


@dataclass(frozen=True)
class ProposalConfig(TrunkConfig):
    """How regions are proposed.

    Attributes:
        sides: of square anchors, px: one for each level, or all of them where there is one map.
        ratios: of anchors, height over width.
        rpn_low, rpn_high: IoU below which an anchor is negative and from which it is positive; each gt takes its best.
        rpn_count, rpn_positive: anchors of an image that are trained on, and the largest share of positives.
        rpn_beta: where the smooth L1 of boxes becomes linear.
        outside: whether anchors that reach outside the image are trained on: not in Faster R-CNN, but with a pyramid.
        rpn_each, rpn_each_train: how many of a level are decoded, at test and in training.
        proposals, proposals_train: how many of an image are given.
        rpn_iou_thr: of the suppression within a level.
        rpn_small: both sides of a proposal must be longer, px.
    """

    sides: tuple[float, ...] = (32.0, 64.0, 128.0, 256.0, 512.0)
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    rpn_low: float = 0.3
    rpn_high: float = 0.7
    rpn_count: int = 256
    rpn_positive: float = 0.5
    rpn_beta: float = 1 / 9
    outside: bool = True
    rpn_each: int = 1000
    rpn_each_train: int = 2000
    proposals: int = 1000
    proposals_train: int = 2000
    rpn_iou_thr: float = 0.7
    rpn_small: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sides or min(self.sides) <= 0 or not self.ratios or min(self.ratios) <= 0:
            raise ParamsError("ratios", self.ratios, "there must be a side and a ratio, and all are above 0")
        if not 0 <= self.rpn_low <= self.rpn_high <= 1:
            raise ParamsError("rpn_low", self.rpn_low, f"it must be from 0 to rpn_high, which is {self.rpn_high}")
        if self.rpn_count < 1 or not 0 < self.rpn_positive <= 1:
            raise ParamsError("rpn_positive", self.rpn_positive, "take above 0 up to 1, of at least one anchor")


@dataclass(frozen=True)
class Looks:
    """What a proposer sees in a batch.

    Attributes:
        logits: for each level (B, A_l, 1), above 0 where there is something.
        codes: for each level (B, A_l, 4).
        anchors: for each level (A_l, 4) corners.
    """

    logits: Sequence[Tensor]
    codes: Sequence[Tensor]
    anchors: Sequence[Tensor]


class Proposer(nn.Module):
    """A 3x3 and two sibling 1x1, shared by all levels.

    One logit an anchor: its sigmoid is the paper's softmax over two ("18 scores at 9 anchors"), with half the weights.

    Args:
        config: of the detector.
        channels: of the maps.
        strides: of the maps.

    Raises:
        ParamsError: there are more levels than one, and not a side for each.
    """

    def __init__(self, config: ProposalConfig, channels: int, strides: Sequence[int]) -> None:
        super().__init__()
        self.config = config
        if len(strides) > 1 and len(config.sides) != len(strides):
            raise ParamsError("sides", config.sides, f"give one for each of the {len(strides)} levels")
        sides = [[side] for side in config.sides] if len(strides) > 1 else [config.sides]
        self.anchors = Anchors(sides, config.ratios, strides)
        width, each = min(channels, WIDEST), self.anchors.per_cell
        self.conv = nn.Conv2d(channels, width, 3, padding=1)
        self.score = nn.Conv2d(width, each, 1)
        self.box = nn.Conv2d(width, each * 4, 1)
        fill_normal(self, 0.01)

    def forward(self, maps: Mapping[str, Tensor]) -> Looks:
        """Maps (B, channels, H, W) to what is seen at each of their cells."""
        levels = list(maps.values())
        hidden = [torch.relu(self.conv(x)) for x in levels]
        anchors = self.anchors.levels([x.shape[2:] for x in levels], levels[0].device)
        return Looks([flatten(self.score(x), 1) for x in hidden], [flatten(self.box(x), 4) for x in hidden], anchors)

    def loss(self, looks: Looks, targets: Sequence[Target], sizes: Sequence[tuple[int, int]]) -> dict[str, Tensor]:
        """``rpn_score`` and ``rpn_box``, both divided by the number of anchors trained on.

        Args:
            looks: from ``forward``.
            targets: B of them.
            sizes: B heights and widths, px.
        """
        logits, codes = torch.cat(list(looks.logits), 1)[..., 0], torch.cat(list(looks.codes), 1)
        anchors, score, box, count = torch.cat(list(looks.anchors)), [], [], 0
        for logit, code, target, size in zip(logits, codes, targets, sizes, strict=True):
            rows = self.rows(anchors, target, size)
            good, bad = balanced(rows, self.config.rpn_count, self.config.rpn_positive)
            chosen = torch.cat([good, bad])
            truth = (rows[chosen] >= 0).float()
            score.append(binary_cross_entropy_with_logits(logit[chosen].float(), truth, reduction="sum"))
            wanted = encode(target.boxes[rows[good]], anchors[good])
            box.append(smooth_l1(code[good], wanted, self.config.rpn_beta).sum())
            count += len(chosen)
        each = max(count, 1)
        return {"rpn_score": torch.stack(score).sum() / each, "rpn_box": torch.stack(box).sum() / each}

    def rows(self, anchors: Tensor, target: Target, size: tuple[int, int]) -> Tensor:
        """(A,) int64 the gt of each anchor, as :func:`.matching.assign` says."""
        c = self.config
        rows = assign(anchors, target, c.rpn_low, c.rpn_high)
        if not c.outside:
            limits = anchors.new_tensor([size[1], size[0]])
            rows[(anchors[:, :2] < 0).any(1) | (anchors[:, 2:] > limits).any(1)] = IGNORED
        return rows

    @torch.no_grad()
    def propose(self, looks: Looks, sizes: Sequence[tuple[int, int]]) -> list[Result]:
        """The proposals of each image, best first, all of label 0; more of them in training.

        Args:
            looks: from ``forward``.
            sizes: B heights and widths, px.
        """
        c = self.config
        each, count = (c.rpn_each_train, c.proposals_train) if self.training else (c.rpn_each, c.proposals)
        return [
            dense([x[i].float().sigmoid() for x in looks.logits], [x[i] for x in looks.codes], looks.anchors, size,
                  each=each, iou_thr=c.rpn_iou_thr, count=count, small=c.rpn_small, by_level=True)
            for i, size in enumerate(sizes)
        ]  # fmt: skip

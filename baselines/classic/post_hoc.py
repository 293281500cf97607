"""What R-CNN and SPP-net learn after their network, from its features: an SVM and a box regressor for each category."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .linear_svm import train_svm
from .ridge import ridge

#: Features are scaled so that they are this long on the average: the prices below are meant for that.
LENGTH = 20.0
#: A negative that scores above the first is hard, and one below the second is forgotten again.
HARD, EASY = -1.0, -1.2


@dataclass(frozen=True)
class Regions:
    """What the regions of one image show, and what they should be taken for.

    Attributes:
        deep: (R, D) float32 features that are classified.
        flat: (R, P) float32 features that boxes are corrected by.
        signs: (R, K) int8, 1 and -1 for positives and negatives of each category, 0 for what counts neither way.
        labels: (R,) int64 the category whose box a region is near enough to learn from, or -1.
        codes: (R, 4) float32 that box relative to the region; anything where the label is -1.
    """

    deep: Tensor
    flat: Tensor
    signs: Tensor
    labels: Tensor
    codes: Tensor


@dataclass(frozen=True)
class Prices:
    """How the stages are weighed.

    Attributes:
        cost: of the SVM's hinge (liblinear's C).
        positive: how many times as much the hinge of a positive costs.
        bias: the SVM's constant feature.
        alpha: of ridge regression.
        refill: new hard negatives after which an SVM is trained anew.
    """

    cost: float = 0.001
    positive: float = 2.0
    bias: float = 10.0
    alpha: float = 1000.0
    refill: int = 2000


class PostHoc(nn.Module):
    """K linear SVMs and K box regressors; all of it buffers."""

    svm: Tensor
    offset: Tensor
    box: Tensor
    shift: Tensor
    scales: Tensor

    def __init__(self, categories: int, deep: int, flat: int) -> None:
        super().__init__()
        self.register_buffer("svm", torch.zeros(categories, deep))
        self.register_buffer("offset", torch.zeros(categories))
        self.register_buffer("box", torch.zeros(categories, flat, 4))
        self.register_buffer("shift", torch.zeros(categories, 4))
        self.register_buffer("scales", torch.ones(2))  # of deep and of flat features

    def score(self, deep: Tensor) -> Tensor:
        """(R, K) distances from the margins' middles, of features (R, D)."""
        return deep * self.scales[0] @ self.svm.T + self.offset

    def codes(self, flat: Tensor) -> Tensor:
        """(R, K, 4) encoded boxes, of features (R, P)."""
        return torch.einsum("rp,kpc->rkc", flat * self.scales[1], self.box) + self.shift

    def fit(
        self, count: int, show: Callable[[int], Regions], prices: Prices, progress: Callable[[int, int, str], None]
    ) -> None:
        """Learn from images, each of which is shown twice: for what is there, then for what is not.

        Args:
            count: of images.
            show: the regions of one.
            prices: how the stages are weighed.
            progress: called with images done, images in all, what is being done.
        """
        positives = self._look(count, show, prices, progress)
        negatives = [rows.new_zeros(0, rows.shape[1]) for rows in positives]
        fresh = [prices.refill] * len(positives)  # the first image already is enough to begin with
        for i in range(count):
            progress(i, count, "SVMs")
            regions = show(i)
            deep, scores = regions.deep * self.scales[0], self.score(regions.deep)
            for k in (k for k, rows in enumerate(positives) if len(rows)):
                new = deep[(regions.signs[:, k] < 0) & (scores[:, k] > HARD)]
                negatives[k] = torch.cat([negatives[k], new])
                fresh[k] += len(new)
                if fresh[k] >= prices.refill or i == count - 1:
                    self._separate(k, positives[k], negatives[k], prices)
                    negatives[k] = negatives[k][negatives[k] @ self.svm[k] + self.offset[k] > EASY]
                    fresh[k] = 0
        progress(count, count, "SVMs")

    def _look(
        self, count: int, show: Callable[[int], Regions], prices: Prices, progress: Callable[[int, int, str], None]
    ) -> list[Tensor]:
        """Set the scales and the box regressors; for each category (N, D) scaled features of its positives."""
        found, pairs, lengths = [], [], torch.zeros(3, device=self.scales.device)
        for i in range(count):
            progress(i, count, "boxes")
            regions = show(i)
            some, near = (regions.signs > 0).any(1), regions.labels >= 0
            found.append((regions.deep[some], regions.signs[some]))
            pairs.append((regions.flat[near], regions.labels[near], regions.codes[near]))
            long = [features.norm(dim=1).sum() for features in (regions.deep, regions.flat)]
            lengths += torch.stack([*long, lengths.new_tensor(len(some))])
        self.scales.copy_(LENGTH * lengths[2] / lengths[:2].clamp(min=1e-6))
        deep, signs = (torch.cat(parts) for parts in zip(*found, strict=True))
        flat, labels, codes = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        for k in range(len(self.box)):
            mine = labels == k
            if mine.any():
                weights, offsets = ridge(flat[mine] * self.scales[1], codes[mine], prices.alpha)
                self.box[k], self.shift[k] = weights, offsets
        self.offset.copy_(torch.where((signs > 0).any(0), 0.0, HARD))  # a category that is nowhere stays at that
        return [deep[column > 0] * self.scales[0] for column in signs.T]

    def _separate(self, k: int, positives: Tensor, negatives: Tensor, prices: Prices) -> None:
        """Train one SVM."""
        rows = torch.cat([positives, negatives])
        signs = torch.ones(len(rows), device=rows.device)
        signs[len(positives) :] = -1
        cost = torch.where(signs > 0, prices.positive * prices.cost, prices.cost)
        self.svm[k], self.offset[k] = train_svm(rows, signs, cost, prices.bias)

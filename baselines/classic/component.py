"""One view of a category: a root filter, its parts, and what it costs them to move."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .hog import mirrored
from .pyramid import Level


@dataclass(frozen=True)
class Component:
    """Weights of one component; what a placement shows has the same form, so that a score is one dot product.

    Attributes:
        root: (32, H, W) float32, in cells.
        parts: (P, 32, S, S) float32, in cells half as large.
        anchors: (P, 2) int64: y, x of each part's first cell in the root, in cells half as large.
        deform: (P, 4) float32: what a move across, down, and the squares of these cost.
        bias: () float32.
    """

    root: Tensor
    parts: Tensor
    anchors: Tensor
    deform: Tensor
    bias: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the root."""
        return self.root.shape[1], self.root.shape[2]

    def mirrored(self) -> Component:
        """The same for mirrored instances."""
        deform = self.deform.clone()
        deform[:, 0] *= -1
        return replace(self, root=mirrored(self.root), parts=mirrored(self.parts), anchors=self.anchors_of(True),
                       deform=deform)  # fmt: skip

    def anchors_of(self, flipped: bool) -> Tensor:
        """(P, 2) int64: the anchors of the component, or of the mirrored one."""
        if not flipped:
            return self.anchors
        anchors = self.anchors.clone()
        anchors[:, 1] = 2 * self.size[1] - self.parts.shape[-1] - anchors[:, 1]
        return anchors

    def vector(self) -> Tensor:
        """(D,) float32, all weights in a row: root, parts, deformations, bias."""
        return torch.cat([self.root.flatten(), self.parts.flatten(), self.deform.flatten(), self.bias.view(1)])

    def of_vector(self, vector: Tensor) -> Component:
        """A component of this form with other weights; the inverse of :meth:`vector`."""
        lengths = [self.root.numel(), self.parts.numel(), self.deform.numel(), 1]
        root, parts, deform, bias = torch.split(vector, lengths)
        return replace(self, root=root.view_as(self.root), parts=parts.view_as(self.parts),
                       deform=deform.view_as(self.deform), bias=bias.view(()))  # fmt: skip

    def to(self, device: torch.device | str) -> Component:
        """The same on another device."""
        return Component(**{name: value.to(device) for name, value in vars(self).items()})


@dataclass(frozen=True)
class Placement:
    """Where a component was found.

    Attributes:
        score: root, parts less their moves, and bias.
        image: row of the batch.
        place: row and column of the root's first cell.
        parts: (P, 2) int64, row and column of each part's first cell, in cells half as large.
        flipped: whether it is the mirrored component.
    """

    score: float
    image: int
    place: tuple[int, int]
    parts: Tensor
    flipped: bool


def root_alone(root: Tensor, part: int) -> Component:
    """A component without parts (of so many cells a side), from its root (32, H, W); bias 0."""
    none = root.new_zeros(0, 4)
    return Component(root, root.new_zeros(0, len(root), part, part), none[:, :2].long(), none, root.new_zeros(()))


def shown(component: Component, level: Level, placement: Placement) -> Tensor:
    """(D,) float32: what a placement shows, mirrored back if need be: its product with the weights is the score."""
    anchors = component.anchors_of(placement.flipped)
    (y, x), (rows, columns), side = placement.place, component.size, component.parts.shape[-1]
    root = level.root[placement.image, :, y : y + rows, x : x + columns]
    parts = [level.fine[placement.image, :, v : v + side, u : u + side] for v, u in placement.parts.tolist()]
    moves = placement.parts - anchors - 2 * anchors.new_tensor([y, x])
    down, across = moves.to(root.dtype).unbind(1)
    deform = -torch.stack([across, down, across * across, down * down], 1)
    seen = Component(root, torch.stack(parts) if parts else component.parts, anchors, deform, root.new_ones(()))
    return (seen.mirrored() if placement.flipped else seen).vector()


def root_boxes(level: Level, size: tuple[int, int], places: Tensor) -> Tensor:
    """(N, 4) corners, px of the image, of roots of so many rows and columns at places (N, 2), row and column."""
    step = places.new_tensor([level.step[1], level.step[0]], dtype=torch.float32)
    origin = places.new_tensor([level.origin[1], level.origin[0]], dtype=torch.float32)
    low = origin + places.flip(1) * step
    return torch.cat([low, low + step * places.new_tensor([size[1], size[0]])], 1)

"""Many components slid over a level at once, and where their parts went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from .component import Component
from .distance import distance_transform, farthest, give_back, move_cost
from .moving import best_moves, best_places, moves_are_compiled
from .pyramid import Level
from .spectrum import LARGEST, Filters, Tiles, tiles_of

#: Components whose parts are moved about in one go: what they need should stay in a processor's cache.
TOGETHER = 16
_ROUNDING = 1e-4
#: From so many parts of a group and places on a level on, spectra are faster than sliding.
_MANY_PARTS, _MANY_CELLS = 64, 2000


@dataclass(frozen=True)
class Group:
    """Components with roots of one size, stacked.

    Attributes:
        rows: (G,) their places in the bank.
        root: (G, 32, H, W) float32.
        parts: (G P, 32, S, S) float32.
        anchors: (G P, 2) int64.
        deform: (G P, 4) float32.
        bias: (G,) float32.
    """

    rows: tuple[int, ...]
    root: Tensor
    parts: Tensor
    anchors: Tensor
    deform: Tensor
    bias: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the roots."""
        return self.root.shape[2], self.root.shape[3]

    @cached_property
    def filters(self) -> Filters:
        """The parts' spectra."""
        return Filters(self.parts)

    def members_parts(self, member: Tensor) -> Tensor:
        """(N, P) int64, which of the stacked parts belong to members (N,)."""
        each = len(self.anchors) // len(self.rows)
        return member[:, None] * each + torch.arange(each, device=member.device)

    def ideal(self, member: Tensor, places: Tensor) -> Tensor:
        """(N, P, 2) int64 row and column of parts that do not move, for roots of members (N,) at places (N, 2)."""
        return 2 * places[:, None] + self.anchors[self.members_parts(member)]


@dataclass(frozen=True)
class Scored:
    """A group on a level.

    Attributes:
        group: the components.
        total: (B, G, rows, columns) float32, the score of a root at each place, its parts at their best.
        responses: (B, G P, 2 rows + .., 2 columns + ..) float32, of the parts alone.
        tops: (B, G P) float32, the highest response of each part.
    """

    group: Group
    total: Tensor
    responses: Tensor
    tops: Tensor

    def parts_at(self, image: Tensor, member: Tensor, places: Tensor) -> Tensor:
        """(N, P, 2) int64 row and column of each part, for roots at places (N, 2) of images (N,) and members (N,)."""
        ideal, parts = self.group.ideal(member, places), self.group.members_parts(member)
        if not ideal.numel():
            return ideal
        if moves_are_compiled(self.responses):
            return best_places(self.responses, self.tops, self.group.deform, (image, member), ideal)
        planes = image[:, None] * self.responses.shape[1] + parts
        height, width = self.responses.shape[2:]
        still = self.responses.flatten()[(planes * height + ideal[..., 0]) * width + ideal[..., 1]]
        span = self.tops.amax(0)[parts] - still
        far = farthest(span.flatten(), self.group.deform[parts].flatten(0, 1), max(height, width))
        split = zip(planes.split(64), parts.split(64), ideal.split(64), strict=True)  # type: ignore[no-untyped-call]
        found = [_best(self.responses, n, p, i, self.group.deform, far) for n, p, i in split]
        return torch.cat(found)


def _best(scores: Tensor, planes: Tensor, parts: Tensor, ideal: Tensor, deform: Tensor, far: tuple[int, int]) -> Tensor:
    """(n, P, 2) the best place of each part by looking at all within reach."""
    height, width = scores.shape[2:]
    down, across = (torch.arange(-f, f + 1, device=scores.device) for f in far)
    rows, columns = ideal[..., 0, None] + down, ideal[..., 1, None] + across
    inside = ((rows >= 0) & (rows < height))[..., None] & ((columns >= 0) & (columns < width))[..., None, :]
    places = (planes[..., None] * height + rows.clamp(0, height - 1))[..., None] * width
    values = scores.flatten()[places + columns.clamp(0, width - 1)[..., None, :]]
    cost = move_cost(down[:, None], across, deform[parts][..., None, None, :])
    best = values.sub_(cost).masked_fill_(~inside, -torch.inf).flatten(2).argmax(2)
    return ideal + torch.stack([best // len(across) - far[0], best % len(across) - far[1]], 2)


class Bank:
    """Components in the order given, each followed by its mirrored self: row 2 n is the n-th, 2 n + 1 its mirror."""

    def __init__(self, components: Sequence[Component]) -> None:
        both = [side for component in components for side in (component, component.mirrored())]
        sizes = dict.fromkeys((c.size, len(c.parts)) for c in both)
        self.groups = []
        for kind in sizes:
            rows = [n for n, c in enumerate(both) if (c.size, len(c.parts)) == kind]
            for first in range(0, len(rows), TOGETHER):
                self.groups.append(_stacked(rows[first : first + TOGETHER], both))

    def scored(self, level: Level, floors: Tensor | None = None) -> Iterator[Scored]:
        """Every group whose roots fit on the level.

        Args:
            level: of a pyramid.
            floors: (B, components) float32 scores that matter to nobody: a component that can reach none above on any
                image gets minus infinity everywhere.
        """
        features = _Features(level, self.groups[0].parts.shape[-1] if self.groups else 0)
        for group in self.groups:
            if level.root.shape[2] >= group.root.shape[2] and level.root.shape[3] >= group.root.shape[3]:
                yield _score(group, features, None if floors is None else floors[:, group.rows])


def _stacked(rows: list[int], both: list[Component]) -> Group:
    some = [both[row] for row in rows]
    return Group(
        tuple(rows), torch.stack([c.root for c in some]), torch.cat([c.parts for c in some]),
        torch.cat([c.anchors for c in some]), torch.cat([c.deform for c in some]), torch.stack([c.bias for c in some]),
    )  # fmt: skip


class _Features:
    """A level, and the spectra of its finer half once somebody wants them."""

    def __init__(self, level: Level, side: int) -> None:
        self.level, self.side = level, side

    @cached_property
    def tiles(self) -> Tiles:
        """The spectra, for parts of so many cells a side."""
        return tiles_of(self.level.fine, self.side)

    def of_parts(self, group: Group) -> Tensor:
        """(B, G P, rows, columns) what each part sees; by spectra where there is enough to do to pay for them."""
        fine, side = self.level.fine, self.side
        cells = len(fine) * (fine.shape[2] - side + 1) * (fine.shape[3] - side + 1)
        if fine.is_cuda or side > LARGEST or len(group.parts) < _MANY_PARTS or cells < _MANY_CELLS:
            return functional.conv2d(fine, group.parts)
        return group.filters.responses(self.tiles)


def _score(group: Group, features: _Features, floors: Tensor | None) -> Scored:
    total = functional.conv2d(features.level.root, group.root, group.bias)
    if not len(group.parts):
        return Scored(group, total, total[:, :0], total[:, :0, 0, 0])
    responses = features.of_parts(group)
    if moves_are_compiled(responses):
        return _compiled(group, total, responses, floors)
    tops = responses.amax((2, 3))
    return Scored(group, _moved(group, total, responses, tops, floors), responses, tops)


def _compiled(group: Group, total: Tensor, responses: Tensor, floors: Tensor | None) -> Scored:
    reached, tops = best_moves(total, responses, group.deform, group.anchors, floors)
    return Scored(group, reached, responses, tops)


def _moved(group: Group, total: Tensor, responses: Tensor, tops: Tensor, floors: Tensor | None) -> Tensor:
    """The scores of the roots with their parts at their best."""
    size, each = (total.shape[2], total.shape[3]), len(group.parts) // len(group.rows)
    hopeful = torch.arange(len(group.rows), device=total.device)
    if floors is not None:
        most = (tops + give_back(group.deform)).view(len(total), -1, each).sum(2)
        hopeful = (total.amax((2, 3)) + most + _ROUNDING > floors).any(0).nonzero().flatten()
    reached = torch.full_like(total, -torch.inf)
    if len(hopeful):
        some = slice(None) if len(hopeful) == len(group.rows) else group.members_parts(hopeful).flatten()
        moved = distance_transform(responses[:, some], group.deform[some], group.anchors[some], size, step=2)
        reached[:, hopeful] = total[:, hopeful] + moved.reshape(len(total), len(hopeful), each, *size).sum(2)
    return reached

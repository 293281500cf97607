"""What an image teaches a mixture: the best placement on each instance, and the worst mistakes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..ops.boxes import clip, iou, share
from .bank import Bank, Scored
from .component import Component, Placement, root_boxes, shown
from .pyramid import Level

#: A placement that overlaps an instance by less than this, or is less than half in a crowd, is a mistake.
APART = 0.3
_WITHIN_CROWD = 0.5


@dataclass(frozen=True)
class Example:
    """A placement, and all that a learner asks of it.

    Attributes:
        component: its place in the mixture.
        vector: (D,) float32, what it shows.
        score: at the time it was found.
        key: what tells it from others: image, level, component, side, places.
        box: (4,) float32 corners of the root, px of the image.
        parts: (P, 2) float32 moves of the parts, across and down, as seen by the component (mirrored back).
        flipped: whether the mirrored component was placed.
    """

    component: int
    vector: Tensor
    score: float
    key: tuple[int, ...]
    box: Tensor
    parts: Tensor
    flipped: bool


@dataclass
class Found:
    """What one image gave."""

    positives: list[Example | None]
    mistakes: dict[int, list[Example]] = field(default_factory=dict)  # of each component, the highest scores first

    @property
    def negatives(self) -> list[Example]:
        """The mistakes of all components."""
        return [example for some in self.mistakes.values() for example in some]


def survey(
    levels: Sequence[Level], components: Sequence[Component], boxes: Tensor, crowd: Tensor, image: int,
    overlap: float, hardest: int,
) -> Found:  # fmt: skip
    """Slide a mixture over an image.

    Args:
        levels: the pyramid of one image.
        components: the mixture.
        boxes: (N, 4) corners of the category's instances.
        crowd: (C, 4) corners of regions where nothing is a mistake.
        image: its number, for keys.
        overlap: IoU of a root's box with an instance's from which it may be placed on it.
        hardest: how many mistakes of each component to keep, whether or not they have a loss yet.
    """
    bank, best, worst = Bank(components), _Best(len(boxes)), dict[int, list[_Spot]]()
    for number, level in enumerate(levels):
        for scored in bank.scored(level):
            places = _places(scored.total)
            corners = root_boxes(level, scored.group.size, places)
            look = _Look(components, level, scored, places, corners, (image, number))
            overlaps = iou(_within(level, corners), boxes)
            best.take(look, overlaps >= overlap)
            apart = (overlaps < APART).all(1) & (share(corners, crowd) < _WITHIN_CROWD).all(1)
            _mine(look, apart, worst, hardest)
    placed = [None if spot is None else _examples([spot])[0] for spot in best.spots]
    return Found(placed, {number: _examples(spots) for number, spots in worst.items()})


@dataclass(frozen=True)
class _Look:
    """A group of components on a level: places (N, 2), their boxes (N, 4), and the numbers of image and level."""

    components: Sequence[Component]
    level: Level
    scored: Scored
    places: Tensor
    corners: Tensor
    numbers: tuple[int, int]

    def examples(self, flat: Tensor) -> list[Example]:
        """Examples of entries of the flattened total."""
        members, rows = flat // len(self.places), flat % len(self.places)
        parts = self.scored.parts_at(torch.zeros_like(members), members, self.places[rows])
        scores = self.scored.total.flatten()[flat].tolist()
        return [self._example(*one) for one in zip(members.tolist(), rows.tolist(), parts, scores, strict=True)]

    def _example(self, member: int, row: int, parts: Tensor, score: float) -> Example:
        number, side = divmod(self.scored.group.rows[member], 2)
        component, (y, x) = self.components[number], self.places[row].tolist()
        vector = shown(component, self.level, Placement(score, 0, (y, x), parts, bool(side)))
        moves = (parts - component.anchors_of(bool(side)) - 2 * self.places[row]).flip(1).float()
        moves[:, 0] *= -1 if side else 1
        key = (*self.numbers, number, side, y, x, *parts.flatten().tolist())
        return Example(number, vector, score, key, self.corners[row], moves, bool(side))


def _places(total: Tensor) -> Tensor:
    rows, columns = (torch.arange(n, device=total.device) for n in total.shape[2:])
    return torch.cartesian_prod(rows, columns)


@dataclass(frozen=True)
class _Spot:
    """An entry of a look's flattened total that may become an example: only the few that last are worth describing."""

    score: float
    look: _Look
    flat: int


class _Best:
    """The best spot for each instance so far."""

    def __init__(self, instances: int) -> None:
        self.spots: list[_Spot | None] = [None] * instances

    def take(self, look: _Look, allowed: Tensor) -> None:
        """Better spots for instances (columns of ``allowed``, whose rows are places)."""
        scores = look.scored.total[0].flatten(1)
        for instance in allowed.any(0).nonzero().flatten().tolist():
            score, flat = scores.masked_fill(~allowed[:, instance], -torch.inf).flatten().max(0)
            known = self.spots[instance]
            if known is None or float(score) > known.score:
                self.spots[instance] = _Spot(float(score), look, int(flat))


def _mine(look: _Look, apart: Tensor, worst: dict[int, list[_Spot]], hardest: int) -> None:
    """The highest scores of each component among mistakes, where they beat what is known."""
    each = look.scored.total[0].flatten(1).masked_fill(~apart, -torch.inf)
    for component in sorted({row // 2 for row in look.scored.group.rows}) if hardest else ():
        members = torch.tensor([row // 2 == component for row in look.scored.group.rows], device=each.device)
        scores = each.masked_fill(~members[:, None], -torch.inf).flatten()
        known = worst.get(component, [])
        top = scores.topk(min(hardest, len(scores)))
        better = top.values > (known[-1].score if len(known) == hardest else -torch.inf)
        pairs = zip(top.values[better].tolist(), top.indices[better].tolist(), strict=True)
        new = [_Spot(score, look, flat) for score, flat in pairs]
        worst[component] = sorted([*known, *new], key=lambda spot: -spot.score)[:hardest]


def _examples(spots: Sequence[_Spot]) -> list[Example]:
    """The spots described, in their order."""
    made: dict[int, Example] = {}
    for look in {id(spot.look): spot.look for spot in spots}.values():
        rows = [n for n, spot in enumerate(spots) if spot.look is look]
        flat = torch.tensor([spots[n].flat for n in rows], device=look.places.device)
        made |= dict(zip(rows, look.examples(flat), strict=True))
    return [made[n] for n in range(len(spots))]


def _within(level: Level, boxes: Tensor) -> Tensor:
    """Boxes (N, 4) cut off at the rim of the image: what release 5 compares with instances, which end there too."""
    height, width = (round(2 * level.origin[n] + level.root.shape[2 + n] * level.step[n]) for n in (0, 1))
    return clip(boxes, (height, width))

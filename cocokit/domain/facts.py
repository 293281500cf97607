"""What is known of one (image, category) or one image, as the rules read it: live answers only, in the order of ids.

A fact is *live* if its answer counts: its worker was not rejected, it was not late, its page was trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .stages import MaskState, SpotState, Stage


@dataclass(frozen=True, slots=True)
class SpotFact:
    """A point that a worker gave; a primer comes from a label and says that the category is present."""

    id: int
    worker_id: int
    x: float
    y: float
    primer: bool
    live: bool = True


@dataclass(frozen=True, slots=True)
class MaskFact:
    """A mask that a worker drew for a spot, and the votes that count.

    ``at`` orders masks and closures: the id of the answer.
    """

    id: int
    at: int
    worker_id: int
    spot_id: int
    good: int = 0
    bad: int = 0
    live: bool = True


@dataclass(frozen=True, slots=True)
class ClosureFact:
    """A worker's word, instead of a mask, at a spot: "no_object" or "all_segmented"."""

    at: int
    worker_id: int
    spot_id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class CrowdFact:
    """A live answer of the crowd stage; ``painted`` is False where nothing was left."""

    at: int
    worker_id: int
    painted: bool


@dataclass(frozen=True, slots=True)
class PairFacts:
    """All that is known of one category in one image.

    Attributes:
        spotted: how many live answers the spot task has.
        held: spots whose segment task a worker holds now; a task that is being done is not taken away.
    """

    spots: tuple[SpotFact, ...] = ()
    spotted: int = 0
    masks: tuple[MaskFact, ...] = ()
    closures: tuple[ClosureFact, ...] = ()
    crowds: tuple[CrowdFact, ...] = ()
    held: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that the rules ask for: how many answers in all, and whose work it judges."""

    places: int
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class PairPlan:
    """What follows from the facts of a pair.

    Attributes:
        present: at least one live label names the category.
        spots: state of each spot, and the mask that it lies in.
        masks: state of each mask.
        tasks: (stage, subject) -> what is wanted; subject 0 stands for the image.
    """

    present: bool
    spots: Mapping[int, tuple[SpotState, int | None]] = field(default_factory=dict)
    masks: Mapping[int, MaskState] = field(default_factory=dict)
    tasks: Mapping[tuple[Stage, int], Wanted] = field(default_factory=dict)

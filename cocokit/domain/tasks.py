"""What ``next_task`` hands to a worker: a lease, and what the stage may show (blind by default, PROTOCOL 10.5)."""

from __future__ import annotations

from dataclasses import dataclass

from .answers import Mask, Point
from .stages import Stage


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A category as a page shows it."""

    id: int
    name: str
    supercategory: str


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image as a page shows it; ``file_name`` is relative to the workspace's ``images/``."""

    id: int
    file_name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FilterTask:
    """A grid of candidates of one query; ``kind`` is "pair", "scene" or "single"."""

    query: str
    kind: str
    candidates: tuple[ImageRef, ...]


@dataclass(frozen=True, slots=True)
class LabelTask:
    """One image and the categories to look for, grouped by supercategory in the order in which they are asked."""

    image: ImageRef
    categories: tuple[CategoryRef, ...]


@dataclass(frozen=True, slots=True)
class SpotTask:
    """One category in one image; ``primer`` is where an instance of it was labeled (the blinking icon)."""

    image: ImageRef
    category: CategoryRef
    primer: Point
    max_spots: int


@dataclass(frozen=True, slots=True)
class SegmentTask:
    """One instance to draw, named by a spot; ``others`` are the image's masks, each with its category's id.

    A training task looks the same: ``training`` says so to the page, and ``others`` is empty.
    """

    image: ImageRef
    category: CategoryRef
    spot: Point
    others: tuple[tuple[int, Mask], ...] = ()
    training: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One mask of a verification page; nothing in it says whether its answer is known."""

    position: int
    image: ImageRef
    category: CategoryRef
    mask: Mask


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """A page of masks to judge."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class CrowdTask:
    """What to paint: the rest of a category, beside the masks that it has."""

    image: ImageRef
    category: CategoryRef
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class CaptionTask:
    """An image to describe in one sentence."""

    image: ImageRef


Work = FilterTask | LabelTask | SpotTask | SegmentTask | VerifyTask | CrowdTask | CaptionTask


@dataclass(frozen=True, slots=True)
class Assignment:
    """A lease of one task (or page) to one worker.

    Attributes:
        id: a random word; what the worker's page sends back.
        worker_id: whose it is.
        stage: the stage.
        work: what to do.
        expires_at: when its places reopen, ms since 1970 UTC; a later answer is used if they are free.
        training: a task whose answer is known, before real work in a category.
    """

    id: str
    worker_id: int
    stage: Stage
    work: Work
    expires_at: int
    training: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an answer.

    Attributes:
        answer_id: its row.
        state: "counted", "late" or "untrusted".
        repeated: the same client id was submitted before, and this is the first answer's receipt.
        passed: for a training task, whether it was good enough; otherwise None.
        iou, boundary: for a training task, the mask's IoU and boundary score (0 to 1); otherwise None.
        cents: what the worker earned.
    """

    answer_id: int
    state: str
    repeated: bool = False
    passed: bool | None = None
    iou: float | None = None
    boundary: float | None = None
    cents: float = 0.0

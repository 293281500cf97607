"""Images with what stands on them, for requesters who look through a campaign."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..domain.answers import Mask
from ..domain.stages import AnswerState, MaskState, Outcome, Stage
from ..domain.tasks import ImageRef
from ..errors import NotFoundError
from ..store import gallery as store
from ..store.pairs import mask_of
from ..store.whereabouts import WORKS
from .engine import Engine

#: Images on a page, and masks of the review room.
PAGE, REVIEWED = 24, 60


@dataclass(frozen=True, slots=True)
class ShownMask:
    """A mask with who drew it and what became of it; ``good`` and ``bad`` are votes."""

    id: int
    category_id: int
    worker_id: int
    mask: Mask
    state: str
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class ImageLine:
    """An image in the gallery."""

    image: ImageRef
    coco_id: int
    state: str
    masks: tuple[ShownMask, ...]


@dataclass(frozen=True, slots=True)
class ImagePage:
    """A page of the gallery, and how many images there are in all."""

    total: int
    lines: tuple[ImageLine, ...]


@dataclass(frozen=True, slots=True)
class ShownImage:
    """One image.

    Attributes:
        image, coco_id, state, reason: as in its row.
        origin: what is known of the source.
        masks, crowds: what stands on it.
        sentences: (text, worker).
        waiting: stage -> open tasks.
    """

    image: ImageRef
    coco_id: int
    state: str
    reason: str
    origin: dict[str, Any]
    masks: tuple[ShownMask, ...]
    crowds: tuple[ShownMask, ...]
    sentences: tuple[tuple[str, int], ...]
    waiting: dict[str, int]


@dataclass(frozen=True, slots=True)
class Divided:
    """A mask that its voters do not agree on; ``votes`` are (worker, good)."""

    image: ImageRef
    coco_id: int
    mask: ShownMask
    votes: tuple[tuple[int, bool], ...]


def places_of(engine: Engine) -> list[tuple[Stage, str]]:
    """(stage, work) of every place of the stage graph that images can be at: open, out, done, and each edge."""
    graph = engine.campaign.graph
    return [(stage, work) for stage in graph.stages
            for work in (*WORKS, *dict.fromkeys(str(e.outcome) for e in graph.edges if e.source is stage))]  # fmt: skip


def list_images(
    engine: Engine, state: str = "", category_id: int = 0, page: int = 1, at: tuple[Stage, str] | None = None
) -> ImagePage:
    """A page of images, those finished last first.

    Args:
        engine: of the campaign.
        state: candidate, dropped, open or finished; "" is any.
        category_id: only images with a mask of it; 0 is any.
        page: from 1.
        at: only images at one of :func:`places_of`; where masks were sent back these are shown too.
    """
    more = (MaskState.FAILED,) if at is not None and at[1] == Outcome.FAILED else ()
    with engine.database.read() as tx:
        total, rows = store.image_rows(tx, engine.campaign.id, state, category_id, PAGE, (page - 1) * PAGE, at)
        masks: dict[int, list[ShownMask]] = {}
        for row in store.standing_masks(tx, [row.id for row in rows], *more):
            masks.setdefault(row.image_id, []).append(_shown(row))
    return ImagePage(total, tuple(
        ImageLine(_ref(row), row.coco_id, row.state, tuple(masks.get(row.id, ()))) for row in rows
    ))  # fmt: skip


def read_image(engine: Engine, image_id: int) -> ShownImage:
    """One image; raises NotFoundError if the campaign has no such image."""
    with engine.database.read() as tx:
        row = store.image_row(tx, engine.campaign.id, image_id)
        if row is None:
            raise NotFoundError(f"there is no image {image_id} in campaign {engine.campaign.record.name}")
        masks = tuple(_shown(one) for one in store.standing_masks(tx, [image_id]))
        crowds = tuple(_painted(one) for one in store.painted_regions(tx, image_id))
        return ShownImage(
            _ref(row), row.coco_id, row.state, row.reason or "", json.loads(row.origin) if row.origin else {}, masks,
            crowds, tuple(store.sentences(tx, image_id)), store.open_tasks(tx, image_id),
        )  # fmt: skip


def divided_masks(engine: Engine, limit: int = REVIEWED) -> list[Divided]:
    """Masks that their voters do not agree on, the closest votes first."""
    with engine.database.read() as tx:
        rows = store.divided_masks(tx, engine.campaign.id, limit)
        votes = store.voters(tx, [row.id for row in rows])
    return [
        Divided(ImageRef(row.image_id, row.file_name, row.width, row.height), row.coco_id, _shown(row),
                tuple((w, good) for w, good, state in votes.get(row.id, ()) if state == AnswerState.COUNTED))
        for row in rows
    ]  # fmt: skip


def _ref(row: Any) -> ImageRef:
    return ImageRef(row.id, row.file_name, row.width, row.height)


def _shown(row: Any) -> ShownMask:
    return ShownMask(row.id, row.category_id, row.worker_id, mask_of(row), row.state, row.good, row.bad)


def _painted(row: Any) -> ShownMask:
    mask = Mask(row.height, row.width, bytes(row.counts), row.area, tuple(json.loads(row.bbox)), None, row.tool)
    return ShownMask(row.id, row.category_id, row.worker_id, mask, row.state, 0, 0)

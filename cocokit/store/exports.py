"""What an export reads: the images of a campaign, and what became of some of them, always in the order of ids."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from ..domain.answers import Mask, Times
from ..domain.stages import AnswerState, MaskState, SpotState, Stage, TaskState
from .database import Transaction
from .models import AnswerRow, CaptionRow, CrowdRow, ImageRow, SegmentationRow, SpotRow, TaskRow, VoteRow
from .pairs import mask_of


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image; ``state`` is candidate, dropped, open or finished, ``reason`` why it was dropped."""

    id: int
    coco_id: int
    file_name: str
    width: int
    height: int
    state: str
    reason: str | None
    page: int | None
    origin: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MaskEntry:
    """A mask that passed, or a painted region; ``good`` and ``bad`` are votes, ``drawn_for`` is a spot (0: none)."""

    id: int
    image_id: int
    category_id: int
    worker_id: int
    answer_id: int
    mask: Mask
    times: Times
    good: int = 0
    bad: int = 0
    drawn_for: int = 0


@dataclass(frozen=True, slots=True)
class SpotEntry:
    """A spot that lies in a mask; the one that is ``home`` is what the mask stands for."""

    id: int
    mask_id: int
    home: bool
    primer: bool
    x: float
    y: float
    worker_id: int
    answer_id: int


@dataclass(frozen=True, slots=True)
class VoteEntry:
    """A vote that counts."""

    mask_id: int
    worker_id: int
    answer_id: int
    good: bool


@dataclass(frozen=True, slots=True)
class CaptionEntry:
    """A sentence that counts."""

    id: int
    image_id: int
    worker_id: int
    answer_id: int
    text: str
    times: Times


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """The open tasks of one stage and category in an image: how many, and how many answers they still want."""

    stage: Stage
    category_id: int
    tasks: int
    missing: int


_TIMES = (AnswerRow.wall_ms, AnswerRow.visible_ms, AnswerRow.active_ms)


def export_images(tx: Transaction, campaign_id: int) -> list[ImageEntry]:
    """Every image of a campaign."""
    query = select(ImageRow.id, ImageRow.coco_id, ImageRow.file_name, ImageRow.width, ImageRow.height, ImageRow.state,
                   ImageRow.reason, ImageRow.page, ImageRow.origin)  # fmt: skip
    rows = tx.execute(query.where(ImageRow.campaign_id == campaign_id).order_by(ImageRow.id))
    return [ImageEntry(*row[:8], json.loads(row.origin or "{}")) for row in rows]


def passed_masks(tx: Transaction, images: Sequence[int]) -> list[MaskEntry]:
    """The masks of some images that passed."""
    query = select(SegmentationRow.__table__, *_TIMES).join(AnswerRow, AnswerRow.id == SegmentationRow.answer_id)
    query = query.where(SegmentationRow.image_id.in_(images), SegmentationRow.state == MaskState.PASSED)
    return [
        MaskEntry(r.id, r.image_id, r.category_id, r.worker_id, r.answer_id, mask_of(r), _times(r), r.good, r.bad,
                  r.drawn_for)
        for r in tx.execute(query.order_by(SegmentationRow.id))
    ]  # fmt: skip


def painted_regions(tx: Transaction, images: Sequence[int]) -> list[MaskEntry]:
    """The painted regions of some images that count: where spots were left to the crowd stage, and still are."""
    left = exists().where(
        SpotRow.image_id == CrowdRow.image_id, SpotRow.category_id == CrowdRow.category_id,
        SpotRow.state == SpotState.CROWD,
    )  # fmt: skip
    query = select(CrowdRow.__table__, *_TIMES).join(AnswerRow, AnswerRow.id == CrowdRow.answer_id)
    query = query.where(CrowdRow.image_id.in_(images), AnswerRow.state == AnswerState.COUNTED, left)
    return [
        MaskEntry(r.id, r.image_id, r.category_id, r.worker_id, r.answer_id, mask_of(r), _times(r))
        for r in tx.execute(query.order_by(CrowdRow.id))
    ]


def spots_in_masks(tx: Transaction, images: Sequence[int]) -> list[SpotEntry]:
    """The spots of some images that lie in a mask."""
    query = select(SpotRow.id, SpotRow.segmentation_id, SpotRow.state, SpotRow.primer, SpotRow.x, SpotRow.y,
                   SpotRow.worker_id, SpotRow.answer_id)  # fmt: skip
    query = query.where(SpotRow.image_id.in_(images), SpotRow.segmentation_id.is_not(None))
    return [
        SpotEntry(r.id, r.segmentation_id or 0, r.state == SpotState.DRAWN, r.primer, r.x, r.y, r.worker_id,
                  r.answer_id)
        for r in tx.execute(query.order_by(SpotRow.id))
    ]  # fmt: skip


def votes_on_masks(tx: Transaction, images: Sequence[int]) -> list[VoteEntry]:
    """The votes that count on the masks of some images."""
    query = select(VoteRow.segmentation_id, VoteRow.worker_id, VoteRow.answer_id, VoteRow.good)
    query = query.join(SegmentationRow, SegmentationRow.id == VoteRow.segmentation_id)
    query = query.where(SegmentationRow.image_id.in_(images), VoteRow.state == AnswerState.COUNTED)
    return [VoteEntry(*row) for row in tx.execute(query.order_by(VoteRow.id))]


def attempts_at_spots(tx: Transaction, images: Sequence[int]) -> dict[int, int]:
    """Spot id -> how many masks were drawn for it, those of rejected workers left out."""
    query = select(SegmentationRow.drawn_for, func.count())
    query = query.where(SegmentationRow.image_id.in_(images), SegmentationRow.state != MaskState.VOID)
    return {spot: count for spot, count in tx.execute(query.group_by(SegmentationRow.drawn_for))}


def captions_of(tx: Transaction, images: Sequence[int]) -> list[CaptionEntry]:
    """The sentences about some images that count."""
    query = select(CaptionRow.id, CaptionRow.image_id, CaptionRow.worker_id, CaptionRow.answer_id, CaptionRow.text,
                   *_TIMES)  # fmt: skip
    query = query.join(AnswerRow, AnswerRow.id == CaptionRow.answer_id)
    query = query.where(CaptionRow.image_id.in_(images), AnswerRow.state == AnswerState.COUNTED)
    return [CaptionEntry(*row[:5], _times(row)) for row in tx.execute(query.order_by(CaptionRow.id))]


def open_tasks_by_image(tx: Transaction, campaign_id: int) -> dict[int, list[OpenTasks]]:
    """Image id -> its open tasks by stage and category."""
    group = (TaskRow.image_id, TaskRow.stage, TaskRow.category_id)
    missing = func.sum(TaskRow.places - TaskRow.answered)
    query = select(*group, func.count(), missing).where(
        TaskRow.campaign_id == campaign_id, TaskRow.state == TaskState.OPEN, TaskRow.image_id.is_not(None)
    )
    order = {stage: place for place, stage in enumerate(Stage)}
    found: defaultdict[int, list[OpenTasks]] = defaultdict(list)
    for image, stage, category, count, places in tx.execute(query.group_by(*group)):
        found[image or 0].append(OpenTasks(Stage(stage), category, count, int(places)))
    return {image: sorted(tasks, key=lambda t: (order[t.stage], t.category_id)) for image, tasks in found.items()}


def _times(row: Any) -> Times:
    return Times(row.wall_ms, row.visible_ms, row.active_ms)

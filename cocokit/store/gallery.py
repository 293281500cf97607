"""Images with what stands on them, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select

from ..domain.stages import AnswerState, MaskState, SentinelKind, Stage, TaskState
from .claims import TASK, Task
from .database import Transaction
from .models import AnswerRow, CaptionRow, CrowdRow, ImageRow, SegmentationRow, SentinelRow, TaskRow, VoteRow
from .whereabouts import is_at

_STANDING = (str(MaskState.UNVERIFIED), str(MaskState.PASSED))


def image_rows(
    tx: Transaction, campaign_id: int, state: str, category_id: int, limit: int, offset: int,
    at: tuple[Stage, str] | None = None,
) -> tuple[int, list[Any]]:  # fmt: skip
    """(how many there are, some of them): images at a state ("" is any) with a mask of a category (0 is any).

    ``at`` is a place of the stage graph, as :func:`cocokit.store.whereabouts.is_at` takes it.
    """
    where = [ImageRow.campaign_id == campaign_id]
    if state:
        where.append(ImageRow.state == state)
    if at is not None:
        where.append(is_at(*at))
    if category_id:
        where.append(exists().where(
            SegmentationRow.image_id == ImageRow.id, SegmentationRow.category_id == category_id,
            SegmentationRow.state.in_(_STANDING),
        ))  # fmt: skip
    total = tx.execute(select(func.count()).select_from(ImageRow).where(*where)).scalar_one()
    query = select(ImageRow.__table__).where(*where).order_by(ImageRow.finished_at.desc().nulls_last(), ImageRow.id)
    return total, list(tx.execute(query.limit(limit).offset(offset)))


def image_row(tx: Transaction, campaign_id: int, image_id: int) -> Any | None:
    """One image of a campaign, or None."""
    query = select(ImageRow.__table__).where(ImageRow.id == image_id, ImageRow.campaign_id == campaign_id)
    return tx.execute(query).one_or_none()


def standing_masks(tx: Transaction, images: Sequence[int], *more: MaskState) -> list[Any]:
    """Rows of the masks that stand in some images, and of those in ``more`` states."""
    query = select(SegmentationRow.__table__).where(
        SegmentationRow.image_id.in_(images), SegmentationRow.state.in_([*_STANDING, *map(str, more)])
    )
    return list(tx.execute(query.order_by(SegmentationRow.id)))


def painted_regions(tx: Transaction, image_id: int) -> list[Any]:
    """Rows of the painted regions of an image that count."""
    query = select(CrowdRow.__table__).where(CrowdRow.image_id == image_id, CrowdRow.state == AnswerState.COUNTED)
    return list(tx.execute(query.order_by(CrowdRow.id)))


def sentences(tx: Transaction, image_id: int) -> list[tuple[str, int]]:
    """(sentence, worker) of an image's captions that count."""
    query = select(CaptionRow.text, CaptionRow.worker_id).join(AnswerRow, AnswerRow.id == CaptionRow.answer_id)
    query = query.where(CaptionRow.image_id == image_id, AnswerRow.state == AnswerState.COUNTED)
    return [(row[0], row[1]) for row in tx.execute(query.order_by(CaptionRow.id))]


def open_tasks(tx: Transaction, image_id: int) -> dict[str, int]:
    """Stage -> open tasks of an image."""
    query = select(TaskRow.stage, func.count()).where(TaskRow.image_id == image_id, TaskRow.state == TaskState.OPEN)
    return {row[0]: row[1] for row in tx.execute(query.group_by(TaskRow.stage))}


def divided_masks(tx: Transaction, campaign_id: int, limit: int) -> list[Any]:
    """Rows of the masks whose votes are divided, with names of file and size of their image, the closest first."""
    query = select(SegmentationRow.__table__, ImageRow.file_name, ImageRow.coco_id).join(
        ImageRow, ImageRow.id == SegmentationRow.image_id
    ).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.good > 0, SegmentationRow.bad > 0,
        SegmentationRow.state.in_([*_STANDING, str(MaskState.FAILED)]),
    )  # fmt: skip
    spread = func.abs(SegmentationRow.good - SegmentationRow.bad)
    return list(tx.execute(query.order_by(spread, SegmentationRow.id.desc()).limit(limit)))


def count_divided(tx: Transaction, campaign_id: int) -> int:
    """How many masks have divided votes and are not decided yet."""
    query = select(func.count()).select_from(SegmentationRow).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.good > 0, SegmentationRow.bad > 0,
        SegmentationRow.state == MaskState.UNVERIFIED,
    )
    return tx.execute(query).scalar_one()


def voters(tx: Transaction, masks: Sequence[int]) -> dict[int, list[tuple[int, bool, str]]]:
    """Mask -> (worker, good, state) of its votes."""
    query = select(VoteRow.segmentation_id, VoteRow.worker_id, VoteRow.good, VoteRow.state)
    found: dict[int, list[tuple[int, bool, str]]] = {}
    for row in tx.execute(query.where(VoteRow.segmentation_id.in_(masks)).order_by(VoteRow.id)):
        found.setdefault(row[0], []).append((row[1], bool(row[2]), row[3]))
    return found


def mask_row(tx: Transaction, campaign_id: int, mask_id: int) -> Any | None:
    """The row of one mask of a campaign, or None."""
    query = select(SegmentationRow.__table__)
    return tx.execute(
        query.where(SegmentationRow.id == mask_id, SegmentationRow.campaign_id == campaign_id)
    ).one_or_none()


def vote_task(tx: Transaction, campaign_id: int, mask_id: int) -> Task | None:
    """The task that wants votes on a mask and has a free place, locked; None if there is none."""
    query = select(*TASK).where(
        TaskRow.campaign_id == campaign_id, TaskRow.stage == Stage.VERIFY, TaskRow.subject == mask_id,
        TaskRow.state == TaskState.OPEN, TaskRow.free > 0,
    )  # fmt: skip
    row = tx.execute(query.with_for_update()).one_or_none()
    return None if row is None else Task(row[0], Stage(row[1]), *row[2:])


def is_promoted(tx: Transaction, mask: Any) -> bool:
    """Whether a training task has been made from a mask."""
    query = select(exists().where(
        SentinelRow.kind == SentinelKind.TRAINING, SentinelRow.image_id == mask.image_id,
        SentinelRow.category_id == mask.category_id, SentinelRow.counts == mask.counts,
    ))  # fmt: skip
    return bool(tx.execute(query).scalar_one())

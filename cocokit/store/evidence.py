"""What answers say of their workers, pooled: sets of rows, never one worker at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from ..domain.stages import AnswerState, MaskState, SpotState, Stage
from .database import Transaction
from .models import AnswerRow, CrowdRow, ImageRow, PlaceRow, SegmentationRow, ShowingRow, SpotRow

#: Answers that say something of their worker, whether or not they count: a page that missed its sentinels does.
_SAID = AnswerRow.state != AnswerState.VOID


def seen_images(tx: Transaction, campaign_id: int) -> list[tuple[int, int]]:
    """(worker, image) of every label answer that counts."""
    query = select(AnswerRow.worker_id, AnswerRow.image_id).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.LABEL, AnswerRow.state == AnswerState.COUNTED
    )
    return [(worker, image or 0) for worker, image in tx.execute(query.order_by(AnswerRow.id))]


def named_pairs(tx: Transaction, campaign_id: int) -> list[tuple[int, int, int]]:
    """(worker, image, category) of every label that counts."""
    query = select(SpotRow.worker_id, SpotRow.image_id, SpotRow.category_id)
    query = query.join(AnswerRow, AnswerRow.id == SpotRow.answer_id).where(
        SpotRow.campaign_id == campaign_id, SpotRow.primer, AnswerRow.state == AnswerState.COUNTED
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query.order_by(SpotRow.id))]


def answer_times(tx: Transaction, campaign_id: int) -> list[tuple[int, str, int]]:
    """(worker, stage, ms on the wall) of every answer, training apart; of a page of masks ms for each of them."""
    query = select(AnswerRow.worker_id, AnswerRow.stage, AnswerRow.wall_ms, _tiles())
    query = query.where(AnswerRow.campaign_id == campaign_id, AnswerRow.training.is_(False), _SAID)
    return [(row[0], row[1], row[2] // max(row[3], 1)) for row in tx.execute(query.order_by(AnswerRow.id))]


def _tiles() -> Any:
    """How many masks the page of an answer showed, sentinels among them; 1 for other answers."""
    counts = (
        select(func.count()).where(kind.assignment_id == AnswerRow.assignment_id).correlate(AnswerRow).scalar_subquery()
        for kind in (PlaceRow, ShowingRow)
    )
    places, shown = counts
    return case((AnswerRow.stage == Stage.VERIFY, places + shown), else_=1)


def repeated_payloads(tx: Transaction, campaign_id: int, least: int) -> list[tuple[int, str, str, int]]:
    """(worker, stage, payload, times) of payloads that a worker sent again and again."""
    query = select(AnswerRow.worker_id, AnswerRow.stage, AnswerRow.payload, func.count())
    query = query.where(AnswerRow.campaign_id == campaign_id, AnswerRow.training.is_(False), _SAID)
    query = query.group_by(AnswerRow.worker_id, AnswerRow.stage, AnswerRow.payload).having(func.count() >= least)
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(query)]


def spot_fates(tx: Transaction, campaign_id: int) -> dict[int, dict[SpotState, int]]:
    """Worker -> what became of their spots -> how many; primers are not among them."""
    query = select(SpotRow.worker_id, SpotRow.state, func.count())
    query = query.where(SpotRow.campaign_id == campaign_id, ~SpotRow.primer)
    found: dict[int, dict[SpotState, int]] = {}
    for worker, state, count in tx.execute(query.group_by(SpotRow.worker_id, SpotRow.state)):
        found.setdefault(worker, {})[SpotState(state)] = count
    return found


def mask_fates(tx: Transaction, campaign_id: int) -> dict[int, dict[MaskState, int]]:
    """Worker -> what became of their masks -> how many."""
    query = select(SegmentationRow.worker_id, SegmentationRow.state, func.count())
    query = query.where(SegmentationRow.campaign_id == campaign_id)
    found: dict[int, dict[MaskState, int]] = {}
    for worker, state, count in tx.execute(query.group_by(SegmentationRow.worker_id, SegmentationRow.state)):
        found.setdefault(worker, {})[MaskState(state)] = count
    return found


def filter_payloads(tx: Transaction, campaign_id: int) -> list[tuple[int, str]]:
    """(worker, payload) of every filter answer that counts."""
    query = select(AnswerRow.worker_id, AnswerRow.payload).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.FILTER, AnswerRow.state == AnswerState.COUNTED
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(AnswerRow.id))]


def image_states(tx: Transaction, campaign_id: int) -> dict[int, tuple[int, str]]:
    """Image -> (its id in exports, state)."""
    query = select(ImageRow.id, ImageRow.coco_id, ImageRow.state).where(ImageRow.campaign_id == campaign_id)
    return {row.id: (row.coco_id, row.state) for row in tx.execute(query.order_by(ImageRow.id))}


def answer_states(tx: Transaction, campaign_id: int) -> dict[int, AnswerState]:
    """Answer -> what it counts for."""
    query = select(AnswerRow.id, AnswerRow.state).where(AnswerRow.campaign_id == campaign_id)
    return {row.id: AnswerState(row.state) for row in tx.execute(query)}


def mask_rows(tx: Transaction, campaign_id: int, *states: MaskState) -> list[Any]:
    """Rows of the masks in some states, by id."""
    query = select(SegmentationRow.__table__).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state.in_([str(state) for state in states])
    )
    return list(tx.execute(query.order_by(SegmentationRow.id)))


def crowd_rows(tx: Transaction, campaign_id: int) -> list[Any]:
    """Rows of the painted regions that count, by id."""
    query = select(CrowdRow.__table__).where(
        CrowdRow.campaign_id == campaign_id, CrowdRow.state == AnswerState.COUNTED
    )
    return list(tx.execute(query.order_by(CrowdRow.id)))


def spot_rows(tx: Transaction, campaign_id: int) -> list[tuple[int, int, float, float]]:
    """(image, category, x, y) of every spot that counts."""
    query = select(SpotRow.image_id, SpotRow.category_id, SpotRow.x, SpotRow.y)
    query = query.where(SpotRow.campaign_id == campaign_id, SpotRow.state != SpotState.VOID)
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(query.order_by(SpotRow.id))]

"""One worker's answers with what they drew, for whoever looks at them; and how long answers took, stage by stage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select, update

from ..domain.answers import Mask
from ..domain.stages import AnswerState, MaskState, Stage
from ..domain.tasks import ImageRef
from .database import Transaction
from .models import AnswerRow, CaptionRow, CrowdRow, ImageRow, QualificationRow, SegmentationRow, SpotRow, TraceRow
from .pairs import mask_of


@dataclass(frozen=True, slots=True)
class Piece:
    """An answer of a worker.

    Attributes:
        id, worker_id, stage, training: of the answer.
        image: what it is about, or None for a page of many.
        category_id: 0 where there is none.
        outcome, state: as in its row.
        receipt: what the worker was told.
        at, active_ms: when it came; how long it took.
        traced: its strokes are kept.
        payload: what the page sent.
    """

    id: int
    worker_id: int
    stage: Stage
    training: bool
    image: ImageRef | None
    category_id: int
    outcome: str
    state: str
    receipt: dict[str, Any]
    at: int
    active_ms: int
    traced: bool
    payload: Any


def pieces_of(tx: Transaction, worker_id: int, limit: int, stage: Stage | None = None) -> list[Piece]:
    """A worker's newest answers."""
    query = _pieces().where(AnswerRow.worker_id == worker_id)
    if stage is not None:
        query = query.where(AnswerRow.stage == stage)
    return [_piece(row) for row in tx.execute(query.order_by(AnswerRow.id.desc()).limit(limit))]


def find_piece(tx: Transaction, campaign_id: int, answer_id: int) -> Piece | None:
    """An answer of a campaign by its id, or None."""
    row = tx.execute(_pieces().where(AnswerRow.id == answer_id, AnswerRow.campaign_id == campaign_id)).one_or_none()
    return None if row is None else _piece(row)


def _pieces() -> Any:
    traced = exists().where(TraceRow.answer_id == AnswerRow.id).label("traced")
    query = select(AnswerRow.__table__, traced, ImageRow.file_name, ImageRow.width, ImageRow.height)
    return query.join(ImageRow, ImageRow.id == AnswerRow.image_id, isouter=True)


def _piece(row: Any) -> Piece:
    image = None if row.image_id is None else ImageRef(row.image_id, row.file_name, row.width, row.height)
    return Piece(row.id, row.worker_id, Stage(row.stage), row.training, image, row.category_id, row.outcome, row.state,
                 json.loads(row.receipt), row.received_at, row.active_ms, bool(row.traced),
                 json.loads(row.payload))  # fmt: skip


def masks_of_answers(tx: Transaction, answers: Sequence[int]) -> dict[int, tuple[Mask, str]]:
    """Answer id -> (what it drew or painted, its state)."""
    found: dict[int, tuple[Mask, str]] = {}
    for row in tx.execute(select(SegmentationRow.__table__).where(SegmentationRow.answer_id.in_(answers))):
        found[row.answer_id] = mask_of(row), row.state
    columns = CrowdRow.__table__
    for row in tx.execute(select(columns).where(CrowdRow.answer_id.in_(answers))):
        bbox = json.loads(row.bbox)
        mask = Mask(row.height, row.width, bytes(row.counts), row.area, tuple(bbox), None, row.tool)
        found[row.answer_id] = mask, row.state
    return found


def spots_of_answers(tx: Transaction, answers: Sequence[int]) -> dict[int, list[tuple[int, float, float, str]]]:
    """Answer id -> its crosses and drops: (category, x, y, state)."""
    query = select(SpotRow.answer_id, SpotRow.category_id, SpotRow.x, SpotRow.y, SpotRow.state)
    found: dict[int, list[tuple[int, float, float, str]]] = {}
    for row in tx.execute(query.where(SpotRow.answer_id.in_(answers)).order_by(SpotRow.id)):
        found.setdefault(row[0], []).append((row[1], row[2], row[3], row[4]))
    return found


def sentences_of_answers(tx: Transaction, answers: Sequence[int]) -> dict[int, str]:
    """Answer id -> its sentence."""
    query = select(CaptionRow.answer_id, CaptionRow.text).where(CaptionRow.answer_id.in_(answers))
    return {row[0]: row[1] for row in tx.execute(query)}


def forget_training(tx: Transaction, worker_id: int, now: int) -> int:
    """A worker has to train again in every category; how many that are."""
    mine = update(QualificationRow).where(QualificationRow.worker_id == worker_id)
    return tx.execute(mine.values(state="trying", tries=0, changed_at=now)).rowcount


def times_of(tx: Transaction, campaign_id: int, stage: Stage, limit: int = 2000) -> list[int]:
    """Active time of the newest answers of a stage that count, ms."""
    query = select(AnswerRow.active_ms).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage, AnswerRow.active_ms > 0,
        AnswerRow.state == AnswerState.COUNTED, AnswerRow.training.is_(False),
    )  # fmt: skip
    return list(tx.execute(query.order_by(AnswerRow.received_at.desc()).limit(limit)).scalars())


def times_by_tool(tx: Transaction, campaign_id: int, stage: Stage, limit: int = 2000) -> dict[str, list[int]]:
    """Tool -> active time of the newest masks drawn with it, or regions painted, that count, ms."""
    table = CrowdRow if stage is Stage.CROWD else SegmentationRow
    query = select(table.tool, AnswerRow.active_ms).join(table, table.answer_id == AnswerRow.id).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage, AnswerRow.active_ms > 0,
        AnswerRow.state == AnswerState.COUNTED, AnswerRow.training.is_(False),
    )  # fmt: skip
    found: dict[str, list[int]] = {}
    for tool, ms in tx.execute(query.order_by(AnswerRow.received_at.desc()).limit(limit)):
        found.setdefault(tool, []).append(ms)
    return found


def pass_rates(tx: Transaction, campaign_id: int) -> dict[int, tuple[int, int, int]]:
    """Category id -> (masks that passed, masks that were decided, votes on these)."""
    votes = func.sum(SegmentationRow.good + SegmentationRow.bad)
    query = select(SegmentationRow.category_id, SegmentationRow.state, func.count(), votes).where(
        SegmentationRow.campaign_id == campaign_id,
        SegmentationRow.state.in_([str(MaskState.PASSED), str(MaskState.FAILED)]),
    )  # fmt: skip
    found: dict[int, tuple[int, int, int]] = {}
    grouped = query.group_by(SegmentationRow.category_id, SegmentationRow.state)
    for category, state, count, voted in tx.execute(grouped):
        passed, decided, before = found.get(category, (0, 0, 0))
        more = count if state == MaskState.PASSED else 0
        found[category] = passed + more, decided + count, before + int(voted)
    return found


def passed_pairs(tx: Transaction, campaign_id: int) -> set[tuple[int, int]]:
    """(image, category) of every mask that passed."""
    query = select(SegmentationRow.image_id, SegmentationRow.category_id).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state == MaskState.PASSED
    )
    return {(row[0], row[1]) for row in tx.execute(query.distinct())}

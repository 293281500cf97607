"""Answers as they come in, append-only, and the facts in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update

from ..domain.answers import Mask, Point
from ..domain.stages import AnswerState, MaskState, SpotState, Stage
from .database import Transaction
from .lists import among, insert_rows
from .models import AnswerRow, AssignmentRow, CaptionRow, CrowdRow, LineageRow, SegmentationRow, SpotRow, VoteRow
from .pairs import mask_columns


@dataclass(frozen=True, slots=True)
class Lease:
    """An assignment as it stands in its row; locked."""

    id: int
    word: str
    campaign_id: int
    worker_id: int
    stage: Stage
    state: str
    sentinel_id: int | None
    leased_at: int
    lease_ms: int
    expires_at: int


#: Its columns.
LEASE = (AssignmentRow.id, AssignmentRow.word, AssignmentRow.campaign_id, AssignmentRow.worker_id,
         AssignmentRow.stage, AssignmentRow.state, AssignmentRow.sentinel_id, AssignmentRow.leased_at,
         AssignmentRow.lease_ms, AssignmentRow.expires_at)  # fmt: skip


def lease_of(row: Sequence[Any]) -> Lease:
    """An assignment out of the columns of :data:`LEASE`."""
    key, word, campaign, worker, stage, *rest = row
    return Lease(key, word, campaign, worker, Stage(stage), *rest)


def find_lease(tx: Transaction, word: str, *, lock: bool) -> Lease | None:
    """The assignment with a public word, or None."""
    row = tx.execute(_find_lease(lock), {"word": word}).one_or_none()
    return None if row is None else lease_of(row)


@cache
def _find_lease(lock: bool) -> Any:
    query = select(*LEASE).where(AssignmentRow.word == bindparam("word"))
    return query.with_for_update() if lock else query


def live_leases(tx: Transaction, worker_id: int) -> list[Lease]:
    """What a worker holds, the oldest first."""
    query = select(*LEASE).where(AssignmentRow.worker_id == worker_id, AssignmentRow.state == "leased")
    return [lease_of(row) for row in tx.execute(query.order_by(AssignmentRow.id))]


def move_lease(tx: Transaction, lease_id: int, expires_at: int) -> None:
    """Put off the end of a lease."""
    tx.execute(update(AssignmentRow).where(AssignmentRow.id == lease_id).values(expires_at=expires_at))


def end_lease(tx: Transaction, lease_id: int) -> None:
    """The assignment has its answer."""
    tx.execute(_end_lease(), {"lease": lease_id})


@cache
def _end_lease() -> Any:
    return update(AssignmentRow).where(AssignmentRow.id == bindparam("lease")).values(state="answered")


#: (answer id, assignment id, state, receipt) of an answer that was submitted before.
Before = tuple[int, int, str, dict[str, Any]]
#: Its columns.
BEFORE = (AnswerRow.id, AnswerRow.assignment_id, AnswerRow.state, AnswerRow.receipt)


def before_of(row: Sequence[Any]) -> Before:
    """An earlier answer out of the columns of :data:`BEFORE`."""
    return row[0], row[1], row[2], json.loads(row[3])


def find_receipt(tx: Transaction, worker_id: int, client_id: str) -> Before | None:
    """An answer that was submitted before, or None."""
    query = select(*BEFORE).where(AnswerRow.worker_id == worker_id, AnswerRow.client_id == client_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else before_of(row)


def payload_of(tx: Transaction, answer_id: int) -> str:
    """What the browser sent, as JSON text."""
    return tx.execute(select(AnswerRow.payload).where(AnswerRow.id == answer_id)).scalar_one()


def add_answer(tx: Transaction, **columns: Any) -> int:
    """Write an answer; its id."""
    return int(tx.execute(_add_answer(), columns).scalar_one())


@cache
def _add_answer() -> Any:
    return insert(AnswerRow).returning(AnswerRow.id)


def add_spots(
    tx: Transaction, head: Mapping[str, Any], points: Sequence[tuple[int, Point]], *, primer: bool
) -> None:
    """Write (category id, point) facts of one answer; ``head`` has campaign_id, image_id, answer_id, worker_id."""
    rows = [
        {**head, "category_id": category, "ordinal": i, "x": x, "y": y, "primer": primer, "state": str(SpotState.OPEN)}
        for i, (category, (x, y)) in enumerate(points)
    ]
    if rows:
        tx.execute(_add_spots(), rows)


@cache
def _add_spots() -> Any:
    return insert(SpotRow)


def add_segmentation(tx: Transaction, head: Mapping[str, Any], mask: Mask, drawn_for: int) -> int:
    """Write a mask; its id. ``head`` has campaign_id, image_id, category_id, answer_id, worker_id."""
    polygons = json.dumps([list(ring) for ring in mask.polygons]) if mask.polygons else None
    columns = {**head, **mask_columns(mask), "polygons": polygons, "tool": mask.tool, "drawn_for": drawn_for}
    return int(tx.execute(_add_segmentation(), {**columns, "state": str(MaskState.UNVERIFIED)}).scalar_one())


@cache
def _add_segmentation() -> Any:
    return insert(SegmentationRow).returning(SegmentationRow.id)


def add_votes(
    tx: Transaction, answer_id: int, worker_id: int, votes: Iterable[tuple[int, bool, AnswerState]]
) -> None:
    """Write (segmentation id, good, state) votes of one page."""
    rows = [(answer_id, worker_id, key, good, str(state)) for key, good, state in votes]
    if rows:
        tx.execute(_add_votes(), {"votes": rows})


@cache
def _add_votes() -> Any:
    row = VoteRow
    return insert_rows("votes", row.answer_id, row.worker_id, row.segmentation_id, row.good, row.state)


def add_crowd(tx: Transaction, head: Mapping[str, Any], mask: Mask, state: AnswerState) -> None:
    """Write a painted region."""
    tx.execute(insert(CrowdRow).values(**head, **mask_columns(mask), tool=mask.tool, state=str(state)))


def add_caption(tx: Transaction, head: Mapping[str, Any], text: str, state: AnswerState) -> None:
    """Write a sentence."""
    tx.execute(insert(CaptionRow).values(**head, text=text, state=str(state)))


def spot_points(tx: Transaction, spots: Sequence[int]) -> dict[int, Point]:
    """Spot id -> (x, y)."""
    return {row.id: (row.x, row.y) for row in tx.execute(_spot_points(), {"spots": list(spots)})}


@cache
def _spot_points() -> Any:
    return select(SpotRow.id, SpotRow.x, SpotRow.y).where(among(SpotRow.id, "spots"))


def primer_of(tx: Transaction, image_id: int, category_id: int) -> Point:
    """Where the first label has seen the category; one that counts, unless none does any more."""
    row = tx.execute(_primer_of(), {"image": image_id, "category": category_id}).one()
    return row.x, row.y


@cache
def _primer_of() -> Any:
    query = select(SpotRow.x, SpotRow.y).join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    counts = case((AnswerRow.state == AnswerState.COUNTED, 0), else_=1)
    pair = (SpotRow.image_id == bindparam("image"), SpotRow.category_id == bindparam("category"))
    return query.where(*pair, SpotRow.primer).order_by(counts, SpotRow.id).limit(1)


def named_counts(tx: Transaction, image_id: int) -> tuple[int, dict[int, int]]:
    """How many live label answers an image has, and how many of them name each category."""
    live = (AnswerRow.image_id == image_id, AnswerRow.stage == Stage.LABEL, AnswerRow.state == AnswerState.COUNTED)
    asked = tx.execute(select(func.count()).select_from(AnswerRow).where(*live)).scalar_one()
    query = select(SpotRow.category_id, func.count()).join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    rows = tx.execute(query.where(*live, SpotRow.primer).group_by(SpotRow.category_id))
    return asked, {category: count for category, count in rows}


def add_lineage(tx: Transaction, child: int, stage: Stage, pair: tuple[int, int], subjects: Sequence[int]) -> None:
    """Write what an answer rests on: the answers without which its task would not be there.

    They are those of its label, its spot, or the masks that it judges.

    Args:
        tx: a transaction.
        child: the answer.
        stage: of its task.
        pair: image and category of its task.
        subjects: of its task, or of the tasks of its page.
    """
    query = _add_lineage(stage)
    if query is not None:
        about = {"image": pair[0], "category": pair[1], "subjects": subjects, "child": child}
        tx.execute(query, {name: value for name, value in about.items() if name in _about(stage)})


def _about(stage: Stage) -> tuple[str, ...]:
    own = ("subjects",) if stage in (Stage.VERIFY, Stage.SEGMENT) else ("image", "category")
    return ("child", *own)


@cache
def _add_lineage(stage: Stage) -> Any:
    child: Any = bindparam("child", type_=LineageRow.child_id.type)
    if stage is Stage.VERIFY:
        above = select(child, SegmentationRow.answer_id).where(among(SegmentationRow.id, "subjects"))
    elif stage is Stage.SEGMENT:
        above = select(child, SpotRow.answer_id).where(among(SpotRow.id, "subjects"))
    elif stage in (Stage.SPOT, Stage.CROWD):
        pair = (SpotRow.image_id == bindparam("image"), SpotRow.category_id == bindparam("category"))
        above = select(child, SpotRow.answer_id).where(*pair, SpotRow.primer)
    else:
        return None
    return insert(LineageRow).from_select(["child_id", "parent_id"], above.distinct())


def filter_answers(tx: Transaction, campaign_id: int, page: int) -> list[dict[int, str]]:
    """What each live answer removes from a filter page: image id -> reason."""
    query = select(AnswerRow.payload).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.FILTER, AnswerRow.subject == page,
        AnswerRow.state == AnswerState.COUNTED,
    )  # fmt: skip
    rows = tx.execute(query.order_by(AnswerRow.id)).scalars()
    return [{int(image): why for image, why in json.loads(text)["removed"].items()} for text in rows]

"""The hot path: what a worker may have next.

Nothing here looks at more than a window of the partial index of free tasks. Tasks that lost a place come first, then
those behind the last one that this worker had (so nothing that they did is looked at again), then the oldest ones.

Statements are built once; building one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from ..domain.stages import CampaignState, Stage, WorkerState
from ..domain.tasks import ImageRef
from .answers import BEFORE, LEASE, Before, Lease, before_of, lease_of
from .database import Transaction
from .lists import among, insert_rows
from .models import (
    AnswerRow,
    AssignmentRow,
    CampaignRow,
    CategoryRow,
    ImageRow,
    PlaceRow,
    QualificationRow,
    SentinelRow,
    StageRow,
    TaskRow,
    WorkerRow,
)
from .withdrawals import may_be_shown

#: How many free tasks are looked at for one that a worker has not had.
WINDOW = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the engine sees it; ``image`` is there only where it was read with the task."""

    id: int
    stage: Stage
    subject: int
    category_id: int
    image_id: int | None
    lane: int
    image: ImageRef | None = None


@dataclass(frozen=True, slots=True)
class Doorway:
    """Who is asking, and how the campaign stands."""

    worker: WorkerState
    reason: str | None
    campaign: CampaignState


@dataclass(frozen=True, slots=True)
class Lane:
    """A category in which a gated stage has work.

    ``gold`` says that there is a training task; ``state`` is the worker's qualification, or None.
    """

    category_id: int
    gold: bool
    state: str | None


#: Conditions of partial indexes, spelt as the indexes spell them: with a parameter instead of the value no database can
#: know that the index will do, and the whole table is read.
HAS_PLACE = TaskRow.free > literal_column("0")
IS_LEASED = AssignmentRow.state == literal_column("'leased'")

TASK = (TaskRow.id, TaskRow.stage, TaskRow.subject, TaskRow.category_id, TaskRow.image_id, TaskRow.lane)
#: A task with its image; whoever selects it joins the image's row, which a page of candidates has not.
PICTURED = (*TASK, ImageRow.file_name, ImageRow.width, ImageRow.height)


def pictured(row: Sequence[Any]) -> Task:
    """A task out of the columns of :data:`PICTURED`."""
    key, stage, subject, category, image, lane, *about = row
    return Task(key, Stage(stage), subject, category, image, lane, None if image is None else ImageRef(image, *about))


def arrive(tx: Transaction, campaign_id: int, worker_id: int) -> tuple[Doorway, list[Lease]] | None:
    """Who is asking and what they hold, the oldest first; None if the campaign has no such worker."""
    rows = tx.execute(_arrive(), {"campaign": campaign_id, "worker": worker_id}).all()
    if not rows:
        return None
    state, reason, campaign = rows[0][:3]
    door = Doorway(WorkerState(state), reason, CampaignState(campaign))
    return door, [lease_of(row[3:]) for row in rows if row[3] is not None]


@cache
def _arrive() -> Any:
    query = _doorway(*LEASE).outerjoin(AssignmentRow, and_(AssignmentRow.worker_id == WorkerRow.id, IS_LEASED))
    return query.order_by(AssignmentRow.id)


def hand_over(
    tx: Transaction, campaign_id: int, worker_id: int, client_id: str, *, alone: bool
) -> tuple[Doorway, Before | None] | None:
    """Who hands an answer in, and what became of it if they did before; None if the campaign has no such worker.

    Nobody can reject the worker until the transaction ends; with ``alone`` the worker's other answers wait until then
    as well.
    """
    about = {"campaign": campaign_id, "worker": worker_id, "client": client_id}
    row = tx.execute(_hand_over(alone), about).one_or_none()
    if row is None:
        return None
    door = Doorway(WorkerState(row[0]), row[1], CampaignState(row[2]))
    return door, None if row[3] is None else before_of(row[3:])


@cache
def _hand_over(alone: bool) -> Any:
    same = and_(AnswerRow.worker_id == WorkerRow.id, AnswerRow.client_id == bindparam("client"))
    query = _doorway(*BEFORE).outerjoin(AnswerRow, same)
    return query.with_for_update(key_share=alone, read=not alone, of=WorkerRow)


def _doorway(*more: Any) -> Any:
    query = select(WorkerRow.state, WorkerRow.reason, CampaignRow.state, *more).select_from(WorkerRow)
    query = query.join(CampaignRow, CampaignRow.id == WorkerRow.campaign_id)
    return query.where(WorkerRow.id == bindparam("worker"), WorkerRow.campaign_id == bindparam("campaign"))


def claim(tx: Transaction, campaign_id: int, worker_id: int, stage: Stage, lane: int, limit: int = 1) -> list[Task]:
    """Up to ``limit`` free tasks that the worker has never had, none of them about their own work; they are locked."""
    about = {"campaign": campaign_id, "worker": worker_id, "stage": str(stage), "lane": lane, "rest": limit}
    return [pictured(row) for row in tx.execute(_claims(), about).all()]


@cache
def _claims() -> Any:
    """Three ways to a task, each tried only if the one before it did not find enough: the outer limit stops there."""
    worker: Any = bindparam("worker")
    stage: Any = bindparam("stage")
    lane: Any = bindparam("lane")
    mine = exists().where(PlaceRow.task_id == TaskRow.id, PlaceRow.worker_id == worker)
    last = (
        select(func.coalesce(func.max(PlaceRow.task_id), 0))
        .where(PlaceRow.worker_id == worker, PlaceRow.stage == stage, PlaceRow.lane == lane)
        .scalar_subquery()
    )
    others = or_(TaskRow.author_id.is_(None), TaskRow.author_id != worker)

    # By rank and id together, and never by a rank alone: with the rank given, a planner that overrates how many tasks
    # are free reads the whole table in the order of the key, which is as long as the campaign, instead of the index.
    place = tuple_(TaskRow.rank, TaskRow.id)
    free = (TaskRow.campaign_id == bindparam("campaign"), TaskRow.stage == stage, TaskRow.lane == lane, HAS_PLACE)
    seen = tuple_(literal_column("1"), last)

    def window(*where: Any) -> Any:
        # A planner that takes the window for one row would read it anew for every row of itself. So it is joined by the
        # key alone, and what is asked once more of a row that somebody else may just have changed names no index.
        ids = select(TaskRow.id).where(*free, *where).order_by(TaskRow.rank, TaskRow.id)
        found = ids.limit(literal_column(f"{WINDOW}")).subquery()
        query = select(*PICTURED).select_from(found).join(TaskRow, TaskRow.id == found.c.id)
        query = query.outerjoin(ImageRow, ImageRow.id == TaskRow.image_id)
        return query.where(TaskRow.free >= literal_column("1"), others, ~mine).order_by(found.c.id)

    behind = select(*PICTURED).select_from(TaskRow).outerjoin(ImageRow, ImageRow.id == TaskRow.image_id)
    behind = behind.where(*free, others, place > seen).order_by(TaskRow.rank, TaskRow.id)
    rest: Any = bindparam("rest", type_=Integer)
    lost = TaskRow.rank < literal_column("1")
    ways = (window(lost), behind, window(TaskRow.rank > literal_column("0"), place <= seen))
    locked = (way.limit(rest).with_for_update(skip_locked=True, of=TaskRow).subquery() for way in ways)
    return union_all(*(select(one) for one in locked)).limit(rest)


def open_task(tx: Transaction, campaign_id: int, stage: Stage) -> Task | None:
    """The oldest task of a stage that wants answers, held by somebody or not; None if there is none."""
    query = select(*TASK).where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.state == "open")
    row = tx.execute(query.order_by(TaskRow.id).limit(1)).one_or_none()
    return None if row is None else Task(row[0], Stage(row[1]), *row[2:])


def tasks_from(tx: Transaction, campaign_id: int, stage: Stage, first: int, limit: int) -> list[Task]:
    """Up to ``limit`` tasks of a stage from an id on, whatever became of them."""
    query = select(*TASK).where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.id >= first)
    return [Task(row[0], Stage(row[1]), *row[2:]) for row in tx.execute(query.order_by(TaskRow.id).limit(limit))]


def free_stages(tx: Transaction, campaign_id: int, tiles: int = 1) -> dict[Stage, int]:
    """The stages that have a free place and are not paused; one index probe each.

    Returns:
        Stage -> how many free tasks were seen: up to ``tiles`` of verification, of the others one is enough.
    """
    rows = tx.execute(_free_stages(), {"campaign": campaign_id, "most": tiles})
    return {Stage(word): count for word, count in rows}


@cache
def _free_stages() -> Any:
    campaign: Any = bindparam("campaign")
    masks = _some_free(literal_column(f"'{Stage.VERIFY}'"))

    def probe(stage: Stage) -> Any:
        name: Any = literal_column(f"'{stage}'")  # the planner knows how many tasks a stage has, if it knows the stage
        paused = exists().where(StageRow.campaign_id == campaign, StageRow.name == name, StageRow.paused)
        # In the order of the index, or a table of nothing but labels is read from its start for every other stage.
        head = select(TaskRow.id).where(TaskRow.campaign_id == campaign, TaskRow.stage == name, HAS_PLACE)
        head = head.order_by(TaskRow.lane, TaskRow.rank, TaskRow.id).limit(literal_column("1"))
        count = masks.scalar_subquery() if stage is Stage.VERIFY else literal_column("1")
        return select(name.label("stage"), count.label("count")).where(head.scalar_subquery().is_not(None), ~paused)

    return union_all(*map(probe, Stage))


def free_lanes(tx: Transaction, campaign_id: int, worker_id: int, stage: Stage) -> list[Lane]:
    """The lanes (categories) of a stage that have a free task, the longest wait first; one index probe each."""
    about = {"campaign": campaign_id, "worker": worker_id, "stage": str(stage)}
    rows = [row for row in tx.execute(_free_lanes(), about) if row.head is not None]
    return [Lane(row.id, row.gold, row.state) for row in sorted(rows, key=lambda row: row.head)]


@cache
def _free_lanes() -> Any:
    campaign: Any = bindparam("campaign")
    head = (
        select(TaskRow.id)
        .where(TaskRow.campaign_id == campaign, TaskRow.stage == bindparam("stage"), TaskRow.lane == CategoryRow.id,
               HAS_PLACE)
        .order_by(TaskRow.rank, TaskRow.id).limit(literal_column("1")).correlate(CategoryRow).scalar_subquery()
    )  # fmt: skip
    gold = exists().where(
        SentinelRow.campaign_id == campaign, SentinelRow.kind == "training", SentinelRow.category_id == CategoryRow.id,
        may_be_shown(SentinelRow.image_id),
    )  # fmt: skip
    mine = select(QualificationRow.state).where(
        QualificationRow.worker_id == bindparam("worker"), QualificationRow.category_id == CategoryRow.id
    )
    state = mine.correlate(CategoryRow).scalar_subquery()
    query = select(CategoryRow.id, head.label("head"), gold.label("gold"), state.label("state"))
    return query.where(CategoryRow.campaign_id == campaign)


def count_free(tx: Transaction, campaign_id: int, stage: Stage, at_most: int) -> int:
    """How many tasks of a lane-less stage have a free place, counted up to ``at_most``."""
    about = {"campaign": campaign_id, "stage": str(stage), "most": at_most}
    return int(tx.execute(_count_free(), about).scalar_one())


@cache
def _count_free() -> Any:
    return _some_free(bindparam("stage"))


def _some_free(stage: Any) -> Any:
    some = select(TaskRow.id).where(
        TaskRow.campaign_id == bindparam("campaign"), TaskRow.stage == stage, TaskRow.lane == 0, HAS_PLACE,
    )  # fmt: skip
    return select(func.count()).select_from(some.limit(bindparam("most", type_=Integer)).subquery())


def lease(tx: Transaction, assignment: dict[str, Any], places: Sequence[tuple[Task, int]]) -> int:
    """Write an assignment with its (task, position) places; the new row's id."""
    key = int(tx.execute(_new_lease(), {**assignment, "state": "leased"}).scalar_one())
    if places:
        tx.execute(_take(), {"ids": [task.id for task, _ in places]})
        worker = assignment["worker_id"]
        rows = [(key, task.id, worker, str(task.stage), task.lane, position, "leased") for task, position in places]
        tx.execute(_new_places(), {"places": rows})
    return key


@cache
def _new_lease() -> Any:
    return insert(AssignmentRow).returning(AssignmentRow.id)


@cache
def _new_places() -> Any:
    row = PlaceRow
    return insert_rows(
        "places", row.assignment_id, row.task_id, row.worker_id, row.stage, row.lane, row.position, row.state
    )


@cache
def _take() -> Any:
    these = update(TaskRow).where(among(TaskRow.id, "ids"))
    return these.values(taken=TaskRow.taken + 1, free=TaskRow.free - 1)

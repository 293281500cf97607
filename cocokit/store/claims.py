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

from sqlalchemy import Integer, bindparam, exists, func, insert, literal_column, or_, select, union_all, update

from ..domain.stages import CampaignState, Stage, WorkerState
from .database import Transaction
from .models import (
    AssignmentRow,
    CampaignRow,
    CategoryRow,
    PlaceRow,
    QualificationRow,
    SentinelRow,
    StageRow,
    TaskRow,
    WorkerRow,
)

#: How many free tasks are looked at for one that a worker has not had.
WINDOW = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the engine sees it."""

    id: int
    stage: Stage
    subject: int
    category_id: int
    image_id: int | None
    lane: int


@dataclass(frozen=True, slots=True)
class Doorway:
    """Who is asking, and how the campaign stands."""

    worker: WorkerState
    reason: str | None
    campaign: CampaignState
    held: int  # how many assignments the worker holds


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


def doorway(
    tx: Transaction, campaign_id: int, worker_id: int, *, stays: bool = False, alone: bool = False
) -> Doorway | None:
    """Who is asking; None if the campaign has no such worker.

    With ``stays`` nobody can reject the worker until the transaction ends; with ``alone`` the worker's other answers
    wait until then as well.
    """
    row = tx.execute(_doorway(stays, alone), {"campaign": campaign_id, "worker": worker_id}).one_or_none()
    return None if row is None else Doorway(WorkerState(row[0]), row[1], CampaignState(row[2]), row[3])


@cache
def _doorway(stays: bool, alone: bool) -> Any:
    held = select(func.count()).where(AssignmentRow.worker_id == WorkerRow.id, IS_LEASED)
    query = select(WorkerRow.state, WorkerRow.reason, CampaignRow.state, held.correlate(WorkerRow).scalar_subquery())
    query = query.join(CampaignRow, CampaignRow.id == WorkerRow.campaign_id)
    query = query.where(WorkerRow.id == bindparam("worker"), WorkerRow.campaign_id == bindparam("campaign"))
    if alone:
        return query.with_for_update(key_share=True, of=WorkerRow)
    return query.with_for_update(read=True, of=WorkerRow) if stays else query


def claim(tx: Transaction, campaign_id: int, worker_id: int, stage: Stage, lane: int, limit: int = 1) -> list[Task]:
    """Up to ``limit`` free tasks that the worker has never had, none of them about their own work; they are locked."""
    found: list[Task] = []
    about = {"campaign": campaign_id, "worker": worker_id, "stage": str(stage), "lane": lane}
    for query in _claims():
        rest = limit - len(found)
        if rest:
            rows = tx.execute(query, {**about, "rest": rest})
            found += [Task(row[0], Stage(row[1]), *row[2:]) for row in rows]
    return found


@cache
def _claims() -> tuple[Any, ...]:
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

    def free(rank: int) -> tuple[Any, ...]:
        return (TaskRow.campaign_id == bindparam("campaign"), TaskRow.stage == stage, TaskRow.lane == lane,
                TaskRow.rank == rank, HAS_PLACE)  # fmt: skip

    def window(rank: int, *more: Any) -> Any:
        # A planner that takes the window for one row would read it anew for every row of itself. So it is joined by the
        # key alone, and what is asked once more of a row that somebody else may just have changed names no index.
        ids = select(TaskRow.id).where(*free(rank), *more).order_by(TaskRow.id).limit(literal_column(f"{WINDOW}"))
        found = ids.subquery()
        query = select(*TASK).select_from(found).join(TaskRow, TaskRow.id == found.c.id)
        return query.where(TaskRow.free >= literal_column("1"), others, ~mine).order_by(found.c.id)

    behind = select(*TASK).where(*free(1), others, TaskRow.id > last).order_by(TaskRow.id)
    queries = (window(0), behind, window(1, TaskRow.id <= last))
    rest = bindparam("rest", type_=Integer)
    return tuple(q.limit(rest).with_for_update(skip_locked=True, of=TaskRow) for q in queries)


def open_task(tx: Transaction, campaign_id: int, stage: Stage) -> Task | None:
    """The oldest task of a stage that wants answers, held by somebody or not; None if there is none."""
    query = select(*TASK).where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.state == "open")
    row = tx.execute(query.order_by(TaskRow.id).limit(1)).one_or_none()
    return None if row is None else Task(row[0], Stage(row[1]), *row[2:])


def free_stages(tx: Transaction, campaign_id: int) -> set[Stage]:
    """The stages that have a free place and are not paused; one index probe each."""
    return {Stage(word) for word in tx.execute(_free_stages(), {"campaign": campaign_id}).scalars()}


@cache
def _free_stages() -> Any:
    campaign: Any = bindparam("campaign")

    def probe(stage: Stage) -> Any:
        name: Any = literal_column(f"'{stage}'")  # the planner knows how many tasks a stage has, if it knows the stage
        paused = exists().where(StageRow.campaign_id == campaign, StageRow.name == name, StageRow.paused)
        # In the order of the index, or a table of nothing but labels is read from its start for every other stage.
        head = select(TaskRow.id).where(TaskRow.campaign_id == campaign, TaskRow.stage == name, HAS_PLACE)
        head = head.order_by(TaskRow.lane, TaskRow.rank, TaskRow.id).limit(literal_column("1"))
        return select(name.label("stage")).where(head.scalar_subquery().is_not(None), ~paused)

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
        SentinelRow.campaign_id == campaign, SentinelRow.kind == "training", SentinelRow.category_id == CategoryRow.id
    )
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
    some = select(TaskRow.id).where(
        TaskRow.campaign_id == bindparam("campaign"), TaskRow.stage == bindparam("stage"), TaskRow.lane == 0,
        HAS_PLACE,
    )  # fmt: skip
    return select(func.count()).select_from(some.limit(bindparam("most", type_=Integer)).subquery())


def lease(tx: Transaction, assignment: dict[str, Any], places: Sequence[tuple[Task, int]]) -> int:
    """Write an assignment with its (task, position) places; the new row's id."""
    key = int(tx.execute(_new_lease(), {**assignment, "state": "leased"}).scalar_one())
    if places:
        tx.execute(_take(), {"ids": [task.id for task, _ in places]})
        worker = assignment["worker_id"]
        tx.execute(_new_places(), [
            {"assignment_id": key, "task_id": task.id, "worker_id": worker, "stage": str(task.stage),
             "lane": task.lane, "position": position, "state": "leased"}
            for task, position in places
        ])  # fmt: skip
    return key


@cache
def _new_lease() -> Any:
    return insert(AssignmentRow).returning(AssignmentRow.id)


@cache
def _new_places() -> Any:
    return insert(PlaceRow)


@cache
def _take() -> Any:
    these = update(TaskRow).where(TaskRow.id.in_(bindparam("ids", expanding=True)))
    return these.values(taken=TaskRow.taken + 1, free=TaskRow.free - 1)

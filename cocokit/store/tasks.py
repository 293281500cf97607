"""Tasks and their places: which one a worker may have, what is leased, what comes back.

The hot path is :func:`claim`. It never looks at more than a window of the partial index of free tasks: tasks that lost
a place come first, then those behind the last one that this worker had (so nothing that they did is looked at again),
then the oldest ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, exists, func, insert, literal, or_, select, union_all, update

from ..domain.facts import Wanted
from ..domain.stages import Stage, TaskState
from .database import Transaction
from .models import AssignmentRow, CategoryRow, PlaceRow, TaskRow

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
class Held:
    """A place of an assignment and how its task stands."""

    place_id: int
    position: int
    state: str
    task: Task
    wanted: bool  # the task wants more answers than it has
    free: bool


_TASK = (TaskRow.id, TaskRow.stage, TaskRow.subject, TaskRow.category_id, TaskRow.image_id, TaskRow.lane)


def claim(tx: Transaction, campaign_id: int, worker_id: int, stage: Stage, lane: int, limit: int = 1) -> list[Task]:
    """Up to ``limit`` free tasks that the worker has never had, none of them about their own work; they are locked."""
    found: list[Task] = []
    for query in _claims(campaign_id, worker_id, stage, lane):
        rest = limit - len(found)
        if rest:
            rows = tx.execute(query.limit(rest).with_for_update(skip_locked=True, of=TaskRow))
            found += [Task(row[0], Stage(row[1]), *row[2:]) for row in rows]
    return found


def _claims(campaign_id: int, worker_id: int, stage: Stage, lane: int) -> Iterable[Any]:
    mine = exists().where(PlaceRow.task_id == TaskRow.id, PlaceRow.worker_id == worker_id)
    last = (
        select(func.coalesce(func.max(PlaceRow.task_id), 0))
        .where(PlaceRow.worker_id == worker_id, PlaceRow.stage == stage, PlaceRow.lane == lane)
        .scalar_subquery()
    )

    def free(rank: int) -> Any:
        return select(*_TASK).where(
            TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.lane == lane, TaskRow.rank == rank,
            TaskRow.free > 0, or_(TaskRow.author_id.is_(None), TaskRow.author_id != worker_id),
        ).order_by(TaskRow.id)  # fmt: skip

    def window(rank: int) -> Any:
        ids = (
            select(TaskRow.id)
            .where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.lane == lane,
                   TaskRow.rank == rank, TaskRow.free > 0)
            .order_by(TaskRow.id).limit(WINDOW)
        )  # fmt: skip
        return free(rank).where(TaskRow.id.in_(ids), ~mine)

    yield window(0)
    yield free(1).where(TaskRow.id > last)
    yield window(1).where(TaskRow.id <= last)


def free_stages(tx: Transaction, campaign_id: int) -> set[Stage]:
    """The stages that have a free place; one index probe each."""
    probes = [
        select(literal(str(stage)).label("stage"))
        .where(exists().where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.free > 0))
        for stage in Stage
    ]
    return {Stage(word) for word in tx.execute(union_all(*probes)).scalars()}


def free_lanes(tx: Transaction, campaign_id: int, stage: Stage) -> list[int]:
    """The lanes (categories) of a stage that have a free task, the longest wait first; one index probe each."""
    head = (
        select(TaskRow.id)
        .where(TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.lane == CategoryRow.id,
               TaskRow.free > 0)
        .order_by(TaskRow.rank, TaskRow.id).limit(1).correlate(CategoryRow).scalar_subquery()
    )  # fmt: skip
    query = select(CategoryRow.id, head.label("head")).where(CategoryRow.campaign_id == campaign_id)
    rows = [(row.head, row.id) for row in tx.execute(query) if row.head is not None]
    return [lane for _, lane in sorted(rows)]


def count_free(tx: Transaction, campaign_id: int, stage: Stage, at_most: int) -> int:
    """How many tasks of a lane-less stage have a free place, counted up to ``at_most``."""
    some = select(TaskRow.id).where(
        TaskRow.campaign_id == campaign_id, TaskRow.stage == stage, TaskRow.lane == 0, TaskRow.free > 0
    )
    return tx.execute(select(func.count()).select_from(some.limit(at_most).subquery())).scalar_one()


def lease(tx: Transaction, assignment: Mapping[str, Any], places: Sequence[tuple[Task, int]]) -> int:
    """Write an assignment with its (task, position) places; the new row's id."""
    statement = insert(AssignmentRow).values(**assignment, state="leased")
    key = tx.execute(statement.returning(AssignmentRow.id)).scalar_one()
    if places:
        ids = [task.id for task, _ in places]
        tx.execute(
            update(TaskRow).where(TaskRow.id.in_(ids)).values(taken=TaskRow.taken + 1, free=TaskRow.free - 1)
        )
        worker = assignment["worker_id"]
        tx.execute(insert(PlaceRow), [
            {"assignment_id": key, "task_id": task.id, "worker_id": worker, "stage": str(task.stage),
             "lane": task.lane, "position": position, "state": "leased"}
            for task, position in places
        ])  # fmt: skip
    return key


def held_places(tx: Transaction, assignment_id: int) -> list[Held]:
    """The places of an assignment by position, with their tasks."""
    wanted = case((TaskRow.places > TaskRow.answered, True), else_=False).label("wanted")
    query = select(PlaceRow.id, PlaceRow.position, PlaceRow.state, wanted, TaskRow.free, *_TASK)
    query = query.join(TaskRow, TaskRow.id == PlaceRow.task_id).where(PlaceRow.assignment_id == assignment_id)
    rows = tx.execute(query.order_by(PlaceRow.position))
    return [Held(r[0], r[1], r[2], Task(r[5], Stage(r[6]), *r[7:]), r[3], r[4] > 0) for r in rows]


def take_answers(tx: Transaction, counted: Sequence[Held], late: Sequence[Held]) -> None:
    """Places become answered, or late; a place that had expired is taken again."""
    again = [h.task.id for h in counted if h.state == "expired"]
    if again:
        tx.execute(
            update(TaskRow).where(TaskRow.id.in_(again)).values(taken=TaskRow.taken + 1, free=TaskRow.free - 1)
        )
    if counted:
        ids = [h.task.id for h in counted]
        tx.execute(update(TaskRow).where(TaskRow.id.in_(ids)).values(answered=TaskRow.answered + 1))
        _set_places(tx, [h.place_id for h in counted], "answered")
    lost = [h.task.id for h in late if h.state == "leased"]
    if lost:
        _give_back(tx, lost)
    if late:
        _set_places(tx, [h.place_id for h in late], "late")


def drop_leases(tx: Transaction, assignment_ids: Sequence[int], state: str = "expired") -> None:
    """Leases end without an answer: ``state`` is expired or released."""
    query = select(PlaceRow.id, PlaceRow.task_id).where(
        PlaceRow.assignment_id.in_(assignment_ids), PlaceRow.state == "leased"
    )
    rows = tx.execute(query).all()
    for task in sorted(row.task_id for row in rows):
        _give_back(tx, [task])
    _set_places(tx, [row.id for row in rows], "expired")
    tx.execute(update(AssignmentRow).where(AssignmentRow.id.in_(assignment_ids)).values(state=state))


def _give_back(tx: Transaction, tasks: Sequence[int]) -> None:
    """One place of each task is free again if the task still wants it; such a task goes first from now on."""
    spare = TaskRow.places - TaskRow.taken + 1
    tx.execute(
        update(TaskRow)
        .where(TaskRow.id.in_(tasks))
        .values(
            taken=TaskRow.taken - 1,
            free=case((spare > 0, spare), else_=0),
            rank=0,
        )
    )


def _set_places(tx: Transaction, places: Sequence[int], state: str) -> None:
    if places:
        tx.execute(update(PlaceRow).where(PlaceRow.id.in_(places)).values(state=state))


def expired_leases(tx: Transaction, campaign_id: int, now: int, limit: int = 20) -> list[int]:
    """Assignments whose time is over, locked."""
    query = select(AssignmentRow.id).where(
        AssignmentRow.campaign_id == campaign_id, AssignmentRow.state == "leased", AssignmentRow.expires_at <= now
    )
    query = query.order_by(AssignmentRow.expires_at).limit(limit).with_for_update(skip_locked=True)
    return list(tx.execute(query).scalars())


def anchor_leases(tx: Transaction, campaign_id: int, now: int, longest_ms: int) -> None:
    """Leases that were made while a clock was ahead start now: they would otherwise never end."""
    tx.execute(
        update(AssignmentRow)
        .where(
            AssignmentRow.campaign_id == campaign_id,
            AssignmentRow.state == "leased",
            AssignmentRow.expires_at > now + longest_ms,
        )
        .values(leased_at=now, expires_at=now + AssignmentRow.lease_ms)
    )


TaskKey = tuple[Stage, int]


_STANDING = (TaskRow.id, TaskRow.stage, TaskRow.subject, TaskRow.image_id, TaskRow.category_id, TaskRow.places,
             TaskRow.answered, TaskRow.state)  # fmt: skip


def page_task(tx: Transaction, campaign_id: int, page: int) -> dict[TaskKey, Any]:
    """The task of a filter page as :func:`want_tasks` takes it."""
    query = select(*_STANDING).where(
        TaskRow.campaign_id == campaign_id, TaskRow.stage == Stage.FILTER, TaskRow.subject == page
    )
    row = tx.execute(query).one_or_none()
    return {} if row is None else {(Stage.FILTER, page): row}


def tasks_of_pairs(
    tx: Transaction, images: Sequence[int], stages: Sequence[Stage]
) -> dict[tuple[int, int], dict[TaskKey, Any]]:
    """(image, category) -> (stage, subject) -> row, for the tasks of some images."""
    query = select(*_STANDING)
    found: defaultdict[tuple[int, int], dict[TaskKey, Any]] = defaultdict(dict)
    for row in tx.execute(query.where(TaskRow.image_id.in_(images), TaskRow.stage.in_(list(stages)))):
        found[row.image_id, row.category_id][Stage(row.stage), row.subject] = row
    return found


def want_tasks(
    tx: Transaction,
    campaign_id: int,
    pair: tuple[int | None, int],
    wanted: Mapping[TaskKey, Wanted],
    existing: Mapping[TaskKey, Any],
    now: int,
    lanes: frozenset[Stage] = frozenset(),
) -> None:
    """Make the tasks of a pair what the rules want: new ones open, others change their places, the rest ends.

    Args:
        tx: a transaction.
        campaign_id: the campaign.
        pair: image and category id (0 where there is none).
        wanted: (stage, subject) -> places and author.
        existing: (stage, subject) -> row, for the stages that ``wanted`` speaks about.
        now: ms.
        lanes: stages whose tasks wait in a lane per category.
    """
    new = [
        {"campaign_id": campaign_id, "stage": str(stage), "subject": subject, "category_id": pair[1],
         "image_id": pair[0], "author_id": want.author_id, "places": want.places, "free": want.places, "taken": 0,
         "answered": 0, "lane": pair[1] if stage in lanes else 0, "rank": 1, "state": str(TaskState.OPEN),
         "opened_at": now}
        for (stage, subject), want in wanted.items()
        if (stage, subject) not in existing
    ]  # fmt: skip
    if new:
        tx.execute(insert(TaskRow), new)
    for key, row in existing.items():
        want = wanted.get(key)
        places = want.places if want else row.answered
        ended = TaskState.DONE if row.answered or (want and not places) else TaskState.WITHDRAWN
        state = TaskState.OPEN if places > row.answered else ended
        if (places, str(state)) != (row.places, row.state):
            _resize(tx, row.id, places, state, now)


def _resize(tx: Transaction, task: int, places: int, state: TaskState, now: int) -> None:
    spare = places - TaskRow.taken  # counted where the row is, for other workers take places meanwhile
    free = case((spare > 0, spare), else_=0)
    closed = None if state is TaskState.OPEN else now
    values = {"places": places, "free": free, "state": str(state), "closed_at": closed}
    if state is TaskState.OPEN:
        values["rank"] = 0
    tx.execute(update(TaskRow).where(TaskRow.id == task).values(values))


def segment_pairs(
    tx: Transaction, *, worker_id: int | None = None, assignments: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """The (image, category) pairs in which a worker, or some assignments, hold a segment task now."""
    query = select(TaskRow.image_id, TaskRow.category_id).join(PlaceRow, PlaceRow.task_id == TaskRow.id)
    query = query.where(PlaceRow.state == "leased", PlaceRow.stage == Stage.SEGMENT)
    if worker_id is not None:
        query = query.where(PlaceRow.worker_id == worker_id)
    else:
        query = query.where(PlaceRow.assignment_id.in_(assignments))
    return sorted({(image, category) for image, category in tx.execute(query) if image is not None})

"""Tasks and their places: what becomes of leases, and which tasks the rules want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, insert, select, update

from ..domain.facts import Wanted
from ..domain.stages import Stage, TaskState
from .claims import IS_LEASED, PICTURED, Task, pictured
from .database import Transaction
from .lists import among, among_pairs, pairs_given
from .models import AssignmentRow, ImageRow, PlaceRow, TaskRow


@dataclass(frozen=True, slots=True)
class Held:
    """A place of an assignment and how its task stands."""

    place_id: int
    position: int
    state: str
    task: Task
    wanted: bool  # the task wants more answers than it has


def held_places(tx: Transaction, assignment_id: int) -> list[Held]:
    """The places of an assignment by position, with their tasks."""
    rows = tx.execute(_held_places(), {"assignment": assignment_id}).all()
    return [Held(r[0], r[1], r[2], pictured(r[4:]), r[3]) for r in rows]


@cache
def _held_places() -> Any:
    query = select(PlaceRow.id, PlaceRow.position, PlaceRow.state, _is_wanted(), *PICTURED)
    query = query.join(TaskRow, TaskRow.id == PlaceRow.task_id)
    query = query.outerjoin(ImageRow, ImageRow.id == TaskRow.image_id)
    return query.where(PlaceRow.assignment_id == bindparam("assignment")).order_by(PlaceRow.position)


def as_they_stand(tx: Transaction, assignment_id: int, held: Sequence[Held]) -> list[Held]:
    """The places of an assignment with what may have changed since they were read."""
    found = {key: now for key, *now in tx.execute(_standing_places(), {"assignment": assignment_id}).all()}
    return [h if found[h.place_id] == [h.state, h.wanted] else replace(
        h, state=found[h.place_id][0], wanted=found[h.place_id][1]) for h in held]  # fmt: skip


@cache
def _standing_places() -> Any:
    query = select(PlaceRow.id, PlaceRow.state, _is_wanted()).join(TaskRow, TaskRow.id == PlaceRow.task_id)
    return query.where(PlaceRow.assignment_id == bindparam("assignment"))


def _is_wanted() -> Any:
    return case((TaskRow.places > TaskRow.answered, True), else_=False).label("wanted")


def retake(tx: Transaction, held: Held) -> bool:
    """Take an expired place back, unless somebody else was quicker; whether it worked."""
    return bool(tx.execute(_retake(), {"task": held.task.id}).rowcount)


@cache
def _retake() -> Any:
    mine = update(TaskRow).where(TaskRow.id == bindparam("task"), TaskRow.free > 0)
    return mine.values(taken=TaskRow.taken + 1, free=TaskRow.free - 1)


def take_answers(tx: Transaction, counted: Sequence[Held], late: Sequence[Held]) -> None:
    """Places become answered, or late."""
    if counted:
        tx.execute(_answered(), {"ids": [h.task.id for h in counted]})
        _set_places(tx, [h.place_id for h in counted], "answered")
    lost = [h.task.id for h in late if h.state == "leased"]
    if lost:
        _give_back(tx, lost)
    if late:
        _set_places(tx, [h.place_id for h in late], "late")


@cache
def _answered() -> Any:
    return update(TaskRow).where(among(TaskRow.id, "ids")).values(answered=TaskRow.answered + 1)


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
    tx.execute(_given_back(), {"ids": tasks})


@cache
def _given_back() -> Any:
    spare = TaskRow.places - TaskRow.taken + 1
    values = {"taken": TaskRow.taken - 1, "free": case((spare > 0, spare), else_=0), "rank": 0}
    return update(TaskRow).where(among(TaskRow.id, "ids")).values(values)


def _set_places(tx: Transaction, places: Sequence[int], state: str) -> None:
    if places:
        tx.execute(_place_states(), {"ids": places, "to": state})


@cache
def _place_states() -> Any:
    return update(PlaceRow).where(among(PlaceRow.id, "ids")).values(state=bindparam("to"))


def expired_leases(tx: Transaction, campaign_id: int, now: int, limit: int = 20) -> list[int]:
    """Assignments whose time is over, locked."""
    return list(tx.execute(_expired_leases(limit), {"campaign": campaign_id, "now": now}).scalars())


@cache
def _expired_leases(limit: int) -> Any:
    query = select(AssignmentRow.id).where(
        AssignmentRow.campaign_id == bindparam("campaign"), IS_LEASED, AssignmentRow.expires_at <= bindparam("now")
    )
    return query.order_by(AssignmentRow.expires_at).limit(limit).with_for_update(skip_locked=True)


def anchor_leases(tx: Transaction, campaign_id: int, now: int, longest_ms: int) -> None:
    """Leases that were made while a clock was ahead start now: they would otherwise never end."""
    tx.execute(_anchor_leases(), {"campaign": campaign_id, "now": now, "latest": now + longest_ms})


@cache
def _anchor_leases() -> Any:
    now: Any = bindparam("now", type_=AssignmentRow.leased_at.type)
    ahead = (AssignmentRow.campaign_id == bindparam("campaign"), IS_LEASED,
             AssignmentRow.expires_at > bindparam("latest"))  # fmt: skip
    return update(AssignmentRow).where(*ahead).values(leased_at=now, expires_at=now + AssignmentRow.lease_ms)


#: Stage and subject.
TaskKey = tuple[Stage, int]
#: (image, category) -> (stage, subject) -> row.
TasksOfPairs = defaultdict[tuple[int, int], dict[TaskKey, Any]]

_STANDING = (TaskRow.id, TaskRow.stage, TaskRow.subject, TaskRow.image_id, TaskRow.category_id, TaskRow.places,
             TaskRow.answered, TaskRow.state)  # fmt: skip


def page_task(tx: Transaction, campaign_id: int, page: int) -> dict[TaskKey, Any]:
    """The task of a filter page as :func:`want_tasks` takes it."""
    query = select(*_STANDING).where(
        TaskRow.campaign_id == campaign_id, TaskRow.stage == Stage.FILTER, TaskRow.subject == page
    )
    row = tx.execute(query).one_or_none()
    return {} if row is None else {(Stage.FILTER, page): row}


def tasks_of_images(tx: Transaction, images: Sequence[int], stages: Sequence[Stage]) -> TasksOfPairs:
    """The tasks of all pairs of some images, and of the images themselves (category 0)."""
    return _grouped(tx.execute(_of_images(), {"images": images, "stages": [str(stage) for stage in stages]}).all())


@cache
def _of_images() -> Any:
    stages = TaskRow.stage.in_(bindparam("stages", expanding=True))
    return select(*_STANDING).where(among(TaskRow.image_id, "images"), stages)


def tasks_of_pairs(tx: Transaction, pairs: Sequence[tuple[int, int]], stages: Sequence[Stage]) -> TasksOfPairs:
    """The tasks of some (image, category) pairs."""
    return _grouped(tx.execute(_of_pairs(), {**pairs_given(pairs), "stages": [str(stage) for stage in stages]}).all())


@cache
def _of_pairs() -> Any:
    stages = TaskRow.stage.in_(bindparam("stages", expanding=True))
    return select(*_STANDING).where(among_pairs(TaskRow.image_id, TaskRow.category_id), stages)


def _grouped(rows: Iterable[Any]) -> TasksOfPairs:
    found: TasksOfPairs = defaultdict(dict)
    stages = {str(stage): stage for stage in Stage}
    for row in rows:
        _, stage, subject, image, category, *_ = row
        found[image, category][stages[stage], subject] = row
    return found


@dataclass(frozen=True, slots=True)
class Wants:
    """What the rules want of one pair, and what there is.

    Attributes:
        pair: image and category id (None and 0 where there is none).
        wanted: (stage, subject) -> places and author.
        existing: (stage, subject) -> row, for the stages that ``wanted`` speaks about.
    """

    pair: tuple[int | None, int]
    wanted: Mapping[TaskKey, Wanted]
    existing: Mapping[TaskKey, Any]


def want_tasks(
    tx: Transaction, campaign_id: int, pairs: Iterable[Wants], now: int, lanes: frozenset[Stage] = frozenset()
) -> None:
    """Make the tasks of pairs what the rules want: new ones open, others change their places, the rest ends.

    Args:
        tx: a transaction.
        campaign_id: the campaign.
        pairs: what is wanted, and what there is.
        now: ms.
        lanes: stages whose tasks wait in a lane per category.
    """
    new: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for one in pairs:
        image, category = one.pair
        new += [
            {"campaign_id": campaign_id, "stage": str(stage), "subject": subject, "category_id": category,
             "image_id": image, "author_id": want.author_id, "places": want.places, "free": want.places, "taken": 0,
             "answered": 0, "lane": category if stage in lanes else 0, "rank": 1, "state": str(TaskState.OPEN),
             "opened_at": now}
            for (stage, subject), want in one.wanted.items()
            if (stage, subject) not in one.existing
        ]  # fmt: skip
        changes += _changes(one, now)
    if new:
        tx.execute(_opened(), new)
    if changes:
        tx.execute(_resized(), sorted(changes, key=lambda change: int(change["task"])))


def _changes(one: Wants, now: int) -> Iterator[dict[str, Any]]:
    """The new sizes of tasks that are there."""
    for key, row in one.existing.items():
        task, _, _, _, _, size, answered, standing = row
        want = one.wanted.get(key)
        places = want.places if want else answered
        ended = TaskState.DONE if answered or (want and not places) else TaskState.WITHDRAWN
        state = TaskState.OPEN if places > answered else ended
        if places != size or state != standing:
            closed = None if state is TaskState.OPEN else now
            yield {"task": task, "to": places, "standing": str(state), "closed": closed}


@cache
def _opened() -> Any:
    return insert(TaskRow)


@cache
def _resized() -> Any:
    """A task's new size; what is free is counted where the row is, for other workers take places meanwhile."""
    places: Any = bindparam("to", type_=TaskRow.places.type)
    standing: Any = bindparam("standing", type_=TaskRow.state.type)
    free = case((places > TaskRow.taken, places - TaskRow.taken), else_=0)
    rank = case((standing == TaskState.OPEN, 0), else_=TaskRow.rank)  # an open one goes first from now on
    values = {"places": places, "free": free, "state": standing, "closed_at": bindparam("closed"), "rank": rank}
    return update(TaskRow).where(TaskRow.id == bindparam("task")).values(values)


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

"""The workers of a campaign as a requester sees them, what each of them handed in, and what can be done about one."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.answers import Mask
from ..domain.stages import SentinelKind, Stage, WorkerState
from ..errors import CocokitError, NotFoundError
from ..store import portfolio as store
from ..store.counts import answers_by_worker, answers_of_worker, masks_of_worker, spent
from ..store.database import Transaction
from ..store.journal import note, releases
from ..store.portfolio import Piece
from ..store.sentinels import results_of
from ..store.workers import Qualification, find_worker, lock_workers, qualifications, set_worker_state, workers_of
from .engine import Engine

__all__ = ["Piece", "Portfolio", "WorkerLine", "find_answer", "list_workers", "pause_worker", "read_portfolio",
           "resume_worker", "retrain_worker"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """A worker in a list.

    Attributes:
        id, name: who; as channels call them.
        state, reason: where they stand.
        answers, counted: what they handed in, and how much of it counts.
        active_ms, last_at: at work; when the last answer came, or None.
        cents: earned.
        bad, good: (flagged, shown) of bad and of good sentinels.
        skipped: tasks that they gave back unanswered.
    """

    id: int
    name: str
    state: WorkerState
    reason: str
    answers: int
    counted: int
    active_ms: int
    last_at: int | None
    cents: float
    bad: tuple[int, int]
    good: tuple[int, int]
    skipped: int = 0

    @property
    def skip_rate(self) -> float | None:
        """Of the tasks that they answered or gave back, the share given back; None before the first."""
        seen = self.answers + self.skipped
        return self.skipped / seen if seen else None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One worker.

    Attributes:
        line: as in the list.
        stages: stage -> state -> answers.
        masks: state -> masks.
        qualifications: category id -> how far they are.
        pieces: the newest answers.
        drawn: answer id -> (mask, state).
        spots: answer id -> (category, x, y, state) of its crosses and drops.
        sentences: answer id -> caption.
    """

    line: WorkerLine
    stages: dict[Stage, dict[str, int]]
    masks: dict[str, int]
    qualifications: dict[int, Qualification]
    pieces: tuple[Piece, ...]
    drawn: dict[int, tuple[Mask, str]]
    spots: dict[int, list[tuple[int, float, float, str]]]
    sentences: dict[int, str]


def list_workers(engine: Engine) -> list[WorkerLine]:
    """Everybody in a campaign, by id."""
    with engine.database.read() as tx:
        return _lines(tx, engine.campaign.id)


def read_portfolio(engine: Engine, worker_id: int, limit: int = 50, stage: Stage | None = None) -> Portfolio:
    """One worker with their newest answers.

    Raises:
        NotFoundError: the campaign has no such worker.
    """
    with engine.database.read() as tx:
        line = next((one for one in _lines(tx, engine.campaign.id) if one.id == worker_id), None)
        if line is None:
            raise _nobody(engine, worker_id)
        pieces = store.pieces_of(tx, worker_id, limit, stage)
        ids = [piece.id for piece in pieces]
        return Portfolio(
            line, answers_of_worker(tx, worker_id), masks_of_worker(tx, worker_id), qualifications(tx, worker_id),
            tuple(pieces), store.masks_of_answers(tx, ids), store.spots_of_answers(tx, ids),
            store.sentences_of_answers(tx, ids),
        )  # fmt: skip


def find_answer(engine: Engine, answer_id: int) -> tuple[Piece, Mask | None]:
    """An answer and the mask in it.

    Raises:
        NotFoundError: the campaign has no such answer.
    """
    with engine.database.read() as tx:
        found = store.find_piece(tx, engine.campaign.id, answer_id)
        if found is None:
            raise NotFoundError(f"there is no answer {answer_id} in campaign {engine.campaign.record.name}")
        mask = store.masks_of_answers(tx, [answer_id]).get(answer_id)
    return found, mask[0] if mask else None


def pause_worker(engine: Engine, worker_id: int, reason: str = "") -> None:
    """A worker gets nothing for now; what they hold still counts.

    Raises:
        NotFoundError: the campaign has no such worker.
        CocokitError: they were rejected.
    """
    _move(engine, worker_id, WorkerState.PAUSED, reason)


def resume_worker(engine: Engine, worker_id: int) -> None:
    """A paused worker goes on; raises as :func:`pause_worker`."""
    _move(engine, worker_id, WorkerState.ACTIVE, "")


def retrain_worker(engine: Engine, worker_id: int) -> int:
    """A worker has to pass the training again in every category before drawing more; in how many they had tried.

    Raises:
        NotFoundError: the campaign has no such worker.
    """

    def work(tx: Transaction) -> int:
        _known(tx, engine, worker_id)
        count = store.forget_training(tx, worker_id, engine.clock.now())
        note(tx, engine.campaign.id, "retrain", engine.clock.now(), worker_id)
        return count

    return engine.database.run(work)


def _move(engine: Engine, worker_id: int, to: WorkerState, reason: str) -> None:
    def work(tx: Transaction) -> None:
        lock_workers(tx, [worker_id])
        if _known(tx, engine, worker_id) is WorkerState.REJECTED:
            raise CocokitError(f"worker {worker_id} was rejected; that is for good")
        set_worker_state(tx, worker_id, to, reason or None)
        note(tx, engine.campaign.id, f"worker {to}", engine.clock.now(), worker_id, {"reason": reason})

    engine.database.run(work)


def _known(tx: Transaction, engine: Engine, worker_id: int) -> WorkerState:
    found = find_worker(tx, worker_id)
    if found is None or found.campaign_id != engine.campaign.id:
        raise _nobody(engine, worker_id)
    return found.state


def _nobody(engine: Engine, worker_id: int) -> NotFoundError:
    name = engine.campaign.record.name
    return NotFoundError(f"there is no worker {worker_id} in campaign {name}; see: cocokit workers list")


def _lines(tx: Transaction, campaign_id: int) -> list[WorkerLine]:
    answers, earned, seen = answers_by_worker(tx, campaign_id), spent(tx, campaign_id), results_of(tx, campaign_id)
    given_back = releases(tx, campaign_id)
    found: dict[int, WorkerLine] = {}
    for worker, channel, external in workers_of(tx, campaign_id):
        name = f"{found[worker.id].name}, {channel}:{external}" if worker.id in found else f"{channel}:{external}"
        mine, kinds = answers.get(worker.id), seen.get(worker.id, {})
        found[worker.id] = WorkerLine(
            worker.id, name, worker.state, worker.reason or "", mine.answers if mine else 0,
            mine.counted if mine else 0, mine.active_ms if mine else 0, mine.last_at if mine else None,
            earned.get(worker.id, 0.0),
            kinds.get(SentinelKind.BAD, (0, 0)), kinds.get(SentinelKind.GOOD, (0, 0)),
            given_back.get(worker.id, 0),
        )  # fmt: skip
    return list(found.values())

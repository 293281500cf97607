"""Rejecting workers: what it would reopen, and doing it (PROTOCOL 5, 8 and 10.3).

The preview is the thing itself, in a transaction that is taken back; so it cannot say anything else than what happens.
Discarding work and refusing pay are separate acts (PROTOCOL 10.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..domain.stages import WorkerState
from ..errors import CocokitError, NotFoundError
from ..store.campaigns import lock_images
from ..store.database import Transaction
from ..store.journal import note, pay
from ..store.rejections import Footprint, footprint, resting, standing, void_answers
from ..store.tasks import segment_pairs
from ..store.workers import find_worker, lock_workers, set_worker_state
from .engine import Engine
from .routing import route_page, route_pairs, route_whole_images

#: Called with (images done, images in all).
Progress = Callable[[int, int], None]
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Rejection:
    """What rejecting some workers does.

    Attributes:
        workers: who.
        answers: stage -> how many of their answers stop counting.
        resting: how many counted answers of others rest on these (lineage); the rules decide what becomes of them.
        images: how many images are decided again.
        before, after: those images' finished images, spots, masks, passed masks, open tasks and answers wanted.
        cents: what these workers have earned; it stays theirs unless pay is refused.
    """

    workers: tuple[int, ...]
    answers: dict[str, int]
    resting: int
    images: int
    before: dict[str, int]
    after: dict[str, int]
    cents: float

    @property
    def reopened(self) -> int:
        """Finished images that are open again."""
        return self.before["finished images"] - self.after["finished images"]


class _TakenBackError(Exception):
    """Ends a preview."""


def preview(engine: Engine, workers: Iterable[int]) -> Rejection:
    """What :func:`reject` would do; nothing changes.

    Raises:
        NotFoundError: a worker that the campaign does not have.
        CocokitError: a worker who was rejected before.
    """
    ids, found = _checked(engine, workers), []
    try:
        with engine.database.write() as tx:
            found.append(_reject(engine, tx, ids, "", None))
            raise _TakenBackError
    except _TakenBackError:
        return found[0]


def reject(
    engine: Engine, workers: Iterable[int], reason: str, *, progress: Progress | None = None, dry_run: bool = False
) -> Rejection:
    """Discard all work of some workers, in one transaction; what rested on it is decided again.

    Their pay stays, see :func:`refuse_pay`.

    Args:
        engine: the campaign.
        workers: ids.
        reason: a sentence that the worker may be told.
        progress: called with (images done, images in all).
        dry_run: only say what would happen.

    Raises:
        NotFoundError: a worker that the campaign does not have.
        CocokitError: a worker who was rejected before.
    """
    if dry_run:
        return preview(engine, workers)
    ids = _checked(engine, workers)
    return engine.database.run(lambda tx: _reject(engine, tx, ids, reason, progress))


def refuse_pay(engine: Engine, worker: int, evidence: str) -> float:
    """Take back what a rejected worker earned; the cents. An act of its own, with evidence.

    Raises:
        CocokitError: the worker is not rejected, or there is no evidence, or pay was refused before.
    """
    if not evidence.strip():
        raise CocokitError(f"worker {worker}: refusing pay needs evidence; say in a sentence what was wrong")

    def work(tx: Transaction) -> float:
        known = find_worker(tx, worker)
        if known is None or known.state is not WorkerState.REJECTED:
            raise CocokitError(f"worker {worker} is not rejected; only a rejected worker's pay can be refused")
        cents = footprint(tx, [worker]).cents
        if cents <= 0:
            raise CocokitError(f"worker {worker} has nothing left to refuse")
        pay(tx, engine.campaign.id, worker, None, -cents, engine.clock.now(), "refused", evidence)
        return cents

    return engine.database.run(work)


def _checked(engine: Engine, workers: Iterable[int]) -> tuple[int, ...]:
    ids = tuple(sorted(set(workers)))
    with engine.database.read() as tx:
        for worker in ids:
            known = find_worker(tx, worker)
            if known is None or known.campaign_id != engine.campaign.id:
                raise NotFoundError(
                    f"there is no worker {worker} in campaign {engine.campaign.record.name}; see: cocokit workers list"
                )
            if known.state is WorkerState.REJECTED:
                raise CocokitError(f"worker {worker} was rejected before; nothing of theirs counts any more")
    return ids


def _reject(
    engine: Engine, tx: Transaction, workers: Sequence[int], reason: str, progress: Progress | None
) -> Rejection:
    campaign, now = engine.campaign, engine.clock.now()
    lock_workers(tx, workers)  # they can hand in nothing from here on
    theirs: Footprint = footprint(tx, workers)
    lock_images(tx, theirs.images)
    before, below = standing(tx, theirs.images), resting(tx, workers)
    for worker in workers:
        held = segment_pairs(tx, worker_id=worker)
        void_answers(tx, worker)
        set_worker_state(tx, worker, WorkerState.REJECTED, reason or None)
        note(tx, campaign.id, "rejected", now, worker, {"reason": reason})
        route_pairs(tx, campaign, held, now)
    for page in theirs.pages:
        route_page(tx, campaign, page, now)
    for start in range(0, len(theirs.images), _BATCH):
        route_whole_images(tx, campaign, theirs.images[start : start + _BATCH], now)
        if progress is not None:
            progress(min(start + _BATCH, len(theirs.images)), len(theirs.images))
    after = standing(tx, theirs.images)
    return Rejection(tuple(workers), theirs.answers, below, len(theirs.images), before, after, theirs.cents)

"""Unfinished answers on the server: every save has a number, so that a second tab cannot write over the first.

A draft outlives its lease by a day: a worker who comes back late finds it if the task is still theirs to do.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from ..domain.answers import Times
from ..domain.stages import Stage
from ..domain.tasks import Receipt
from ..errors import GoneError, RefusedError
from ..store import drafts as store
from ..store.answers import Lease, find_lease
from ..store.database import Transaction
from .engine import Also, Engine
from .words import gone, is_word

#: How long a draft is kept after its lease ended, ms.
KEPT_MS = 24 * 3600 * 1000
#: How often old drafts are looked for, ms.
_SWEEP_MS = 3600 * 1000
#: Characters of the longest draft, and bytes of the longest trace as it is kept.
MOST_CHARACTERS, MOST_BYTES = 2_000_000, 4_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page saved.

    Attributes:
        version: rises by one with each save; 0 if nothing was saved.
        data: what the page sent, or None.
    """

    version: int = 0
    data: Any = None


class StaleError(RefusedError):
    """Another tab saved in the meantime; ``draft`` is what it saved."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__("version", f"is not {draft.version}, the newest", "go on in the other tab, or load its state")


def read_draft(engine: Engine, worker_id: int, assignment: str) -> Draft:
    """The draft of an assignment.

    Raises:
        GoneError: it is not the worker's.
    """
    with engine.database.read() as tx:
        held = lease_of(tx, engine, worker_id, assignment)
        return draft_of(tx, held.id)


def read_drafts(engine: Engine, worker_id: int, assignments: list[str]) -> dict[str, Draft]:
    """Assignment -> draft, for those that have one; raises as :func:`read_draft`."""
    with engine.database.read() as tx:
        found = {word: draft_of(tx, lease_of(tx, engine, worker_id, word).id) for word in assignments}
    return {word: draft for word, draft in found.items() if draft.version}


def write_draft(engine: Engine, worker_id: int, assignment: str, version: int, data: object) -> tuple[int, int]:
    """Save a draft.

    Args:
        engine: of the campaign.
        worker_id: who saves.
        assignment: what it is the draft of.
        version: the version that the page has seen last; 0 at first.
        data: parsed JSON.

    Returns:
        The new version, and when the lease ends, ms.

    Raises:
        StaleError: another tab saved in the meantime.
        GoneError: the assignment is not the worker's, or has its answer.
        RefusedError: a draft too long to be one.
    """
    text = json.dumps(data, separators=(",", ":"))
    if len(text) > MOST_CHARACTERS:
        raise RefusedError("data", f"has {len(text):,} characters", f"send at most {MOST_CHARACTERS:,}")

    def work(tx: Transaction) -> tuple[int, int]:
        held = lease_of(tx, engine, worker_id, assignment, lock=True)
        if held.state in ("answered", "released", "withdrawn"):
            raise gone(held.state)
        now = engine.clock.now()
        found = draft_of(tx, held.id)
        if version != found.version:
            raise StaleError(found)
        if version == 0 and engine.is_due("sweep", _SWEEP_MS):
            store.drop_old_drafts(tx, now - KEPT_MS)
        store.save_draft(tx, held.id, store.Draft(version + 1, text, now))
        return version + 1, held.expires_at

    return engine.database.run(work)


def hand_in(
    engine: Engine, worker_id: int, assignment: str, payload: object, client_id: str, times: Times | None = None,
    trace: object = None, also: Also | None = None,
) -> tuple[Receipt, Stage]:  # fmt: skip
    """Take an answer as :meth:`Engine.submit` does; with it its draft goes, and how it was drawn is kept. Its stage."""
    data = b"" if trace is None else zlib.compress(json.dumps(trace, separators=(",", ":")).encode(), 6)
    stages: list[Stage] = []

    def finish(tx: Transaction, held: Lease, answer_id: int) -> None:
        store.drop_draft(tx, held.id)
        if data and len(data) <= MOST_BYTES:
            store.save_trace(tx, answer_id, data)
        stages.append(held.stage)
        if also is not None:
            also(tx, held, answer_id)

    receipt = engine.submit(worker_id, assignment, payload, client_id, times, finish)
    return receipt, stages[-1]


def read_trace(engine: Engine, answer_id: int) -> Any:
    """How an answer was drawn, as its page sent it; None if it sent nothing."""
    with engine.database.read() as tx:
        data = store.find_trace(tx, answer_id)
    return None if data is None else json.loads(zlib.decompress(data))


def lease_of(tx: Transaction, engine: Engine, worker_id: int, assignment: str, *, lock: bool = False) -> Lease:
    """A worker's own assignment, in whatever state.

    Raises:
        GoneError: there is none of this id, or it is somebody else's.
    """
    found = find_lease(tx, assignment, lock=lock) if is_word(assignment) else None
    if found is None or found.worker_id != worker_id or found.campaign_id != engine.campaign.id:
        raise GoneError("assignment", "is not one of yours", "ask for the next task")
    return found


def draft_of(tx: Transaction, lease_id: int) -> Draft:
    """What was saved of a lease's answer."""
    return _parsed(store.find_draft(tx, lease_id))


def draft_of_word(tx: Transaction, word: str) -> Draft:
    """What was saved of the answer to an assignment; whoever asks knows whose it is."""
    return _parsed(store.draft_of_word(tx, word))


def _parsed(found: store.Draft | None) -> Draft:
    return Draft() if found is None else Draft(found.version, json.loads(found.data))

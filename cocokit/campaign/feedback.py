"""What a worker learns right after an answer: a training mask beside the known one, the checks found on a page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..domain.answers import SegmentAnswer
from ..domain.stages import SentinelKind, Stage
from ..errors import GoneError
from ..store.answers import Lease, payload_of
from ..store.database import Transaction
from ..store.sentinels import find_sentinel, flags_on
from ..store.workers import qualifications
from .drafts import lease_of
from .engine import Engine
from .handout import show_lease
from .hints import training_hint
from .payloads import read_answer
from .training import TrainingScore, score_training


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A training mask beside the known one.

    Attributes:
        score: the overlay and its measures; None if no mask was drawn.
        hint: one sentence.
        state: of the worker in this category: trying, passed or failed.
        tries_left: how often the worker may try again.
    """

    score: TrainingScore | None
    hint: str
    state: str
    tries_left: int


def training_result(engine: Engine, worker_id: int, assignment: str, answer_id: int) -> TrainingResult:
    """What came of a training mask that was handed in.

    Raises:
        GoneError: it is no training task of this worker.
    """
    settings = engine.campaign.settings
    with engine.database.read() as tx:
        lease = lease_of(tx, engine, worker_id, assignment)
        if lease.sentinel_id is None:
            raise GoneError("assignment", "is no training task")
        gold = find_sentinel(tx, lease.sentinel_id)
        payload = json.loads(payload_of(tx, answer_id))
        shown = show_lease(tx, engine.campaign, lease)
        known = qualifications(tx, worker_id)[gold.category_id]
    answer = read_answer(shown, payload, settings)
    left = max(0, settings.training_tries - known.tries) if known.state == "trying" else 0
    if not isinstance(answer, SegmentAnswer) or answer.mask is None:
        return TrainingResult(None, "There is one: draw the instance that the marker points at.", known.state, left)
    score = score_training(answer.mask, gold.mask, settings)
    hint = training_hint(score.agreed, score.missed, score.extra, passed=score.passed)
    return TrainingResult(score, hint, known.state, left)


class PageChecks:
    """The checks that a worker found on a page of masks; done with its answer, it reads them in its transaction.

    Attributes:
        found: (found, of) its bad sentinels; None if it had none, or is no such page.
    """

    def __init__(self) -> None:
        self.found: tuple[int, int] | None = None

    def __call__(self, tx: Transaction, held: Lease, answer_id: int) -> None:
        """Read them."""
        flags = flags_on(tx, held.id, SentinelKind.BAD) if held.stage is Stage.VERIFY else []
        self.found = (sum(flags), len(flags)) if flags else None

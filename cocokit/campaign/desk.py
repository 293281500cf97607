"""What a worker's page shows beside the task: what they did and earned, and why there is nothing to do just now."""

from __future__ import annotations

import json
import statistics
import unicodedata
from dataclasses import dataclass
from typing import Any

from ..domain.stages import CampaignState, Stage, WorkerState
from ..domain.tasks import Assignment, ImageRef
from ..errors import RefusedError
from ..store.answers import find_lease
from ..store.campaigns import campaign_state, image_refs
from ..store.counts import latest_times
from ..store.database import Database, Transaction
from ..store.figures import figures_of_worker, has_open_task, last_note_of, next_expiry
from ..store.journal import note
from ..store.workers import find_worker
from .context import Campaign, load_campaign
from .drafts import Draft, draft_of_word
from .engine import Engine
from .handout import show_lease
from .words import is_word

_DAY_MS = 24 * 3600 * 1000
_JOINED = "joined"
#: Characters of the longest name that a worker may go by.
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Figures:
    """What a worker did: answers since midnight UTC, answers in all, hundredths of the currency."""

    answers_today: int
    answers: int
    cents: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a worker has nothing to do.

    Attributes:
        state: "none" (all is taken), "paused", "closed", "finished" (nothing is left in the campaign) or "rejected".
        sentence: for the worker.
        retry_s: when it is worth asking again.
    """

    state: str
    sentence: str
    retry_s: int = 30


def figures(engine: Engine, worker_id: int) -> Figures:
    """What a worker did so far."""
    now = engine.clock.now()
    with engine.database.read() as tx:
        return Figures(*figures_of_worker(tx, engine.campaign.id, worker_id, now - now % _DAY_MS))


class Beside:
    """What stands beside a task: what its worker did so far, and what they saved of its answer before.

    Given to :meth:`Engine.next_task` it reads this in the same transaction.

    Args:
        engine: of the campaign.
        worker_id: whose it is.
    """

    def __init__(self, engine: Engine, worker_id: int) -> None:
        self.engine, self.worker_id = engine, worker_id
        self._did: Figures | None = None
        self.draft = Draft()

    def __call__(self, tx: Transaction, given: Assignment | None, fresh: bool) -> None:
        """Read it for a task; one that was leased just now has no draft."""
        now = self.engine.clock.now()
        self._did = Figures(*figures_of_worker(tx, self.engine.campaign.id, self.worker_id, now - now % _DAY_MS))
        self.draft = Draft() if given is None or fresh else draft_of_word(tx, given.id)

    @property
    def did(self) -> Figures:
        """What the worker did so far; read now if no task was asked for."""
        if self._did is None:
            self._did = figures(self.engine, self.worker_id)
        return self._did


def typical_seconds(engine: Engine) -> dict[Stage, float]:
    """Stage -> seconds that an answer takes: the median of the newest ones, or the campaign's guess before that."""
    settings, found = engine.campaign.settings, {}
    with engine.database.read() as tx:
        for stage in engine.campaign.graph.stages:
            took = latest_times(tx, engine.campaign.id, stage)
            enough = len(took) >= settings.measured_after
            found[stage] = round(statistics.median(took) / 1000, 1) if enough else settings.prior(stage)
    return found


def standing(engine: Engine, worker_id: int) -> Standing:
    """Why the engine has no task for a worker."""
    with engine.database.read() as tx:
        worker = find_worker(tx, worker_id)
        state = campaign_state(tx, engine.campaign.id)
        if worker is None or worker.state is WorkerState.REJECTED:
            return Standing("rejected", "Your part in this campaign is over. Thank you for your time.", 3600)
        if state is CampaignState.CLOSED:
            return Standing("closed", "This campaign is closed. Thank you for your work.", 3600)
        if worker.state is WorkerState.PAUSED:
            return Standing("paused", "The requester has paused your work for now. What you did is safe.", 120)
        if state is not CampaignState.RUNNING:
            return Standing("paused", "The campaign is paused for now. What you did is safe; we will look again.", 60)
        if not has_open_task(tx, engine.campaign.id):
            return Standing("finished", "All tasks of this campaign are done. Thank you for your work.", 300)
        held, first = next_expiry(tx, engine.campaign.id)
    return _all_taken(held, first, engine.clock.now())


def _all_taken(held: int, first: int | None, now: int) -> Standing:
    if first is None:
        return Standing("none", "There is no task for you just now. We will look again for you.")
    minutes = max(1, -(-(first - now) // 60_000))
    who = "1 task is" if held == 1 else f"{held} tasks are"
    when = f"within {minutes} minute{'s' if minutes > 1 else ''}"
    sentence = f"All tasks are taken: {who} with other workers, and the first may be free {when}."
    return Standing("none", sentence, min(30, max(5, (first - now) // 1000)))


@dataclass(frozen=True, slots=True)
class Guest:
    """A worker who has joined.

    Attributes:
        worker_id: of the worker.
        name: what they go by.
        before: how many answers they had when this visit began.
    """

    worker_id: int
    name: str
    before: int


def enter(
    engine: Engine, channel: str, external_id: str, nickname: str | None, consent: str, visit: str = ""
) -> Guest:
    """A worker joins, or comes back.

    Args:
        engine: of the campaign.
        channel, external_id: as for :meth:`Engine.join`.
        nickname: what they want to be called; None keeps what they chose before.
        consent: the version of the text that they have agreed to.
        visit: how the channel names this visit; "" if all that they do is one.

    Raises:
        RefusedError: a name that cannot be kept or shown.
    """
    name = None if nickname is None else _name(nickname)
    worker_id = engine.join(channel, external_id)
    campaign, database = engine.campaign.id, engine.database
    with database.read() as tx:
        text = last_note_of(tx, campaign, _JOINED, worker_id)
        answers = figures_of_worker(tx, campaign, worker_id, 0)[1]
    last: dict[str, Any] = json.loads(text) if text else {}
    data: dict[str, Any] = {"consent": consent, "nickname": name or last.get("nickname"), "visit": visit,
            "before": last["before"] if last.get("visit") == visit else answers if visit else 0}  # fmt: skip
    if data != last:
        database.run(lambda tx: note(tx, campaign, _JOINED, engine.clock.now(), worker_id, data))
    return Guest(worker_id, data["nickname"] or f"Worker {worker_id}", data["before"])


def _name(nickname: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(nickname.split()))
    if not is_word(name) or len(name) > LONGEST_NAME:
        raise RefusedError("nickname", "is no name that can be kept", f"send 1 to {LONGEST_NAME} printable characters")
    return name


def assignment_by_word(database: Database, word: str) -> Assignment | None:
    """An assignment by its public word, as its worker sees it, whatever became of it; None if there is none."""
    if not is_word(word):
        return None
    with database.read() as tx:
        lease = find_lease(tx, word, lock=False)
        if lease is None:
            return None
        return show_lease(tx, load_campaign(tx, campaign_id=lease.campaign_id), lease)


def campaign_by_id(database: Database, campaign_id: int) -> Campaign:
    """A campaign by its id; raises NotFoundError if there is none."""
    with database.read() as tx:
        return load_campaign(tx, campaign_id=campaign_id)


def image_by_id(database: Database, image_id: int) -> ImageRef | None:
    """An image by its id, or None."""
    with database.read() as tx:
        return image_refs(tx, [image_id]).get(image_id)


def newest_campaign(database: Database) -> Campaign:
    """The newest campaign; raises NotFoundError if there is none."""
    with database.read() as tx:
        return load_campaign(tx)

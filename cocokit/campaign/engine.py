"""The front door: ``join``, ``next_task``, ``submit``. Simulated workers and web pages come through here alike.

Each call is one transaction: all of it happens or nothing, and what was acknowledged is there after a crash.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection
from typing import Any

from ..domain.answers import SegmentAnswer, Times, VerifyAnswer
from ..domain.stages import AnswerState, CampaignState, Stage, WorkerState
from ..domain.tasks import Assignment, Receipt, Work
from ..errors import GoneError, NotFoundError, RefusedError
from ..pipeline.leases import Clock, SteadyClock
from ..store import answers as store
from ..store.answers import Lease
from ..store.claims import arrive, hand_over, lease
from ..store.database import Database, Transaction
from ..store.journal import note, pay
from ..store.sentinels import checks_on, find_sentinel, show
from ..store.tasks import anchor_leases, expired_leases, held_places
from ..store.workers import Qualification, add_worker, find_identity, qualifications
from ..store.workers import set_qualification as write_qualification
from .choosing import Choice, choose
from .context import Campaign, load_campaign
from .handout import plain_lease, show_lease, training_work, work_of
from .intake import is_trusted, look_at_places, outcome_of, take
from .payloads import read_answer
from .routing import end_leases
from .training import score_training
from .words import check_times, check_word, gone, is_word

#: How many tasks a worker may hold at a time: the one on the page, the next one that it fetches, and one more.
HELD = 3
_UPKEEP_MS = 1000
#: What goes with an answer into its transaction.
Also = Callable[[Transaction, Lease, int], None]
#: What is read in the transaction that finds the next task: it gets the task, and whether it was leased just now.
Beside = Callable[[Transaction, Assignment | None, bool], None]


class Engine:
    """One campaign at work.

    Args:
        database: where it lives.
        name: which campaign; None takes the newest.
        clock: tells the time.
        chance: places sentinels on pages and makes the words of assignments; None takes the system's.

    Raises:
        NotFoundError: there is no such campaign.
    """

    def __init__(
        self,
        database: Database,
        name: str | None = None,
        *,
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self.database = database
        self.clock: Clock = clock or SteadyClock()
        self._chance = chance or random.SystemRandom()
        self._done: dict[str, int] = {}
        with database.read() as tx:
            self.campaign: Campaign = load_campaign(tx, name)

    def join(self, channel: str, external_id: str) -> int:
        """The worker whom a channel knows by a name, made if new; the worker's id.

        Raises:
            RefusedError: a name that is empty, long, or has characters that cannot be printed.
        """
        check_word("channel", channel)
        check_word("external_id", external_id)

        def work(tx: Transaction) -> int:
            known = find_identity(tx, self.campaign.id, channel, external_id)
            return known or add_worker(tx, self.campaign.id, channel, external_id, self.clock.now())

        return self.database.run(work)

    def next_task(
        self, worker_id: int, stages: Collection[Stage] | None = None, hold: Collection[str] | None = None,
        beside: Beside | None = None,
    ) -> Assignment | None:  # fmt: skip
        """Lease the best task that a worker may do now; None if there is none, or the campaign is not running.

        A worker who holds as many as allowed gets the oldest of them again.

        Args:
            worker_id: from :meth:`join`.
            stages: which stages it may be of; None allows all.
            hold: ids of assignments that the worker's page has; what is held beside them comes first, and there is
                nothing more than is allowed. None: the page says nothing of it.
            beside: reads in the same transaction what the page shows beside the task.

        Raises:
            RefusedError: the worker is paused or rejected.
        """

        def work(tx: Transaction) -> Assignment | None:
            given, fresh = self._next(tx, worker_id, stages, hold)
            if beside is not None:
                beside(tx, given, fresh)
            return given

        return self.database.run(work)

    def current(self, worker_id: int) -> list[Assignment]:
        """What a worker holds, the oldest first."""
        with self.database.read() as tx:
            return [show_lease(tx, self.campaign, lease) for lease in store.live_leases(tx, worker_id)]

    def submit(
        self, worker_id: int, assignment: str, payload: object, client_id: str, times: Times | None = None,
        also: Also | None = None,
    ) -> Receipt:  # fmt: skip
        """Take a worker's answer.

        Args:
            worker_id: whose it is.
            assignment: the ``id`` of the :class:`Assignment`.
            payload: parsed JSON as the stage's page sends it.
            client_id: made by the page; submitting twice with one is one answer.
            times: how long it took.
            also: done in the same transaction, with the lease and the answer's id; the second time too.

        Raises:
            RefusedError: it cannot be taken; the field and the reason say why, and nothing has changed.
        """
        spent = times or Times()
        check_word("client_id", client_id)
        check_times(spent)

        def work(tx: Transaction) -> Receipt:
            held = self._mine(tx, worker_id, assignment)
            receipt = self._submit(tx, held, payload, client_id, spent)
            if also is not None:
                also(tx, held, receipt.answer_id)
            return receipt

        return self.database.run(work)

    def extend(self, worker_id: int, assignment: str) -> int:
        """The page is still open: the lease runs its full length from now. Its new end, ms."""

        def work(tx: Transaction) -> int:
            held = self._mine(tx, worker_id, assignment)
            if held.state != "leased":
                raise gone(held.state)
            end = self.clock.now() + held.lease_ms
            store.move_lease(tx, held.id, end)
            return end

        return self.database.run(work)

    def release(self, worker_id: int, assignment: str, reason: str) -> None:
        """Give a task back unanswered; somebody else gets it.

        Raises:
            RefusedError: it is not theirs, or the reason is no word.
        """
        check_word("reason", reason)

        def work(tx: Transaction) -> None:
            held = self._mine(tx, worker_id, assignment)
            if held.state == "leased":
                end_leases(tx, self.campaign, [held.id], "released", self.clock.now())
                note(tx, self.campaign.id, "released", self.clock.now(), worker_id, {"reason": reason})

        self.database.run(work)

    def keep_up(self) -> int:
        """End the leases whose time is over; how many. ``next_task`` does it by itself about once a second."""
        return self.database.run(self._keep_up)

    def is_due(self, what: str, every_ms: int) -> bool:
        """Whether it is time again for something that each engine does now and then; whoever is told so does it."""
        now, last = self.clock.now(), self._done.get(what)
        if last is not None and 0 <= now - last < every_ms:
            return False
        self._done[what] = now
        return True

    # ------------------------------------------------------------------ next_task

    def _next(
        self, tx: Transaction, worker_id: int, stages: Collection[Stage] | None, hold: Collection[str] | None
    ) -> tuple[Assignment | None, bool]:
        found = arrive(tx, self.campaign.id, worker_id)
        if found is None:
            raise self._nobody(worker_id)
        door, all_held = found
        if door.worker is not WorkerState.ACTIVE:
            raise GoneError("worker", f"is {door.worker}{f': {door.reason}' if door.reason else ''}")
        if door.campaign is not CampaignState.RUNNING:
            return None, False
        now = self.clock.now()
        if self.is_due("upkeep", _UPKEEP_MS):
            self._keep_up(tx)
            all_held = store.live_leases(tx, worker_id) if all_held else []  # some of them may be over
        held = all_held if hold is not None or len(all_held) >= HELD else []
        left = held[:1] if hold is None else [one for one in held if one.word not in hold]
        if left:
            return show_lease(tx, self.campaign, left[0]), False
        if len(held) >= HELD:
            return None, False
        allowed = self.campaign.graph.stages if stages is None else stages
        trains = not any(one.sentinel_id for one in held)  # the second might not be needed after the first
        choice = choose(tx, self.campaign, worker_id, allowed, self._chance, trains=trains)
        return (None, False) if choice is None else (self._lease(tx, worker_id, choice, now), True)

    def _lease(self, tx: Transaction, worker_id: int, choice: Choice, now: int) -> Assignment:
        length = self.campaign.settings.lease_ms(choice.stage)
        word = f"{self._chance.getrandbits(128):032x}"
        training = choice.training.id if choice.training else None
        columns: dict[str, Any] = {
            "word": word, "campaign_id": self.campaign.id, "worker_id": worker_id, "stage": str(choice.stage),
            "sentinel_id": training, "leased_at": now, "lease_ms": length, "expires_at": now + length,
        }  # fmt: skip
        key = lease(tx, columns, choice.places)
        shown = [(sentinel.id, position) for position, sentinel in choice.sentinels]
        show(tx, key, worker_id, [(training, 0)] if training is not None else shown)
        if choice.training is not None:
            work: Work = training_work(tx, self.campaign, choice.training)
        else:
            work = work_of(tx, self.campaign, choice.stage, choice.places, choice.sentinels)
        return Assignment(word, worker_id, choice.stage, work, now + length, choice.training is not None)

    def _keep_up(self, tx: Transaction) -> int:
        now = self.clock.now()
        settings = self.campaign.settings
        anchor_leases(tx, self.campaign.id, now, max(settings.lease_ms(stage) for stage in Stage))
        over = expired_leases(tx, self.campaign.id, now)
        if over:
            end_leases(tx, self.campaign, over, "expired", now)
        return len(over)

    # ------------------------------------------------------------------ submit

    def _submit(self, tx: Transaction, held: Lease, payload: object, client_id: str, times: Times) -> Receipt:
        # How far a worker is in training is read and then written: two such answers must not do it at once.
        alone = held.sentinel_id is not None
        found = hand_over(tx, self.campaign.id, held.worker_id, client_id, alone=alone)
        if found is None:
            raise self._nobody(held.worker_id)
        door, before = found
        if before is not None:
            return _again(before, held)
        if door.campaign is CampaignState.CLOSED:
            raise GoneError("campaign", "is closed")
        if door.worker is WorkerState.REJECTED:
            raise GoneError("worker", "does not work in this campaign any more")
        if held.state == "withdrawn":
            raise gone(held.state)
        if held.state == "answered":
            raise GoneError("assignment", "has an answer already", "ask for the next task")
        return self._take(tx, held, payload, client_id, times)

    def _take(self, tx: Transaction, held: Lease, payload: object, client_id: str, times: Times) -> Receipt:
        now = self.clock.now()
        places = held_places(tx, held.id) if held.sentinel_id is None else []
        checks = checks_on(tx, held.id) if held.stage is Stage.VERIFY else {}
        assignment = plain_lease(tx, self.campaign, held, places, checks)
        answer = read_answer(assignment, payload, self.campaign.settings)
        receipt: dict[str, Any] = {"cents": getattr(self.campaign.settings, f"pay_{held.stage}")}
        columns: dict[str, Any] = {
            "campaign_id": self.campaign.id, "assignment_id": held.id, "worker_id": held.worker_id,
            "stage": str(held.stage), "training": assignment.training, "client_id": client_id,
            "payload": json.dumps(payload, separators=(",", ":")), "outcome": outcome_of(answer), "received_at": now,
            "wall_ms": times.wall_ms, "visible_ms": times.visible_ms, "active_ms": times.active_ms,
        }  # fmt: skip
        if assignment.training:
            assert isinstance(answer, SegmentAnswer)
            receipt |= self._train(tx, held, answer, columns, now)
            state, answer_id = AnswerState.COUNTED, store.add_answer(tx, **columns, receipt=json.dumps(receipt))
        else:
            taken = look_at_places(tx, held, places)
            trusted = not isinstance(answer, VerifyAnswer) or is_trusted(tx, self.campaign, held, answer, checks)
            state = taken.state if trusted else AnswerState.UNTRUSTED
            columns |= {"state": str(state), "receipt": json.dumps(receipt)}
            if held.stage is not Stage.VERIFY:
                task = taken.all[0].task
                columns |= {"image_id": task.image_id, "category_id": task.category_id, "subject": task.subject}
            answer_id = store.add_answer(tx, **columns)
            take(tx, self.campaign, held, taken, answer, answer_id, now, trusted)
        store.end_lease(tx, held.id)
        pay(tx, self.campaign.id, held.worker_id, answer_id, receipt["cents"], now)
        return Receipt(answer_id, str(state), **receipt)

    def _train(
        self, tx: Transaction, held: Lease, answer: SegmentAnswer, columns: dict[str, Any], now: int
    ) -> dict[str, Any]:
        """Score a training mask and write how far the worker is; what the receipt says of it."""
        assert held.sentinel_id is not None
        gold = find_sentinel(tx, held.sentinel_id)
        columns |= {"image_id": gold.image_id, "category_id": gold.category_id, "subject": gold.id,
                    "state": str(AnswerState.COUNTED)}  # fmt: skip
        passed, iou, boundary = False, 0.0, 0.0
        if answer.mask is not None:
            score = score_training(answer.mask, gold.mask, self.campaign.settings)
            passed, iou, boundary = score.passed, score.iou, score.boundary
        known = qualifications(tx, held.worker_id).get(gold.category_id, Qualification("trying", 0, 0.0))
        tries, best = known.tries + 1, max(known.best_iou, iou)
        over = tries >= self.campaign.settings.training_tries
        state = "passed" if passed or known.state == "passed" else "failed" if over else "trying"
        write_qualification(tx, held.worker_id, gold.category_id, Qualification(state, tries, best), now)
        return {"passed": passed, "iou": iou, "boundary": boundary}

    # ------------------------------------------------------------------ who is asking

    def _mine(self, tx: Transaction, worker_id: int, word: str) -> Lease:
        found = store.find_lease(tx, word, lock=True) if is_word(word) else None
        if found is None or found.worker_id != worker_id or found.campaign_id != self.campaign.id:
            raise GoneError("assignment", "is not one of yours", "ask for the next task")
        return found

    def _nobody(self, worker_id: int) -> NotFoundError:
        return NotFoundError(f"there is no worker {worker_id} in campaign {self.campaign.record.name}")


def _again(before: store.Before, held: Lease) -> Receipt:
    answer_id, assignment_id, state, receipt = before
    if assignment_id != held.id:
        raise RefusedError("client_id", "was used for another assignment", "make a new one for each answer")
    return Receipt(answer_id, state, repeated=True, **receipt)

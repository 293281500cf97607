"""A machine's clock is set forward and back under a running campaign, and processes start again: no lease is lost.

A lease is lost if its worker cannot hand in any more, if it ends before its time in the process that gave it, or if it
never ends and its places wait for ever.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.domain.tasks import Assignment
from cocokit.pipeline.leases import SteadyClock
from cocokit.store.campaigns import count_images
from cocokit.store.database import Database
from cocokit.store.models import AssignmentRow, PlaceRow

from .small import answer, create, finish, join

_DAY = 86_400.0
#: The longest lease of a stage, s.
_LONGEST = 1200.0
_START = 1.8e9
_WORKERS = 5


class Clocks(RuleBasedStateMachine):
    """Workers who take, keep, extend, give back and hand in, while the wall clock jumps and time passes."""

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        self.wall, self.steady = _START, 1000.0
        self.chance = Random(seed)
        self.database = Database("sqlite://")
        self.database.create_tables()
        self.truth = create(self.database, images=2, seed=seed, clock=self.clock())
        self.restart()
        self.workers = join(self.engine, _WORKERS)
        self.held: dict[str, tuple[Assignment, float, int]] = {}  # as it was given: when, by which process
        self.handed_in = 0

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.steady)

    process = 0

    @rule()
    def restart(self) -> None:
        """The process ends, and another one reads the wall clock."""
        self.process += 1
        self.engine = Engine(self.database, clock=self.clock(), chance=self.chance)

    @rule(seconds=st.sampled_from([-400 * _DAY, -_DAY, -3600.0, -60.0, 60.0, 3600.0, _DAY, 400 * _DAY]))
    def jump(self, seconds: float) -> None:
        """Somebody sets the clock."""
        self.wall += seconds

    @rule(seconds=st.sampled_from([0.5, 30.0, 299.0, 301.0, 900.0, _LONGEST + 1]))
    def wait(self, seconds: float) -> None:
        """Time passes for everybody."""
        self.wall += seconds
        self.steady += seconds

    @rule(worker=st.integers(0, _WORKERS - 1))
    def take(self, worker: int) -> None:
        """A worker asks for a task."""
        found = self.engine.next_task(self.workers[worker])
        if found is not None and found.id not in self.held:
            self.held[found.id] = (found, self.steady, self.process)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def hand_in(self, data: Any) -> None:
        """A worker hands in, however late: it is kept."""
        word = data.draw(st.sampled_from(sorted(self.held)))
        assignment, _, _ = self.held.pop(word)
        payload = answer(self.truth, assignment, self.chance)
        receipt = self.engine.submit(assignment.worker_id, word, payload, word)
        assert not receipt.repeated
        self.handed_in += 1

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: Any) -> None:
        """A worker does not want a task."""
        word = data.draw(st.sampled_from(sorted(self.held)))
        assignment, _, _ = self.held.pop(word)
        self.engine.release(assignment.worker_id, word, "too hard")

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def prolong(self, data: Any) -> None:
        """A page that is still open says so; the lease is as if it had been given now."""
        word = data.draw(st.sampled_from(sorted(self.held)))
        assignment, _, _ = self.held[word]
        if word in {held.id for held in self.engine.current(assignment.worker_id)}:
            self.engine.extend(assignment.worker_id, word)
            self.held[word] = (assignment, self.steady, self.process)

    @rule()
    def keep_up(self) -> None:
        """The leases that are over end."""
        self.engine.keep_up()

    @invariant()
    def nobody_loses_a_task_before_its_time(self) -> None:
        """In the process that gave it, a lease lasts as long as it should, whatever the wall clock says."""
        current = {held.id for worker in self.workers for held in self.engine.current(worker)}
        assert current <= set(self.held)
        for word, (assignment, given, process) in self.held.items():
            length = self.engine.campaign.settings.lease_ms(assignment.stage) / 1000
            if process == self.process and self.steady - given < length:
                assert word in current
        assert self.leased() == len(current)

    def leased(self) -> int:
        with self.database.read() as tx:
            return tx.execute(select(func.count()).where(AssignmentRow.state == "leased")).scalar_one()

    def teardown(self) -> None:
        """After one length of the longest lease all have ended, whoever gave them; and the campaign can be finished."""
        if not hasattr(self, "engine"):
            return
        while self.engine.keep_up():
            pass
        self.wait(_LONGEST + 1)
        while self.engine.keep_up():
            pass
        assert self.leased() == 0
        assert check_campaign(self.engine) == []
        finish(self.engine, self.truth, [*self.workers, *join(self.engine, 12, "late")], self.chance)
        assert check_campaign(self.engine) == []
        with self.database.read() as tx:
            assert set(count_images(tx, self.engine.campaign.id)) <= {"finished", "dropped"}
            assert tx.execute(select(func.count()).where(PlaceRow.state == "leased")).scalar_one() == 0
        self.database.close()


def test_a_clock_that_jumps_never_loses_a_lease() -> None:
    run_state_machine_as_test(
        Clocks,
        settings=settings(
            max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

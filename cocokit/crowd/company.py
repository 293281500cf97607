"""Simulated workers at a running campaign, in real time: company for people who look at it.

They come through the engine's front door as everybody does. Of each stage they leave some tasks to those whom a link
brings, so that a person finds every kind of work; what a person has done, they go on with.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np

from cocokit.campaign.engine import Engine
from cocokit.campaign.sentinels import restock
from cocokit.campaign.turns import waiting_for_others
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment, FilterTask
from cocokit.errors import RefusedError

from .eyes import Eyes
from .hands import Hands, Payload
from .people import Person
from .skills import Skill
from .spamming import SPAMMERS
from .truth import Scene, Truth

#: The channel by which they come.
CHANNEL = "simulated"
#: How many tasks of each stage they leave to others.
LEFT: Mapping[Stage, int] = {
    Stage.FILTER: 1, Stage.LABEL: 2, Stage.SPOT: 3, Stage.SEGMENT: 3, Stage.VERIFY: 8, Stage.CROWD: 2,
    Stage.CAPTION: 2,
}  # fmt: skip
#: The chance that one looks for work in another stage than the latest that has some, so that all of them move.
_ELSEWHERE = 0.5
#: Answers between two looks at the sentinels.
_ROUND = 25


class Company:
    """A crowd at one campaign.

    Args:
        engine: of the campaign; its clock says when an answer comes.
        truth: what is in the images.
        scenes: image -> what is in it.
        skills: of the workers, who are the same ones each time.
        seed: of what they do.
        left: stage -> tasks that they leave to others.
    """

    def __init__(
        self, engine: Engine, truth: Truth, scenes: Mapping[int, Scene], skills: Sequence[Skill], seed: int = 0,
        left: Mapping[Stage, int] = LEFT,
    ) -> None:  # fmt: skip
        self.engine, self.scenes, self.left = engine, dict(scenes), dict(left)
        self.chance = np.random.default_rng([seed, 5])
        self.answers = 0
        eyes = Eyes(truth, seed)
        self.people: list[Person] = []
        for i, skill in enumerate(skills):
            chance = np.random.default_rng([seed, 6, i])
            hands = SPAMMERS.get(skill.kind, Hands)(skill, eyes, engine.campaign.settings, chance)
            person = Person(i, skill, hands, chance)
            person.worker_id = engine.join(CHANNEL, f"{i + 1:04d}")
            self.people.append(person)

    def step(self) -> Stage | None:
        """One of them answers one task; its stage, or None if nobody may take any."""
        for i in self.chance.permutation(len(self.people)).tolist():
            person = self.people[i]
            if not person.gone and (done := self._work(person)) is not None:
                self.answers += 1
                if self.answers % _ROUND == 0:
                    restock(self.engine)
                return done
        return None

    def run(self, stop: threading.Event, pace_s: float) -> None:
        """Work until told to stop.

        Args:
            stop: set by whoever wants it to end.
            pace_s: between two answers, on average, s.
        """
        while not stop.wait(pace_s * float(self.chance.uniform(0.4, 1.6))):
            if self.step() is None:
                stop.wait(2 * pace_s)

    def _work(self, person: Person) -> Stage | None:
        assert person.worker_id is not None
        try:
            given = self._next(person.worker_id)
            if given is not None:
                self._answer(person, given)
        except RefusedError as error:
            if error.field == "worker":  # paused or rejected by the requester: the others go on
                person.gone = True
            return None
        return None if given is None else given.stage

    def _next(self, worker: int) -> Assignment | None:
        allowed = self._allowed()
        if not allowed:
            return None
        if float(self.chance.random()) < _ELSEWHERE:
            one = allowed[int(self.chance.integers(len(allowed)))]
            if given := self.engine.next_task(worker, [one]):
                return given
        return self.engine.next_task(worker, allowed)

    def _allowed(self) -> list[Stage]:
        """Stages with more work than is left to others; and what somebody waits for who has drawn a mask."""
        waiting = waiting_for_others(self.engine, CHANNEL)
        spared = dict(self.left)
        if waiting.own:
            spared[Stage.VERIFY] = -1
        if waiting.left[Stage.VERIFY] < self.left[Stage.VERIFY] / 2:
            spared[Stage.SEGMENT] = 1
        return [stage for stage in self.engine.campaign.graph.stages if waiting.left[stage] > spared[stage]]

    def _answer(self, person: Person, given: Assignment) -> None:
        assert person.worker_id is not None
        settings = self.engine.campaign.settings
        times = person.takes(given.work, settings, settings.prior(given.stage))
        payload = self._sorted(given.work) if isinstance(given.work, FilterTask) else person.hands.answer(
            given.work, self.scenes)  # fmt: skip
        self.engine.submit(person.worker_id, given.id, payload, given.id, times)

    def _sorted(self, work: FilterTask) -> Payload:
        """A search also brings up photographs in which there is nothing; everybody sees that."""
        return {"removed": {str(i.id): "invalid" for i in work.candidates if not self.scenes[i.id].categories}}

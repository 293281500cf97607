"""A whole campaign with simulated workers, through the engine's front door alone, in simulated time.

Workers come, work at their own speed, leave and come back; a clock that stands still between two events tells the time.
After every so many answers the requester's habits run: sentinels are restocked, and workers are judged by what the
campaign knows of them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cocokit.campaign.creating import GoldMask, NewImage
from cocokit.campaign.evidence import gather, unfinished
from cocokit.campaign.mask_sets import stored
from cocokit.campaign.rejection import reject
from cocokit.campaign.sentinels import restock
from cocokit.campaign.staging import Database, Staged, stage
from cocokit.domain.answers import Times
from cocokit.domain.tasks import Assignment
from cocokit.errors import RefusedError
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.leases import ManualClock

from .eyes import Eyes
from .hands import Hands, Payload
from .judging import Named, name_workers
from .people import Person
from .scoring import Score, score
from .skills import Skill
from .spamming import SPAMMERS
from .truth import Instance, Truth

#: 2026-01-01, ms since 1970 UTC: every simulated campaign begins then.
START = 1_767_225_600_000
#: Answers between two looks of the requester.
ROUND = 50
#: A campaign that nobody can do anything in for so long is stuck, ms.
_QUIET_MS = 3 * 24 * 3_600_000
#: Expert masks for each category.
GOLD = 3

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """One answer that the engine took.

    Attributes:
        answer_id: its row.
        person: the worker's place in the crowd.
        stage: its stage; "training" for a training mask.
        unit: the image in the truth, or less than 0 for a page of many.
        seconds: on the wall.
        cents: earned.
        score: by the truth.
        passed: of a training mask; None otherwise.
        categories: named, of a label answer.
    """

    answer_id: int
    person: int
    stage: str
    unit: int
    seconds: float
    cents: float
    score: Score
    passed: bool | None = None
    categories: tuple[int, ...] = ()


@dataclass(slots=True)
class Run:
    """What happened.

    Attributes:
        truth, people, staged: who worked on what.
        done: answers in the order in which they came.
        named: whom the requester rejected.
        refused: field of a refused payload -> how often; an honest page sends none.
        abandoned: pages that were closed without an answer.
        hours: from the launch to the last answer.
        finished: every image is finished or dropped.
    """

    truth: Truth
    people: list[Person]
    staged: Staged
    done: list[Done] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    abandoned: int = 0
    hours: float = 0.0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    """What a worker is busy with."""

    assignment: Assignment
    payload: Payload
    score: Score
    times: Times


def simulate(
    truth: Truth, file: CampaignFile, skills: Sequence[Skill], seed: int = 0, *, database: Database | None = None,
    progress: Progress | None = None,
) -> Run:  # fmt: skip
    """Run a campaign to its end, or until nobody can do anything in it.

    Args:
        truth: what is in the images.
        file: the campaign's numbers and stages.
        skills: the crowd.
        seed: the same seed gives the same campaign, to the byte.
        database: with tables, where it is kept; None keeps it in memory.
        progress: called with (images done, images in all).
    """
    return _Simulation(truth, file, skills, seed, database, progress).run()


def gold_of(truth: Truth, seed: int, each: int = GOLD) -> list[GoldMask]:
    """Masks that a requester's expert has drawn: some of each category, of a size that can be drawn well."""
    chance = np.random.default_rng([seed, 4])
    found: dict[int, list[tuple[int, Instance]]] = {}
    for scene in truth.scenes.values():
        for category, instances in scene.instances.items():
            found.setdefault(category, []).extend((scene.id, one) for one in instances)
    gold = []
    for category in sorted(found):
        fit = [item for item in found[category] if item[1].area >= 900] or sorted(
            found[category], key=lambda item: -item[1].area
        )[:each]  # fmt: skip
        for i in sorted(chance.permutation(len(fit))[:each].tolist()):
            image, one = fit[i]
            gold.append(GoldMask(image, category, stored(one.mask, "polygon", one.outlines)))
    return gold


class _Simulation:
    def __init__(
        self, truth: Truth, file: CampaignFile, skills: Sequence[Skill], seed: int, database: Database | None,
        progress: Progress | None,
    ) -> None:  # fmt: skip
        self.settings, self.clock, self.progress = file.settings, ManualClock(START), progress
        images = [NewImage(s.id, s.file_name, s.width, s.height) for s in truth.scenes.values()]
        staged = stage(file, truth.categories, images, gold_of(truth, seed), seed=seed, clock=self.clock,
                       database=database)  # fmt: skip
        self.engine = staged.engine
        self.scenes = {image: truth.scenes[coco] for image, coco in staged.coco_ids.items()}
        eyes = Eyes(truth, seed)
        people = []
        for i, skill in enumerate(skills):
            chance = np.random.default_rng([seed, 2, i])
            hands = SPAMMERS.get(skill.kind, Hands)(skill, eyes, file.settings, chance)
            people.append(Person(i, skill, hands, chance))
        self.result = Run(truth, people, staged)
        self.events: list[tuple[int, int, int, _Page | None]] = []
        self.order = 0
        self.since_round = 0
        self.quiet_since = START
        self.in_vain: set[int] = set()

    def run(self) -> Run:
        for person in self.result.people:
            self._later(person.next_visit(START), person)
        while self.events:
            at, _, number, page = heapq.heappop(self.events)
            self.clock.at = at
            person = self.result.people[number]
            if page is None:
                person.come(at)
                if person.worker_id is None:
                    person.worker_id = self.engine.join("simulated", f"{number + 1:04d}")
            else:
                self._submit(person, page)
            if person.gone:
                continue
            if not self._work(person) and self._is_over():
                break
        self.result.finished = unfinished(self.engine) == 0
        return self.result

    def _later(self, at: int, person: Person, page: _Page | None = None) -> None:
        self.order += 1
        heapq.heappush(self.events, (at, self.order, person.number, page))

    def _work(self, person: Person) -> bool:
        """Take the next task; False if there was none."""
        now = self.clock.now()
        assert person.worker_id is not None
        if now >= person.leaves:
            self._later(person.next_visit(now), person)
            return True
        try:
            assignment = self.engine.next_task(person.worker_id)
        except RefusedError:  # rejected while away
            person.gone = True
            return True
        if assignment is None:
            self.in_vain.add(person.number)
            self._later(person.next_visit(now), person)
            return False
        self.quiet_since = now
        self.in_vain.clear()
        if person.abandons():
            self.result.abandoned += 1
            self._later(person.next_visit(now), person)
            return True
        page = self._filled(person, assignment, (now - person.came) / 3_600_000)
        self._later(now + page.times.wall_ms, person, page)
        return True

    def _filled(self, person: Person, assignment: Assignment, hours: float) -> _Page:
        times = person.takes(assignment.work, self.settings, self.settings.prior(assignment.stage))
        payload = person.hands.answer(assignment.work, self.scenes, hours)
        return _Page(assignment, payload, score(person.hands, assignment.work, payload, self.scenes), times)

    def _submit(self, person: Person, page: _Page) -> None:
        assert person.worker_id is not None
        told, name = page.assignment, f"{person.number}-{person.answers}"
        try:
            receipt = self.engine.submit(person.worker_id, told.id, page.payload, name, page.times)
        except RefusedError as error:
            if error.field == "worker":
                person.gone = True
            elif error.field != "assignment":  # which is gone: nothing to give back
                self.result.refused[f"{told.stage}: {error.field}: {error.reason}"] += 1
                self.engine.release(person.worker_id, told.id, str(error))
            return
        person.answers += 1
        image = getattr(told.work, "image", None)
        unit = -len(self.result.done) - 1 if image is None else self.scenes[image.id].id
        self.result.done.append(Done(
            receipt.answer_id, person.number, "training" if told.training else str(told.stage), unit,
            page.times.wall_ms / 1000, receipt.cents, page.score, receipt.passed,
            tuple(drop["category_id"] for drop in page.payload.get("drops", ())),
        ))  # fmt: skip
        self.result.hours = (self.clock.now() - START) / 3_600_000
        self.since_round += 1
        if self.since_round >= ROUND:
            self._look()

    def _look(self) -> bool:
        """The requester's habits; whether anybody was rejected."""
        self.since_round = 0
        restock(self.engine)
        named = name_workers(gather(self.engine), self.settings, self.scenes)
        for one in named:
            reject(self.engine, [one.worker], one.reason)
        self.result.named += named
        if self.progress is not None:
            self.progress(len(self.scenes) - unfinished(self.engine), len(self.scenes))
        return bool(named)

    def _is_over(self) -> bool:
        """Whether everything is done, or nobody can do what is left."""
        if unfinished(self.engine) == 0:
            return not self._look()
        left = {person.number for person in self.result.people if not person.gone}
        return left <= self.in_vain and self.clock.now() - self.quiet_since > _QUIET_MS

"""When simulated workers come, how long they stay and how long an answer takes them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cocokit.domain.answers import Times
from cocokit.domain.tasks import FilterTask, VerifyTask, Work
from cocokit.pipeline.settings import CampaignSettings

from .hands import Hands
from .skills import Skill

#: Between two visits of a worker of the usual activity, ms; and how long a visit is, ms: median and spread.
GAP_MS, VISIT_MS, VISIT_SPREAD = 16 * 3_600_000, 30 * 60_000, 0.8
#: The chance that a worker closes the page without an answer.
ABANDONED = 0.003
#: How much times vary from answer to answer, standard deviation of the logarithm.
_VARY = 0.4
_VISIBLE, _ACTIVE = 0.95, 0.8


@dataclass(slots=True)
class Person:
    """One worker in the course of a campaign.

    Attributes:
        number: place in the crowd, from 0.
        skill, hands, chance: what the worker is like.
        worker_id: in the campaign, or None before the first visit.
        came, leaves: beginning and planned end of this visit, ms.
        gone: was rejected, and does not come again.
        answers: handed in so far.
    """

    number: int
    skill: Skill
    hands: Hands
    chance: np.random.Generator
    worker_id: int | None = None
    came: int = 0
    leaves: int = 0
    gone: bool = False
    answers: int = 0

    def next_visit(self, now: int) -> int:
        """When this worker comes (again), ms."""
        return now + round(float(self.chance.exponential(GAP_MS / self.skill.activity)))

    def come(self, now: int) -> None:
        """A visit begins."""
        self.came = now
        self.leaves = now + round(float(self.chance.lognormal(math.log(VISIT_MS), VISIT_SPREAD)))

    def takes(self, work: Work, settings: CampaignSettings, stage_seconds: float) -> Times:
        """How long an answer takes; at least half a second."""
        seconds = stage_seconds
        if isinstance(work, VerifyTask):
            seconds *= len(work.tiles) / settings.page_size
        if isinstance(work, FilterTask):
            seconds *= len(work.candidates) / settings.filter_page
        spread = float(self.chance.lognormal(-_VARY * _VARY / 2, _VARY))
        ms = max(300, round(1000 * seconds * self.skill.speed * spread))
        return Times(ms, round(_VISIBLE * ms), round(_ACTIVE * ms))

    def abandons(self) -> bool:
        """Whether the page is closed without an answer."""
        return float(self.chance.random()) < ABANDONED

"""Who works: the skills of simulated workers, drawn from distributions with a seed.

The numbers are chosen, not measured; what is known of real crowds bounds them: one worker of the COCO campaign named
some 60 to 80 % of the categories of an image and hardly any wrong one, half of the chance of a miss was in the image,
and eight workers together missed almost nothing (Lin et al. 2014, figure 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from cocokit.errors import ParamsError

#: Kinds of people who try, and their shares of a realistic crowd.
MIX = {"careful": 0.30, "average": 0.45, "hasty": 0.15, "slow": 0.10}

#: Kinds of people, or programs, who do not.
SPAM = ("random", "mark-all", "always-good", "copy-paste", "bot-fast")


@dataclass(frozen=True, slots=True)
class Skill:
    """What one worker is like.

    Attributes:
        kind: a name of :data:`MIX` or :data:`SPAM`.
        miss: chance of missing a category whose largest instance covers 2 % of an image that is not cluttered.
        miss_spot: the same of one instance, once its category is known.
        by_size, by_clutter: how much the log odds of a miss rise when the area falls to a third, and from one instance
            to thirty.
        extra: wrong categories named in an image, on average.
        extra_spot: chance of a cross where there is nothing.
        click_px: standard deviation of a click, px.
        iou: IoU with the truth that an outline comes to, on average, with the polygon tool.
        blunder: chance that an outline is bad: in a hurry, or of too much.
        doubt_at, doubt_slope: a mask with this IoU is called bad half of the time; how fast that changes with the IoU.
        lapse: chance of the wrong word on a mask, whatever it is like.
        strict: chance of removing a good image in the filter.
        speed: time for an answer, as a share of the usual.
        fatigue: rise of the log odds of a miss in an hour of work without a break.
        activity: how often this worker comes, as a share of the usual.
    """

    kind: str
    miss: float = 0.24
    miss_spot: float = 0.15
    by_size: float = 0.30
    by_clutter: float = 0.4
    extra: float = 0.05
    extra_spot: float = 0.02
    click_px: float = 2.0
    iou: float = 0.915
    blunder: float = 0.04
    doubt_at: float = 0.71
    doubt_slope: float = 0.035
    lapse: float = 0.02
    strict: float = 0.001
    speed: float = 1.0
    fatigue: float = 0.2
    activity: float = 1.0

    @property
    def is_spam(self) -> bool:
        """Whether this one does not try."""
        return self.kind in SPAM

    def miss_chance(self, base: float, share: float, clutter: float, hours: float = 0.0, hard: float = 0.0) -> float:
        """The chance of missing something.

        Args:
            base: ``miss`` or ``miss_spot``.
            share: of the image's area that it covers, 0 to 1.
            clutter: 0 to 1.
            hours: of work without a break.
            hard: what else makes it hard to see, for everybody; log odds.

        >>> average = Skill("average")
        >>> [round(average.miss_chance(0.24, share, 0.5), 2) for share in (0.0005, 0.02, 0.5)]
        [0.51, 0.28, 0.14]
        """
        odds = math.log(base / (1 - base)) - self.by_size * math.log(max(share, 1e-6) / 0.02) / math.log(3)
        return 1 / (1 + math.exp(-(odds + self.by_clutter * clutter + self.fatigue * hours + hard)))

    def doubt(self, iou: float) -> float:
        """The chance of calling a mask bad that has this IoU with what it should be.

        >>> careful = replace(Skill("careful"), lapse=0.01)
        >>> [round(careful.doubt(iou), 2) for iou in (0.5, 0.65, 0.8, 0.95)]
        [0.99, 0.84, 0.08, 0.01]
        """
        return self.lapse + (1 - 2 * self.lapse) / (1 + math.exp(min((iou - self.doubt_at) / self.doubt_slope, 500)))


#: The middle of each kind; :func:`draw_skills` spreads people around it.
MIDDLE = {
    "careful": Skill("careful", miss=0.16, miss_spot=0.09, extra=0.02, extra_spot=0.01, click_px=1.2, iou=0.935,
                     blunder=0.015, lapse=0.01, speed=1.2, fatigue=0.1),
    "average": Skill("average"),
    "hasty": Skill("hasty", miss=0.38, miss_spot=0.26, extra=0.09, extra_spot=0.05, click_px=3.5, iou=0.86,
                   blunder=0.12, lapse=0.05, strict=0.003, speed=0.6, fatigue=0.4),
    "slow": Skill("slow", miss=0.20, miss_spot=0.12, extra=0.03, iou=0.925, blunder=0.02, speed=2.2, fatigue=0.25),
    "random": Skill("random", speed=0.5),
    "mark-all": Skill("mark-all", speed=0.6),
    "always-good": Skill("always-good", speed=0.3),
    "copy-paste": Skill("copy-paste", speed=0.3),
    "bot-fast": Skill("bot-fast", speed=0.03),
}  # fmt: skip


def draw_skills(workers: int, spam: float = 0.1, seed: int = 0) -> list[Skill]:
    """A crowd.

    Args:
        workers: how many.
        spam: share of them who do not try, 0 to 1; all kinds of them alike.
        seed: the same seed gives the same crowd.

    Raises:
        ParamsError: nobody, or no such share.
    """
    if workers < 1:
        raise ParamsError("workers", workers, "at least 1 is needed")
    if not 0 <= spam <= 1:
        raise ParamsError("spam", spam, "a share from 0 to 1 is needed")
    chance = np.random.default_rng([seed, 1])
    bad = round(workers * spam)
    first = int(chance.integers(len(SPAM)))
    kinds = [SPAM[(first + i) % len(SPAM)] for i in range(bad)]
    kinds += [str(kind) for kind in chance.choice(list(MIX), size=workers - bad, p=list(MIX.values()))]
    chance.shuffle(kinds)
    return [_person(MIDDLE[kind], chance) for kind in kinds]


def _person(middle: Skill, chance: np.random.Generator) -> Skill:
    """Somebody of a kind: everybody is a little different."""
    better, faster, comes, drawing = chance.normal(size=4).tolist()

    def share(value: float) -> float:
        """A rate, its odds moved by how good this one is."""
        odds = value / (1 - value) * math.exp(-0.35 * better)
        return odds / (1 + odds)

    return replace(
        middle, miss=share(middle.miss), miss_spot=share(middle.miss_spot),
        extra=middle.extra * math.exp(-0.5 * better), iou=min(middle.iou + 0.015 * drawing, 0.97),
        blunder=share(middle.blunder), lapse=share(middle.lapse),
        speed=middle.speed * math.exp(0.25 * faster), activity=math.exp(comes),
    )  # fmt: skip


#: What a tool does to the IoU of an outline.
TOOLS = {
    "polygon": 0.0, "brush": -0.01, "scissors": 0.01, "superpixels": -0.03, "lasso": -0.01, "box": 0.0, "tighten": 0.0,
}  # fmt: skip

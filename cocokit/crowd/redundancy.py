"""What stopping early saves, and what recall it costs: :mod:`cocokit.pipeline.redundancy` applied to many answers.

An image is asked about until every category of it is settled, because one worker answers for all of them at once. A
category counts as present if anybody named it before the end (PROTOCOL 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cocokit.columns import Bools, Int64
from cocokit.errors import DataError, ParamsError
from cocokit.pipeline.redundancy import enough


@dataclass(frozen=True, slots=True)
class Policy:
    """A stopping rule and what it believes; the arguments of :func:`cocokit.pipeline.redundancy.enough`.

    Attributes:
        sensitivity, specificity: of a worker.
        prior: how often a category that is asked about is there.
        posterior: how sure is sure enough.
        floor: answers without which nothing is settled.
        most: answers at which asking ends anyway.
    """

    sensitivity: float
    specificity: float
    prior: float
    posterior: float = 0.99
    floor: int = 3
    most: int = 8

    def __post_init__(self) -> None:
        if not 1 <= self.floor <= self.most:
            raise ParamsError("floor", self.floor, f"give a number of answers from 1 to {self.most}, the most")

    def settled(self, named: int, asked: int) -> bool:
        """Whether no further answer is wanted."""
        return asked >= self.most or enough(named, asked, self.sensitivity, self.specificity, self.prior,
                                            self.posterior, self.floor)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saving:
    """What early stopping does; rates are NaN where there is nothing to divide by.

    Attributes:
        answers: mean answers that are asked for.
        answers_all: without early stopping.
        recall, recall_all: share of the present categories that are found, with and without early stopping.
        false_rate, false_rate_all: share of the absent categories that somebody named, likewise.
    """

    answers: float
    answers_all: float
    recall: float
    recall_all: float
    false_rate: float
    false_rate_all: float

    @property
    def saved(self) -> float:
        """Share of the answers that nobody has to give, 0 to 1."""
        return 1 - self.answers / self.answers_all if self.answers_all else 0.0


def expected_saving(policy: Policy, sensitivity: float, specificity: float, prior: float) -> Saving:
    """What the rule does to one question, if workers are as given; exact, over all orders of answers.

    Args:
        policy: the rule, with what it believes.
        sensitivity: how good workers are in truth.
        specificity: likewise.
        prior: how often it is there in truth.

    >>> found = expected_saving(Policy(0.8, 0.99, 0.3), 0.8, 0.99, 0.3)
    >>> round(found.saved, 3), round(found.recall, 4), round(found.recall_all, 4)
    (0.609, 0.992, 1.0)
    """
    there, found = _walk(policy, sensitivity)
    absent, false = _walk(policy, 1 - specificity)
    return Saving(prior * there + (1 - prior) * absent, float(policy.most), found, 1 - (1 - sensitivity) ** policy.most,
                  false, 1 - specificity**policy.most)  # fmt: skip


def _walk(policy: Policy, yes: float) -> tuple[float, float]:
    """(mean answers, chance that anybody said yes) if each worker says yes with probability ``yes``."""
    reached = {0: 1.0}  # how many said yes so far -> chance of being there and still asking
    answers, found = 0.0, 0.0
    for asked in range(policy.most + 1):
        stops = {named for named in reached if policy.settled(named, asked)}
        answers += asked * sum(reached[named] for named in stops)
        found += sum(reached[named] for named in stops if named > 0)
        going = {named: chance for named, chance in reached.items() if named not in stops}
        reached = {}
        for named, chance in going.items():
            reached[named + 1] = reached.get(named + 1, 0.0) + chance * yes
            reached[named] = reached.get(named, 0.0) + chance * (1 - yes)
    return answers, found


def replayed_saving(votes: Bools, image: Int64, truth: Bools, policy: Policy) -> Saving:
    """What the rule would have done to answers that were given, image by image, in their order.

    Args:
        votes: (P, N) bool whether the n-th worker of the pair's image named its category; N answers for every image.
        image: (P,) int64 any id of the pair's image.
        truth: (P,) bool whether the category is there.
        policy: the rule; its ``most`` is N at the most.

    Raises:
        DataError: there are fewer answers than the rule may ask for.
    """
    said = np.asarray(votes, np.bool_)[:, : policy.most]
    if said.shape[1] < policy.most:
        raise DataError("votes", "", f"{said.shape[1]} answers for each image, and the rule asks for up to "
                        f"{policy.most}", "lower most")  # fmt: skip
    ids, row = np.unique(image, return_inverse=True)
    stop = _stops(said, row, len(ids), policy)
    found = (np.cumsum(said, axis=1) > 0)[np.arange(len(said)), stop[row] - 1]
    true, anybody = np.asarray(truth, np.bool_), np.asarray(said.any(axis=1))
    mean = float(stop.mean()) if len(stop) else 0.0
    return Saving(mean, float(policy.most) if len(stop) else 0.0, _mean(found[true]), _mean(anybody[true]),
                  _mean(found[~true]), _mean(anybody[~true]))  # fmt: skip


def _stops(said: Bools, row: Int64, images: int, policy: Policy) -> Int64:
    """(I,) answers after which every pair of an image is settled at once, at least 1."""
    most = policy.most
    table = np.array([[policy.settled(m, n) if m <= n else False for m in range(most + 1)] for n in range(1, most + 1)])
    settled = table[np.arange(most)[None, :], np.cumsum(said, axis=1)]
    open_pairs = np.zeros((images, most), np.int64)
    np.add.at(open_pairs, row, ~settled)
    return np.asarray(np.argmax(open_pairs == 0, axis=1) + 1, np.int64)


def _mean(chosen: Bools) -> float:
    return float(chosen.mean()) if len(chosen) else math.nan

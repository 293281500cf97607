"""What early stopping saves and costs: exact against every sequence of answers, and against drawn ones."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.crowd.redundancy import Policy, Saving, expected_saving, replayed_saving
from cocokit.errors import DataError, ParamsError

RATE = st.floats(0.05, 0.95)
POLICIES = st.builds(Policy, RATE, RATE, RATE, st.floats(0.6, 0.999), st.integers(1, 3), st.integers(3, 6))


def asked(answers: tuple[int, ...], policy: Policy) -> int:
    return next(n for n in range(policy.most + 1) if policy.settled(sum(answers[:n]), n))


@settings(max_examples=60, deadline=None)
@given(POLICIES, RATE, RATE, RATE)
def test_expectation_over_every_sequence(policy: Policy, sensitivity: float, specificity: float, prior: float) -> None:
    found = expected_saving(policy, sensitivity, specificity, prior)
    means = {}
    for true, yes in ((True, sensitivity), (False, 1 - specificity)):
        answers = named = 0.0
        for said in itertools.product((0, 1), repeat=policy.most):
            chance = math.prod(yes if s else 1 - yes for s in said)
            n = asked(said, policy)
            answers += chance * n
            named += chance * any(said[:n])
        means[true] = answers, named
    assert found.answers == pytest.approx(prior * means[True][0] + (1 - prior) * means[False][0])
    assert (found.recall, found.false_rate) == pytest.approx((means[True][1], means[False][1]))
    assert found.recall <= found.recall_all + 1e-12
    assert found.false_rate <= found.false_rate_all + 1e-12
    assert -1e-12 <= found.saved < 1


def crowd(seed: int, images: int, policy: Policy) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    image = np.sort(chance.integers(0, images, images * 4)) * 3 + 1
    truth = chance.random(len(image)) < policy.prior
    yes = np.where(truth, policy.sensitivity, 1 - policy.specificity)
    return chance.random((len(image), policy.most)) < yes[:, None], image, truth


@pytest.mark.parametrize("seed", range(5))
def test_replay_in_plain_loops(seed: int) -> None:
    policy = Policy(0.7, 0.95, 0.3, 0.97, 2, 7)
    votes, image, truth = crowd(seed, 12, policy)
    found = replayed_saving(votes, image, truth, policy)
    stop = {}
    for i in set(image.tolist()):
        pairs = [votes[p].tolist() for p in np.flatnonzero(image == i)]
        stop[i] = next(n for n in range(1, 8) if all(policy.settled(sum(p[:n]), n) for p in pairs))
    named = [any(v[: stop[i]]) for v, i in zip(votes.tolist(), image.tolist(), strict=True)]
    assert found.answers == pytest.approx(np.mean(list(stop.values())))
    assert found.recall == pytest.approx(np.mean([n for n, t in zip(named, truth, strict=True) if t]))
    assert found.false_rate == pytest.approx(np.mean([n for n, t in zip(named, truth, strict=True) if not t]))
    assert found.recall_all == pytest.approx(votes.any(1)[truth].mean())


def test_replay_tends_to_the_expectation() -> None:
    policy = Policy(0.8, 0.98, 0.3, 0.99, 3, 8)
    votes, _, truth = crowd(0, 5000, policy)
    found = replayed_saving(votes, np.arange(len(votes)), truth, policy)  # one pair an image
    expected = expected_saving(policy, 0.8, 0.98, 0.3)
    assert found.answers == pytest.approx(expected.answers, abs=0.05)
    assert found.recall == pytest.approx(expected.recall, abs=0.005)
    assert found.saved > 0.4


def test_a_surer_rule_asks_more_and_finds_more() -> None:
    found = [expected_saving(Policy(0.6, 0.97, 0.3, p, 3, 10), 0.6, 0.97, 0.3) for p in (0.9, 0.99, 0.999)]
    assert sorted(f.answers for f in found) == [f.answers for f in found]
    assert sorted(f.recall for f in found) == [f.recall for f in found]
    assert found[0].saved > 0.5 > found[-1].saved > 0.1
    assert found[0].recall < found[-1].recall < found[-1].recall_all


def test_a_rule_that_is_never_sure_costs_and_saves_nothing() -> None:
    found = expected_saving(Policy(0.5, 0.5, 0.5, 0.9, 3, 8), 0.7, 0.9, 0.3)
    assert (found.answers, found.saved) == (pytest.approx(8), pytest.approx(0))
    assert (found.recall, found.false_rate) == (pytest.approx(found.recall_all), pytest.approx(found.false_rate_all))


def test_nothing_and_what_cannot_be() -> None:
    policy = Policy(0.7, 0.9, 0.3)
    none = replayed_saving(np.zeros((0, 8), bool), np.zeros(0, int), np.zeros(0, bool), policy)
    assert isinstance(none, Saving)
    assert (none.answers, none.saved) == (0, 0)
    assert math.isnan(none.recall)
    with pytest.raises(DataError, match="6 answers for each image, and the rule asks for up to 8; lower most"):
        replayed_saving(np.zeros((1, 6), bool), np.zeros(1, int), np.zeros(1, bool), policy)
    with pytest.raises(ParamsError, match="floor is 9; give a number of answers from 1 to 8"):
        Policy(0.7, 0.9, 0.3, floor=9)

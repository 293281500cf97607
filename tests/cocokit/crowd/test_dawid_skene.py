"""Dawid-Skene and majority vote agree with crowd-kit, and do what the theory says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.crowd.dawid_skene import Consensus, dawid_skene, dawid_skene_by_group
from cocokit.crowd.votes import Votes, majority
from cocokit.errors import DataError, ParamsError
from tests.cocokit.crowd import oracle


def crowd(
    seed: int, items: int = 60, workers: int = 9, labels: int = 2, each: int = 5, skill: float = 0.75,
) -> tuple[Votes, np.ndarray]:  # fmt: skip
    """Votes of workers of different skill, and the truth; every label and worker occurs."""
    chance = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(labels), chance.integers(0, labels, items - labels)])
    item = np.repeat(np.arange(items), each)
    worker = np.concatenate([(np.arange(each) + i) % workers for i in range(items)])
    good = np.clip(chance.normal(skill, 0.15, workers), 0.3, 0.97)
    right = chance.random(len(item)) < good[worker]
    said = np.where(right, truth[item], chance.integers(0, labels, len(item)))
    said[:: each][:labels] = np.arange(labels)
    return Votes.of(item, worker, said, labels), truth


@pytest.mark.parametrize("labels", [2, 3, 5])
@pytest.mark.parametrize("rounds", [1, 2, 10, 40])
@pytest.mark.parametrize("seed", [0, 1])
def test_posteriors_and_matrices_are_those_of_crowd_kit(labels: int, rounds: int, seed: int) -> None:
    votes, _ = crowd(seed, labels=labels)
    theirs, ours = oracle.fitted(votes, rounds), dawid_skene(votes, rounds=rounds, tolerance=-math.inf)
    assert len(ours.likelihood) == rounds
    np.testing.assert_allclose(ours.posterior, oracle.table(theirs.probas_, votes), atol=1e-6)
    np.testing.assert_allclose(ours.prior, theirs.priors_.sort_index(), atol=1e-6)
    np.testing.assert_allclose(ours.confusion, oracle.confusion(theirs.errors_, votes), atol=1e-6)


@pytest.mark.parametrize("labels", [2, 4])
@pytest.mark.parametrize("rounds", [1, 5, 30])
def test_one_coin_is_that_of_crowd_kit(labels: int, rounds: int) -> None:
    votes, _ = crowd(3, labels=labels)
    theirs = oracle.fitted(votes, rounds, one_coin=True)
    ours = dawid_skene(votes, one_coin=True, rounds=rounds, tolerance=-math.inf)
    np.testing.assert_allclose(ours.posterior, oracle.table(theirs.probas_, votes), atol=1e-6)
    np.testing.assert_allclose(ours.accuracy, theirs.skills_.sort_index(), atol=1e-6)


def test_gold_is_that_of_crowd_kit() -> None:
    votes, truth = crowd(4, labels=3)
    known = np.where(np.arange(votes.items) % 3 == 0, truth, -1)
    theirs = oracle.fitted(votes, 12, gold={i: int(k) for i, k in enumerate(known) if k >= 0})
    ours = dawid_skene(votes, gold=known, rounds=12, tolerance=-math.inf)
    np.testing.assert_allclose(ours.posterior, oracle.table(theirs.probas_, votes), atol=1e-6)
    assert (ours.label[known >= 0] == truth[known >= 0]).all()


@pytest.mark.parametrize("labels", [2, 3, 6])
def test_shares_are_those_of_crowd_kit(labels: int) -> None:
    votes, _ = crowd(5, labels=labels)
    np.testing.assert_allclose(votes.shares, oracle.majority_shares(votes), atol=1e-12)


def test_a_tie_and_no_votes_give_the_lowest_label() -> None:
    votes = Votes.of([0, 0, 2], [0, 1, 0], [1, 0, 1], items=4)
    assert majority(votes).tolist() == [0, 0, 1, 0]
    assert votes.shares.tolist() == [[0.5, 0.5], [0.5, 0.5], [0, 1], [0.5, 0.5]]


# ---------------------------------------------------------------- plain loops


def naive(votes: Votes, rounds: int, smoothing: float) -> tuple[list[list[float]], list[list[list[float]]], float]:
    """Posteriors, matrices and log-likelihood of the last round in plain loops over products, not logarithms."""
    n, w, k = votes.items, votes.workers, votes.labels
    rows = list(zip(votes.item.tolist(), votes.worker.tolist(), votes.label.tolist(), strict=True))
    posterior = [[sum(i == item and said == true for item, _, said in rows) / sum(i == item for item, _, _ in rows)
                  for true in range(k)] for i in range(n)]  # fmt: skip
    matrices: list[list[list[float]]] = []
    logs = 0.0
    for step in range(rounds + 1):
        prior = [sum(p[true] for p in posterior) / n for true in range(k)]
        matrices = [[[smoothing] * k for _ in range(k)] for _ in range(w)]
        for item, worker, said in rows:
            for true in range(k):
                matrices[worker][true][said] += posterior[item][true]
        matrices = [[[x / sum(row) for x in row] for row in matrix] for matrix in matrices]
        if step == rounds:
            break
        logs = 0.0
        for i in range(n):
            joint = [prior[true] * math.prod(matrices[worker][true][said] for item, worker, said in rows if item == i)
                     for true in range(k)]  # fmt: skip
            posterior[i] = [x / sum(joint) for x in joint]
            logs += math.log(sum(joint))
        logs += smoothing * sum(math.log(x) for matrix in matrices for row in matrix for x in row)
    return posterior, matrices, logs


@pytest.mark.parametrize("smoothing", [0.3, 2.0])
def test_the_same_in_plain_loops(smoothing: float) -> None:
    votes, _ = crowd(6, items=14, workers=5, labels=3, each=3)
    posterior, matrices, logs = naive(votes, 7, smoothing)
    found = dawid_skene(votes, smoothing=smoothing, rounds=7, tolerance=-math.inf)
    np.testing.assert_allclose(found.posterior, posterior, atol=1e-12)
    np.testing.assert_allclose(found.confusion, matrices, atol=1e-12)
    assert found.likelihood[-1] == pytest.approx(logs, rel=1e-12)


# ---------------------------------------------------------------- properties

VOTES = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(0, k - 1)), max_size=60).map(
        lambda rows: Votes.of(*([r[i] for r in rows] for i in range(3)), labels=k, items=8, workers=5)
    )
)


@settings(max_examples=100, deadline=None)
@given(VOTES, st.booleans(), st.sampled_from([0.0, 0.01, 1.0]))
def test_every_round_explains_the_votes_better(votes: Votes, one_coin: bool, smoothing: float) -> None:
    found = dawid_skene(votes, one_coin, smoothing, rounds=25, tolerance=-math.inf)
    assert (np.diff(found.likelihood) >= -1e-6).all()
    for chances in (found.posterior, found.prior, found.confusion):
        assert np.isfinite(chances).all()
        assert (chances >= 0).all()
        np.testing.assert_allclose(chances.sum(-1), 1, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(VOTES, st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(votes: Votes, chance: object) -> None:
    order = np.arange(len(votes.item))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = Votes.of(votes.item[order], votes.worker[order], votes.label[order], votes.labels, 8, 5)
    a, b = (dawid_skene(v, smoothing=0.5, rounds=10, tolerance=-math.inf) for v in (votes, shuffled))
    np.testing.assert_allclose(a.posterior, b.posterior, atol=1e-9)


def test_the_same_votes_give_the_same_bits() -> None:
    votes, _ = crowd(7)
    a, b = dawid_skene(votes), dawid_skene(votes)
    assert a.posterior.tobytes() == b.posterior.tobytes()
    assert a.confusion.tobytes() == b.confusion.tobytes()


def test_each_group_is_fitted_by_itself() -> None:
    votes, _ = crowd(8, items=90)
    group = np.arange(90) % 3
    together = dawid_skene_by_group(votes, group, smoothing=0.5, rounds=15, tolerance=-math.inf)
    assert together.confusion.shape == (9, 3, 2, 2)
    for g in range(3):
        rows = group[votes.item] == g
        items = np.flatnonzero(group == g)
        alone = dawid_skene(Votes.of(np.searchsorted(items, votes.item[rows]), votes.worker[rows], votes.label[rows],
                                     workers=9), smoothing=0.5, rounds=15, tolerance=-math.inf)  # fmt: skip
        np.testing.assert_allclose(together.posterior[items], alone.posterior, atol=1e-12)
        np.testing.assert_allclose(together.confusion[:, g], alone.confusion, atol=1e-12)
        np.testing.assert_allclose(together.sensitivity[:, g], alone.sensitivity, atol=1e-12)
        np.testing.assert_allclose(together.specificity[:, g], alone.specificity, atol=1e-12)
        np.testing.assert_allclose(together.accuracy[:, g], alone.accuracy, atol=1e-12)


def right(found: Consensus | np.ndarray, truth: np.ndarray) -> float:
    return float(((found.label if isinstance(found, Consensus) else found) == truth).mean())


def test_it_beats_the_majority_and_names_the_spammers() -> None:
    chance = np.random.default_rng(0)
    truth = (chance.random(3000) < 0.4).astype(np.int64)
    worker = np.concatenate([chance.choice(40, 7, replace=False) for _ in truth])
    item = np.repeat(np.arange(3000), 7)
    skill = np.where(np.arange(40) < 16, 0.5, 0.85)  # sixteen of forty guess
    said = np.where(chance.random(len(item)) < skill[worker], truth[item], 1 - truth[item])
    votes = Votes.of(item, worker, said)
    found = dawid_skene(votes)
    assert found.converged
    assert right(found, truth) > right(majority(votes), truth) + 0.03
    assert found.accuracy[:16].max() < 0.6 < 0.8 < found.accuracy[16:].min()


def test_what_cannot_be_is_refused() -> None:
    votes, _ = crowd(9)
    with pytest.raises(DataError, match=r"votes: \[1\]\.label: 2 is not between 0 and 1; votes hold indices, not ids"):
        Votes.of([0, 0], [0, 1], [1, 2])
    with pytest.raises(DataError, match="columns have .* rows"):
        Votes.of([0, 0], [0], [1])
    with pytest.raises(DataError, match="gold: has shape"):
        dawid_skene(votes, gold=np.zeros(3, np.int64))
    with pytest.raises(DataError, match="group: has shape"):
        dawid_skene_by_group(votes, np.zeros(3, np.int64))
    with pytest.raises(ParamsError, match="rounds is 0"):
        dawid_skene(votes, rounds=0)
    for wrong in (-1.0, math.nan):
        with pytest.raises(ParamsError, match="smoothing is"):
            dawid_skene(votes, smoothing=wrong)


def test_no_votes_at_all() -> None:
    found = dawid_skene(Votes.of([], [], []))
    assert found.posterior.shape == (0, 2)
    assert dawid_skene(Votes.of([], [], [], items=2, workers=1)).posterior.tolist() == [[0.5, 0.5]] * 2

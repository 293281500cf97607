"""What is true and how good everybody is, estimated together from votes alone.

A. P. Dawid and A. M. Skene: Maximum likelihood estimation of observer error-rates using the EM algorithm, Applied
Statistics 28 (1979). Each worker has a confusion matrix, P(said | true); each label a prior; the truth of each item is
hidden. Expectation: posteriors of the truth, given matrices and priors. Maximisation: matrices and priors, given the
posteriors. It starts from the shares of the votes and draws nothing, so the same votes give the same bits.

With two labels the matrix is the *two-coin* model, sensitivity and specificity. The *one-coin* model gives a worker one
accuracy, and spreads the errors evenly (Zhang, Chen, Zhou and Jordan, JMLR 17, 2016): steadier where votes are few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cocokit.columns import Float64, Int64
from cocokit.errors import DataError, ParamsError

from .votes import Votes

_LEAST = 1e-10  # no probability is 0, so that one strange vote does not rule out a truth for good


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Consensus:
    """What the votes say together.

    Attributes:
        posterior: (N, K) float64 probability of each truth; rows sum to 1.
        prior: (K,) float64 share of each truth; (G, K) with groups.
        confusion: (W, K, K) float64 P(said | true) as [worker, true, said]; (W, G, K, K) with groups. Rows for which
            there is nothing to count, and no smoothing, are even.
        likelihood: (R,) float64 natural logarithm of the probability of the votes, plus that of the smoothing, after
            each round; it never falls.
        converged: whether the last round changed it by less than the tolerance.
    """

    posterior: Float64
    prior: Float64
    confusion: Float64
    likelihood: Float64
    converged: bool

    @property
    def label(self) -> Int64:
        """(N,) int64 the most probable truth of each item; of several the lowest."""
        return np.asarray(np.argmax(self.posterior, axis=1), np.int64)

    @property
    def sensitivity(self) -> Float64:
        """(W,) or (W, G) float64, with two labels: how often a worker says 1 where 1 is true."""
        return self.confusion[..., 1, 1]

    @property
    def specificity(self) -> Float64:
        """(W,) or (W, G) float64, with two labels: how often a worker says 0 where 0 is true."""
        return self.confusion[..., 0, 0]

    @property
    def accuracy(self) -> Float64:
        """(W,) or (W, G) float64 how often a worker is right where truths are as frequent as the priors say."""
        return np.asarray((np.diagonal(self.confusion, axis1=-2, axis2=-1) * self.prior).sum(-1), np.float64)


def dawid_skene(
    votes: Votes, one_coin: bool = False, smoothing: float | Float64 = 0.0, gold: Int64 | None = None,
    rounds: int = 100, tolerance: float = 1e-7,
) -> Consensus:  # fmt: skip
    """Fit the model to votes.

    Args:
        votes: who said what; with yes or no, label 1 is yes.
        one_coin: one accuracy for each worker, instead of a matrix.
        smoothing: (K, K) votes, or one number for all, that each worker is taken to have given before the first one, as
            [true, said]; with one coin they count as right and wrong ones. 0 is maximum likelihood.
        gold: (N,) int64 the truth where it is known, elsewhere -1.
        rounds: the most rounds.
        tolerance: stop when a round gains less than this, per vote.

    Raises:
        DataError: gold has another length or unknown labels.
        ParamsError: rounds or smoothing cannot be.

    >>> votes = Votes.of([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2] * 3, [1, 1, 0, 0, 0, 1, 1, 1, 1])
    >>> found = dawid_skene(votes, smoothing=0.1)
    >>> found.label.tolist(), found.accuracy.round(2).tolist()
    ([1, 0, 1], [0.94, 0.94, 0.36])
    """
    found = _fit(votes, np.zeros(votes.items, np.int64), 1, one_coin, smoothing, gold, rounds, tolerance)
    return Consensus(found.posterior, found.prior[0], found.confusion[:, 0], found.likelihood, found.converged)


def dawid_skene_by_group(
    votes: Votes, group: Int64, one_coin: bool = False, smoothing: float | Float64 = 0.0, gold: Int64 | None = None,
    rounds: int = 100, tolerance: float = 1e-7,
) -> Consensus:  # fmt: skip
    """Fit each group of items, such as the pairs of a category, by itself: own prior, own matrix for each worker.

    A worker who knows cars may not know birds. Votes are few then, so smooth.

    Args:
        votes: who said what.
        group: (N,) int64 index of each item's group, 0 to G - 1.
        one_coin, smoothing, gold, rounds, tolerance: as for :func:`dawid_skene`, whose errors are raised here too.
    """
    groups = np.asarray(group, np.int64)
    if groups.shape != (votes.items,) or groups.min(initial=0) < 0:
        raise DataError("group", "", f"has shape {groups.shape} for {votes.items} items, least {groups.min(initial=0)}",
                        "give each item the index of its group")  # fmt: skip
    return _fit(votes, groups, int(groups.max(initial=-1)) + 1, one_coin, smoothing, gold, rounds, tolerance)


def _fit(
    votes: Votes, group: Int64, groups: int, one_coin: bool, smoothing: float | Float64, gold: Int64 | None,
    rounds: int, tolerance: float,
) -> Consensus:  # fmt: skip
    """A worker in a group is a worker of their own, and a group has a prior of its own: one fit does them all."""
    if rounds < 1:
        raise ParamsError("rounds", rounds, "give at least 1")
    before, known = _prior_votes(smoothing, votes.labels), _known(gold, votes)
    actor = votes.worker * groups + group[votes.item]
    actors, labels, said = votes.workers * groups, votes.labels, actor * votes.labels + votes.label
    posterior, history, converged = _pinned(votes.shares, known), [-np.inf], False
    for _ in range(rounds):
        prior = _priors(posterior, group, groups)
        confusion = _confusion(posterior, votes.item, said, actors, labels, before, one_coin)
        posterior, likelihood = _expect(votes, group, said, prior, confusion, known)
        history.append(likelihood + _log_prior(confusion, before))
        converged = history[-1] - history[-2] < tolerance * max(len(said), 1)
        if converged:
            break
    # Matrices and priors that belong to the posteriors, not to those before.
    prior = _priors(posterior, group, groups)
    confusion = _confusion(posterior, votes.item, said, actors, labels, before, one_coin)
    shape = (votes.workers, groups, labels, labels)
    return Consensus(posterior, prior, confusion.reshape(shape), np.array(history[1:]), bool(converged))


def _prior_votes(smoothing: float | Float64, labels: int) -> Float64:
    before = np.broadcast_to(np.asarray(smoothing, np.float64), (labels, labels))
    if not (np.isfinite(before).all() and (before >= 0).all()):
        raise ParamsError("smoothing", smoothing, "give votes, 0 or more")
    return before


def _known(gold: Int64 | None, votes: Votes) -> Int64:
    if gold is None:
        return np.full(votes.items, -1, np.int64)
    known = np.asarray(gold, np.int64)
    if known.shape != (votes.items,) or known.max(initial=-1) >= votes.labels or known.min(initial=-1) < -1:
        raise DataError("gold", "", f"has shape {known.shape}, labels {known.min(initial=0)} to {known.max(initial=0)}",
                        f"give each of {votes.items} items -1 or a label below {votes.labels}")  # fmt: skip
    return known


def _pinned(posterior: Float64, known: Int64) -> Float64:
    """Posteriors with certainty where the truth is known."""
    rows = np.flatnonzero(known >= 0)
    posterior[rows] = 0.0
    posterior[rows, known[rows]] = 1.0
    return posterior


def _priors(posterior: Float64, group: Int64, groups: int) -> Float64:
    """(G, K) mean posterior of each group; even for an empty one."""
    sums = [np.bincount(group, column, groups) for column in posterior.T]
    size = np.bincount(group, minlength=groups)[:, None]
    return np.where(size > 0, np.stack(sums, axis=1) / np.maximum(size, 1), 1 / posterior.shape[1])


def _confusion(
    posterior: Float64, item: Int64, said: Int64, actors: int, labels: int, before: Float64, one_coin: bool,
) -> Float64:  # fmt: skip
    """(actors, true, said) float64 expected votes, normalised."""
    votes = [np.bincount(said, column[item], actors * labels).reshape(actors, labels) for column in posterior.T]
    counts = np.stack(votes, axis=1) + before
    if one_coin:
        counts = _evenly_wrong(counts)
    counts = np.maximum(counts, _LEAST)
    return np.asarray(counts / counts.sum(2, keepdims=True), np.float64)


def _evenly_wrong(counts: Float64) -> Float64:
    """Each row the same: all right votes of the worker in the diagonal, all wrong ones spread over the rest."""
    labels = counts.shape[1]
    right, total = np.trace(counts, axis1=1, axis2=2), counts.sum((1, 2))
    wrong = (total - right) / max(labels - 1, 1)
    same = np.eye(labels, dtype=np.bool_)
    return np.asarray(np.where(same, right[:, None, None], wrong[:, None, None]), np.float64)


def _expect(
    votes: Votes, group: Int64, said: Int64, prior: Float64, confusion: Float64, known: Int64,
) -> tuple[Float64, float]:  # fmt: skip
    """Posteriors, and the logarithm of the probability of the votes, and of gold where it is known."""
    logs = np.log(confusion)
    terms = [np.bincount(votes.item, logs[:, true].reshape(-1)[said], votes.items) for true in range(votes.labels)]
    joint = np.asarray(np.stack(terms, axis=1) + np.log(np.maximum(prior, _LEAST))[group], np.float64)
    rows = np.flatnonzero(known >= 0)
    certain = np.full((len(rows), votes.labels), -np.inf)
    certain[np.arange(len(rows)), known[rows]] = joint[rows, known[rows]]
    joint[rows] = certain
    top = joint.max(1, keepdims=True)
    likely = np.exp(joint - top)
    total = likely.sum(1, keepdims=True)
    return likely / total, float((top + np.log(total)).sum())


def _log_prior(confusion: Float64, before: Float64) -> float:
    """What the votes before the first one add to the logarithm that each round raises."""
    return float((np.log(confusion) * before).sum()) if before.any() else 0.0

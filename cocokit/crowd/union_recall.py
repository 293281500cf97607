"""What the union of k workers finds, for every k at once, and what that says about how many to ask.

A pair is an image and a category. Of the n workers who saw the image, m named the category; a random k of them all miss
it with probability C(n - m, k) / C(n, k). So the expected recall and the expected false positives of k workers are
sums over pairs, exact, without drawing any workers (the COCO paper, section 4.4 and figure 4a, draws its curve for 1 to
10 workers against the majority of its experts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Bools, Float64, Int64
from cocokit.errors import ParamsError

_BLOCK = 64  # bootstrap draws at a time, so that memory stays bounded


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnionCurve:
    """Recall and precision of the union of k workers; NaN where there is nothing to divide by.

    Attributes:
        k: (K,) int64 workers.
        recall: (K,) float64 expected share of the true pairs that somebody names.
        precision: (K,) float64 expected true positives over expected positives: a ratio of expectations.
        false_positives: (K,) float64 expected number of wrong pairs.
        recall_band, precision_band: (2, K) float64 lower and upper ends over images drawn with replacement.
    """

    k: Int64
    recall: Float64
    precision: Float64
    false_positives: Float64
    recall_band: Float64
    precision_band: Float64


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Experts:
    """Experts against the majority of all.

    Attributes:
        truth: (P,) bool pairs that more than half of the experts named.
        precision, recall: (E,) float64 of each expert; NaN where there is nothing to divide by.
    """

    truth: Bools
    precision: Float64
    recall: Float64


def missed(viewers: Int64, namers: Int64, ks: Sequence[int]) -> Float64:
    """(P, K) float64 probability that a random k of a pair's viewers all miss it; all viewers where k is more.

    Args:
        viewers: (P,) int64 n, workers who saw the image.
        namers: (P,) int64 m, those who named the category; 0 to n.
        ks: K numbers of workers, each at least 1.

    >>> missed(np.array([8]), np.array([4]), [1, 2, 4, 5]).round(3).tolist()
    [[0.5, 0.214, 0.014, 0.0]]
    """
    if not len(ks) or min(ks) < 1:
        raise ParamsError("k", list(ks), "give numbers of workers from 1 on")
    drawn = np.arange(max(ks))
    n, m = np.asarray(viewers, np.int64)[:, None], np.asarray(namers, np.int64)[:, None]
    next_misses = np.maximum(n - m - drawn, 0) / np.maximum(n - drawn, 1)
    chances = np.cumprod(np.where(drawn < n, next_misses, 1.0), axis=1)
    return np.asarray(chances[:, np.asarray(ks, np.int64) - 1], np.float64)


def union_curve(
    viewers: Int64, namers: Int64, truth: Bools, image: Int64, ks: Sequence[int] = range(1, 11), draws: int = 1000,
    seed: int = 0, level: float = 0.95,
) -> UnionCurve:  # fmt: skip
    """Recall and precision of the union of k workers against the truth, with bootstrap bands over images.

    Pairs that are not true and that nobody named change nothing and may be left out.

    Args:
        viewers: (P,) int64 workers who saw the pair's image.
        namers: (P,) int64 workers who named its category.
        truth: (P,) bool whether it is there.
        image: (P,) int64 any id of the pair's image.
        ks: the numbers of workers.
        draws: how many times the images are drawn; 0 gives bands of NaN.
        seed: the same seed draws the same images.
        level: share of the draws that lie within the bands.
    """
    _, row = np.unique(image, return_inverse=True)
    images = int(row.max()) + 1 if len(row) else 0
    found = 1 - missed(viewers, namers, ks)
    true = np.asarray(truth, np.bool_)
    hits, wrong = (_per_image(row, np.where(part[:, None], found, 0.0), images) for part in (true, ~true))
    wanted = np.bincount(row[true], minlength=images).astype(np.float64)
    recall, precision = _rates(hits.sum(0), wrong.sum(0), wanted.sum(0, keepdims=True))
    bands = _bands(hits, wrong, wanted, draws, seed, level)
    return UnionCurve(np.array(list(ks), np.int64), recall, precision, wrong.sum(0), *bands)


def experts(named: Bools, with_themselves: bool = True) -> Experts:
    """The majority of experts as truth, and each expert's precision and recall against it.

    Args:
        named: (E, P) bool whether each expert named each pair; everybody saw every image.
        with_themselves: an expert is compared with a majority that they are part of (the paper does not say); without,
            with that of the others.

    >>> three = experts(np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0]], bool))
    >>> three.truth.tolist(), three.recall.tolist(), three.precision.tolist()
    ([True, True, False], [1.0, 0.5, 1.0], [1.0, 0.5, 1.0])
    """
    said = np.asarray(named, np.bool_)
    votes, count = said.sum(0), len(said)
    truth = 2 * votes > count
    held = np.broadcast_to(truth, said.shape) if with_themselves else 2 * (votes - said) > count - 1
    shared = (said & held).sum(1)
    return Experts(truth, _divided(shared, said.sum(1)), _divided(shared, held.sum(1)))


def miss_probability(named_by: float, workers: int) -> float:
    """The chance that all of k workers miss what each of them names with the same probability.

    >>> miss_probability(0.5, 8)
    0.00390625
    """
    return float((1 - _rate(named_by)) ** workers)


def needed_workers(named_by: float, miss: float) -> int:
    """The fewest workers who all miss with a chance of at most ``miss``.

    Raises:
        ParamsError: nobody ever names it, or no chance of missing is allowed.

    >>> needed_workers(0.5, 0.004), needed_workers(0.5, 0.00390625), needed_workers(1.0, 0.01)
    (8, 8, 1)
    """
    if _rate(named_by) == 0:
        raise ParamsError("named_by", named_by, "what nobody ever names is never found; give a rate above 0")
    if not 0 < miss < 1:
        raise ParamsError("miss", miss, "give a chance between 0 and 1, such as 0.01")
    if named_by == 1:
        return 1
    k = max(1, round(math.log(miss) / math.log1p(-named_by)))  # the logarithms may be off by a rounding
    while k > 1 and miss_probability(named_by, k - 1) <= miss:
        k -= 1
    while miss_probability(named_by, k) > miss:
        k += 1
    return k


def coverage(namers: Int64, workers: int) -> float:
    """The estimated share of the true pairs that were found at all, 0 to 1 (Chao2, on incidence).

    A. Chao: Estimating the population size for capture-recapture data with unequal catchability, Biometrics 43 (1987),
    in its bias-corrected form: S = seen + (n - 1) / n * f1 (f1 - 1) / (2 (f2 + 1)), where f1 and f2 are the pairs named
    by exactly one worker and by exactly two. Give it only pairs that later stages confirmed: wrong labels are named
    once as well.

    Args:
        namers: (P,) int64 how many workers named each pair; pairs that nobody named are left out.
        workers: n, how many saw each image.

    >>> coverage(np.array([8, 5, 2, 1, 1]), 8)
    0.9195402298850575
    """
    m = np.asarray(namers, np.int64)
    if workers < 1 or m.max(initial=0) > workers:
        raise ParamsError("workers", workers, f"a pair has {m.max(initial=0)} namers; give how many saw each image")
    found, once, twice = (int(np.count_nonzero(chosen)) for chosen in (m > 0, m == 1, m == 2))
    unseen = (workers - 1) / workers * once * (once - 1) / (2 * (twice + 1))
    return found / (found + unseen) if found else math.nan


def _divided(part: NDArray[Any], whole: NDArray[Any]) -> Float64:
    """Part / whole; NaN where the whole is 0."""
    rates = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=rates, where=whole > 0)
    return rates


def _rate(value: float) -> float:
    if not 0 <= value <= 1:
        raise ParamsError("named_by", value, "give a rate between 0 and 1")
    return value


def _per_image(row: Int64, values: Float64, images: int) -> Float64:
    """(I, K) sums of (P, K) values."""
    columns = [np.bincount(row, values[:, k], images) for k in range(values.shape[1])]
    return np.asarray(np.stack(columns, axis=1), np.float64)


def _rates(hits: Float64, wrong: Float64, wanted: Float64) -> tuple[Float64, Float64]:
    return _divided(hits, wanted), _divided(hits, hits + wrong)


def _bands(
    hits: Float64, wrong: Float64, wanted: Float64, draws: int, seed: int, level: float
) -> tuple[Float64, Float64]:
    images, ks = hits.shape
    if not images or not draws:
        return np.full((2, ks), np.nan), np.full((2, ks), np.nan)
    chance = np.random.default_rng(seed)
    found: list[tuple[Float64, Float64]] = []
    for start in range(0, draws, _BLOCK):
        times = chance.multinomial(images, np.full(images, 1 / images), min(_BLOCK, draws - start)).astype(np.float64)
        found.append(_rates(times @ hits, times @ wrong, (times @ wanted)[:, None]))
    recall, precision = (np.concatenate(part) for part in zip(*found, strict=True))
    return _ends(recall, level), _ends(precision, level)


def _ends(rates: Float64, level: float) -> Float64:
    """(2, K) quantiles of (B, K) rates, of those draws that have one."""
    ends = [(1 - level) / 2, (1 + level) / 2]
    columns = [rates[~np.isnan(rates[:, k]), k] for k in range(rates.shape[1])]
    return np.stack([np.quantile(c, ends) if len(c) else np.full(2, np.nan) for c in columns], axis=1)

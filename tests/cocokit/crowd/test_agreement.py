"""Alpha and kappa against published examples, crowd-kit, scikit-learn and plain loops."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit import rle
from cocokit.boundary import boundary_iou
from cocokit.crowd.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha, pairwise_iou
from cocokit.crowd.votes import Votes
from cocokit.errors import DataError, ParamsError
from tests.cocokit.crowd import oracle

# Krippendorff, Computing Krippendorff's alpha-reliability (2011), section C: four observers, twelve units.
PAPER = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""
VALUES = st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3)), max_size=40)


def values(text: str) -> tuple[list[int], list[int]]:
    rows = [(unit, int(v)) for line in text.split("\n") for unit, v in enumerate(line.split()) if v != "."]
    return [u for u, _ in rows], [v for _, v in rows]


def test_the_papers_example() -> None:
    assert krippendorff_alpha(*values(PAPER)) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(*values(PAPER), metric="interval") == pytest.approx(0.849, abs=5e-4)


def naive(rows: list[tuple[int, int]], interval: bool) -> float:
    """Every pair of values, one by one."""
    units = {u: [v for unit, v in rows if unit == u] for u, _ in rows}
    units = {u: vs for u, vs in units.items() if len(vs) > 1}
    said = [v for vs in units.values() for v in vs]
    if not said:
        return math.nan

    def differ(a: int, b: int) -> float:
        return float((a - b) ** 2) if interval else float(a != b)

    observed = sum(sum(differ(a, b) for a, b in itertools.permutations(vs, 2)) / (len(vs) - 1) for vs in units.values())
    expected = sum(differ(a, b) for a, b in itertools.permutations(said, 2)) / (len(said) - 1)
    return 1 - observed / expected if expected else 1.0


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_alpha_in_plain_loops(rows: list[tuple[int, int]]) -> None:
    item, value = [u for u, _ in rows], [v for _, v in rows]
    assert krippendorff_alpha(item, value) == pytest.approx(naive(rows, False), nan_ok=True)
    assert krippendorff_alpha(item, value, "interval") == pytest.approx(naive(rows, True), nan_ok=True)


@pytest.mark.parametrize("seed", range(6))
def test_alpha_is_that_of_crowd_kit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    item = np.repeat(np.arange(30), 4)
    truth = chance.integers(0, 5, 30)
    said = np.where(chance.random(120) < 0.6, truth[item], chance.integers(0, 5, 120))
    votes = Votes.of(item, np.tile(np.arange(4), 30), said, 5)
    assert krippendorff_alpha(item, said) == pytest.approx(oracle.alpha(votes), abs=1e-12)
    assert krippendorff_alpha(item, said, "interval") == pytest.approx(oracle.alpha(votes, squared=True), abs=1e-12)


def test_agreement_chance_and_contradiction() -> None:
    assert krippendorff_alpha([1, 1, 2, 2], ["cat", "cat", "dog", "dog"]) == 1
    assert krippendorff_alpha([1, 1, 2, 2], [0, 1, 0, 1]) < 0
    chance = np.random.default_rng(0)
    assert abs(krippendorff_alpha(np.repeat(np.arange(20_000), 3), chance.integers(0, 4, 60_000))) < 0.02
    large = [1e9, 1e9 + 1, 1e9 + 5, 1e9 + 5]
    assert krippendorff_alpha([1, 1, 2, 2], large, "interval") == pytest.approx(
        krippendorff_alpha([1, 1, 2, 2], [0, 1, 5, 5], "interval"))  # fmt: skip


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(DataError, match="2 values for 1 items"):
        krippendorff_alpha([1], [1, 2])
    with pytest.raises(ParamsError, match='metric is \'ratio\'; give "nominal" or "interval"'):
        krippendorff_alpha([1, 1], [1, 2], "ratio")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"rows sum to \[2, 3\]; items need equally many values"):
        fleiss_kappa([[1, 1], [3, 0]])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_cohens_kappa_is_that_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    a, b = [x for x, _ in rows], [y for _, y in rows]
    with oracle.crowd_kit():
        from sklearn.metrics import cohen_kappa_score

        expected = float(cohen_kappa_score(a, b)) if len({*a, *b}) > 1 else math.nan
    assert cohen_kappa(a, b) == pytest.approx(expected, nan_ok=True)


def test_fleiss_own_kind_of_example() -> None:
    counts = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
              [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


def test_masks_are_compared_within_their_item() -> None:
    chance = np.random.default_rng(0)
    pixels = [chance.random((9, 11)) < 0.5 for _ in range(6)]
    item = [5, 2, 5, 5, 9, 2]
    found = pairwise_iou(item, [rle.encode(p) for p in pixels])
    for row, unit in enumerate([2, 5]):
        some = [p for p, i in zip(pixels, item, strict=True) if i == unit]
        expected = [(a & b).sum() / (a | b).sum() for a, b in itertools.combinations(some, 2)]
        assert found[row] == pytest.approx(np.mean(expected))
    assert math.isnan(found[2])
    assert len(pairwise_iou([], [])) == 0


def test_another_overlap_may_be_given() -> None:
    masks = [rle.from_bbox([2, 2, w, 9], 20, 20) for w in (8, 9, 12)]
    found = pairwise_iou([0, 0, 0], masks, lambda some: np.array([[boundary_iou(a, b) for b in some] for a in some]))
    assert found[0] == pytest.approx(np.mean([boundary_iou(a, b) for a, b in itertools.combinations(masks, 2)]))

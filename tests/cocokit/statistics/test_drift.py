"""Jensen-Shannon divergence beside SciPy's and beside its meaning; categories by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from cocokit.dataset import Dataset
from cocokit.statistics import describe, drift_between
from cocokit.statistics.drift import divergence, divergence_parts
from tests.cocokit.statistics.test_describe import dataset

HISTOGRAM = st.lists(st.integers(0, 50), min_size=6, max_size=6).filter(any)


@given(p=HISTOGRAM, q=HISTOGRAM)
@settings(max_examples=100, deadline=None)
def test_it_is_the_square_of_scipys_distance(p: list[int], q: list[int]) -> None:
    bits = divergence(np.array(p), np.array(q))
    assert bits == pytest.approx(jensenshannon(p, q, 2) ** 2, abs=1e-12)
    assert divergence_parts(np.array(p), np.array(q)).min() >= 0
    assert 0 <= bits <= 1 + 1e-12


@given(p=HISTOGRAM, q=HISTOGRAM)
@settings(max_examples=50, deadline=None)
def test_it_is_what_a_category_tells_about_the_dataset(p: list[int], q: list[int]) -> None:
    """Mutual information of category and dataset, when a coin chose the dataset."""
    joint = np.stack([np.array(p) / sum(p), np.array(q) / sum(q)]) / 2
    alone = joint.sum(axis=0, keepdims=True) * joint.sum(axis=1, keepdims=True)
    there = joint > 0
    told = float((joint[there] * np.log2(joint[there] / alone[there])).sum())
    assert divergence(np.array(p), np.array(q)) == pytest.approx(told, abs=1e-12)


def test_equal_datasets_do_not_drift_and_disjoint_ones_do() -> None:
    one = dataset(1)
    other = dataset(1)
    for row in other["categories"]:
        row["name"] = f"other {row['name']}"
    same = drift_between(*(describe(Dataset.from_dict(one)) for _ in range(2)))
    assert (same.bits, same.sizes, same.instances, same.categories) == (0, 0, 0, 0)
    apart = drift_between(describe(Dataset.from_dict(one)), describe(Dataset.from_dict(other)))
    assert apart.bits == pytest.approx(1)
    assert len(apart.names) == 8
    assert np.isnan(apart.sizes_of).all()


def test_categories_are_the_same_where_their_names_are() -> None:
    one, other = dataset(2), dataset(2)
    for row in other["categories"]:
        row["id"] += 100
    for a in other["annotations"]:
        if "category_id" in a:
            a["category_id"] += 100
    assert drift_between(describe(Dataset.from_dict(one)), describe(Dataset.from_dict(other))).bits == 0


def test_chance_is_what_random_halves_show() -> None:
    chance = np.random.default_rng(3)
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
    drawn = [divergence(chance.multinomial(400, shares), chance.multinomial(900, shares)) for _ in range(400)]
    halves = [describe(Dataset.from_dict(flat(chance.multinomial(n, shares)))) for n in (400, 900)]
    assert drift_between(*halves).chance == pytest.approx(np.mean(drawn), rel=0.1)


def flat(counts: Any) -> dict[str, Any]:
    """One image with so many instances of each category."""
    rows = [{"image_id": 1, "category_id": k} for k, n in enumerate(counts) for _ in range(n)]
    kinds = [{"id": k, "name": f"c{k}"} for k in range(len(counts))]
    return {
        "images": [{"id": 1, "width": 9, "height": 9}],
        "annotations": [row | {"id": i} for i, row in enumerate(rows)],
        "categories": kinds,
    }


def test_what_it_means_is_said_in_one_sentence() -> None:
    one, other = (
        describe(Dataset.from_dict(flat(counts)), name) for counts, name in (([300, 100], "a"), ([100, 300], "b"))
    )
    sentence = "Knowing an instance's category tells 19 % of what there is to know about which of the two it is from, "
    assert drift_between(one, other).meaning == sentence + "more than chance gives (0.09 %)."
    assert drift_between(one, one).meaning.endswith("no more than chance gives (0.09 %).")


def test_nothing_beside_something_is_no_drift() -> None:
    empty = describe(Dataset.from_dict({"images": [], "annotations": [], "categories": []}))
    drift = drift_between(empty, describe(Dataset.from_dict(dataset(1))))
    assert (drift.bits, drift.chance, drift.sizes) == (0, 0, 0)
    assert drift_between(empty, empty).names == ()

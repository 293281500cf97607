"""The score of how little iconic a photo looks, against pictures whose answer is known."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.collection.cues import CUES, measure
from cocokit.collection.iconic import agreement, auc, look, score
from cocokit.errors import DataError
from cocokit.imageio import read_image
from tests.cocokit.collection.scenes import busy, iconic


def test_synthetic_photos_are_told_apart() -> None:
    cues = np.array([measure(make(seed)) for make in (iconic, busy) for seed in range(25)])
    kept = np.arange(50) >= 25
    scores = np.array([score(row, "pair") for row in cues])
    found = agreement(scores, cues, kept)
    assert found.auc > 0.99
    assert min(found.cues.values()) > 0.6, found.cues
    assert (found.kept, found.dropped) == (25, 25)


def test_real_photos_before_a_plain_background_are_below_cocos_own(shared_data: Path) -> None:
    plain = sorted((shared_data / "fruits_nuts" / "images").glob("*.jpg"))
    coco = sorted((shared_data / "coco_mini" / "val2017").glob("*.jpg"))[:60]
    assert len(plain) == 18
    scores = np.array([look(read_image(path), "pair")[0] for path in plain + coco])
    assert auc(scores, np.arange(len(scores)) >= len(plain)) > 0.85


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, bool]]) -> None:
    good = [value for value, kept in rows if kept]
    bad = [value for value, kept in rows if not kept]
    scores, kept = np.array([v for v, _ in rows], float), np.array([k for _, k in rows])
    if not good or not bad:
        with pytest.raises(DataError, match="it takes some of both"):
            auc(scores, kept)
        return
    naive = np.mean([(g > b) + 0.5 * (g == b) for g, b in product(good, bad)])
    assert auc(scores, kept) == pytest.approx(naive, abs=1e-12)


def test_auc_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    chance = np.random.default_rng(3)
    scores, kept = chance.integers(0, 40, 500) / 40.0, chance.random(500) < 0.3
    assert auc(scores, kept) == pytest.approx(roc_auc_score(kept, scores), abs=1e-12)


def test_a_query_of_one_category_makes_a_photo_more_suspect() -> None:
    photo = iconic(1)
    assert look(photo, "single")[0] < look(photo, "pair")[0] == look(photo, "scene")[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (3, 2), (900, 7), (64, 64)])
@pytest.mark.parametrize("fill", ["flat", "noise"])
def test_odd_photos_have_a_score_too(size: tuple[int, int], fill: str) -> None:
    chance = np.random.default_rng(0)
    pixels = (
        np.full((*size, 3), 9, np.uint8) if fill == "flat" else chance.integers(0, 255, (*size, 3)).astype(np.uint8)
    )
    found, cues = look(pixels, "pair")
    assert 0 <= found <= 1
    assert set(cues) == set(CUES)
    assert all(0 <= value <= 1 for value in cues.values()), cues


def test_the_same_photo_larger_has_nearly_the_same_score() -> None:
    for seed in range(4):
        small, large = (
            look(make, "pair")[0] for make in (busy(seed), np.kron(busy(seed), np.ones((2, 2, 1), np.uint8)))
        )
        assert small == pytest.approx(large, abs=0.1)

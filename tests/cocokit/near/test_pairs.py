"""Near pairs of hashes: every one, once, whatever the hashes are."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cocokit.near.pairs as pairs
from cocokit.columns import Int64
from cocokit.errors import ParamsError
from cocokit.kernels.hamming import bucket_pairs
from cocokit.near.pairs import UInt64, near_pairs

WORD = st.integers(0, 2**64 - 1)


def brute_force(hashes: UInt64, radius: int) -> Int64:
    """All against all, row by row."""
    found = [np.empty((0, 2), np.int64)]
    for i in range(len(hashes)):
        near = np.flatnonzero(np.bitwise_count(hashes[i + 1 :] ^ hashes[i]) <= radius) + i + 1
        found.append(np.stack([np.full(len(near), i), near], axis=1))
    return np.concatenate(found)


def flipped(rng: np.random.Generator, hashes: UInt64, most: int) -> UInt64:
    """The hashes with up to ``most`` bits changed."""
    made = hashes.copy()
    for i, count in enumerate(rng.integers(0, most + 1, len(hashes)).tolist()):
        for bit in rng.choice(64, count, replace=False).tolist():
            made[i] ^= np.uint64(1 << bit)
    return made


@given(st.lists(WORD, max_size=12), st.lists(st.tuples(st.integers(0, 11), WORD, WORD, WORD)), st.integers(0, 7))
@settings(deadline=None)
def test_small_sets_as_by_brute_force(words: list[int], near: list[tuple[int, int, int, int]], radius: int) -> None:
    # A word with few bits changed: three random words and-ed have eight bits on average.
    changed = [words[i % len(words)] ^ (a & b & c) for i, a, b, c in near if words]
    hashes = np.array(words + changed, np.uint64)
    assert near_pairs(hashes, radius).tolist() == brute_force(hashes, radius).tolist()


@pytest.mark.parametrize("radius", [3, 7])
def test_twenty_thousand_as_by_brute_force(radius: int) -> None:
    rng = np.random.default_rng(radius)
    plain = rng.integers(0, 2**64, 19_000, np.uint64)
    hashes = rng.permutation(np.concatenate([plain, flipped(rng, plain[:1000], radius + 1)]))
    found = near_pairs(hashes, radius)
    assert len(found) > 500
    assert np.array_equal(found, brute_force(hashes, radius))


@pytest.mark.parametrize("radius", [0, 1, 2, 3, 4, 7])
@pytest.mark.parametrize("same_bits", [16, 32, 50])
def test_skewed_hashes_as_by_brute_force(radius: int, same_bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "_BUCKET", 16)
    rng = np.random.default_rng(same_bits)
    start = rng.integers(0, 1 << (64 - same_bits), 1500, np.uint64) << np.uint64(same_bits // 2)
    hashes = np.concatenate([start, flipped(rng, start[:500], radius), start[:20]])
    assert np.array_equal(near_pairs(hashes, radius), brute_force(hashes, radius))


def test_a_crowded_bucket_is_not_compared_all_with_all() -> None:
    """A hundred thousand hashes with the first 16 bits in common: 5,000,000,000 comparisons if nothing were done."""
    rng = np.random.default_rng(1)
    start = rng.integers(0, 1 << 48, 100_000, np.uint64)
    near = flipped(rng, start[:300], 3)
    found = near_pairs(np.concatenate([start, near]), 3)
    planted = np.stack([np.arange(300), 100_000 + np.arange(300)], axis=1)
    assert set(map(tuple, planted.tolist())) <= set(map(tuple, found.tolist()))


def test_as_many_hashes_as_coco_has_images_take_less_than_a_second() -> None:
    rng = np.random.default_rng(2)
    start = rng.integers(0, 2**64, 324_720, np.uint64)
    hashes = np.concatenate([start, flipped(rng, start[:3280], 3)])
    near_pairs(hashes[:2], 3)  # the first call compiles
    before = time.process_time()
    found = near_pairs(hashes, 3)
    assert time.process_time() - before < 1
    assert found.tolist() == [[i, 324_720 + i] for i in range(3280)]


def test_the_plain_kernel_gives_the_same() -> None:
    rng = np.random.default_rng(5)
    words = np.sort(rng.integers(0, 1 << 10, 60, np.int64))
    bounds = np.array([0, 20, 45, 60])
    cuts = np.array([0, 3, 6, 64 - 5])
    for part in (0, 1, 2):
        for most in (16, 64):
            outcomes = []
            for run in (bucket_pairs, bucket_pairs.plain):
                state, left, right = np.zeros(2, np.int64), *np.zeros((2, 70), np.int64)
                all_pairs: list[tuple[int, int]] = []
                while state[0] < 3:
                    arrays = words, bounds, cuts, state, left, right
                    views = arrays if run is bucket_pairs else [memoryview(array) for array in arrays]  # type: ignore[arg-type]
                    count = run(*views[:3], part, 2, most, *views[3:])
                    all_pairs += list(zip(left[:count].tolist(), right[:count].tolist(), strict=True))
                outcomes.append(all_pairs)
            assert outcomes[0] == outcomes[1]
    assert outcomes[0]


def test_no_hash_and_one_have_no_pairs() -> None:
    assert near_pairs(np.empty(0, np.uint64), 3).shape == (0, 2)
    assert near_pairs(np.zeros(1, np.uint64), 7).shape == (0, 2)


def test_equal_hashes_are_pairs_at_any_radius() -> None:
    assert near_pairs(np.full(4, 9, np.uint64), 0).tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]


def test_a_radius_that_is_not_searched_for_is_refused() -> None:
    for radius in (-1, 8):
        with pytest.raises(ParamsError, match=f"radius is {radius}; use 0 to 7 bits"):
            near_pairs(np.zeros(2, np.uint64), radius)


def test_more_pairs_than_can_be_listed_are_refused_before_they_are_made() -> None:
    with pytest.raises(ParamsError, match="more than 20,000,000 pairs"):
        near_pairs(np.zeros(2_000_000, np.uint64), 0)

"""Keypoint similarity to the last bit: a threshold of just the similarity matches, the next number does not (F8, F9).

The threshold is computed here and not stored: NumPy's exponential has other last bits on other processors.
"""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from pycocotools.cocoeval import Params

from cocokit.eval import EvalParams
from tests.eval import naive_oks, oracle, ours
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings
from tests.eval.parity.scenes import found, truth, world

POSES = range(40)


def random_pose(seed: int, n: int = 17) -> tuple[list[float], list[float], float]:
    """An annotation's keypoints, a detection's near them, and the annotation's area."""
    rng = Random(seed)
    ours_ = [v for _ in range(n) for v in (rng.uniform(0, 90), rng.uniform(0, 90), rng.choice([0, 1, 2]))]
    theirs = [v + rng.gauss(0, 2) if i % 3 < 2 else 1 for i, v in enumerate(ours_)]
    return [*ours_[:2], 2, *ours_[3:]], theirs, rng.uniform(300, 3000)


def check_exact(seed: int, sigmas: list[float], settings: Settings) -> float:
    """Compare at the similarity and just above it; the similarity."""
    points, theirs, area = random_pose(seed, len(sigmas))
    similarity = naive_oks.oks(theirs, points, [0, 0, 9, 9], area, sigmas)
    settings.iou_thrs = [similarity, float(np.nextafter(similarity, 2))]
    gt = world(truth(0, 0, 9, 9, area=area, keypoints=points, num_keypoints=len(sigmas)))
    dt = [found(keypoints=theirs)]
    report = ours.evaluate(gt, dt, settings)
    assert_same_bits(report, oracle.evaluate(gt, dt, settings))
    assert report.recall[:, 0, 0, 0].tolist() == [1.0, 0.0]
    return similarity


@pytest.mark.parametrize("seed", POSES)
def test_f8_the_sum_over_points_is_numpys(seed: int) -> None:
    check_exact(seed, naive_oks.SIGMAS, Settings("keypoints"))


def test_f8_left_to_right_sums_are_another_thing() -> None:
    """Otherwise the poses above would test nothing; and the twin's sum is NumPy's."""
    different = 0
    for seed in POSES:
        terms = [Random(seed + k).random() for k in range(17)]
        different += sum(terms) != naive_oks.pairwise_sum(terms)
        assert naive_oks.pairwise_sum(terms) == float(np.sum(np.array(terms)))
    assert different > 5


@pytest.mark.parametrize("n", [1, 7, 8, 9, 16, 23, 127, 128, 129, 200, 300])
def test_f8_any_number_of_points_is_summed_as_numpy_does(n: int) -> None:
    sigmas = [Random(n + k).uniform(0.02, 0.1) for k in range(n)]
    check_exact(n, sigmas, Settings("keypoints", sigmas=sigmas))


def test_f9_five_of_the_sigmas_are_not_the_literals_that_one_would_write() -> None:
    literals = [0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087,
                0.089, 0.089]  # fmt: skip
    sigmas = EvalParams(iou_type="keypoints").sigmas_of(1).tolist()
    assert sigmas == naive_oks.SIGMAS == Params("keypoints").kpt_oks_sigmas.tolist()
    assert sum(a != b for a, b in zip(literals, sigmas, strict=True)) == 5

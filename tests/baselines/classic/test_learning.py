"""Latent rounds: the objective never rises, placements fit, mistakes are mistakes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch

from cocokit.baselines.classic.component import root_alone
from cocokit.baselines.classic.distance import LEAST_CURVE
from cocokit.baselines.classic.learning import CONVERGED, Mixture
from cocokit.baselines.classic.mining import APART, survey
from cocokit.baselines.classic.part_seeds import with_parts
from cocokit.baselines.classic.pyramid import pyramid
from cocokit.baselines.classic.scenes import Scenes
from cocokit.baselines.classic.settings import Learning
from cocokit.baselines.ops.boxes import iou, share
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError

SMALL = Learning(components=2, parts=2, zoom=1.5, train_levels=4, cost=0.02, mining=1, random=60, hardest=10,
                 area=(1500, 3000))  # fmt: skip


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return Scenes(shapes_batches(3, 96, seed=1, domain="cluttered"), SMALL, "cpu")


def learner(scenes: Scenes, settings: Learning = SMALL) -> Mixture:
    most = max(range(3), key=lambda k: sum(len(scenes.boxes(i, k)) for i in range(len(scenes))))
    return Mixture(scenes, most, settings, lambda: None)


def test_the_objective_never_rises_over_placing_and_learning(scenes: Scenes) -> None:
    mixture = learner(scenes)
    components = mixture.round(mixture.first_roots())
    for parts in (False, True):
        if parts:
            mixture.cache.positives.clear()
            mixture.cache.negatives.clear()
            components = [with_parts(c, 2, 6) for c in components]
        mixture.look(components, 10)
        values = [mixture.cache.objective(components)]
        for _ in range(3):
            components = mixture.cache.learn(components)
            values.append(mixture.cache.objective(components))
            mixture.look(components, 0)  # the instances are placed anew, the mistakes stay
            values.append(mixture.cache.objective(components))
        for before, after in itertools.pairwise(values):
            assert after <= before * (1 + 1e-5)
        assert values[-1] < values[0]


def test_placements_overlap_their_instances_and_mistakes_do_not(scenes: Scenes) -> None:
    mixture = learner(scenes)
    components = mixture.first_roots()
    placed = 0
    for image, boxes in enumerate(mixture.boxes):
        crowd = scenes.crowd(image)
        found = survey(scenes.levels(image), components, boxes, crowd, image, SMALL.overlap, 10)
        assert all(len(mistakes) == 10 for mistakes in found.mistakes.values())
        for example in found.negatives:
            known = float(example.vector @ components[example.component].vector())
            assert known == pytest.approx(example.score, abs=1e-4)
            assert (iou(example.box[None], boxes) < APART).all()
            assert (share(example.box[None], crowd) < 0.5).all()
        for box, example in zip(boxes, found.positives, strict=True):
            if example is not None:
                placed += 1
                assert float(iou(example.box[None], box[None])) >= 0.7
                known = float(example.vector @ components[example.component].vector())
                assert known == pytest.approx(example.score, abs=1e-4)
    assert placed


def test_a_root_over_the_rim_counts_as_far_as_the_image_goes() -> None:
    pixels = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    levels, root = list(pyramid(pixels, 2, 3)), root_alone(torch.zeros(32, 6, 6), 6)
    corner = torch.tensor([[0.0, 0, 24, 24]])  # what is left of a root of 48 px
    found = survey(levels[:1], [root], corner, torch.zeros(0, 4), 0, 0.95, 5)
    assert found.positives[0] is not None
    assert found.positives[0].box.tolist() == [-24, -24, 24, 24]
    assert all((example.box[2:] != 24).any() for example in found.negatives)


def test_an_image_that_is_all_crowd_teaches_no_mistakes(scenes: Scenes) -> None:
    components, everywhere = learner(scenes).first_roots(), torch.tensor([[-99.0, -99, 999, 999]])
    found = survey(scenes.levels(0), components, torch.zeros(0, 4), everywhere, 0, 0.7, 10)
    assert found.negatives == []
    assert found.positives == []


def test_a_full_cache_is_learned_from_on_the_way_and_keeps_the_hardest(scenes: Scenes) -> None:
    mixture = learner(scenes, replace(SMALL, cache=15))
    components = mixture.round(mixture.first_roots())
    assert len(mixture.cache.negatives) <= 15
    vectors = [c.vector() for c in components]
    lowest = min(float(e.vector @ vectors[e.component]) for e in mixture.cache.negatives.values())
    found = [survey(scenes.levels(i), components, b, scenes.crowd(i), i, 0.7, 1) for i, b in enumerate(mixture.boxes)]
    assert lowest < max(e.score for one in found for e in one.negatives)  # there is more to be learned from


def test_a_round_ends_when_there_is_little_left_to_be_learned(scenes: Scenes) -> None:
    looks = {}
    for mining in (1, 30):
        mixture = learner(scenes, replace(SMALL, mining=mining))
        told = itertools.count()
        mixture.tell = told.__next__
        components = mixture.round(mixture.first_roots())
        looks[mining] = next(told) // len(scenes)
        known = mixture.cache.objective(mixture.cache.learn(components))
        mixture.look(components, 10, place=False)
        missed = mixture.cache.objective(components) / known
        assert (missed > CONVERGED + 0.05) == (mining == 1), missed
    assert looks[1] == 1
    assert 2 <= looks[30] < 30


def test_curves_never_fall_below_what_the_transform_counts_on(scenes: Scenes) -> None:
    learned = learner(scenes, replace(SMALL, root_rounds=1, part_rounds=1)).learn()
    assert 1 <= len(learned.components) <= 2
    for component in learned.components:
        assert float(component.deform[:, 2:].min()) >= LEAST_CURVE - 1e-7


def test_a_category_without_instances_has_no_components(scenes: Scenes) -> None:
    learned = Mixture(scenes, 99, SMALL, lambda: None).learn()
    assert (learned.components, learned.corrections, learned.masks) == ([], [], [])


def test_learning_twice_is_the_same(scenes: Scenes) -> None:
    quick = replace(SMALL, root_rounds=1, part_rounds=1, components=1)
    one, other = (learner(scenes, quick).learn().components[0].vector() for _ in range(2))
    assert torch.equal(one, other)


def test_pyramids_are_kept_as_far_as_memory_goes() -> None:
    batches = shapes_batches(2, 96)
    kept, not_kept = (Scenes(batches, replace(SMALL, memory=megabytes), "cpu") for megabytes in (100, 0))
    assert kept.levels(1) is kept.levels(1)
    assert not_kept.levels(1) is not not_kept.levels(1)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"components": 0}, "components is 0; it must be at least 1"),
        ({"part": 5}, "part is 5; it must be even"),
        ({"area": (5000, 3000)}, "area is .*the lower first"),
        ({"overlap": 1.0}, "overlap is 1.0"),
        ({"zoom": 0.0}, "zoom is 0.0"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Learning(**wrong)  # type: ignore[arg-type]

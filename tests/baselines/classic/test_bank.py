"""A score is the best placement, looked up one by one; what a placement shows times the weights is its score."""

from __future__ import annotations

import itertools

import pytest
import torch

from cocokit.baselines.classic import bank
from cocokit.baselines.classic.bank import Bank
from cocokit.baselines.classic.component import Component, Placement, root_alone, root_boxes, shown
from cocokit.baselines.classic.distance import move_cost
from cocokit.baselines.classic.pyramid import Level, pyramid


def component(rows: int, columns: int, parts: int = 2, side: int = 4, seed: int = 0) -> Component:
    chance = torch.Generator().manual_seed(seed)
    places = [torch.randint(0, 2 * n - side + 1, (parts,), generator=chance) for n in (rows, columns)]
    deform = torch.rand(parts, 4, generator=chance) * 0.1 + torch.tensor([-0.05, -0.05, 0.02, 0.02])
    return Component(
        torch.randn(32, rows, columns, generator=chance) * 0.2,
        torch.randn(parts, 32, side, side, generator=chance) * 0.2,
        torch.stack(places, 1), deform, torch.tensor(-0.3),
    )  # fmt: skip


@pytest.fixture(autouse=True, params=["compiled", "tensors"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test by compiled code and by tensors."""
    if request.param == "tensors":
        monkeypatch.setattr(bank, "moves_are_compiled", lambda like: False)


@pytest.fixture(scope="module")
def level() -> Level:
    pixels = torch.rand(2, 3, 56, 72, generator=torch.Generator().manual_seed(5))
    return next(iter(pyramid(pixels, 5, 1)))


def explicit(form: Component, level: Level, image: int, y: int, x: int) -> tuple[float, list[list[int]]]:
    """The score of a root at a place, and where its parts are best, by trying each place of each part."""
    (rows, columns), side = form.size, form.parts.shape[-1]
    score = float((form.root * level.root[image, :, y : y + rows, x : x + columns]).sum() + form.bias)
    where = []
    for weights, (v, u), deform in zip(form.parts, form.anchors.tolist(), form.deform, strict=True):
        best = (-torch.inf, [0, 0])
        high, wide = level.fine.shape[2] - side + 1, level.fine.shape[3] - side + 1
        for row, column in itertools.product(range(high), range(wide)):
            seen = level.fine[image, :, row : row + side, column : column + side]
            cost = move_cost(torch.tensor(row - 2 * y - v), torch.tensor(column - 2 * x - u), deform)
            best = max(best, (float((weights * seen).sum() - cost), [row, column]))
        score += best[0]
        where.append(best[1])
    return score, where


@pytest.mark.parametrize("row, side", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_score_is_that_of_the_best_placement(level: Level, row: int, side: int) -> None:
    components = [component(3, 4), component(4, 3, seed=1)]
    form = components[row].mirrored() if side else components[row]
    scored = next(s for s in Bank(components).scored(level) if 2 * row + side in s.group.rows)
    member = scored.group.rows.index(2 * row + side)
    for image, y, x in ((0, 0, 0), (1, 3, 5), (1, scored.total.shape[2] - 1, scored.total.shape[3] - 1)):
        score, where = explicit(form, level, image, y, x)
        assert float(scored.total[image, member, y, x]) == pytest.approx(score, abs=1e-4)
        parts = scored.parts_at(torch.tensor([image]), torch.tensor([member]), torch.tensor([[y, x]]))[0]
        assert parts.tolist() == where
        seen = shown(components[row], level, Placement(score, image, (y, x), parts, bool(side)))
        assert float(seen @ components[row].vector()) == pytest.approx(score, abs=1e-4)


def test_a_mirrored_component_sees_on_a_mirrored_image_what_the_component_sees() -> None:
    pixels = torch.rand(1, 3, 64, 80, generator=torch.Generator().manual_seed(6))
    some = Bank([component(4, 5)])
    for one, other in zip(pyramid(pixels, 5, 2), pyramid(pixels.flip(3), 5, 2), strict=True):
        for a, b in zip(some.scored(one), some.scored(other), strict=True):
            assert a.group.rows == (0, 1)
            torch.testing.assert_close(a.total[:, [1, 0]].flip(3), b.total, atol=2e-2, rtol=0)


def test_mirroring_twice_is_nothing() -> None:
    one = component(3, 5)
    again = one.mirrored().mirrored()
    assert torch.equal(again.vector(), one.vector())
    assert torch.equal(again.anchors, one.anchors)
    assert not torch.equal(one.mirrored().vector(), one.vector())


def test_a_vector_and_back() -> None:
    one = component(3, 5)
    assert torch.equal(one.of_vector(one.vector()).vector(), one.vector())
    assert torch.equal(one.of_vector(one.vector() * 2).root, one.root * 2)


def test_roots_alone_need_no_parts(level: Level) -> None:
    scored = next(iter(Bank([root_alone(torch.randn(32, 3, 3), 6)]).scored(level)))
    parts = scored.parts_at(torch.tensor([0]), torch.tensor([0]), torch.tensor([[1, 2]]))
    assert parts.shape == (1, 0, 2)
    assert scored.total.shape[1] == 2


def test_a_root_larger_than_the_level_is_left_out(level: Level) -> None:
    assert list(Bank([component(40, 3)]).scored(level)) == []
    assert len(list(Bank([component(40, 3), component(3, 3)]).scored(level))) == 1


def test_many_components_give_what_each_gives_alone(level: Level) -> None:
    components = [component(3, 4, seed=n) for n in range(7)]
    together = {row: s.total[:, n] for s in Bank(components).scored(level) for n, row in enumerate(s.group.rows)}
    for number, one in enumerate(components):
        alone = next(iter(Bank([one]).scored(level))).total
        for side in (0, 1):
            torch.testing.assert_close(together[2 * number + side], alone[:, side], atol=1e-5, rtol=1e-5)


def test_boxes_of_roots() -> None:
    level = Level(torch.zeros(1, 32, 9, 9), torch.zeros(1, 32, 18, 18), (10.0, 8.0), (-20.0, -16.0))
    assert root_boxes(level, (2, 3), torch.tensor([[0, 0], [2, 5]])).tolist() == [[-16, -20, 8, 0], [24, 0, 48, 20]]


def test_components_that_cannot_reach_the_floor_are_given_up_and_no_others(level: Level) -> None:
    components = [component(3, 4, seed=n) for n in range(4)]
    full = next(iter(Bank(components).scored(level))).total
    tops = full.amax((2, 3))
    for floor in (-1e9, float(tops.min()), float(tops.median()), float(tops.max()) - 1e-3, 1e9):
        some = next(iter(Bank(components).scored(level, torch.full((2, 8), floor)))).total
        above = full > floor
        torch.testing.assert_close(some[above], full[above], atol=1e-5, rtol=1e-5)
        assert (some[~above] <= floor + 1e-5).all()
    assert some.isinf().all()

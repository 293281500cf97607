"""Compiled moves of parts equal those of tensors, and leave no array."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cocokit.baselines.classic import moving
from cocokit.baselines.classic.distance import distance_transform, move_cost
from cocokit.errors import ParamsError
from tests.bounds.guarded import guard

Case = tuple[Tensor, Tensor, Tensor, Tensor, int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Scores of roots and parts, deformations, anchors, and a step."""
    step, members, each = draw(st.sampled_from([1, 2, 2, 3])), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    high, wide, chance = draw(st.integers(1, 14)), draw(st.integers(1, 40)), torch.Generator()
    chance.manual_seed(draw(st.integers(0, 999)))
    spread = draw(st.sampled_from([0.0, 0.1, 1.0, 30.0]))
    scores = torch.randn(2, members * each, high, wide, generator=chance) * spread
    anchors = torch.stack([torch.randint(0, n, (members * each,), generator=chance) for n in (high, wide)], 1)
    rows, columns = ((n - 1 - int(anchors[:, i].max())) // step + 1 for i, n in enumerate((high, wide)))
    linear, curve = draw(st.sampled_from([0.0, 0.05, 0.5])), draw(st.sampled_from([0.0, 1e-3, 0.02, 1.0]))
    deform = torch.rand(members * each, 4, generator=chance)
    deform = torch.cat([(deform[:, :2] * 2 - 1) * linear, curve * (0.5 + deform[:, 2:])], 1)
    return torch.randn(2, members, rows, columns, generator=chance), scores, deform, anchors, step


def by_tensors(case: Case) -> Tensor:
    total, scores, deform, anchors, step = case
    size = (total.shape[2], total.shape[3])
    moved = distance_transform(scores, deform, anchors, size, step)
    return total + moved.view(*total.shape[:2], -1, *size).sum(2)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_moves_equal_the_transform_of_tensors(case: Case) -> None:
    found, tops = moving.best_moves(case[0], case[1], case[2], case[3], step=case[4])
    torch.testing.assert_close(found, by_tensors(case), atol=1e-5 * (1 + float(case[1].abs().max())), rtol=1e-5)
    assert torch.equal(tops, case[1].amax((2, 3)))


@settings(max_examples=60, deadline=None)
@given(cases(), st.floats(0, 1))
def test_what_is_above_the_floor_is_found_and_nothing_else_is_above_it(case: Case, share: float) -> None:
    full = by_tensors(case)
    floors = full.flatten(2).quantile(share, 2)
    found = moving.best_moves(case[0], case[1], case[2], case[3], floors, case[4])[0]
    above, near = full > floors[..., None, None], 1e-5 * (1 + float(case[1].abs().max()))
    torch.testing.assert_close(found[above], full[above], atol=near, rtol=1e-5)
    assert (found <= full + near).all()


def test_rows_without_hope_are_passed_over() -> None:
    total, scores = torch.zeros(1, 1, 6, 6), torch.zeros(1, 1, 12, 12)
    scores[0, 0, 0, 0] = 5.0
    found, _ = moving.best_moves(
        total, scores, torch.tensor([[0, 0, 1.0, 1.0]]), torch.zeros(1, 2).long(), torch.tensor([[0.5]])
    )
    assert found[0, 0, :2, 0].tolist() == [5.0, 1.0]
    assert found[0, 0, 2:].isinf().all()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_places_found_are_worth_what_is_promised(case: Case) -> None:
    total, scores, deform, anchors, step = case
    image, member, row, column = (torch.ones_like(total) > 0).nonzero().unbind(1)
    each = scores.shape[1] // total.shape[1]
    parts = member[:, None] * each + torch.arange(each)
    ideal = step * torch.stack([row, column], 1)[:, None] + anchors[parts]
    tops = scores.amax((2, 3))
    y, x = moving.best_places(scores, tops, deform, (image, member), ideal).unbind(2)
    worth = scores[image[:, None], parts, y, x] - move_cost(y - ideal[..., 0], x - ideal[..., 1], deform[parts])
    expected = distance_transform(scores, deform, anchors, (total.shape[2], total.shape[3]), step)
    expected = expected[image[:, None], parts, row[:, None], column[:, None]]
    torch.testing.assert_close(worth, expected, atol=1e-5 * (1 + float(scores.abs().max())), rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(cases())
def test_uncompiled_the_kernels_find_the_same_and_leave_no_array(case: Case) -> None:
    total, scores, deform, anchors, step = case
    image = member = torch.zeros(1, dtype=torch.int64)
    ideal = anchors[None, : scores.shape[1] // total.shape[1]]

    def both() -> tuple[Tensor, Tensor, Tensor]:
        found, tops = moving.best_moves(total, scores, deform, anchors, step=step)
        return found, tops, moving.best_places(scores, tops, deform, (image, member), ideal)

    compiled = both()
    with pytest.MonkeyPatch.context() as patch:
        guard(patch)
        plain = both()
    torch.testing.assert_close(plain[0], compiled[0], atol=1e-5 * (1 + float(scores.abs().max())), rtol=1e-5)
    assert torch.equal(plain[1], compiled[1])
    assert torch.equal(plain[2], compiled[2])


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = torch.Generator().manual_seed(1)
    total, scores = torch.randn(2, 3, 20, 30, generator=chance), torch.randn(2, 6, 45, 66, generator=chance)
    deform, anchors = torch.rand(6, 4, generator=chance) * 0.1 + 0.01, torch.tensor([[1, 2], [3, 0], [5, 6]] * 2)
    alone = moving.best_moves(total, scores, deform, anchors)[0]
    monkeypatch.setattr(moving, "_MANY", 1)
    for threads in (2, 3, 16):
        monkeypatch.setattr(moving.torch, "get_num_threads", lambda threads=threads: threads)
        assert torch.equal(moving.best_moves(total, scores, deform, anchors)[0], alone)


@pytest.mark.parametrize("anchor", [[-1, 0], [0, -1], [5, 0], [0, 7]])
def test_an_anchor_outside_the_scores_is_refused(anchor: list[int]) -> None:
    with pytest.raises(ParamsError, match="anchors"):
        moving.best_moves(torch.zeros(1, 1, 2, 3), torch.zeros(1, 1, 7, 11), torch.ones(1, 4), torch.tensor([anchor]))


def test_only_float32_on_the_processor_goes_to_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert moving.moves_are_compiled(torch.zeros(1))
    assert not moving.moves_are_compiled(torch.zeros(1, dtype=torch.float64))
    assert not moving.moves_are_compiled(torch.zeros(1, device="meta"))
    monkeypatch.setattr(moving, "backend_name", lambda: "python")
    assert not moving.moves_are_compiled(torch.zeros(1))

"""Boxes from parts: what was put in comes out, mirrored too."""

from __future__ import annotations

import torch

from cocokit.baselines.classic.box_prediction import fit_boxes, predict_boxes

SIZE = (6, 4)


def made(count: int = 200) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Moves, roots, sides, and instances whose right end is where the second part is."""
    chance = torch.Generator().manual_seed(0)
    moves = torch.randint(-3, 4, (count, 3, 2), generator=chance).float()
    low = torch.rand(count, 2, generator=chance) * 50
    scale = 5 + torch.rand(count, 1, generator=chance) * 10
    roots = torch.cat([low, low + scale * torch.tensor([[4.0, 6.0]])], 1)
    boxes = roots.clone()
    boxes[:, 2] += scale[:, 0] * (0.5 * moves[:, 1, 0] + 0.3)  # a part's cell is half a root's
    return moves, roots, torch.arange(count) % 2 == 1, boxes


def mirrored(boxes: torch.Tensor, about: torch.Tensor) -> torch.Tensor:
    total = about[:, 0] + about[:, 2]
    return torch.stack([total - boxes[:, 2], boxes[:, 1], total - boxes[:, 0], boxes[:, 3]], 1)


def test_a_linear_truth_is_found_whichever_side_was_seen() -> None:
    moves, roots, flipped, boxes = made()
    boxes = torch.where(flipped[:, None], mirrored(boxes, roots), boxes)
    weights = fit_boxes(moves, roots, boxes, flipped, SIZE)
    assert weights.shape == (7, 4)
    found = predict_boxes(weights.expand(len(moves), -1, -1), moves, roots, flipped, SIZE)
    assert float((found - boxes).abs().max()) < 0.5
    assert float((roots - boxes).abs().max()) > 10


def test_one_instance_teaches_its_offset_only() -> None:
    roots, boxes = torch.tensor([[0.0, 0, 40, 60]]), torch.tensor([[4.0, 0, 40, 54]])
    moves, flipped = torch.zeros(1, 2, 2), torch.tensor([False])
    weights = fit_boxes(moves, roots, boxes, flipped, SIZE)
    torch.testing.assert_close(predict_boxes(weights[None], moves, roots, flipped, SIZE), boxes, atol=1e-2, rtol=0)
    assert float(weights[1:].abs().max()) == 0


def test_nothing_learned_is_the_root() -> None:
    moves, roots, flipped, _ = made()
    torch.testing.assert_close(predict_boxes(torch.zeros(len(moves), 7, 4), moves, roots, flipped, SIZE), roots)


def test_no_placements() -> None:
    none, flipped = torch.zeros(0, 4), torch.zeros(0, dtype=torch.bool)
    assert predict_boxes(torch.zeros(0, 7, 4), torch.zeros(0, 3, 2), none, flipped, SIZE).shape == (0, 4)

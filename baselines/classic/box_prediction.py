"""A box from where the parts are, by least squares (section 7 of the paper), in the root's own frame."""

from __future__ import annotations

import torch
from torch import Tensor

#: Damps what few instances cannot tell.
DAMPING = 0.1


def fit_boxes(moves: Tensor, roots: Tensor, boxes: Tensor, flipped: Tensor, size: tuple[int, int]) -> Tensor:
    """(2 P + 1, 4) float32: from a constant and the moves of P parts to corrections of the root's corners.

    Args:
        moves: (N, P, 2) float32, across and down, mirrored back.
        roots: (N, 4) corners of the roots, px.
        boxes: (N, 4) corners of the instances, px.
        flipped: (N,) bool, whether the mirrored component was placed.
        size: rows and columns of the root.
    """
    features = _features(moves, size).double()
    wanted = (_mirror(_in_frame(boxes, roots), flipped) - _in_frame(roots, roots)).double()
    damping = DAMPING * torch.eye(features.shape[1], dtype=torch.float64, device=moves.device)
    damping[0, 0] = 1e-6
    weights: Tensor = torch.linalg.solve(features.T @ features + damping, features.T @ wanted)
    return weights.float()


def predict_boxes(weights: Tensor, moves: Tensor, roots: Tensor, flipped: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, 4) corners, px; arguments as in :func:`fit_boxes`, weights (N, 2 P + 1, 4) for each."""
    correction = (_features(moves, size)[:, None] @ weights)[:, 0]
    frame = _mirror(_in_frame(roots, roots) + correction, flipped)
    sides = (roots[:, 2:] - roots[:, :2]).repeat(1, 2)
    return roots[:, :2].repeat(1, 2) + frame * sides


def _features(moves: Tensor, size: tuple[int, int]) -> Tensor:
    shares = moves / (2 * moves.new_tensor([size[1], size[0]]))
    return torch.cat([moves.new_ones(len(moves), 1), shares.flatten(1)], 1)


def _in_frame(boxes: Tensor, roots: Tensor) -> Tensor:
    """Corners with the root as the unit square."""
    sides = (roots[:, 2:] - roots[:, :2]).repeat(1, 2)
    return (boxes - roots[:, :2].repeat(1, 2)) / sides


def _mirror(frame: Tensor, flipped: Tensor) -> Tensor:
    other = torch.stack([1 - frame[:, 2], frame[:, 1], 1 - frame[:, 0], frame[:, 3]], 1)
    return torch.where(flipped[:, None], other, frame)

"""The generalised distance transform: the best a part can do near each place, when moving away from it costs.

Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, 2004, find the lower envelope of parabolas in
one pass, each step of which waits for the one before. Here a window is moved over all rows, then all columns, at once,
and it is as wide as it must be to be exact: a move that costs more than the scores' whole range is never the best.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

#: A cost rises at least so fast with the square of a move: release 5's bound.
LEAST_CURVE = 0.01
#: After so many moves each way it is worth asking whether more can pay.
_LOOK = 3


def move_cost(down: Tensor, across: Tensor, deform: Tensor) -> Tensor:
    """What a move by so many cells costs, for weights (..., 4) of across, down and their squares."""
    linear = deform[..., 0] * across + deform[..., 1] * down
    return linear + deform[..., 2] * across * across + deform[..., 3] * down * down


def reach(scores: Tensor, deform: Tensor) -> tuple[int, int]:
    """How far down and across the best place can be, in cells: further costs more than the range of the scores.

    Args:
        scores: (B, N, H, W) float32.
        deform: (N, 4) float32: what a move across, down, and the squares of these cost.
    """
    low, high = scores.amin((0, 2, 3)), scores.amax((0, 2, 3))
    curve = deform[:, 2:].clamp(min=1e-6)
    linear = deform[:, :2].abs()
    gain = (linear * linear / (4 * curve)).sum(1)  # the most that a cheap direction can give back
    span = (high - low + gain)[:, None]
    far = ((linear + (linear * linear + 4 * curve * span).sqrt()) / (2 * curve)).amax(0)
    across, down = (far.floor() + 1).clamp(max=max(scores.shape[2:])).int().tolist()
    return down, across


def distance_transform(
    scores: Tensor, deform: Tensor, anchors: Tensor | None = None, size: tuple[int, int] | None = None, step: int = 1
) -> Tensor:
    """The best score over all moves of each part, less the cost of the move.

    Args:
        scores: (B, N, H, W) float32, of N parts.
        deform: (N, 4) float32: what a move across, down, and the squares of these cost.
        anchors: (N, 2) int64: y and x of each part's own place for the first output; zeros without.
        size: rows and columns of the output; those of the scores without.
        step: cells of the scores from one output to the next.

    Returns:
        (B, N, rows, columns) float32: at (y, x), the maximum over (v, u) of ``scores[v, u]`` less the cost of the move
        from (step * y + anchor y, step * x + anchor x) to there. Every such place must lie inside the scores.
    """
    rows, columns = size or (scores.shape[2], scores.shape[3])
    down, across = reach(scores, deform)
    placed = _around_anchors(scores, anchors, (step * (rows - 1) + 1, step * (columns - 1) + 1), (down, across))
    high, highest = step * (rows - 1) + 1, scores.amax((0, 2, 3))

    def row(move: int) -> Tensor:
        return placed[:, :, down + move : down + move + high : step]

    best = _dilated(row, highest, deform[:, 1], deform[:, 3], down)
    phases = [best[..., phase::step].contiguous() for phase in range(step)]  # so that columns are read one by one

    def column(move: int) -> Tensor:
        first, phase = divmod(across + move, step)
        return phases[phase][..., first : first + columns]

    return _dilated(column, best.amax((0, 2, 3)), deform[:, 0], deform[:, 2], across)


def _around_anchors(scores: Tensor, anchors: Tensor | None, span: tuple[int, int], far: tuple[int, int]) -> Tensor:
    """Each part's scores from ``far`` before its place for the first output to ``far`` after that for the last."""
    padded = functional.pad(scores, (far[1], far[1], far[0], far[0]), value=-torch.inf)
    starts = [(0, 0)] * scores.shape[1] if anchors is None else anchors.tolist()
    high, wide = span[0] + 2 * far[0], span[1] + 2 * far[1]
    return torch.stack([padded[:, n, y : y + high, x : x + wide] for n, (y, x) in enumerate(starts)], 1)


def _dilated(moved: Callable[[int], Tensor], highest: Tensor, linear: Tensor, curve: Tensor, far: int) -> Tensor:
    """The best over moves one way and the other; no further once the highest score can improve nothing.

    Args:
        moved: (B, N, H, W) scores at so many cells from each output.
        highest: (N,) of all scores.
        linear: (N,) cost of a move.
        curve: (N,) cost of its square.
        far: no move is longer.
    """
    best = moved(0).clone()
    other = torch.empty_like(best)
    for length in range(1, far + 1):
        if length > _LOOK and not _pays(length, highest, best, linear.abs(), curve):
            break
        for move in (length, -length):
            there = moved(move)
            torch.sub(there, (linear * move + curve * move * move)[:, None, None], out=other)
            torch.maximum(best, other, out=best)
    return best


def _pays(length: int, highest: Tensor, best: Tensor, linear: Tensor, curve: Tensor) -> bool:
    """Whether a move by so much or more could make the lowest of what was found better."""
    cheapest = torch.maximum(linear / (2 * curve.clamp(min=1e-6)), torch.full_like(curve, length))
    return bool((highest - cheapest * (curve * cheapest - linear) > best.amin((0, 2, 3))).any())

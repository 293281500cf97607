"""The generalised distance transform: the best a part can do near each place, when moving away from it costs.

Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, 2004, find the lower envelope of parabolas in
one pass, each step of which waits for the one before. Here a window is moved over all rows, then all columns, at once,
and it is as wide as it must be to be exact: a move that costs more than the scores' whole range is never the best.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

#: A cost rises at least so fast with the square of a move: release 5's bound.
LEAST_CURVE = 0.01
#: Every so many moves each way it is worth asking whether more can pay.
_LOOK = 4
#: Scores that a processor holds close at hand; more parts at once only wait for memory.
_NEAR = 2**19


def move_cost(down: Tensor, across: Tensor, deform: Tensor) -> Tensor:
    """What a move by so many cells costs, for weights (..., 4) of across, down and their squares."""
    linear = deform[..., 0] * across + deform[..., 1] * down
    return linear + deform[..., 2] * across * across + deform[..., 3] * down * down


def give_back(deform: Tensor) -> Tensor:
    """(N,) the most that a move in a cheap direction can win by its cost alone, for deformations (N, 4)."""
    return (deform[:, :2].square() / (4 * deform[:, 2:].clamp(min=1e-6))).sum(1)


def farthest(span: Tensor, deform: Tensor, limit: int) -> tuple[int, int]:
    """How far down and across a move can pay that wins at most ``span`` (N,), for deformations (N, 4); in cells."""
    curve, linear = deform[:, 2:].clamp(min=1e-6), deform[:, :2].abs()
    span = span + give_back(deform)
    far = ((linear + (linear * linear + 4 * curve * span[:, None]).sqrt()) / (2 * curve)).amax(0)
    across, down = (far.floor() + 1).clamp(max=limit).int().tolist()
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
    anchors = torch.zeros(len(deform), 2, dtype=torch.int64) if anchors is None else anchors
    if scores.is_cuda:
        return _transformed(scores, deform, anchors, (rows, columns), step)
    few = max(1, _NEAR // scores[:, 0].numel())
    found = scores.new_empty(len(scores), len(deform), rows, columns)
    for first in range(0, len(deform), few):
        some = slice(first, first + few)
        found[:, some] = _transformed(scores[:, some], deform[some], anchors[some], (rows, columns), step)
    return found


def _transformed(scores: Tensor, deform: Tensor, anchors: Tensor, size: tuple[int, int], step: int) -> Tensor:
    rows, columns = size
    highest = scores.amax((0, 2, 3))
    down, across = farthest(highest - scores.amin((0, 2, 3)), deform, max(scores.shape[2:]))
    high, wide = step * (rows - 1) + 1, step * (columns - 1) + 1
    placed = _around_anchors(scores, anchors, (high + 2 * down, wide + 2 * across), (down, across))

    def row(move: int) -> Tensor:
        return placed[:, :, down + move : down + move + high : step]

    best = _dilated(row, highest, deform[:, 1], deform[:, 3], down)
    turned = [best[..., phase::step].transpose(2, 3).contiguous() for phase in range(step)]

    def column(move: int) -> Tensor:
        first, phase = divmod(across + move, step)
        return turned[phase][:, :, first : first + columns]

    return _dilated(column, best.amax((0, 2, 3)), deform[:, 0], deform[:, 2], across).transpose(2, 3)


def _around_anchors(scores: Tensor, anchors: Tensor, size: tuple[int, int], far: tuple[int, int]) -> Tensor:
    """(B, N, *size) each part's scores from ``far`` before its anchor; minus infinity where there are none."""
    placed = scores.new_full((*scores.shape[:2], *size), -torch.inf)
    for part, (y, x) in enumerate(anchors.tolist()):
        top, left = y - far[0], x - far[1]
        some = scores[:, part, max(0, top) : top + size[0], max(0, left) : left + size[1]]
        placed[:, part, max(0, -top) :, max(0, -left) :][:, : some.shape[1], : some.shape[2]] = some
    return placed


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
    moves = torch.arange(-far, far + 1, device=best.device)[:, None]
    costs = (linear * moves + curve * moves * moves)[..., None, None]
    for length in range(1, far + 1):
        if length % _LOOK == 0 and not _pays(length, highest, best, linear.abs(), curve):
            break
        for move in (length, -length):
            torch.sub(moved(move), costs[far + move], out=other)
            torch.maximum(best, other, out=best)
    return best


def _pays(length: int, highest: Tensor, best: Tensor, linear: Tensor, curve: Tensor) -> bool:
    """Whether a move by so much or more could make the lowest of what was found better."""
    cheapest = torch.maximum(linear / (2 * curve.clamp(min=1e-6)), torch.full_like(curve, length))
    return bool((highest - cheapest * (curve * cheapest - linear) > best.amin((0, 2, 3))).any())

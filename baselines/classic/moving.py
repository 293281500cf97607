"""The best moves of parts, by compiled code in as many threads as torch has; ``distance`` has the same in tensors."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cocokit.compiled import backend_name
from cocokit.errors import ParamsError

from ..kernels import moves

#: Scores that are worth a thread.
_MANY = 2**17
#: Scores that are looked at, about, for where a part is best.
_LOOKED_AT = 2**7


def moves_are_compiled(like: Tensor) -> bool:
    """Whether compiled code may work on such scores; else tensors are moved about."""
    return like.device.type == "cpu" and like.dtype == torch.float32 and backend_name() != "python"


def best_moves(
    total: Tensor, scores: Tensor, deform: Tensor, anchors: Tensor, floors: Tensor | None = None, step: int = 2
) -> tuple[Tensor, Tensor]:
    """The scores of roots with their parts at their best.

    Args:
        total: (B, G, rows, columns) float32, of G components' roots.
        scores: (B, G P, H, W) float32, of their parts.
        deform: (G P, 4) float32: what a move across, down, and the squares of these cost.
        anchors: (G P, 2) int64: y and x of each part's own place for the first root.
        floors: (B, G) float32 scores that matter to nobody.
        step: cells of the scores from one root to the next.

    Returns:
        (B, G, rows, columns) float32, minus infinity in rows where nothing can be above the floor, and (B, G P) float32
        the highest score of each part.

    Raises:
        ParamsError: an anchor's place for some root is outside the scores.
    """
    _check(anchors, (total.shape[2], total.shape[3]), scores, step)
    scores = _in_planes(scores)
    found, tops = total.contiguous().clone(), scores.new_empty(scores.shape[:2])
    planes, (high, wide) = found.shape[0] * found.shape[1], scores.shape[2:]
    floors = found.new_full((planes,), -torch.inf) if floors is None else floors
    sizes = _sizes(found.shape[1], scores, (*found.shape[2:], step))
    each, longer = int(sizes[1]), 2 * max(high, wide) + 8
    given = [*map(_flat, (found, tops, floors)), _scores(scores), *map(_flat, (anchors, deform))]

    lengths = 2 * (each * high + found.shape[2]), wide, 3 * wide + 8 * step, wide

    def some(first: int, last: int) -> None:
        room = [np.empty(length, np.float32) for length in lengths]
        reach, starts = np.empty(2 * each, np.int64), np.empty(longer, np.int64)
        moves.best_moves(*given, sizes, first, last, room[0], reach, *room[1:], starts, np.empty(longer, np.float32))

    _in_threads(some, planes, scores.numel())
    return found, tops


def best_places(scores: Tensor, tops: Tensor, deform: Tensor, roots: tuple[Tensor, Tensor], ideal: Tensor) -> Tensor:
    """Where parts are best.

    Args:
        scores, tops, deform: as of :func:`best_moves`.
        roots: (N,) int64 images and (N,) int64 members of the components.
        ideal: (N, P, 2) int64 row and column of parts that do not move.

    Returns:
        (N, P, 2) int64 row and column.
    """
    scores = _in_planes(scores)
    found, each = ideal.contiguous().clone(), ideal.shape[1]
    sizes = _sizes(len(deform) // each, scores, (0, 0, 0))
    given = [_flat(found), _scores(scores), *map(_flat, (tops, *roots, deform))]

    def some(first: int, last: int) -> None:
        moves.best_places(*given, sizes, first, last)

    _in_threads(some, len(found), found.numel() * _LOOKED_AT)
    return found


def _check(anchors: Tensor, size: tuple[int, int], scores: Tensor, step: int) -> None:
    """Compiled code checks nothing, and anchors come from a file."""
    last = anchors.new_tensor(size).sub(1).mul(step) + anchors
    if not bool((anchors >= 0).all() & (last < last.new_tensor(scores.shape[2:])).all()):
        raise ParamsError("anchors", anchors.tolist(), "each must be within the root, with all of its part")


def _sizes(members: int, scores: Tensor, others: tuple[int, ...]) -> Any:
    shape = members, scores.shape[1] // members, *scores.shape[2:]
    return np.array([*shape, *others, scores.stride(2), scores.stride(1)], np.int64)


def _in_planes(scores: Tensor) -> Tensor:
    """The same scores, (B, N, H, W), with planes at even distances and rows without gaps within them."""
    even = scores.stride(0) == scores.shape[1] * scores.stride(1) and scores.stride(3) == 1
    return scores if even and scores.stride(2) >= scores.shape[3] else scores.contiguous()


def _scores(scores: Tensor) -> Any:
    """All that lies between the first and the last, gaps included."""
    length = 1 + sum((size - 1) * stride for size, stride in zip(scores.shape, scores.stride(), strict=True))
    return scores.detach().as_strided((length,), (1,)).numpy()


def _flat(value: Tensor) -> Any:
    return value.detach().contiguous().numpy().reshape(-1)


def _in_threads(work: Callable[[int, int], None], count: int, scores: int) -> None:
    """Do ``count`` things, each thread its share."""
    threads = max(1, min(torch.get_num_threads(), count, scores // _MANY))
    cuts = [count * n // threads for n in range(threads + 1)]
    if threads == 1:
        work(0, count)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, cuts[:-1], cuts[1:]))

"""Selective Search (Uijlings et al. 2013): segments merged, the most alike first; every box on the way counts."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .region_looks import Looks, bins, looks
from .segments import Int64, Space, in_space, segment, touching

#: What makes two segments alike, as initials: colour, texture, size (small ones first), fill (no holes in the box).
Measure = Literal["CTSF", "TSF", "F", "S"]
Mode = Literal["single", "fast", "quality"]


@dataclass(frozen=True)
class Strategies:
    """Every colour space with every measure and every ``k`` is one way of merging; a photo gets all of them.

    Attributes:
        spaces: of the segmentation and of colour and texture.
        measures: of likeness.
        ks: of the segmentation.
    """

    spaces: tuple[Space, ...]
    measures: tuple[Measure, ...]
    ks: tuple[int, ...]


#: The table of the paper: 1, 8 and 80 ways.
MODES: dict[Mode, Strategies] = {
    "single": Strategies(("hsv",), ("CTSF",), (100,)),
    "fast": Strategies(("hsv", "lab"), ("CTSF", "TSF"), (50, 100)),
    "quality": Strategies(("hsv", "lab", "rgi", "hue", "grey"), ("CTSF", "TSF", "F", "S"), (50, 100, 150, 300)),
}


def selective_search(
    pixels: NDArray[np.float32], strategies: Strategies, chance: np.random.Generator, smallest: int = 0
) -> Int64:
    """(R, 4) corners of all regions, each once, the likeliest first.

    A region's rank is its place in its hierarchy, the whole photo first, times a random number from 0 to 1: large
    regions come early, but not one hierarchy's before another's. Of equal boxes the best rank counts.

    Args:
        pixels: (H, W, 3) RGB from 0 to 1.
        strategies: ways of merging.
        chance: what ranks are drawn by.
        smallest: both sides of a box must be at least this, px.
    """
    trees = list(hierarchies(pixels, strategies))
    boxes = np.concatenate([tree[::-1] for tree in trees])
    places = np.concatenate([np.arange(1, len(tree) + 1) for tree in trees])
    order = np.argsort(places * chance.random(len(places)), kind="stable")
    boxes = np.take(boxes, order, axis=0)
    boxes = boxes[(boxes[:, 2:] - boxes[:, :2] >= smallest).all(axis=1)]
    _, first = np.unique(boxes, axis=0, return_index=True)
    return np.take(boxes, np.sort(first), axis=0)


def hierarchies(pixels: NDArray[np.float32], strategies: Strategies) -> Iterator[Int64]:
    """(2N - 1, 4) boxes of each way of merging: its N segments, then what they became, the whole photo last.

    Args:
        pixels: (H, W, 3) RGB from 0 to 1.
        strategies: ways of merging.
    """
    for space in strategies.spaces:
        planes = in_space(pixels, space)
        binned = bins(planes)
        for k in strategies.ks:
            segments = segment(planes, k)
            first, pairs = looks(segments, binned), touching(segments)
            for measure in strategies.measures:
                yield merged(first, pairs, measure)


def merged(first: Looks, pairs: Int64, measure: Measure) -> Int64:
    """(2N - 1, 4) boxes of N segments and of their unions: the two neighbours most alike merge, until one is left.

    Args:
        first: the segments.
        pairs: (P, 2) which of them touch.
        measure: of likeness.
    """
    count = len(first.sizes)
    all_ = _with_room(first, measure)
    near: list[set[int]] = [set() for _ in range(count)]
    for i, j in pairs.tolist():
        near[i].add(j)
        near[j].add(i)
    alive = [True] * count
    likeness = alike(all_, pairs[:, 0], pairs[:, 1], measure)
    heap = [(-value, i, j) for value, (i, j) in zip(likeness, pairs.tolist(), strict=True)]
    heapq.heapify(heap)
    while heap:
        _, i, j = heapq.heappop(heap)
        if not (alive[i] and alive[j]):
            continue
        new, others = len(near), (near[i] | near[j]) - {i, j}
        _unite(all_, i, j, new)
        alive[i] = alive[j] = False
        alive.append(True)
        near.append(others)
        for other in others:
            near[other] -= {i, j}
            near[other].add(new)
        rows = np.fromiter(others, np.int64, len(others))
        for value, other in zip(alike(all_, rows, new, measure), rows.tolist(), strict=True):
            heapq.heappush(heap, (-value, other, new))
    return all_.boxes


def alike(all_: Looks, i: Int64, j: Int64 | int, measure: Measure) -> list[float]:
    """(P,) how alike pairs are: the sum of what the measure names, each 0 to 1.

    Args:
        all_: segments; ``colours`` of their columns are colour, unless the measure leaves it out.
        i: (P,) rows.
        j: (P,) rows, or one.
        measure: of likeness.
    """
    whole = float(all_.boxes[:, 2].max() * all_.boxes[:, 3].max())
    sizes = all_.sizes[i] + all_.sizes[j]
    total = np.zeros(len(i))
    if "T" in measure:
        total += np.minimum(all_.histograms[i], all_.histograms[j]).sum(axis=1)
    if "S" in measure:
        total += 1 - sizes / whole
    if "F" in measure:
        a, b = all_.boxes[i], all_.boxes[j]
        sides = np.maximum(a[:, 2:], b[..., 2:]) - np.minimum(a[:, :2], b[..., :2])
        total += 1 - (sides[:, 0] * sides[:, 1] - sizes) / whole
    return [float(value) for value in total]


def _with_room(first: Looks, measure: Measure) -> Looks:
    """The same with rows for N - 1 unions, and only the columns that the measure looks at."""
    more = len(first.sizes) - 1
    histograms = first.histograms[:, 0 if "C" in measure else first.colours :]
    return replace(
        first,
        histograms=np.pad(histograms, ((0, more), (0, 0))),
        sizes=np.pad(first.sizes, (0, more)),
        boxes=np.pad(first.boxes, ((0, more), (0, 0))),
    )


def _unite(all_: Looks, i: int, j: int, new: int) -> None:
    """Fill the row of a union: histograms by size, the box around both."""
    size = all_.sizes[i] + all_.sizes[j]
    share = np.float32(all_.sizes[i] / size)
    all_.sizes[new] = size
    all_.histograms[new] = all_.histograms[i] * share + all_.histograms[j] * (1 - share)
    np.minimum(all_.boxes[i, :2], all_.boxes[j, :2], out=all_.boxes[new, :2])
    np.maximum(all_.boxes[i, 2:], all_.boxes[j, 2:], out=all_.boxes[new, 2:])

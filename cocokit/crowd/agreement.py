"""How far people agree, beyond what chance would give: alpha, kappa, and the mean IoU of their masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cocokit import rle
from cocokit.columns import Float64, Int64
from cocokit.errors import DataError, ParamsError
from cocokit.types import Rle


def krippendorff_alpha(
    item: ArrayLike, value: ArrayLike, metric: Literal["nominal", "interval"] = "nominal"
) -> float:
    """Krippendorff's alpha: 1 is agreement, 0 what chance gives, below 0 contradiction.

    Missing values are those that are not there: items may have any number of values, and those with a single one do not
    count (K. Krippendorff: Computing Krippendorff's alpha-reliability, 2011).

    Args:
        item: (A,) int any id of what is judged.
        value: (A,) what one person said of it: any codes with "nominal", numbers with "interval".
        metric: whether two values differ or not, or by the square of their difference.

    Returns:
        Alpha; 1 if all values are the same, NaN if no item has two.

    >>> krippendorff_alpha([1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 0, 1])
    0.4444444444444444
    """
    where, said = np.asarray(item).reshape(-1), np.asarray(value).reshape(-1)
    if len(where) != len(said):
        raise DataError("values", "", f"{len(said)} values for {len(where)} items", "give one item per value")
    _, row, size = np.unique(where, return_inverse=True, return_counts=True)
    paired = size[row] > 1
    if not paired.any():
        return math.nan
    _, row, size = np.unique(row[paired], return_inverse=True, return_counts=True)
    differences = {"nominal": _codes, "interval": _squares}.get(metric)
    if differences is None:
        raise ParamsError("metric", metric, 'give "nominal" or "interval"')
    n = len(row)
    observed = float((differences(row, said[paired]) / (size - 1)).sum()) / n
    expected = float(differences(np.zeros(n, np.int64), said[paired]).sum()) / (n * (n - 1))
    return 1 - observed / expected if expected > 0 else 1.0


def same_share(item: ArrayLike, value: ArrayLike) -> float:
    """How often two people who judged the same item said the same, chance or not; NaN if no item has two values.

    Args:
        item: (A,) int any id of what is judged.
        value: (A,) what one person said of it: any codes.

    >>> same_share([1, 1, 2, 2], [0, 0, 0, 1])
    0.5
    """
    said = np.asarray(value).reshape(-1)
    _, row, size = np.unique(np.asarray(item).reshape(-1), return_inverse=True, return_counts=True)
    several = size[row] > 1
    if not several.any():
        return math.nan
    _, row, size = np.unique(row[several], return_inverse=True, return_counts=True)
    return 1 - float((_codes(row, said[several]) / (size - 1)).sum()) / len(row)


def yes_no_alpha(yes: ArrayLike, size: ArrayLike) -> float:
    """Krippendorff's alpha of yes and no, from counts: as :func:`krippendorff_alpha` without a row for every answer.

    Args:
        yes: (N,) int how many said yes of each item.
        size: (N,) int how many said anything; items with fewer than two do not count.

    Returns:
        Alpha; 1 if all said the same, NaN if no item has two answers.

    >>> yes_no_alpha([0, 2, 1], [2, 2, 2])
    0.4444444444444444
    """
    ones, said = np.asarray(yes, np.float64).reshape(-1), np.asarray(size, np.float64).reshape(-1)
    ones, said = ones[said > 1], said[said > 1]
    n, total = said.sum(), ones.sum()
    if not n:
        return math.nan
    observed = (2 * ones * (said - ones) / (said - 1)).sum() / n
    expected = 2 * total * (n - total) / (n * (n - 1))
    return float(1 - observed / expected) if expected > 0 else 1.0


def cohen_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two people on the same items: 1 is agreement, 0 what chance gives; NaN if chance already agrees.

    Args:
        first: (N,) the codes of one.
        second: (N,) those of the other.

    >>> cohen_kappa([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    """
    a, b = np.asarray(first).reshape(-1), np.asarray(second).reshape(-1)
    codes, both = np.unique(np.concatenate([a, b]), return_inverse=True)
    k, n = len(codes), len(a)
    table = np.bincount(both[:n] * k + both[n:], minlength=k * k).reshape(k, k)
    return _beyond_chance(np.trace(table) / max(n, 1), (table.sum(0) @ table.sum(1)) / max(n * n, 1))


def fleiss_kappa(counts: ArrayLike) -> float:
    """Agreement of equally many people on each item (J. L. Fleiss, Psychological Bulletin 76, 1971).

    Args:
        counts: (N, K) int how many gave item i label k; all rows sum to the same number, at least 2.

    >>> round(fleiss_kappa([[2, 0], [0, 2], [1, 1]]), 3)
    0.333
    """
    table = np.asarray(counts, np.int64)
    people = np.unique(table.sum(1))
    if len(people) != 1 or people[0] < 2:
        raise DataError("counts", "", f"rows sum to {people.tolist()}", "items need equally many values, at least 2; "
                        "krippendorff_alpha takes any number")  # fmt: skip
    n = int(people[0])
    agreed = ((table * (table - 1)).sum(1) / (n * (n - 1))).mean()
    return _beyond_chance(float(agreed), float(((table.sum(0) / table.sum()) ** 2).sum()))


def pairwise_iou(item: ArrayLike, masks: Sequence[Rle], iou: Callable[[list[Rle]], Float64] | None = None) -> Float64:
    """(N,) float64 mean IoU of all pairs of masks of each item, in the order of the items' ids; NaN for a single mask.

    Args:
        item: (A,) int any id of what was drawn.
        masks: A masks; those of one item have one size.
        iou: from n masks to their (n, n) overlaps; mask IoU if left out.

    >>> left, right = Rle(2, 2, (0, 2, 2)), Rle(2, 2, (0, 4))
    >>> pairwise_iou([7, 7, 8], [left, right, left]).tolist()
    [0.5, nan]
    """
    of = iou or _mask_iou
    ids = np.asarray(item).reshape(-1)
    order = np.argsort(ids, kind="stable")
    starts = np.flatnonzero(np.diff(ids[order], prepend=ids[order][:1] - 1)) if len(ids) else np.empty(0, np.int64)
    groups = np.split(order, starts[1:])[: len(starts)]
    return np.array([_mean_of_pairs(of([masks[i] for i in rows])) if len(rows) > 1 else math.nan for rows in groups],
                    np.float64)  # fmt: skip


def _mask_iou(masks: list[Rle]) -> Float64:
    return rle.iou(masks, masks, np.zeros(len(masks), np.bool_))


def _mean_of_pairs(overlaps: Float64) -> float:
    return float(overlaps[np.triu_indices(len(overlaps), 1)].mean())


def _codes(row: Int64, value: Int64) -> Float64:
    """Per item: over all ordered pairs of its values, how many differ."""
    _, code = np.unique(value, return_inverse=True)
    cells, count = np.unique(row * (int(code.max()) + 1) + code, return_counts=True)
    same = np.bincount(cells // (int(code.max()) + 1), count.astype(np.float64) ** 2)
    return np.asarray(np.bincount(row).astype(np.float64) ** 2 - same, np.float64)


def _squares(row: Int64, value: Int64) -> Float64:
    """Per item: over all ordered pairs of its values, the sum of squared differences."""
    size = np.bincount(row)
    numbers = value.astype(np.float64)
    mean = np.bincount(row, numbers) / size
    return np.asarray(2 * size * np.bincount(row, (numbers - mean[row]) ** 2), np.float64)


def _beyond_chance(agreed: float, by_chance: float) -> float:
    return float((agreed - by_chance) / (1 - by_chance)) if by_chance < 1 else math.nan

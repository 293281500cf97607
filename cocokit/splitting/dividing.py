"""A dataset's images divided into splits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError
from .mending import mend
from .ratios import checked_ratios
from .stratifying import assign
from .units import Units, units_of


def split(
    dataset: Dataset,
    ratios: Mapping[str, float | Fraction],
    seed: int = 0,
    groups: Int64 | None = None,
    stratify: bool = True,
) -> dict[str, Int64]:
    """Divide the images of a dataset.

    The seed and the images' ids decide, not their order in the file: the same images with the same annotations are
    divided in the same way, on every machine.

    Args:
        dataset: what is divided.
        ratios: name -> share of the images, 1 in all.
        seed: any integer; another one gives other splits.
        groups: (I,) int64, equal for images that must come into one split.
        stratify: give each split its share of every category, and each category to every split, where that can be.

    Returns:
        name -> (K,) int64 rows of images, rising; no split is empty.

    Raises:
        ParamsError: ratios that cannot work.
        DataError: fewer groups of images than splits, or an image id that is there twice.
    """
    shares = checked_ratios(ratios)
    units = units_of(dataset, groups, seed)
    if len(units.size) < len(shares):
        what = "images" if groups is None else "groups of images"
        reason = f"{len(units.size):,} {what if len(units.size) != 1 else what.replace('s', '', 1)}"
        raise DataError("dataset", "images", f"{reason} cannot fill {len(shares)} splits", "use fewer splits")
    home = np.array(_homes(units, list(shares.values()), stratify))[units.of_image]
    return {name: np.flatnonzero(home == number) for number, name in enumerate(shares)}


def _homes(units: Units, shares: list[Fraction], stratify: bool) -> list[int]:
    contents = units.contents if stratify else [[] for _ in units.size]
    home = assign(units.size, contents, shares)
    mend(home, units.size, contents, shares)
    return home

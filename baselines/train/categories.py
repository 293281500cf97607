"""The categories of a dataset as a detector counts them: places 0 to K-1, and what each place stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cocokit.columns import CategoryRow
from cocokit.errors import DataError

_SIDES = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Category:
    """What one label stands for.

    Attributes:
        id: in the dataset.
        name: in the dataset.
        keypoints: names of its keypoints; empty for none.
        supercategory: in the dataset, or None.
    """

    id: int
    name: str
    keypoints: tuple[str, ...] = ()
    supercategory: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a COCO file has it."""
        row: dict[str, Any] = {"id": self.id, "name": self.name}
        row |= {"supercategory": self.supercategory} if self.supercategory is not None else {}
        return row | ({"keypoints": list(self.keypoints)} if self.keypoints else {})


def categories_of(rows: Sequence[CategoryRow]) -> tuple[Category, ...]:
    """The categories of a dataset, in its order."""
    return tuple(
        Category(row.id, row.name, tuple(str(name) for name in row.other.get("keypoints") or ()), row.supercategory)
        for row in rows
    )


def from_rows(rows: Sequence[Any]) -> tuple[Category, ...]:
    """The categories that :meth:`Category.to_json` wrote; raises KeyError, TypeError or ValueError for others."""
    return tuple(
        Category(int(row["id"]), str(row["name"]), tuple(map(str, row.get("keypoints", ()))), row.get("supercategory"))
        for row in rows
    )


def keypoint_count(categories: Sequence[Category]) -> int:
    """The most keypoints that a category has."""
    return max((len(category.keypoints) for category in categories), default=0)


def mirrored(categories: Sequence[Category]) -> list[int]:
    """For each keypoint the one that takes its place in a mirrored image: left changes with right, by the names.

    >>> mirrored([Category(1, "person", ("nose", "left_eye", "right_eye"))])
    [0, 2, 1]
    """
    names = max((category.keypoints for category in categories), key=len, default=())
    places = {name: place for place, name in enumerate(names)}
    return [places.get("_".join(_SIDES.get(part, part) for part in name.split("_")), place)
            for name, place in places.items()] if len(places) == len(names) else list(range(len(names)))  # fmt: skip


def require_same(known: Sequence[Category], given: Sequence[Category], file: str, since: str) -> None:
    """Refuse a file whose categories are not those that labels stand for.

    Args:
        known: what labels stand for.
        given: those of the file, in any order.
        file: its path, for the message.
        since: where the known ones are from, for the message: "the checkpoint", "train.json".

    Raises:
        DataError: an id is missing, new, or has another name.
    """
    old, new = ({category.id: category.name for category in side} for side in (known, given))
    remedy = "bring them back (cocokit remap does), or start a new training"
    for number in sorted(old.keys() | new.keys()):
        if old.get(number) != new.get(number):
            was = f"{old[number]!r} in {since}" if number in old else f"not in {since}"
            here = f"{new[number]!r} here" if number in new else "not here"
            differ = sum(old.get(n) != new.get(n) for n in old.keys() | new.keys())
            raise DataError(file, "categories", f"category {number} is {was} and {here}", remedy, differ)

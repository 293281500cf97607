"""What of a COCO instances file is left after a tool has read and written it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: The columns of the table, in its order.
COLUMNS = ("bytes", "annotations", "ids", "category ids", "supercategories", "crowds", "masks", "areas", "image keys",
           "licences")  # fmt: skip


def compare(before: Path, after: Path) -> dict[str, str]:
    """Each column: "all" where everything is as it was, otherwise how much is.

    Annotations are matched by image (its file name), category (its name) and box (to a hundredth of a px), so that
    renumbered ids are counted once and not in every column.
    """
    if before.read_bytes() == after.read_bytes():
        return dict.fromkeys(COLUMNS, "all")
    old, new = (json.loads(path.read_bytes()) for path in (before, after))
    pairs = _pairs(old, new)

    def kept(same: Callable[[Any, Any], bool], of: Callable[[Any], bool] = bool) -> str:
        wanted = [(one, other) for one, other in pairs if of(one)]
        return _share(sum(other is not None and same(one, other) for one, other in wanted), len(wanted))

    names = {row["name"]: row for row in new["categories"]}
    return {
        "bytes": "no",
        "annotations": _share(sum(other is not None for _, other in pairs), len(pairs)),
        "ids": kept(lambda one, other: one["id"] == other.get("id")),
        "category ids": _share(sum(names.get(c["name"], {}).get("id") == c["id"] for c in old["categories"]),
                               len(old["categories"])),
        "supercategories": _share(
            sum(names.get(c["name"], {}).get("supercategory") == c.get("supercategory") for c in old["categories"]),
            len(old["categories"])),
        "crowds": kept(lambda one, other: one["iscrowd"] == other.get("iscrowd"), lambda one: bool(one["iscrowd"])),
        "masks": kept(lambda one, other: one["segmentation"] == other.get("segmentation")),
        "areas": kept(lambda one, other: one["area"] == other.get("area")),
        "image keys": _share(len(_keys(old) & _keys(new)), len(_keys(old))),
        "licences": _share(sum(one in new.get("licenses", []) for one in old["licenses"]), len(old["licenses"])),
    }  # fmt: skip


def _share(part: int, whole: int) -> str:
    if part == whole:
        return "all"
    return f"{100 * part / whole:.4g} %" if part else "none"


def _keys(value: Mapping[str, Any]) -> set[str]:
    return set().union(*(row.keys() for row in value["images"][:100]))


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Each old annotation with the new one that is where it was, or None."""
    there = dict[Any, list[Any]]()
    for key, row in zip(_places(new), new["annotations"], strict=True):
        there.setdefault(key, []).append(row)
    taken: Counter[Any] = Counter()
    pairs = []
    for key, row in zip(_places(old), old["annotations"], strict=True):
        found = there.get(key, [])
        pairs.append((row, found[taken[key]] if taken[key] < len(found) else None))
        taken[key] += 1
    return pairs


def _places(value: Mapping[str, Any]) -> list[Any]:
    images = {row["id"]: Path(row["file_name"]).stem for row in value["images"]}
    names = {row["id"]: row["name"] for row in value["categories"]}
    return [
        (images[row["image_id"]], names[row["category_id"]], *(round(x, 1) for x in row["bbox"]))
        for row in value["annotations"]
    ]

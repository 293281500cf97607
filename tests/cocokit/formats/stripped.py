"""What is left of a dataset when a format's declared losses are taken away: plain dicts and loops."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

_KNOWN = {"id", "image_id", "category_id", "bbox", "area", "iscrowd", "ignore", "score", "segmentation", "keypoints",
          "num_keypoints", "caption"}  # fmt: skip


def images_renumbered(made: Json) -> None:
    new = {row["id"]: i for i, row in enumerate(made["images"], 1)}
    for row in made["images"]:
        row["id"] = new[row["id"]]
    for row in made["annotations"]:
        row["image_id"] = new.get(row["image_id"], -1)


def annotations_renumbered(made: Json) -> None:
    for i, row in enumerate(made["annotations"], 1):
        row["id"] = i


def categories_renumbered(made: Json) -> None:
    new = {row["id"]: i for i, row in enumerate(made["categories"], 1)}
    for row in made["categories"]:
        row["id"] = new[row["id"]]
    for row in made["annotations"]:
        if "category_id" in row:
            row["category_id"] = new[row["category_id"]]


def by_image(made: Json) -> None:
    place = {row["id"]: i for i, row in enumerate(made["images"])}
    made["annotations"].sort(key=lambda row: place[row["image_id"]])


def only(member: str, *names: str) -> Callable[[Json], None]:
    def change(made: Json) -> None:
        made[member] = [{k: v for k, v in row.items() if k in names} for row in made[member]]

    return change


def without(member: str, *names: str) -> Callable[[Json], None]:
    def change(made: Json) -> None:
        for row in made[member]:
            for name in names:
                row.pop(name, None)

    return change


def dropped(bad: Callable[[Json, Json], bool]) -> Callable[[Json], None]:
    def change(made: Json) -> None:
        made["annotations"] = [row for row in made["annotations"] if not bad(row, made)]

    return change


def area_of_box(made: Json) -> None:
    for row in made["annotations"]:
        row["area"] = row["bbox"][2] * row["bbox"][3]


def no_top(made: Json) -> None:
    for name in set(made) - {"images", "annotations", "categories"}:
        del made[name]


def no_image(row: Json, made: Json) -> bool:
    return row["image_id"] not in {image["id"] for image in made["images"]}


#: What each loss takes away, by its name; a format's own meaning of a name goes before this.
EFFECTS: dict[str, Callable[[Json], None]] = {
    "image ids": images_renumbered,
    "image members": only("images", "id", "width", "height", "file_name"),
    "annotation ids": annotations_renumbered,
    "annotation members": only("annotations", *_KNOWN),
    "places in the file": by_image,
    "annotations without image": dropped(no_image),
    "ignore": without("annotations", "ignore"),
    "scores": without("annotations", "score"),
    "captions": without("annotations", "caption"),
    "top members": no_top,
    "areas": area_of_box,
    "segmentations": without("annotations", "segmentation"),
    "keypoints": without("annotations", "keypoints", "num_keypoints"),
    "category members": only("categories", "id", "name", "supercategory"),
    "category ids": categories_renumbered,
    "supercategories": without("categories", "supercategory"),
}
#: Ids are given last, and what a row is dropped for is looked at first.
_ORDER = ["annotations without image", "places in the file", "image ids", "annotation ids", "category ids"]


def stripped(dataset: Json, names: list[str], own: Mapping[str, Callable[[Json], None]]) -> Json:
    """A dataset (``to_dict``) without what the losses named take away; ``own`` effects come before the common ones."""
    made = copy.deepcopy(dataset)
    effects = {**EFFECTS, **own}
    first = sorted((name for name in names if name not in _ORDER[2:]), key=lambda name: (name not in own, name))
    for name in [*first, *(name for name in _ORDER[1:] if name in names)]:
        effects[name](made)
    return made


def canonical(dataset: Json) -> Json:
    """Lists of rows by member, whatever the order of the members; whole floats and integers are one."""
    return {name: dataset.get(name, []) for name in sorted({*dataset, "images", "annotations", "categories"})}

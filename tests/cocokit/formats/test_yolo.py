"""YOLO: what is written is read again but for what the formats declare to lose; files of others; hostile ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from cocokit.formats import format_named, lost
from cocokit.geometry import polygon_area
from tests.cocokit.formats.random_datasets import random_dataset, write_photos
from tests.cocokit.formats.stripped import canonical, stripped

Json = dict[str, Any]


def size_of(row: Json, made: Json) -> tuple[int, int]:
    image = next(image for image in made["images"] if image["id"] == row["image_id"])
    return image["width"], image["height"]


def moved(x: float, most: int) -> float:
    return min(max(float(np.round(x, 6)), 0), most)


def boxes_cut(made: Json) -> None:
    for row in made["annotations"]:
        (x, y, w, h), (width, height) = row["bbox"], size_of(row, made)
        x0, x1, y0, y1 = moved(x, width), moved(x + w, width), moved(y, height), moved(y + h, height)
        row["bbox"] = [x0, y0, round(x1 - x0, 6), round(y1 - y0, 6)]


def shapeless(row: Json) -> bool:
    return "bbox" not in row or "category_id" not in row


def crowd(row: Json) -> bool:
    return bool(row.get("iscrowd"))


def nothing(made: Json) -> None:
    """Another effect does it."""


def poses_moved(made: Json) -> None:
    most = max((len(row.get("keypoints", ())) for row in made["annotations"]), default=0)
    for row in made["annotations"]:
        flat = row.get("keypoints", [])
        if len(flat) != most:
            flat = [0] * most
        width, height = size_of(row, made)
        row["keypoints"] = [v if i % 3 == 2 else moved(v, (width, height)[i % 3]) for i, v in enumerate(flat)]
        row["num_keypoints"] = sum(v > 0 for v in row["keypoints"][2::3])


def no_skeletons(made: Json) -> None:
    for row in made["categories"]:
        del row["skeleton"]


BOXES: dict[str, Callable[[Json], None]] = {
    "crowds": nothing,
    "instances without box": nothing,
    "finer coordinates": boxes_cut,
    "boxes outside": nothing,
}


def kept_of(made: Json) -> Json:
    """Rows that cannot become lines are left out before anything is asked of them."""
    images = {row["id"] for row in made["images"]}
    rows = [row for row in made["annotations"] if row["image_id"] in images and not (crowd(row) or shapeless(row))]
    return {**made, "annotations": rows}


def round_trip(made: Json, name: str, folder: Path) -> Json:
    """Written and read again, with photographs beside."""
    photos, out = write_photos(made, folder / "photos"), folder / "out"
    format_named(name).write(Dataset.from_dict(made), str(out))
    return format_named(name).read(str(out), images=str(photos)).dataset.to_dict()


@pytest.mark.parametrize("name", ["yolo", "darknet"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_boxes_come_back_but_for_what_is_declared(
    name: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = random_dataset(random.Random(seed))
    back = round_trip(made, name, tmp_path_factory.mktemp("yolo"))
    names = [loss.what for loss in format_named(name).losses]
    assert canonical(back) == canonical(stripped(kept_of(made), names, BOXES))


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_poses_come_back_but_for_what_is_declared(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = random_dataset(random.Random(seed), points=3)
    if not any("keypoints" in row for row in kept_of(made)["annotations"]):
        return
    own = BOXES | {
        "instances without keypoints": nothing, "keypoint counts": nothing, "finer keypoints": poses_moved,
        "keypoints outside": nothing, "category members": no_skeletons,
    }  # fmt: skip
    back = round_trip(made, "yolo-pose", tmp_path_factory.mktemp("yolo"))
    names = [loss.what for loss in format_named("yolo-pose").losses]
    assert canonical(back) == canonical(stripped(kept_of(made), names, own))


@pytest.mark.parametrize("name", ["yolo", "yolo-seg", "yolo-pose"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_nothing_is_lost_of_what_fits(name: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = fitting(random.Random(seed), name)
    if made["annotations"]:
        assert lost(Dataset.from_dict(made), format_named(name)) == []
        back = round_trip(made, name, tmp_path_factory.mktemp("yolo"))
        for row, known in zip(back["annotations"], made["annotations"], strict=True):
            assert row.pop("area") == pytest.approx(known.pop("area"))  # summed up in another order than ours
        assert canonical(back) == canonical(made)


def fitting(chance: random.Random, name: str) -> Json:
    """A dataset that a format holds: what it measures is measured, ids count from 1."""
    made = random_dataset(chance, ugly=False, points=3 if name == "yolo-pose" else 0)
    place = [row["id"] for row in made["images"]]
    made["annotations"].sort(key=lambda row: place.index(row["image_id"]))
    if name == "yolo-pose":
        for row in made["categories"]:
            del row["skeleton"]
    rows: list[Json] = []
    for row in made["annotations"]:
        if name == "yolo-seg":
            rings = [ring for ring in row.get("segmentation", []) if ring.count(ring[0]) == 1]
            if not rings:
                continue
            xs, ys = [x for ring in rings for x in ring[::2]], [y for ring in rings for y in ring[1::2]]
            row["bbox"] = [min(xs), min(ys), round(max(xs) - min(xs), 6), round(max(ys) - min(ys), 6)]
            row["segmentation"] = rings
            row["area"] = sum(map(polygon_area, rings))
        else:
            row.pop("segmentation", None)
            row["area"] = row["bbox"][2] * row["bbox"][3]
        if name == "yolo-pose" and "keypoints" not in row:
            continue
        rows.append(row | {"id": len(rows) + 1})
    made["annotations"] = rows
    return made

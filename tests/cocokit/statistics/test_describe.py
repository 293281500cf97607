"""Each figure beside the same one counted in plain loops over dicts, on random datasets; real files; odd ones."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label

from cocokit import rle
from cocokit.dataset import Dataset
from cocokit.statistics import describe
from cocokit.statistics.boxes import SIZE_EDGES
from cocokit.statistics.counted import places_of
from cocokit.statistics.per_image import mean_of

Json = dict[str, Any]


def dataset(seed: int, images: int = 9, annotations: int = 60) -> Json:
    """Images, some without size; annotations with boxes, polygons, RLEs or nothing, some of them odd."""
    chance = np.random.default_rng(seed)
    shots = [{"id": 10 * i, "width": int(chance.integers(0, 40)), "height": 30} for i in range(images)]
    rows = [annotation(n, chance, images) for n in range(annotations)]
    kinds = [{"id": c, "name": f"c{c}", "supercategory": "s"} for c in (5, 1, 3, 9)]
    return {"images": shots, "annotations": rows, "categories": kinds}


def annotation(number: int, chance: np.random.Generator, images: int) -> Json:
    row: Json = {"id": number, "iscrowd": int(chance.random() < 0.1)}
    row["image_id"] = 10 * int(chance.integers(0, images + (chance.random() < 0.1)))
    if chance.random() < 0.97:
        row["category_id"] = int(chance.choice([1, 3, 5, 7] if chance.random() < 0.1 else [1, 3, 5]))
    if chance.random() < 0.9:
        row["bbox"] = [round(v, 2) for v in chance.uniform(-1, 30, 4).tolist()]
    if chance.random() < 0.8:
        row["area"] = round(float(chance.lognormal(3, 3)), 2)
    kind = chance.integers(0, 4)
    if kind == 0:
        row["segmentation"] = rle.to_coco(rle.encode(chance.random((12, 15)) < chance.random()))
    elif kind == 1:
        row["segmentation"] = [
            [round(v, 1) for v in chance.uniform(0, 30, 2 * int(chance.integers(2, 9))).tolist()]
            for _ in range(chance.integers(1, 4))
        ]
    return row


def counted(data: Json) -> list[Json]:
    """The annotations that count: image and category are there."""
    images, kinds = ({row["id"] for row in data[name]} for name in ("images", "categories"))
    return [a for a in data["annotations"] if a.get("image_id") in images and a.get("category_id") in kinds]


def image_of(data: Json, row: Json) -> Json:
    found: Json = next(i for i in data["images"] if i["id"] == row["image_id"])
    return found


def area_of(row: Json) -> float | None:
    if "area" in row:
        return float(row["area"])
    box = row.get("bbox")
    return box[2] * box[3] if box and min(box[2:]) >= 0 else None


SEEDS = st.integers(0, 10_000)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_numbers_per_category_and_per_image(seed: int) -> None:
    data = dataset(seed)
    found, rows = describe(Dataset.from_dict(data)), counted(data)
    things = [a for a in rows if not a["iscrowd"]]
    kinds = [c["id"] for c in data["categories"]]
    for array, chosen in ((found.instances_of, things), (found.crowds_of, [a for a in rows if a["iscrowd"]])):
        assert array.tolist() == [sum(a["category_id"] == k for a in chosen) for k in kinds]
    sets = [{a["category_id"] for a in rows if a["image_id"] == i["id"]} for i in data["images"]]
    numbers = [sum(a["image_id"] == i["id"] for a in things) for i in data["images"]]
    for histogram, each in ((found.per_image.categories, [len(s) for s in sets]), (found.per_image.instances, numbers)):
        assert dict(enumerate(histogram.tolist())) == {n: Counter(each)[n] for n in range(max(each) + 1)}
    assert found.per_image.images_of.tolist() == [sum(k in s for s in sets) for k in kinds]
    assert found.per_image.together.tolist() == [[sum({a, b} <= s for s in sets) for b in kinds] for a in kinds]
    assert found.per_image.mean_instances == pytest.approx(len(things) / len(data["images"]))
    assert sum(found.left_out.values()) == len(data["annotations"]) - len(rows)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_sizes_and_maps(seed: int) -> None:
    data = dataset(seed)
    found = describe(Dataset.from_dict(data)).boxes
    things = [a for a in counted(data) if not a["iscrowd"]]
    sizes: dict[int, list[float]] = {c["id"]: [] for c in data["categories"]}
    absolute, centres, extents = [], np.zeros((32, 32), int), np.zeros((32, 32), int)
    for row in things:
        image, area, box = image_of(data, row), area_of(row), row.get("bbox")
        if area is not None:
            absolute.append(0 if area < 1024 else 1 if area < 9216 else 2)
            if image["width"]:
                sizes[row["category_id"]].append(100 * area / (image["width"] * image["height"]))
        if box and image["width"] and min(box[2:]) >= 0:
            x, y, w, h = box
            centres[cell(32 * (y + h / 2) / image["height"]), cell(32 * (x + w / 2) / image["width"])] += 1
            extents[octave(h / image["height"]), octave(w / image["width"])] += 1
    assert found.small_medium_large.tolist() == [absolute.count(n) for n in range(3)]
    for k, values in enumerate(sizes.values()):
        assert found.sizes[k].tolist() == [sum(size_class(v) == b for v in values) for b in range(20)]
        assert found.median_sizes[k] == pytest.approx(median(values) if values else math.nan, nan_ok=True)
    every = [v for values in sizes.values() for v in values]
    assert found.median_size == pytest.approx(median(every) if every else math.nan, nan_ok=True)
    assert found.centres.tolist() == centres.tolist()
    assert found.extents.tolist() == extents.tolist()
    assert found.without_area == len(things) - len(every)
    assert found.without_box == len(things) - centres.sum()


def cell(value: float) -> int:
    return min(max(int(value), 0), 31)


def octave(share: float) -> int:
    """From 1/256 to 1, four cells for each factor of two."""
    return cell(32 + 4 * math.log2(share)) if share > 0 else 0


def size_class(percent: float) -> int:
    inside = [b for b, (low, high) in enumerate(pairwise(SIZE_EDGES.tolist())) if low <= percent < high]
    return inside[0] if inside else 0 if percent < SIZE_EDGES[0] else 19


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_outlines(seed: int) -> None:
    data = dataset(seed)
    found = describe(Dataset.from_dict(data)).outlines
    things = [a for a in counted(data) if not a["iscrowd"]]
    rings = [[r for r in a["segmentation"] if len(r) >= 6] for a in things if isinstance(a.get("segmentation"), list)]
    masks = [rle.decode(a["segmentation"]) for a in things if isinstance(a.get("segmentation"), dict)]
    regions = [parts_and_holes(mask) for mask in masks if mask.any()]
    drawn = [r for r in rings if r]
    assert (found.polygons, found.rles, found.none) == (len(rings), len(masks), len(things) - len(rings) - len(masks))
    assert listed(found.points) == sorted(len(ring) // 2 for r in rings for ring in r)
    assert listed(found.parts) == sorted([len(r) for r in drawn] + [parts for parts, _ in regions])
    assert listed(found.holes) == sorted(holes for _, holes in regions)
    compact = [min(1.0, 4 * math.pi * area / around**2) for area, around in map(measured, drawn)]
    assert found.compactness.sum() == len(compact)
    assert found.median_compactness == pytest.approx(median(compact) if compact else math.nan, nan_ok=True)


def listed(histogram: np.ndarray[Any, Any]) -> list[int]:
    return [n for n, count in enumerate(histogram.tolist()) for _ in range(count)]


def measured(rings: list[list[float]]) -> tuple[float, float]:
    """Area and length of an outline, ring by ring, point by point."""
    area = around = 0.0
    for ring in rings:
        points = list(zip(ring[0::2], ring[1::2], strict=True))
        edges = list(zip(points, [*points[1:], points[0]], strict=True))
        area += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in edges)) / 2
        around += sum(math.dist(a, b) for a, b in edges)
    return area, around


def parts_and_holes(mask: np.ndarray[Any, Any]) -> tuple[int, int]:
    """scikit-image's: parts touch at corners too, background only at edges; the background outside is no hole."""
    parts = int(label(mask, connectivity=2).max())
    return parts, int(label(np.pad(~mask, 1, constant_values=True), connectivity=1).max()) - 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (7, 5), (40, 33)])
def test_regions_of_masks_of_every_shape(shape: tuple[int, int]) -> None:
    chance = np.random.default_rng(4)
    masks = [chance.random(shape) < share for share in (0.1, 0.3, 0.5, 0.6, 0.7, 0.9, 1.0) for _ in range(8)]
    masks = [mask for mask in masks if mask.any()]
    rows = [
        {"id": i, "image_id": 1, "category_id": 1, "segmentation": rle.to_coco(rle.encode(mask))}
        for i, mask in enumerate(masks)
    ]
    data = {"images": [{"id": 1, "width": shape[1], "height": shape[0]}], "annotations": rows,
            "categories": [{"id": 1, "name": "a"}]}  # fmt: skip
    found = describe(Dataset.from_dict(data)).outlines
    twins = [parts_and_holes(mask) for mask in masks]
    assert listed(found.parts) == sorted(min(parts, 100) for parts, _ in twins)
    assert listed(found.holes) == sorted(min(holes, 100) for _, holes in twins)


@pytest.mark.parametrize(
    "counts, size, broken",
    [([5, 5], [3, 4], 1), ([0, 4], [2, 2], 0), ([0, 1 << 31], [1, 1 << 31], 1), ("52203", [9, 9], 1), ([4], [2, 2], 0)],
)
def test_damaged_masks_are_counted_as_broken(counts: Any, size: list[int], broken: int) -> None:
    data = dataset(0, annotations=0)
    outline = {"size": size, "counts": counts}
    data["annotations"] = [{"id": 1, "image_id": 0, "category_id": 1, "segmentation": outline}]
    found = describe(Dataset.from_dict(data))
    assert found.outlines.broken == broken
    assert any("1 outline" in note for note in found.notes) == bool(broken)


def test_an_empty_dataset_has_statistics() -> None:
    found = describe(Dataset.from_dict({"images": [], "annotations": [], "categories": []}))
    assert (found.images, found.instances, found.per_image.mean_instances) == (0, 0, 0.0)
    assert found.notes == ("There are no annotations: only the images are counted.",)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["boxes"]["median_size"] is None


def test_numbers_that_are_none_are_left_out() -> None:
    data = dataset(1)
    text = json.dumps(data).replace('"area": ', '"area": -', 1)
    far = json.loads(text)
    far["annotations"][0].update(image_id=10, category_id=1, iscrowd=0, bbox=[0, 0, -4, 2], area=-1)
    found = describe(Dataset.from_dict(far))
    assert found.boxes.without_area >= 1
    assert found.boxes.without_box >= 1


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("captions_val2017", "395 captions, 5.0 per image, 10.5 words each; they are no instances."),
        ("person_keypoints_val2017", "68 instances with keypoints, 9.6 points each; where points lie is not counted."),
    ],
)  # fmt: skip
def test_files_of_other_kinds_say_what_does_not_apply(name: str, sentence: str, shared_data: Path) -> None:
    found = describe(Dataset.read(shared_data / "coco_mini" / "annotations" / f"{name}.json"))
    assert sentence in found.notes
    if "captions" in name:
        assert "Numbers per category and per image, sizes, maps and outlines do not apply." in found.notes


def test_a_panoptic_file_says_where_its_segments_are(shared_data: Path) -> None:
    found = describe(Dataset.read(shared_data / "panopticapi_sample/sample_data/panoptic_examples.json"))
    assert found.notes[0] == "The segments of a panoptic file lie in PNG files: there are no instances to count."


def test_a_real_file_by_plain_counting(shared_data: Path) -> None:
    path = shared_data / "cocoapi_val2014_100" / "instances_val2014_100.json"
    data, found = json.loads(path.read_bytes()), describe(Dataset.read(path))
    things = [a for a in data["annotations"] if not a["iscrowd"]]
    assert (found.images, found.instances, found.crowds) == (100, len(things), len(data["annotations"]) - len(things))
    assert found.instances_of.tolist() == [sum(a["category_id"] == c["id"] for a in things) for c in data["categories"]]
    assert listed(found.outlines.points) == sorted(len(r) // 2 for a in things for r in a["segmentation"])


def test_what_is_opened_gives_the_same_as_what_is_read(shared_data: Path) -> None:
    path = shared_data / "fruits_nuts" / "trainval.json"
    assert describe(Dataset.open(path)).to_dict() == describe(Dataset.read(path)).to_dict()


@given(ids=st.lists(st.integers(-(10**15), 10**15) | st.integers(-4, 9), max_size=20), data=st.data())
@settings(max_examples=50, deadline=None)
def test_places_of_ids_near_and_far(ids: list[int], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.sampled_from([*ids, 0, 7, 10**14]), max_size=20))
    places, there = places_of(np.array(wanted, np.int64), np.array(ids, np.int64), len(wanted))
    last = {one: i for i, one in enumerate(ids)}
    assert there.tolist() == [w in last for w in wanted]
    assert [int(p) for p, good in zip(places, there, strict=True) if good] == [last[w] for w in wanted if w in last]


def test_the_mean_of_nothing_is_0() -> None:
    assert mean_of(np.zeros(1, np.int64)) == 0

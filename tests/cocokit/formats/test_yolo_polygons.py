"""YOLO polygons: what comes back, told in plain loops; what is counted as lost is what differs."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.columns import Ragged, offsets_of
from cocokit.dataset import Dataset
from cocokit.formats import format_named, lost
from cocokit.formats.yolo_rings import joined, parted
from cocokit.geometry import polygon_area, rle_to_polygons
from tests.cocokit.formats.random_datasets import random_dataset
from tests.cocokit.formats.test_yolo import moved, round_trip, size_of

Json = dict[str, Any]
Rings = list[list[float]]


def drawn(row: Json) -> Rings:
    """The rings of three points and more, those of a mask, or the corners of the box; none for what is left out."""
    outline = row.get("segmentation", [])
    if isinstance(outline, dict):
        return [list(ring) for ring in rle_to_polygons(outline)]
    rings = [list(map(float, ring)) for ring in outline if len(ring) >= 6]
    if rings or "bbox" not in row:
        return rings
    x, y, w, h = row["bbox"]
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def inside(rings: Rings, size: tuple[int, int]) -> Rings:
    return [[moved(v, size[i % 2]) for i, v in enumerate(ring)] for ring in rings]


def as_read(rings: Rings) -> Rings:
    """What a reader makes of the one line."""
    flat = Ragged(np.concatenate(rings), offsets_of([len(ring) for ring in rings]))
    line = joined(np.array([0, len(rings)]), flat)
    return [part.tolist() for part in parted(line[0])]


def left(made: Json) -> list[Json]:
    """The rows that should come back, image by image."""
    rows = []
    for image in made["images"]:
        for row in made["annotations"]:
            rings = drawn(row) if row["image_id"] == image["id"] and "category_id" in row else []
            if rings and not row.get("iscrowd"):
                rows.append({**row, "rings": inside(rings, size_of(row, made))})
    return rows


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_outlines_come_back_and_what_differs_was_counted(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = random_dataset(random.Random(seed))
    counts = {loss.what: n for loss, n in lost(Dataset.from_dict(made), format_named("yolo-seg"))}
    rows = left(made)
    back = round_trip(made, "yolo-seg", tmp_path_factory.mktemp("yolo"))["annotations"]
    assert len(back) == len(rows)
    different = {"areas": 0, "boxes": 0, "mingled parts": 0, "outlines": 0}
    for place, (row, found) in enumerate(zip(rows, back, strict=True), 1):
        rings = as_read(row["rings"])
        assert (found["id"], found["category_id"], found["iscrowd"]) == (place, row["category_id"], 0)
        assert found["segmentation"] == rings
        xs, ys = [x for ring in rings for x in ring[::2]], [y for ring in rings for y in ring[1::2]]
        assert found["bbox"] == pytest.approx([min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)])
        assert found["area"] == pytest.approx(sum(map(polygon_area, rings)), abs=1e-6)
        different["mingled parts"] += rings != row["rings"]
        written = row.get("segmentation", [])
        polygons = [] if isinstance(written, dict) else [ring for ring in written if len(ring) >= 6]
        different["outlines"] += bool(polygons) and row["rings"] != polygons
        if rings == row["rings"]:
            alone = not isinstance(row.get("segmentation", []), dict) and not row.get("segmentation", [])
            different["areas"] += "area" in row and row["area"] != pytest.approx(found["area"], rel=1e-6, abs=1e-6)
            different["boxes"] += "bbox" in row and not alone and row["bbox"] != found["bbox"]
    assert different["mingled parts"] == counts.get("mingled parts", 0)
    assert different["outlines"] <= counts.get("finer coordinates", 0) + counts.get("outlines outside", 0)
    assert different["areas"] <= counts.get("areas", 0) <= different["areas"] + different["mingled parts"]
    assert different["boxes"] <= counts.get("boxes", 0) + counts.get("broken polygons", 0)
    told = ("annotations without image", "crowds", "instances without shape")
    assert len(made["annotations"]) - len(rows) <= sum(counts.get(name, 0) for name in told)


def test_a_foreign_ring_is_not_taken_apart() -> None:
    eight = [0.0, 0, 4, 4, 8, 0, 8, 8, 4, 4, 0, 8]
    assert [part.tolist() for part in parted(np.array(eight))] == [eight]
    closed = [0.0, 0, 4, 0, 4, 4, 0, 0]
    assert [part.tolist() for part in parted(np.array(closed))] == [closed]


def test_a_photo_of_the_lines_is_what_coco_draws(tmp_path: Path, shared_data: Path) -> None:
    """Real outlines with several parts: the masks of what comes back are those that were written."""
    from cocokit.columns import take_segmentations
    from cocokit.ids import sizes_of_images
    from cocokit.masks import measure

    real = Dataset.read(shared_data / "coco_mini" / "annotations" / "instances_val2017.json")
    format_named("yolo-seg").write(real, str(tmp_path / "out"))
    back = format_named("yolo-seg").read(str(tmp_path / "out"), str(shared_data / "coco_mini" / "val2017")).dataset
    areas = []
    for dataset in (real, back):
        a = dataset.annotations
        assert a.segmentation is not None
        assert a.image_id is not None
        rows = np.flatnonzero(a.iscrowd == 0) if a.iscrowd is not None else np.arange(len(a))
        sizes = sizes_of_images(dataset.images, a.image_id[rows])
        areas.append(np.sort(measure(take_segmentations(a.segmentation, rows), sizes).area))
    assert np.abs(areas[0] - areas[1]).max() <= 1  # a pixel at the border of what is rounded

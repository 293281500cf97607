"""Tiles hold exactly the pixels that a cut of the drawn masks holds; areas and boxes are pycocotools'."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from skimage.measure import label

from cocokit.checks import check_dataset
from cocokit.dataset import Dataset
from cocokit.edits import Grid, cut_photos, tile
from cocokit.edits.strokes import strokes_of
from cocokit.edits.tracing import trace
from cocokit.errors import DataError, ParamsError
from cocokit.imageio import read_image, save_image
from cocokit.masks import Masks
from cocokit.rle import decode, encode, from_polygons, segmentations
from tests.cocokit.edits import made

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def drawn(row: Any, image: Any) -> Any:
    """The pixels of an annotation, by pycocotools."""
    outline, size = row["segmentation"], (image["height"], image["width"])
    if isinstance(outline, list):
        return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(outline, *size)))
    return coco_mask.decode(coco_mask.frPyObjects(outline, *size) if isinstance(outline["counts"], list) else outline)


def windows_of(grid: Grid, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """The tiles of an image, pixel by pixel: a naive twin of the grid."""

    def starts(length: int, side: int) -> list[int]:
        found, at = [], 0
        while True:
            found.append(at if grid.edge == "cut" else max(0, min(at, length - side)))
            if at + side >= length:
                return found
            at += side - grid.overlap

    return [(x, y, min(grid.width, width - x), min(grid.height, height - y))
            for y in starts(height, grid.height) for x in starts(width, grid.width)]  # fmt: skip


def expected(value: Any, grid: Grid, least: float) -> dict[tuple[int, int, int], list[Any]]:
    """(image, x, y) -> what is left of each annotation there, by cutting arrays: (old id, pixels or box)."""
    found: dict[tuple[int, int, int], list[Any]] = defaultdict(list)
    images = {row["id"]: row for row in value["images"]}
    for row in value["annotations"]:
        image = images[row["image_id"]]
        for x, y, w, h in windows_of(grid, image["width"], image["height"]):
            if "segmentation" in row:
                pixels = drawn(row, image)
                part = pixels[y : y + h, x : x + w]
                share = part.sum() / pixels.sum() if pixels.sum() else 0
                if part.any() and (share >= least or row["iscrowd"]):
                    found[image["id"], x, y].append((row["id"], part))
            else:
                bx, by, bw, bh = row["bbox"]
                left, top = max(bx, x), max(by, y)
                wide, high = min(bx + bw, x + w) - left, min(by + bh, y + h) - top
                if wide > 0 and high > 0 and wide * high >= least * bw * bh:
                    found[image["id"], x, y].append((row["id"], [left - x, top - y, wide, high]))
    return found


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6), side=st.integers(3, 50), overlap=st.integers(0, 20),
    least=st.sampled_from([0, 0.1, 0.6]), shift=st.booleans(),
)  # fmt: skip
def test_a_tile_has_the_pixels_that_a_cut_of_the_drawn_mask_has(
    seed: int, side: int, overlap: int, least: float, shift: bool
) -> None:
    value = made.dataset(seed, images=2)
    grid = Grid(side, side + 5, min(overlap, side - 1), "shift" if shift else "cut")
    tiled, ids = tile(Dataset.from_dict(value), grid, least)
    found = tiled.to_dict()
    tiles = {row["id"]: row for row in ids.to_dict()["tiles"]}
    old_of = {new: int(old) for old, news in ids.to_dict()["sources"][0]["annotations"].items() for new in news}
    wanted = expected(value, grid, least)
    images = {row["id"]: row for row in found["images"]}
    by_tile: dict[int, list[Any]] = defaultdict(list)
    for row in found["annotations"]:
        by_tile[row["image_id"]].append(row)
    for key, image in images.items():
        window = tiles.get(key, {"image_id": key, "x": 0, "y": 0, "width": image["width"], "height": image["height"]})
        assert (image["width"], image["height"]) == (window["width"], window["height"])
        want = wanted[window["image_id"], window["x"], window["y"]] if key in tiles else None
        if want is None:
            assert by_tile[key] == [row for row in value["annotations"] if row["image_id"] == key]
            continue
        assert [old_of[row["id"]] for row in by_tile[key]] == [old for old, _ in want]
        for row, (old, left) in zip(by_tile[key], want, strict=True):
            before = next(r for r in value["annotations"] if r["id"] == old)
            check_piece(row, before, left, image)


def check_piece(row: Any, before: Any, left: Any, image: Any) -> None:
    """One piece beside what it was and what is left of it."""
    kept = ("category_id", "iscrowd", "note")
    assert [row[k] for k in kept] == [before[k] for k in kept]
    if "segmentation" not in before:
        assert "segmentation" not in row
        assert row["bbox"] == pytest.approx(left)
        assert row["area"] == pytest.approx(left[2] * left[3])
        return
    assert np.array_equal(drawn(row, image), left)
    assert isinstance(row["segmentation"], list) == isinstance(before["segmentation"], list)
    if isinstance(row["segmentation"], dict):
        assert type(row["segmentation"]["counts"]) is type(before["segmentation"]["counts"])
    else:
        assert all(len(ring) >= 6 for ring in row["segmentation"])
    coded = coco_mask.encode(np.asfortranarray(left))
    assert row["area"] == coco_mask.area(coded)
    assert row["bbox"] == coco_mask.toBbox(coded).tolist()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_pixel_is_in_one_tile_without_an_overlap(seed: int) -> None:
    chance = random.Random(seed)
    value = made.dataset(seed, images=1, per_image=3)
    tiled, ids = tile(Dataset.from_dict(value), Grid(chance.randint(5, 40), chance.randint(5, 40)), 0.0)
    found, image = tiled.to_dict(), value["images"][0]
    places = {row["id"]: row for row in ids.to_dict()["tiles"]}
    sizes = {row["id"]: row for row in found["images"]}
    for old in (row for row in value["annotations"] if "segmentation" in row):
        whole = np.zeros((image["height"], image["width"]), int)
        for new in ids.to_dict()["sources"][0]["annotations"].get(str(old["id"]), []):
            row = next(r for r in found["annotations"] if r["id"] == new)
            at = places[row["image_id"]]
            whole[at["y"] : at["y"] + at["height"], at["x"] : at["x"] + at["width"]] += drawn(
                row, sizes[row["image_id"]]
            )
        assert np.array_equal(whole, drawn(old, image))


@settings(max_examples=60, deadline=None)
@given(
    pixels=st.integers(1, 12).flatmap(
        lambda w: st.lists(st.lists(st.booleans(), min_size=w, max_size=w), min_size=1, max_size=12)
    ),
    window=st.tuples(*[st.integers(0, 8)] * 2, *[st.integers(1, 8)] * 2),
)
def test_strokes_say_what_the_pixels_say(pixels: Any, window: tuple[int, int, int, int]) -> None:
    mask = np.array(pixels, bool)
    masks = Masks(segmentations([encode(mask), encode(~mask)]))
    both = strokes_of(masks.ends(np.arange(2)), np.full(2, mask.shape[0]))
    assert both.areas().tolist() == [mask.sum(), (~mask).sum()]
    assert np.array_equal(both.boxes(), np.where(masks.measures.area[:, None] > 0, masks.measures.bbox, 0))
    x, y, w, h = window
    part = mask[y : y + h, x : x + w]
    cut = both.cut(x, y, *part.shape[::-1])
    assert cut.areas().tolist() == [part.sum(), (~part).sum()]
    if part.any():
        own, left, top = cut.pixels(0)
        assert np.array_equal(part[top : top + own.shape[0], left : left + own.shape[1]], own)
        coded = encode(part)
        lengths = np.diff(cut.ends(0, *part.shape), prepend=0)
        assert lengths.tolist() == np.asarray(_runs(coded)).tolist()


def _runs(coded: Any) -> Any:
    from cocokit.rle import runs

    return runs(coded)


def test_images_that_fit_into_one_tile_keep_their_bytes(tmp_path: Path) -> None:
    value = made.dataset(3, images=3)
    value["images"][1] |= {"width": 200, "height": 200}
    for row in value["annotations"]:
        if row["image_id"] == value["images"][1]["id"] and isinstance(row.get("segmentation"), dict):
            del row["segmentation"]
    source = made.opened(tmp_path / "a.json", value)
    tiled, _ = tile(source, Grid(100, 100))
    tiled.write(tmp_path / "b.json")
    old = made.row_texts(tmp_path / "a.json", "images") + made.row_texts(tmp_path / "a.json", "annotations")
    new = made.row_texts(tmp_path / "b.json", "images") + made.row_texts(tmp_path / "b.json", "annotations")
    stay = [text for text in old if f'"image_id": {value["images"][1]["id"]},' not in text
            and f'"id": {value["images"][1]["id"]}, "width"' not in text]  # fmt: skip
    assert len(stay) > 4
    assert set(stay) <= set(new)
    assert json.loads((tmp_path / "b.json").read_text()) == tiled.to_dict()


def test_poses_keep_the_points_that_lie_in_the_tile() -> None:
    pose = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 20, 10], "num_keypoints": 3,
            "keypoints": [5, 5, 2, 15, 5, 1, 10, 9, 2, 0, 0, 0]}  # fmt: skip
    value = {"images": [{"id": 1, "width": 20, "height": 10}], "annotations": [pose], "categories": []}
    tiled, _ = tile(Dataset.from_dict(value), Grid(10, 10))
    left, right = tiled.to_dict()["annotations"]
    assert (left["keypoints"], left["num_keypoints"]) == ([5, 5, 2, *[0] * 9], 1)
    assert (right["keypoints"], right["num_keypoints"]) == ([0, 0, 0, 5, 5, 1, 0, 9, 2, 0, 0, 0], 2)
    assert "area" not in left


def test_small_pieces_are_left_out_and_counted_but_not_those_of_crowds() -> None:
    box = [[2, 0, 12, 0, 12, 10, 2, 10]]
    rows = [{"id": i, "image_id": 1, "category_id": 1, "segmentation": box, "iscrowd": i} for i in (0, 1)]
    caption = {"id": 7, "image_id": 1, "caption": "two boxes"}
    value = {"images": [{"id": 1, "width": 20, "height": 10}], "annotations": [*rows, caption], "categories": []}
    tiled, ids = tile(Dataset.from_dict(value), Grid(10, 10), least=0.3)
    assert [(r["iscrowd"], r["area"], r["bbox"]) for r in tiled.to_dict()["annotations"]] == [
        (0, 80, [2, 0, 8, 10]), (1, 80, [2, 0, 8, 10]), (1, 20, [0, 0, 2, 10])]  # fmt: skip
    assert ids.counts == {"pieces_left_out": 1, "empty_masks_left_out": 0, "annotations_without_a_place_left_out": 1}


def test_what_cannot_be_cut_is_refused_in_a_sentence() -> None:
    def one(**image: Any) -> Dataset:
        outline = {"size": [9, 9], "counts": [81]}
        row = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": outline}
        return Dataset.from_dict({"images": [{"id": 1, **image}], "annotations": [row], "categories": []})

    with pytest.raises(DataError, match="image 1 has no width and height"):
        tile(one(), Grid(4, 4))
    with pytest.raises(DataError, match=r"a mask of the size \[9, 9\], but its image has \[8, 9\]"):
        tile(one(width=9, height=8), Grid(4, 4))
    for wrong in ({"overlap": 4}, {"overlap": -1}):
        with pytest.raises(ParamsError, match="overlap"):
            Grid(4, 4, **wrong)
    with pytest.raises(ParamsError, match="a share"):
        tile(one(width=9, height=9), Grid(4, 4), least=1.5)


def test_ids_at_the_end_of_the_numbers_leave_room() -> None:
    top = 2**63 - 1
    row = {"id": top, "image_id": top, "category_id": 1, "bbox": [0, 0, 20, 10]}
    value = {"images": [{"id": top, "width": 20, "height": 10}], "annotations": [row], "categories": []}
    tiled, _ = tile(Dataset.from_dict(value), Grid(10, 10))
    assert tiled.images.id.tolist() == [1, 2]
    assert tiled.to_dict()["annotations"][1]["id"] == 2


def test_photographs_are_cut_where_the_map_says(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    value = {"images": [{"id": 1, "width": 20, "height": 10, "file_name": "deep/a.png"},
                        {"id": 2, "width": 5, "height": 5, "file_name": "b.png"}], "annotations": [],
             "categories": []}  # fmt: skip
    (tmp_path / "deep").mkdir()
    pixels = chance.integers(0, 255, (10, 20, 3), np.uint8)
    save_image(pixels, tmp_path / "deep" / "a.png")
    save_image(pixels[:5, :5], tmp_path / "b.png")
    whole = Dataset.from_dict(value)
    tiled, ids = tile(whole, Grid(12, 8, 2))
    cut_photos(whole, tiled, ids.more["tiles"], tmp_path, tmp_path / "out")
    for at in ids.more["tiles"]:
        name = (tiled.images.file_name or [])[tiled.image_row(at["id"])]
        assert name == f"deep/a_{at['x']}_{at['y']}.png"
        part = pixels[at["y"] : at["y"] + at["height"], at["x"] : at["x"] + at["width"]]
        assert np.array_equal(read_image(tmp_path / "out" / name), part)
    assert (tmp_path / "out" / "b.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    value["images"][1]["file_name"] = "../b.png"
    with pytest.raises(DataError, match="leads out of the folder"):
        cut_photos(Dataset.from_dict(value), tiled, ids.more["tiles"], tmp_path, tmp_path / "out2")


@settings(max_examples=300, deadline=None)
@given(
    pixels=st.integers(1, 9).flatmap(
        lambda w: st.lists(st.lists(st.integers(0, 1), min_size=w, max_size=w), min_size=1, max_size=9)
    )
)
def test_a_traced_outline_draws_the_pixels_again(pixels: Any) -> None:
    mask = np.array(pixels, np.uint8)
    rings = trace(mask)
    if rings is None:
        regions = label(mask, connectivity=1)
        others = [np.pad(regions != i, 1, constant_values=True) for i in range(1, regions.max() + 1)]
        assert any(label(other, connectivity=1).max() > 1 for other in others)
        return
    height, width = mask.shape
    found = from_polygons(rings, height, width)
    assert np.array_equal(decode(found), mask)
    for ring in rings:
        x, y = np.array(ring).reshape(-1, 2).T
        assert ((np.diff(x, append=x[0]) == 0) != (np.diff(y, append=y[0]) == 0)).all()
        assert len(set(zip(x.tolist(), y.tolist(), strict=True))) == len(x)


def test_a_box_of_the_drawn_pixels_is_no_mistake() -> None:
    thin = [[0, 10, 20, 9.8, 20, 10.2, 10, 11, 20, 30, 0, 30]]  # its upper tip is thinner than a pixel
    tiled, _ = tile(
        Dataset.from_dict({
            "images": [{"id": 1, "width": 40, "height": 40}], "categories": [{"id": 1, "name": "a"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[x + 15 for x in thin[0]]],
                             "bbox": [15, 25, 20, 20], "area": 200, "iscrowd": 0}],
        }), Grid(40, 20),
    )  # fmt: skip
    assert check_dataset(tiled) == []

"""Images in memory: views beside a naive twin, and nothing that a detector sees that is not in the file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cocokit.baselines.batch import Target
from cocokit.baselines.train.categories import Category, mirrored
from cocokit.baselines.train.config import default_config
from cocokit.baselines.train.data import ImageSet, View, order_of
from cocokit.baselines.train.evaluating import measure, require_perfect
from cocokit.baselines.train.examine import has_annotations
from cocokit.baselines.train.reading import Wanted, read_set
from cocokit.baselines.train.results import as_result, result_rows
from cocokit.baselines.train.scenes import CATEGORIES
from cocokit.baselines.train.shapes import shapes_batches, write_shapes
from cocokit.baselines.train.source import find_source, splits_of
from cocokit.errors import DataError, NotFoundError
from tests.baselines.train.toy import ENTRIES

ALL = {"masks": True, "keypoints": True}


def only(images: ImageSet, place: int, view: View | None = None) -> Target:
    batch = images.batch(place, view)
    assert batch.targets is not None
    return batch.targets[0]


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    folder = tmp_path / "scenes"
    return Path(write_shapes(folder, 6, (96, 160), seed=2, domain="cluttered", kinds=CATEGORIES))


def test_at_their_own_size_images_are_what_was_drawn(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(160, **ALL))
    made = shapes_batches(6, (96, 160), seed=2, domain="cluttered", kinds=CATEGORIES)
    for place, batch in enumerate(made):
        assert batch.targets is not None
        found, target = images[place], batch.targets[0]
        mine = only(images, place)
        assert torch.equal(found.pixels, batch.pixels)
        assert found.sizes == batch.sizes
        for name in ("boxes", "labels", "masks", "crowd"):
            assert torch.equal(getattr(mine, name), getattr(target, name)), name
        assert mine.keypoints is not None
        assert target.keypoints is not None
        assert torch.allclose(mine.keypoints, target.keypoints, atol=0.01)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_a_view_shows_the_same_thing_elsewhere(flip: bool, scale: float, scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(160, largest=2.0, **ALL))
    swaps = mirrored(images.categories)
    for place in range(len(images)):
        plain, seen = only(images, place), only(images, place, View(scale, flip))
        batch = images.batch(place, View(scale, flip))
        (height, width), (full_height, full_width) = batch.sizes[0], batch.pixels.shape[2:]
        assert (height, width) == (round(96 * scale), round(160 * scale))
        assert full_height % 32 == full_width % 32 == 0
        assert batch.pixels[:, :, height:].abs().sum() == batch.pixels[:, :, :, width:].abs().sum() == 0
        ratio = torch.tensor([width / 160, height / 96])
        for box, other in zip(plain.boxes, seen.boxes, strict=True):
            x0, y0, x1, y1 = (box * ratio.repeat(2)).tolist()
            assert other.tolist() == pytest.approx([width - x1, y0, width - x0, y1] if flip else [x0, y0, x1, y1])
        assert seen.masks is not None
        assert plain.masks is not None
        areas = seen.masks.sum((1, 2)) / plain.masks.sum((1, 2)) / ratio.prod()
        assert (areas - 1).abs().max() < 0.35  # small things lose their corners
        for mask, box in zip(seen.masks, seen.boxes, strict=True):
            rows, columns = mask.nonzero().unbind(1)
            edges = torch.stack([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            assert (edges - box).abs().max() <= 1.5
        assert seen.keypoints is not None
        assert plain.keypoints is not None
        for points, others in zip(plain.keypoints, seen.keypoints, strict=True):
            others = others[swaps] if flip else others
            for (x, y, v), (u, w, t) in zip(points.tolist(), others.tolist(), strict=True):
                where = ((width - x * width / 160) if flip else x * width / 160, y * height / 96)
                assert (u, w, t) == pytest.approx((*where, v) if v else (0, 0, 0), abs=1e-3)


def test_large_photographs_are_made_small_once(tmp_path: Path) -> None:
    folder = Path(write_shapes(tmp_path / "large", 2, (300, 400), seed=4))
    images = read_set(find_source(str(folder)), Wanted(100, masks=True))
    naive = Image.open(folder / "images" / "000000.png").resize((100, 75), Image.Resampling.BILINEAR)
    seen = images[0].pixels[0, :, :75, :100].permute(1, 2, 0).numpy() * 255
    assert images.items[0].pixels.shape == (3, 75, 100)
    assert np.abs(seen - np.asarray(naive)).max() <= 2
    target = only(images, 0)
    assert target.masks is not None
    shares = target.masks.float().mean((1, 2)) * 128 * 96 / (100 * 75)
    truth = json.loads((folder / "annotations" / "instances_train.json").read_text())["annotations"]
    areas = [a["area"] / (300 * 400) for a in truth if a["image_id"] == 1]
    assert shares.tolist() == pytest.approx(areas, rel=0.08)  # an edge at exactly one half goes either way


def test_a_detector_of_one_size_sees_squares(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(160, square=64))
    assert images[0].pixels.shape == (1, 3, 64, 64)
    assert images[0].sizes == ((64, 64),)
    require_perfect(images)


def test_every_image_comes_once_before_any_comes_twice() -> None:
    order = order_of(3, 7, 0, 70)
    assert all(sorted(order[n : n + 7]) == list(range(7)) for n in range(0, 70, 7))
    assert order[10:20] == order_of(3, 7, 10, 10)
    assert order != order_of(4, 7, 0, 70)
    assert len({tuple(order[n : n + 7]) for n in range(0, 70, 7)}) > 5


def test_shares_of_a_batch_are_the_batch(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(96, **ALL))
    config = replace(default_config("toy"), batch=4, scales=(0.5, 1.0), size=96)
    for step in range(4):
        whole, ids = images.training_batch(config, step)
        halves = [images.training_batch(config, step, rank, 2) for rank in (0, 1)]
        assert torch.equal(torch.cat([half.pixels for half, _ in halves]), whole.pixels)
        assert [named for _, named in halves] == [ids, ids]
    seen = Counter(n for step in range(12) for n in images.training_batch(config, step)[1])
    assert set(seen.values()) == {8}


def test_results_of_targets_are_the_annotations(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(77, **ALL))
    require_perfect(images)
    rows = []
    for place, item in enumerate(images.items):
        size = item.height, item.width
        rows += result_rows(as_result(only(images, place)), item.id, images[place].sizes[0], size, images.categories)
    truth = json.loads((scenes / "annotations" / "instances_train.json").read_text())["annotations"]
    things = [a for a in truth if not a["iscrowd"]]
    assert [row["category_id"] for row in rows] == [a["category_id"] for a in things]
    for row, a in zip(rows, things, strict=True):
        assert row["bbox"] == pytest.approx(a["bbox"], abs=0.01)
        if "keypoints" in a:
            assert row["keypoints"][0::3] == pytest.approx(a["keypoints"][0::3], abs=0.05)
    assert measure(rows, images, replace(ENTRIES["toy"], predicts=("boxes", "keypoints")))["keypoints_AP"] > 0.99


def test_a_set_whose_labels_are_mixed_up_is_refused(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(96))
    with pytest.raises(DataError, match=r"taken as detections, have an AP of 0\.\d+ and not 1"):
        require_perfect(replace(images, categories=images.categories[::-1]))


def test_mirrored_names_change_sides() -> None:
    names = ("nose", "left_eye", "right_eye", "tail", "left_hand")
    assert mirrored([Category(1, "x"), Category(2, "cat", names)]) == [0, 2, 1, 3, 4]
    assert mirrored([Category(1, "x", ("a", "a"))]) == [0, 1]
    assert mirrored([Category(1, "x")]) == []


# ---------------------------------------------------------------- where things are


def layout(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"{}")
    return folder


@pytest.mark.parametrize(
    "names, split, file, images",
    [
        (["annotations/instances_train2017.json", "train2017/1.png"], "train", "annotations/instances_train2017.json",
         "train2017"),
        (["annotations/instances_train.json", "images/1.png"], "train", "annotations/instances_train.json", "images"),
        (["instances_train.json", "instances_val.json", "photos/1.png"], "val", "instances_val.json", "photos"),
        (["instances.json", "1.png"], "", "instances.json", "."),
        (["annotations/instances_val2017.json", "annotations/person_keypoints_val2017.json", "val2017/1.png"], "val",
         "annotations/instances_val2017.json", "val2017"),
        (["annotations/instances_trainval.json", "images/1.png"], "", "annotations/instances_trainval.json", "images"),
        (["cocokit.toml", "exports/pets/instances.json", "images/1.png"], "", "exports/pets/instances.json", "images"),
        (["annotations/image_info_test.json", "annotations/captions_test.json", "test/1.png"], "test",
         "annotations/image_info_test.json", "test"),
    ],
)  # fmt: skip
def test_splits_are_found_where_people_keep_them(
    names: list[str], split: str, file: str, images: str, tmp_path: Path
) -> None:
    layout(tmp_path, *names)
    if "cocokit.toml" in names:
        (tmp_path / "cocokit.toml").write_text("")
    source = find_source(str(tmp_path), split)
    assert Path(source.file) == tmp_path / file
    assert Path(source.image_folder("1.png", 1)) == (tmp_path / images).resolve()
    alone = find_source(str(tmp_path / file))
    assert Path(alone.image_folder("1.png", 1)) == (tmp_path / images).resolve()


def test_keypoints_have_their_own_files(tmp_path: Path) -> None:
    layout(tmp_path, "annotations/instances_val2017.json", "annotations/person_keypoints_val2017.json",
           "annotations/image_info_val2017.json")  # fmt: skip
    assert splits_of(str(tmp_path))["val"].endswith("instances_val2017.json")
    assert splits_of(str(tmp_path), keypoints=True)["val"].endswith("person_keypoints_val2017.json")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such file or folder"):
        find_source(str(tmp_path / "x"))
    with pytest.raises(NotFoundError, match=r"no instances.json or instances_SPLIT.json in it"):
        find_source(str(tmp_path))
    (tmp_path / "cocokit.toml").write_text("")
    with pytest.raises(NotFoundError, match="run cocokit export"):
        find_source(str(tmp_path))
    layout(tmp_path, "exports/a/instances.json", "exports/b/instances.json")
    with pytest.raises(NotFoundError, match=r"several exports.*exports/a, .*exports/b"):
        find_source(str(tmp_path))


def test_boxes_without_extent_are_left_out(scenes: Path) -> None:
    before = read_set(find_source(str(scenes)), Wanted(96, **ALL))
    path = scenes / "annotations" / "instances_train.json"
    value = json.loads(path.read_text())
    value["annotations"][1]["bbox"][2] = 0
    path.write_text(json.dumps(value))
    after = read_set(find_source(str(scenes)), Wanted(96, **ALL))
    assert torch.equal(after.items[0].boxes, before.items[0].boxes[[0, *range(2, len(before.items[0].boxes))]])
    assert after.items[0].masks is not None
    assert len(after.items[0].masks) == len(after.items[0].labels) == len(after.items[0].boxes)
    require_perfect(after)


def test_a_withheld_split_can_be_predicted(scenes: Path, tmp_path: Path) -> None:
    path = scenes / "annotations" / "instances_train.json"
    value = json.loads(path.read_text())
    (scenes / "annotations" / "image_info_test.json").write_text(json.dumps({"images": value["images"]}))
    images = read_set(find_source(str(scenes), "test"), Wanted(96))
    assert not has_annotations(images.dataset)
    assert len(images) == 6


def test_real_photographs_are_read(shared_data: Path) -> None:
    images = read_set(find_source(str(shared_data / "fruits_nuts" / "trainval.json")), Wanted(128, masks=True))
    require_perfect(images)
    assert len(images) == 18
    assert all(bool(only(images, place).masks.any()) for place in range(3))  # type: ignore[union-attr]

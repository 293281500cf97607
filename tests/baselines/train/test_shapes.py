"""Made pictures: what is said of them is what can be seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.scenes import CATEGORIES, DOMAINS, draw_scene, tight_boxes
from cocokit.baselines.train.shapes import shapes_batches, write_shapes
from cocokit.checks import check_dataset
from cocokit.dataset import Dataset
from cocokit.errors import NotFoundError
from cocokit.imageio import read_image
from cocokit.masks import Masks


def only(batch: Batch) -> Target:
    assert batch.targets is not None
    (target,) = batch.targets
    return target


def test_the_same_seed_draws_the_same_and_the_count_does_not_matter() -> None:
    few, many = shapes_batches(2, 64, seed=3), shapes_batches(5, 64, seed=3)
    for one, other in zip(few, many, strict=False):
        assert torch.equal(one.pixels, other.pixels)
        assert torch.equal(only(one).boxes, only(other).boxes)
    assert not torch.equal(few[0].pixels, shapes_batches(1, 64, seed=4)[0].pixels)


@pytest.mark.parametrize("domain", DOMAINS)
def test_targets_fit_each_other(domain: str) -> None:
    for batch in shapes_batches(12, (64, 96), seed=1, domain=domain, kinds=CATEGORIES):
        target = only(batch)
        assert target.masks is not None
        assert target.keypoints is not None
        assert batch.pixels.shape == (1, 3, 64, 96)
        assert 0 <= batch.pixels.min() <= batch.pixels.max() <= 1
        assert target.masks.sum(dim=0).max() == 1  # each pixel is of one shape
        assert np.array_equal(target.boxes, naive_boxes(target.masks.numpy()))
        figures = target.labels == CATEGORIES.index("figure")
        assert (target.keypoints[~figures] == 0).all()
        for points, mask in zip(target.keypoints[figures], target.masks[figures], strict=True):
            seen = points[points[:, 2] == 2].long()
            assert mask[seen[:, 1], seen[:, 0]].all()


def naive_boxes(masks: np.ndarray) -> np.ndarray:
    found = [np.nonzero(mask) for mask in masks]
    return np.array([[x.min(), y.min(), x.max() + 1, y.max() + 1] for y, x in found], np.float32)


def test_as_much_of_a_shape_is_seen_as_its_domain_says() -> None:
    domain = DOMAINS["cluttered"]
    for seed in range(20):
        scene = draw_scene((96, 96), np.random.default_rng(seed), domain)
        boxes = tight_boxes(scene.masks)
        assert len(boxes) >= 1
        circles = scene.masks[scene.categories == 0].sum(axis=(1, 2))
        sides = (boxes[:, 2:] - boxes[:, :2])[scene.categories == 0]
        assert (circles >= 0.9 * (1 - domain.hidden) * np.pi / 4 * sides.prod(axis=1) * 0.6).all()


def test_a_folder_has_the_same_pictures_as_the_batches(tmp_path: Path) -> None:
    root = Path(write_shapes(tmp_path / "shapes", 6, 64, seed=2, domain="cluttered", kinds=CATEGORIES, val=3))
    batches = shapes_batches(9, 64, seed=2, domain="cluttered", kinds=CATEGORIES)
    for split, part in (("train", batches[:6]), ("val", batches[6:])):
        path = root / "annotations" / f"instances_{split}.json"
        dataset = Dataset.read(path)
        assert check_dataset(dataset) == []
        assert [c.name for c in dataset.categories] == list(CATEGORIES)
        for row, batch in enumerate(part):
            image = dataset.image(row)
            pixels = torch.from_numpy(read_image(root / "images" / str(image.file_name)).copy())
            assert torch.equal(pixels.permute(2, 0, 1), (batch.pixels[0] * 255).round().to(torch.uint8))
            rows = [dataset.annotation(r) for r in dataset.annotations_of_image(image.id)]
            mine = [a for a in rows if not a.iscrowd]
            assert [(a.category_id or 0) - 1 for a in mine] == only(batch).labels.tolist()
            corners = [[x, y, x + w, y + h] for x, y, w, h in (a.bbox for a in mine if a.bbox)]
            assert corners == only(batch).boxes.tolist()
            crowd = only(batch).crowd
            assert crowd is not None
            assert len(rows) - len(mine) == len(crowd)
    assert Masks(dataset.annotations.segmentation).measures.area.all()  # type: ignore[arg-type]


def test_proposals_lie_in_the_image_and_some_fit_what_is_there() -> None:
    for batch in shapes_batches(4, 96, proposals=40):
        assert batch.proposals is not None
        (regions,), boxes = batch.proposals, only(batch).boxes
        assert regions.shape == (40, 4)
        assert (regions[:, 2:] > regions[:, :2]).all()
        assert regions.min() >= 0
        assert regions.max() <= 96.5
        inner = torch.minimum(regions[:, None, 2:], boxes[:, 2:]) - torch.maximum(regions[:, None, :2], boxes[:, :2])
        shared = inner.clamp(min=0).prod(dim=2)
        areas = [(b[:, 2:] - b[:, :2]).prod(dim=1) for b in (regions, boxes)]
        iou = shared / (areas[0][:, None] + areas[1] - shared)
        assert (iou.amax(dim=0) > 0.5).all()


def test_batches_of_unlike_sizes_are_padded_on_the_right_and_below() -> None:
    small, large = shapes_batches(1, (64, 96), seed=1)[0], shapes_batches(1, (96, 64), seed=2)[0]
    both = collate([small, large])
    assert both.pixels.shape == (2, 3, 96, 96)
    assert both.sizes == ((64, 96), (96, 64))
    assert torch.equal(both.pixels[0, :, :64], small.pixels[0])
    assert both.pixels[0, :, 64:].sum() == both.pixels[1, :, :, 64:].sum() == 0
    assert both.targets is not None
    assert all(target.masks is not None and target.masks.shape[1:] == (96, 96) for target in both.targets)
    assert collate([Batch(small.pixels, small.sizes)]).targets is None


def test_a_domain_that_does_not_exist() -> None:
    with pytest.raises(NotFoundError, match="'messy': there are plain, iconic"):
        shapes_batches(1, domain="messy")

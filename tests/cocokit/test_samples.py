"""The sample is the same every time, free of mistakes, and worth evaluating."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cocokit.checks import check_dataset, check_results
from cocokit.coco_json import read_results
from cocokit.dataset import Dataset
from cocokit.samples import CATEGORIES, Sample, write_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("sample") / "new" / "folder")


def load(path: str) -> Any:
    return json.loads(Path(path).read_text())


def test_the_same_call_writes_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    again = write_sample(tmp_path)
    for name in ("gt", "gt_keypoints", "bbox", "segm", "keypoints"):
        assert Path(getattr(again, name)).read_bytes() == Path(getattr(sample, name)).read_bytes(), name


def test_another_seed_makes_other_detections_of_the_same_things(sample: Sample, tmp_path: Path) -> None:
    other = write_sample(tmp_path, seed=1)
    assert load(other.gt) == load(sample.gt)
    assert load(other.bbox) != load(sample.bbox)


def test_every_photograph_is_there_and_has_the_size_that_the_dataset_says(sample: Sample) -> None:
    for image in load(sample.gt)["images"]:
        with Image.open(Path(sample.images) / image["file_name"]) as photo:
            assert photo.size == (image["width"], image["height"])


def test_every_category_occurs_and_one_region_is_a_crowd(sample: Sample) -> None:
    annotations = load(sample.gt)["annotations"]
    assert {a["category_id"] for a in annotations} == {i for i, _ in CATEGORIES.values()}
    crowds = [a for a in annotations if a["iscrowd"]]
    assert [sum(c["segmentation"]["counts"]) for c in crowds] == [741 * 500]


def test_the_checks_find_nothing(sample: Sample) -> None:
    for gt, results in ((sample.gt, (sample.bbox, sample.segm)), (sample.gt_keypoints, (sample.keypoints,))):
        dataset = Dataset.read(gt)
        assert check_dataset(dataset) == []
        for path in results:
            assert check_results(read_results(path), dataset) == []


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_the_pretended_detector_is_neither_perfect_nor_useless(sample: Sample, iou_type: str) -> None:
    from cocokit.eval import evaluate

    gt = sample.gt_keypoints if iou_type == "keypoints" else sample.gt
    report = evaluate(gt, getattr(sample, iou_type), iou_type)
    assert 0.4 < report.stats[0] < 0.85

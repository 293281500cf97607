"""Real images' annotations and detections: the published numbers come out, and pycocotools' arrays bit for bit."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as rle

import cocokit
from tests.eval import oracle, ours
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings

Row = dict[str, Any]


def both(gt: Path, dt: Path, settings: Settings) -> Any:
    """Our report on two files, after its arrays were found to be pycocotools'."""
    report = ours.evaluate(str(gt), str(dt), settings)
    assert_same_bits(report, oracle.evaluate(load(gt), load(dt), settings))
    return report


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def store(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def val2014(shared_data: Path) -> Path:
    return shared_data / "cocoapi_val2014_100"


def published(folder: Path, iou_type: str) -> list[str]:
    """The lines that the authors of the benchmark published for an IoU type."""
    text = (folder / "val2014_fake_eval_res.txt").read_text(encoding="utf-8")
    part = text.split(f"type={iou_type}\n")[1].split("---")[0]
    return [" ".join(line.split()) for line in part.splitlines() if line.startswith(" Average")]


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
def test_the_published_lines_of_val2014_come_out(val2014: Path, iou_type: str) -> None:
    results = val2014 / f"instances_val2014_fake{iou_type}100_results.json"
    report = both(val2014 / "instances_val2014_100.json", results, Settings(iou_type))
    assert [" ".join(line.split()) for line in report.lines()] == published(val2014, iou_type)


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
@pytest.mark.parametrize("settings", [{"use_cats": False}, {"iou_thrs": [0.3, 0.5]}, {"max_dets": [1, 2, 3]}])
def test_val2014_with_other_settings_has_pycocotools_bits(val2014: Path, iou_type: str, settings: Row) -> None:
    gt = val2014 / "instances_val2014_100.json"
    dt = val2014 / f"instances_val2014_fake{iou_type}100_results.json"
    chosen = Settings(iou_type, **settings)
    theirs = oracle.evaluate(load(gt), load(dt), chosen)
    assert_same_bits(ours.evaluate(str(gt), str(dt), chosen), theirs, stats=oracle.comparable(chosen))


def test_the_stored_numbers_of_coco_mini_come_out(shared_data: Path) -> None:
    folder = shared_data / "coco_mini"
    stored = load(folder / "results" / "expected_pycocotools.json")
    gt = folder / "annotations" / "instances_val2017.json"
    report = both(gt, folder / "results" / "instances_val2017_fastestdet_bbox_results.json", Settings("bbox"))
    assert report.stats.tolist() == stored["stats"]
    assert report.stat_names == stored["stats_names"]
    assert report.counts["images"] == stored["n_images"]


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
def test_the_panoptic_sample_has_pycocotools_bits(shared_data: Path, tmp_path: Path, iou_type: str) -> None:
    folder = shared_data / "panopticapi_sample" / "sample_data"
    gt = store(tmp_path, "gt.json", instances_of_panoptic(folder))
    rng = Random(5)
    segments = load(folder / "panoptic_coco_detection_format.json")["annotations"]
    fields = ("image_id", "category_id", "bbox") if iou_type == "bbox" else ("image_id", "category_id", "segmentation")
    results = [{name: row[name] for name in fields} | {"score": round(rng.random(), 1)} for row in segments]
    report = both(gt, store(tmp_path, "dt.json", results), Settings(iou_type))
    assert report.stats[0] > 0.7  # mostly the same segments


def instances_of_panoptic(folder: Path) -> Row:
    """Instance ground truth whose masks are the segments of the panoptic images."""
    panoptic = load(folder / "panoptic_examples.json")
    annotations = []
    for image in panoptic["annotations"]:
        with Image.open(folder / "panoptic_examples" / image["file_name"]) as file:
            colours = np.asarray(file.convert("RGB")).astype(np.int64)
        ids = colours @ np.array([1, 256, 256**2])
        for segment in image["segments_info"]:
            mask = rle.encode(np.asfortranarray((ids == segment["id"]).astype(np.uint8)))
            outline = {"size": mask["size"], "counts": mask["counts"].decode()}
            annotations.append({**segment, "image_id": image["image_id"], "segmentation": outline})
    return {name: panoptic[name] for name in ("images", "categories")} | {"annotations": annotations}


def test_jittered_poses_of_coco_mini_have_pycocotools_bits(shared_data: Path, tmp_path: Path) -> None:
    gt = shared_data / "coco_mini" / "annotations" / "person_keypoints_val2017.json"
    results = jittered(load(gt)["annotations"])
    report = both(gt, store(tmp_path, "dt.json", results), Settings("keypoints"))
    assert 0.2 < report.stats[0] < 1


def jittered(annotations: list[Row]) -> list[Row]:
    """Two detections per pose: one nearby, one further away, the same in every run."""
    rng = Random(17)
    results = []
    for row in annotations:
        size = max(row["bbox"][2:])
        for spread in (0.02, 0.2):
            points = [float(v) for v in row["keypoints"]]
            for i in range(0, len(points), 3):
                points[i : i + 2] = [round(v + rng.gauss(0, spread * size), 2) for v in points[i : i + 2]]
            results.append(
                {"image_id": row["image_id"], "category_id": row["category_id"], "keypoints": points,
                 "score": round(rng.random() * (1 - spread), 3)}
            )  # fmt: skip
    return results


def test_a_report_made_from_files_and_from_objects_is_the_same(val2014: Path) -> None:
    gt = val2014 / "instances_val2014_100.json"
    dt = val2014 / "instances_val2014_fakebbox100_results.json"
    assert_same_bits(cocokit.evaluate(load(gt), load(dt)), cocokit.evaluate(str(gt), str(dt)))

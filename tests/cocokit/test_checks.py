"""Every finding has a smallest input that shows it, and clean data show none."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest

from cocokit.checks import check_dataset, check_results
from cocokit.coco_json import read_results, results_from_json
from cocokit.dataset import Dataset
from cocokit.findings import Finding
from cocokit.rle import compress, to_coco

POSE = [1, 1, 2, 2, 2, 0]


def clean() -> dict[str, Any]:
    square = [1, 1, 5, 1, 5, 5, 1, 5]
    return {
        "images": [{"id": i, "width": 20, "height": 10, "file_name": f"{i}.jpg"} for i in (1, 2)],
        "annotations": [
            {
                "id": i,
                "image_id": i,
                "category_id": 1,
                "bbox": [1, 1, 4, 4],
                "area": 16,
                "iscrowd": 0,
                "segmentation": [square],
                "keypoints": POSE,
                "num_keypoints": 1,
            }
            for i in (1, 2)
        ],
        "categories": [{"id": 1, "name": "cat", "keypoints": ["nose", "tail"]}, {"id": 2, "name": "dog"}],
    }


def found(value: dict[str, Any]) -> dict[str, Finding]:
    return {finding.id: finding for finding in check_dataset(Dataset.from_dict(value))}


def changed(place: str, **members: Any) -> dict[str, Any]:
    """Clean data with the second row of a list changed; a member of ``...`` is taken out."""
    value = clean()
    for name, member in members.items():
        if member is ...:
            del value[place][1][name]
        else:
            value[place][1][name] = member
    return value


def test_clean_data_have_no_findings() -> None:
    assert found(clean()) == {}


@pytest.mark.parametrize(
    ("slug", "severity", "place", "members"),
    [
        ("duplicate-image-ids", "error", "images", {"id": 1}),
        ("images-without-size", "warning", "images", {"width": ...}),
        ("negative-image-size", "error", "images", {"height": -3}),
        ("duplicate-file-names", "warning", "images", {"file_name": "1.jpg"}),
        ("duplicate-category-ids", "error", "categories", {"id": 1}),
        ("duplicate-category-names", "warning", "categories", {"name": "cat"}),
        ("categories-without-name", "warning", "categories", {"name": ...}),
        ("missing-annotation-ids", "error", "annotations", {"id": ...}),
        ("duplicate-annotation-ids", "error", "annotations", {"id": 1}),
        ("annotation-id-zero", "warning", "annotations", {"id": 0}),
        ("unknown-image-ids", "error", "annotations", {"image_id": 99}),
        ("unknown-category-ids", "error", "annotations", {"category_id": 99}),
        ("missing-category-id", "error", "annotations", {"category_id": ...}),
        ("missing-bbox", "warning", "annotations", {"bbox": ...}),
        ("missing-area", "warning", "annotations", {"area": ...}),
        ("missing-iscrowd", "warning", "annotations", {"iscrowd": None}),
        ("missing-num-keypoints", "warning", "annotations", {"num_keypoints": ...}),
        ("bbox-not-finite", "error", "annotations", {"bbox": [math.nan, 1, 4, 4]}),
        ("bbox-negative-size", "error", "annotations", {"bbox": [5, 1, -4, 4], "area": 0.5}),
        ("bbox-empty", "warning", "annotations", {"bbox": [1, 1, 0, 4], "area": 0.5}),
        ("bbox-off-image", "error", "annotations", {"bbox": [21, 1, 4, 4]}),
        ("bbox-outside", "warning", "annotations", {"bbox": [17, 1, 4.5, 4]}),
        ("area-invalid", "error", "annotations", {"area": -1}),
        ("area-invalid", "error", "annotations", {"area": math.inf}),
        ("area-zero", "warning", "annotations", {"area": 0}),
        ("area-exceeds-bbox", "warning", "annotations", {"area": 60}),
        ("segmentation-empty", "warning", "annotations", {"segmentation": []}),
        ("polygon-too-short", "error", "annotations", {"segmentation": [[1, 1, 5, 5]]}),
        ("polygon-too-short", "error", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 5], []]}),
        ("polygon-odd", "error", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 5, 3]]}),
        ("polygon-not-finite", "error", "annotations", {"segmentation": [[1, 1, 5, math.nan, 5, 5]]}),
        ("polygon-outside", "warning", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 11.5]]}),
        ("crowd-polygons", "warning", "annotations", {"iscrowd": 1}),
        ("keypoints-length", "error", "annotations", {"keypoints": POSE[:-1]}),
        ("keypoints-count", "error", "annotations", {"keypoints": POSE[:3]}),
        ("keypoints-not-finite", "error", "annotations", {"keypoints": [math.nan, *POSE[1:]]}),
        ("num-keypoints", "warning", "annotations", {"num_keypoints": 2}),
    ],
)
def test_each_fault_is_found_alone(slug: str, severity: str, place: str, members: dict[str, Any]) -> None:
    findings = found(changed(place, **members))
    other = {"duplicate-image-ids": {"unknown-image-ids"}}.get(slug, set())
    assert set(findings) - other == {slug}
    finding = findings[slug]
    assert finding.severity == severity
    assert finding.count == 1
    assert finding.message.endswith(f"(1 {'category' if place == 'categories' else place[:-1]})")
    assert len(finding.examples) == 1
    assert finding.examples[0].startswith(f"{place}[1]")


def rle(counts: Any, size: tuple[int, int] = (10, 20)) -> dict[str, Any]:
    return {"size": list(size), "counts": counts}


@pytest.mark.parametrize(
    ("slug", "severity", "outline"),
    [
        ("rle-size", "error", rle([11, 16, 23], (10, 5))),
        ("rle-size", "error", rle([11, 16, 173], (20, 10))),
        ("rle-size-impossible", "error", rle([11, 16, 173], (-10, 20))),
        ("rle-size-impossible", "error", rle([11, 16, 173], (2**62, 2**62))),
        ("rle-sum", "error", rle([11, 16, 172])),
        ("rle-sum", "error", rle([])),
        ("rle-sum", "error", rle("")),
        ("rle-sum", "error", rle(to_coco(compress({"size": [10, 21], "counts": [11, 16, 183]}))["counts"])),
        ("rle-undecodable", "error", rle("\x01zz")),
        ("area-not-of-mask", "warning", rle([11, 14, 175])),
    ],
)
def test_each_fault_of_an_rle_is_found_alone(slug: str, severity: str, outline: dict[str, Any]) -> None:
    findings = found(changed("annotations", segmentation=outline))
    assert [(f.id, f.severity, f.count) for f in findings.values()] == [(slug, severity, 1)]
    assert findings[slug].examples[0].startswith("annotations[1]: id 2, image_id 2")


def test_a_good_rle_has_no_findings_compressed_or_not() -> None:
    plain = rle([11, 16, 173])
    for outline in (plain, to_coco(compress(plain))):
        assert found(changed("annotations", segmentation=outline)) == {}
    rows = [{"image_id": 1, "category_id": 1, "score": 1, "segmentation": plain | {"counts": [200, 1]}}]
    findings = check_results(results_from_json(rows), Dataset.from_dict(clean()))
    assert [(f.id, f.examples) for f in findings] == [
        ("rle-sum", ("[0]: image_id 1, runs of 201 px, height times width 200",))
    ]


def test_areas_of_crowd_regions_are_not_compared_with_their_masks() -> None:
    assert found(changed("annotations", segmentation=rle([11, 14, 175]), iscrowd=1)) == {}


def test_counts_are_of_all_rows_and_examples_of_the_first() -> None:
    value = clean()
    value["annotations"] = [copy.deepcopy(value["annotations"][0]) | {"id": 5} for _ in range(9)]
    finding = found(value)["duplicate-annotation-ids"]
    assert finding.count == 8
    assert finding.message == "ids that occur more than once (8 annotations)"
    assert [text.split(":")[0] for text in finding.examples] == [f"annotations[{i}]" for i in (1, 2, 3)]


def test_boxes_of_images_without_a_size_are_not_judged() -> None:
    value = changed("images", width=..., height=...)
    value["annotations"][1] |= {"bbox": [500, 500, 4, 4], "segmentation": [[500, 500, 504, 500, 504, 504]]}
    assert set(found(value)) == {"images-without-size"}


def test_a_data_set_of_boxes_alone_is_not_told_about_its_empty_outlines() -> None:
    value = clean()
    for row in value["annotations"]:
        row["segmentation"] = []
    assert found(value) == {}


def test_real_data_are_clean(shared_data: Path) -> None:
    names = [
        "coco_mini/annotations/instances_val2017.json",
        "coco_mini/annotations/person_keypoints_train2017.json",
        "coco_mini/annotations/captions_val2017.json",
        "cocoapi_val2014_100/instances_val2014_100.json",
        "fruits_nuts/trainval.json",
        "voc100_formats/gts/coco_format_v1/instances_default.json",
        "panopticapi_sample/sample_data/panoptic_examples.json",
    ]
    assert {name: check_dataset(Dataset.read(shared_data / name)) for name in names} == {name: [] for name in names}


def test_id_zero_in_real_data_is_found(shared_data: Path) -> None:
    path = shared_data / "panopticapi_sample/sample_data/panoptic_coco_detection_format.json"
    assert [(f.id, f.count) for f in check_dataset(Dataset.read(path))] == [("annotation-id-zero", 1)]


def test_real_results_are_clean(shared_data: Path) -> None:
    folder = shared_data / "cocoapi_val2014_100"
    dataset = Dataset.read(folder / "instances_val2014_100.json")
    for kind in ("bbox", "segm"):
        assert check_results(read_results(folder / f"instances_val2014_fake{kind}100_results.json"), dataset) == []


@pytest.mark.parametrize(
    ("slug", "severity", "members"),
    [
        ("unknown-image-ids", "error", {"image_id": 99}),
        ("unknown-category-ids", "warning", {"category_id": 99}),
        ("score-not-finite", "error", {"score": math.nan}),
        ("score-out-of-range", "warning", {"score": 50}),
        ("bbox-not-finite", "error", {"bbox": [1, 2, 3, math.inf]}),
        ("bbox-negative-size", "error", {"bbox": [5, 1, -4, 4]}),
        ("bbox-off-image", "error", {"bbox": [-9, 1, 4, 4]}),
        ("duplicate-result-ids", "error", {"id": 1}),
        ("keypoints-count", "error", {"keypoints": POSE[:3]}),
    ],
)
def test_each_fault_of_a_result_is_found_alone(slug: str, severity: str, members: dict[str, Any]) -> None:
    rows = [{"id": i, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "score": 0.5} for i in (1, 2)]
    rows[1] |= members
    findings = check_results(results_from_json(rows), Dataset.from_dict(clean()))
    assert [(f.id, f.severity, f.count) for f in findings] == [(slug, severity, 1)]
    assert findings[0].examples[0].startswith("[1]: ")


def test_a_category_without_names_has_as_many_points_as_most_of_its_poses() -> None:
    value = clean()
    del value["categories"][0]["keypoints"]
    value["annotations"].append(value["annotations"][0] | {"id": 3, "keypoints": POSE[:3]})
    finding = found(value)["keypoints-count"]
    assert finding.examples == ("annotations[2]: id 3, image_id 1, 3 numbers",)
    rows = [{"image_id": 1, "category_id": 1, "score": 1, "keypoints": [*POSE, 1, 1, 1]}]
    assert [f.id for f in check_results(results_from_json(rows), Dataset.from_dict(value))] == ["keypoints-count"]


def test_boxes_of_results_may_reach_outside() -> None:
    rows = [{"image_id": 1, "category_id": 1, "bbox": [-3, -3, 40, 40], "score": 1}]
    assert check_results(results_from_json(rows), Dataset.from_dict(clean())) == []


def test_no_results_have_no_findings() -> None:
    assert check_results(results_from_json([]), Dataset.from_dict(clean())) == []

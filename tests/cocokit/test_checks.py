"""Every finding has a smallest input that shows it, and clean data show none."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest

from cocokit.checks import check_dataset, check_results
from cocokit.coco_json import read_results, results_from_json
from cocokit.codes import CODES
from cocokit.dataset import Dataset
from cocokit.findings import Finding
from cocokit.geometry import why_invalid
from cocokit.repair import repair
from cocokit.rle import compress, to_coco
from tests.benchmarks import dataset_files

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


#: A code, and the smallest change of clean data that has it: a list, members of its second row, and where it is.
FAULTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("duplicate-images", "images", {"id": 1, "file_name": "1.jpg"}, ""),
    ("duplicate-image-ids", "images", {"id": 1}, "/id"),
    ("images-without-size", "images", {"width": ...}, ""),
    ("images-without-size", "images", {"width": 0}, ""),
    ("negative-image-size", "images", {"height": -3}, ""),
    ("duplicate-file-names", "images", {"file_name": "1.jpg"}, "/file_name"),
    ("missing-file-name", "images", {"file_name": ...}, ""),
    ("missing-file-name", "images", {"file_name": ""}, ""),
    ("file-name-outside", "images", {"file_name": "../2.jpg"}, "/file_name"),
    ("duplicate-categories", "categories", {"id": 1, "name": "cat", "keypoints": ["nose", "tail"]}, ""),
    ("duplicate-category-ids", "categories", {"id": 1}, "/id"),
    ("duplicate-category-names", "categories", {"name": "cat"}, "/name"),
    ("categories-without-name", "categories", {"name": ...}, ""),
    ("category-id-zero", "categories", {"id": 0}, "/id"),
    ("category-id-negative", "categories", {"id": -2}, "/id"),
    ("category-id-sparse", "categories", {"id": 10**12}, "/id"),
    ("category-skeleton", "categories", {"keypoints": ["nose"], "skeleton": [[1, 2]]}, "/skeleton"),
    ("category-skeleton", "categories", {"keypoints": ["nose"], "skeleton": 3}, "/skeleton"),
    ("missing-annotation-ids", "annotations", {"id": ...}, ""),
    ("duplicate-annotation-ids", "annotations", {"id": 1}, "/id"),
    ("duplicate-annotations", "annotations", {"image_id": 1}, ""),
    ("annotation-id-zero", "annotations", {"id": 0}, "/id"),
    ("unknown-image-ids", "annotations", {"image_id": 99}, "/image_id"),
    ("unknown-category-ids", "annotations", {"category_id": 99}, "/category_id"),
    ("missing-category-id", "annotations", {"category_id": ...}, ""),
    ("missing-bbox", "annotations", {"bbox": ...}, ""),
    ("missing-bbox", "annotations", {"bbox": []}, ""),
    ("missing-area", "annotations", {"area": ...}, ""),
    ("missing-iscrowd", "annotations", {"iscrowd": None}, ""),
    ("missing-iscrowd", "annotations", {"iscrowd": ...}, ""),
    ("missing-num-keypoints", "annotations", {"num_keypoints": ...}, ""),
    ("bbox-not-finite", "annotations", {"bbox": [math.nan, 1, 4, 4]}, "/bbox"),
    ("bbox-negative-size", "annotations", {"bbox": [5, 1, -4, 4]}, "/bbox"),
    ("bbox-empty", "annotations", {"bbox": [1, 1, 0, 4]}, "/bbox"),
    ("bbox-off-image", "annotations", {"bbox": [21, 1, 4, 4]}, "/bbox"),
    ("bbox-outside", "annotations", {"bbox": [17, 1, 4.5, 4]}, "/bbox"),
    ("bbox-not-of-mask", "annotations", {"bbox": [1, 1, 7, 4]}, "/bbox"),
    ("mask-disagrees", "annotations", {"bbox": [9, 1, 7, 4], "area": 28}, "/segmentation"),
    ("area-invalid", "annotations", {"area": -1}, "/area"),
    ("area-invalid", "annotations", {"area": math.inf}, "/area"),
    ("area-zero", "annotations", {"area": 0}, "/area"),
    ("area-not-of-mask", "annotations", {"area": 60}, "/area"),
    ("area-exceeds-bbox", "annotations", {"area": 60, "segmentation": ...}, "/area"),
    ("segmentation-empty", "annotations", {"segmentation": []}, "/segmentation"),
    ("polygon-too-short", "annotations", {"segmentation": [[1, 1, 5, 5]]}, "/segmentation/0"),
    ("polygon-too-short", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 5], []]}, "/segmentation/1"),
    ("polygon-odd", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 5, 3]]}, "/segmentation/0"),
    ("polygon-not-finite", "annotations", {"segmentation": [[1, 1, 5, math.nan, 5, 5]]}, "/segmentation/0"),
    ("polygon-outside", "annotations", {"segmentation": [[1, 1, 5, 1, 5, 11.5]]}, "/segmentation/0"),
    ("polygon-self-crossing", "annotations", {"segmentation": [[1, 1, 5, 5, 5, 1, 1, 5]]}, "/segmentation/0"),
    ("polygon-no-area", "annotations", {"segmentation": [[1, 1, 3, 3, 5, 5]]}, "/segmentation/0"),
    ("crowd-polygons", "annotations", {"iscrowd": 1}, "/segmentation"),
    ("keypoints-length", "annotations", {"keypoints": POSE[:-1]}, "/keypoints"),
    ("keypoints-count", "annotations", {"keypoints": POSE[:3]}, "/keypoints"),
    ("keypoints-not-finite", "annotations", {"keypoints": [math.nan, *POSE[1:]]}, "/keypoints"),
    ("keypoints-visibility", "annotations", {"keypoints": [*POSE[:-1], -1]}, "/keypoints"),
    ("keypoints-outside", "annotations", {"keypoints": [50, *POSE[1:]]}, "/keypoints"),
    ("num-keypoints", "annotations", {"num_keypoints": 2}, "/num_keypoints"),
]


@pytest.mark.parametrize(("code", "kind", "members", "where"), FAULTS)
def test_each_fault_is_found_alone(code: str, kind: str, members: dict[str, Any], where: str) -> None:
    findings = found(changed(kind, **members))
    # whoever takes an image's id away leaves its annotations behind
    other = {"unknown-image-ids"} if code.startswith("duplicate-image") else set()
    assert set(findings) - other == {code}
    finding = findings[code]
    assert (finding.severity, finding.repair) == (CODES[code].severity, CODES[code].repair)
    assert finding.count == len(finding.rows) == 1
    assert finding.message.endswith(f"(1 {'category' if kind == 'categories' else kind[:-1]})")
    assert finding.pointers == (f"/{kind}/1{where}",)
    assert len(finding.examples) == 1
    assert finding.examples[0].startswith(f"{kind}[1]")


#: The run lengths of the clean square.
SQUARE = [11, 4, 6, 4, 6, 4, 6, 4, 155]


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
        ("rle-empty", "warning", rle([200])),
        ("mask-disagrees", "warning", rle([11, 36, 153])),
    ],
)
def test_each_fault_of_an_rle_is_found_alone(slug: str, severity: str, outline: dict[str, Any]) -> None:
    findings = found(changed("annotations", segmentation=outline))
    assert [(f.id, f.severity, f.count) for f in findings.values()] == [(slug, severity, 1)]
    assert findings[slug].examples[0].startswith("annotations[1]: id 2, image_id 2")


def test_a_good_rle_has_no_findings_compressed_or_not() -> None:
    plain = rle(SQUARE)
    for outline in (plain, to_coco(compress(plain))):
        assert found(changed("annotations", segmentation=outline)) == {}
    rows = [{"image_id": 1, "category_id": 1, "score": 1, "segmentation": plain | {"counts": [200, 1]}}]
    findings = check_results(results_from_json(rows), Dataset.from_dict(clean()))
    assert [(f.id, f.examples) for f in findings] == [
        ("rle-sum", ("[0]: image_id 1, runs of 201 px, height times width 200",))
    ]


def test_areas_of_crowd_regions_are_not_compared_with_their_masks() -> None:
    row = {"segmentation": rle(SQUARE), "area": 13}
    assert set(found(changed("annotations", **row))) == {"area-not-of-mask"}
    assert found(changed("annotations", **row, iscrowd=1)) == {}


def test_counts_are_of_all_rows_and_examples_of_the_first() -> None:
    value = clean()
    value["annotations"] = [copy.deepcopy(value["annotations"][0]) | {"id": 5} for _ in range(9)]
    finding = found(value)["duplicate-annotation-ids"]
    assert finding.count == len(finding.rows) == 8
    assert finding.pointers == ("/annotations/1/id", "/annotations/2/id", "/annotations/3/id")
    assert finding.message == "ids that occur more than once (8 annotations)"
    assert [text.split(":")[0] for text in finding.examples] == [f"annotations[{i}]" for i in (1, 2, 3)]


def test_boxes_of_images_without_a_size_are_not_judged() -> None:
    value = changed("images", width=..., height=...)
    value["annotations"][1] |= {"bbox": [500, 500, 4, 4], "area": 8, "segmentation": [[500, 500, 504, 500, 504, 504]]}
    assert set(found(value)) == {"images-without-size"}


def test_a_data_set_of_boxes_alone_is_not_told_about_its_empty_outlines() -> None:
    value = clean()
    for row in value["annotations"]:
        row["segmentation"] = []
    assert found(value) == {}


@pytest.mark.parametrize(
    ("code", "caption", "where"), [("caption-empty", " \n", "/caption"), ("missing-caption", None, "")]
)
def test_captions_that_say_nothing_are_found(code: str, caption: str | None, where: str) -> None:
    texts = ["a cat", caption, "a cat on a mat"]
    rows = [{"id": i, "image_id": 1, "caption": text} for i, text in enumerate(texts, 1)]
    findings = found({"images": clean()["images"], "annotations": rows})
    assert [(f.id, f.pointers) for f in findings.values()] == [(code, (f"/annotations/1{where}",))]


def test_the_same_caption_of_the_same_image_is_found() -> None:
    rows = [{"id": i, "image_id": 1 + i // 3, "caption": "a cat"} for i in (1, 2, 3)]
    finding = found({"images": clean()["images"], "annotations": rows})["duplicate-annotations"]
    assert finding.pointers == ("/annotations/1",)


def test_images_beyond_all_sizes_stop_nothing() -> None:
    value = clean()
    for image in value["images"]:
        image |= {"width": 2**62, "height": 2**62}
    value["annotations"][0] |= {"iscrowd": 1}
    value["annotations"][1] |= {"segmentation": {"size": [2**62, 2**62], "counts": "1"}}
    findings = check_dataset(Dataset.from_dict(value))
    assert {f.id for f in findings} == {"crowd-polygons", "rle-size-impossible"}
    assert repair(Dataset.from_dict(value), findings)[1] == []


#: What real files really have, by file; all others in the shared folder have nothing.
REAL = {
    "coco_mini/annotations/instances_train2017.json": {"polygon-self-crossing": 1},
    "coco_mini/annotations/instances_val2017.json": {"polygon-self-crossing": 1},
    "coco_mini/annotations/person_keypoints_train2017.json": {"polygon-self-crossing": 1},
    "coco_mini/annotations/person_keypoints_val2017.json": {"polygon-self-crossing": 1},
    "panopticapi_sample/sample_data/panoptic_coco_detection_format.json": {"annotation-id-zero": 1},
    "labelme_examples/examples/instance_segmentation/data_dataset_coco/annotations.json": {
        "category-id-zero": 1, "annotation-id-zero": 1, "polygon-self-crossing": 2,
    },
    "voc100_formats/dets/coco_format/coco_dets.json": {"category-id-zero": 1, "annotation-id-zero": 1},
    "voc100_formats/toyexample/dets_coco_format/coco_dets.json": {
        "category-id-zero": 1, "annotation-id-zero": 1, "bbox-outside": 2,
    },
}  # fmt: skip


def test_real_files_have_what_they_have_and_nothing_else(shared_data: Path) -> None:
    made = {}
    for path in sorted(shared_data.rglob("*.json")):
        if b'"images"' in path.read_bytes():
            findings = check_dataset(Dataset.open(path, cache=False))
            made[path.relative_to(shared_data).as_posix()] = {finding.id: finding.count for finding in findings}
    assert len(made) >= 15
    assert {name: codes for name, codes in made.items() if codes} == REAL


def test_a_generated_file_of_many_outlines_has_no_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dataset_files.SIZES, "small", (300, 2000))
    dataset_files.write_instances(tmp_path / "small.json", "small")
    dataset = Dataset.open(tmp_path / "small.json")
    assert len(dataset.annotations) == 2000
    assert check_dataset(dataset) == []


def test_a_crossing_in_a_real_file_is_one_for_shapely_too(shared_data: Path) -> None:
    dataset = Dataset.read(shared_data / "coco_mini/annotations/instances_val2017.json")
    (finding,) = check_dataset(dataset)
    outlines = dataset.annotations.segmentation
    assert outlines is not None
    ring = outlines.xy[int(outlines.rings[finding.rows[0]])]
    assert why_invalid(ring.tolist()).startswith("Self-intersection")


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

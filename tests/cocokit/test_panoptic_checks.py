"""Panoptic files: what they say of their segments, and the pixels of the PNGs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit.checks import check_dataset
from cocokit.dataset import Dataset
from cocokit.imageio import save_image
from cocokit.panoptic_checks import check_panoptic_files


@pytest.fixture
def sample(shared_data: Path) -> Any:
    return json.loads((shared_data / "panopticapi_sample/sample_data/panoptic_examples.json").read_text())


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "panopticapi_sample/sample_data/panoptic_examples"


def by_file(data: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.id, f.pointers) for f in check_dataset(Dataset.from_dict(data))]


def by_pixels(data: Any, folder: Path) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.id, f.pointers) for f in check_panoptic_files(Dataset.from_dict(data), folder)]


def test_real_panoptic_files_have_no_findings(sample: Any, folder: Path, shared_data: Path) -> None:
    assert by_file(sample) == []
    assert by_pixels(sample, folder) == []
    detections = Dataset.read(folder.parent / "panoptic_coco_detection_format.json")
    assert check_panoptic_files(detections, folder) == []


@pytest.mark.parametrize(
    ("code", "where", "segment"),
    [
        ("segment-id-impossible", "/3", {"id": 0}),
        ("segment-id-impossible", "/3", {"id": 1 << 24}),
        ("segment-unknown-category", "/3", {"category_id": 10**12}),
        ("segments-malformed", "", {"id": "7"}),
        ("segments-malformed", "", {"category_id": None}),
    ],
)
def test_each_fault_of_a_segment_is_found_alone(code: str, where: str, segment: dict[str, Any], sample: Any) -> None:
    sample["annotations"][1]["segments_info"][3] |= segment
    assert by_file(sample) == [(code, (f"/annotations/1/segments_info{where}",))]


def test_a_segment_that_is_there_twice_is_found(sample: Any) -> None:
    segments = sample["annotations"][0]["segments_info"]
    segments.append(segments[2])
    where = f"/annotations/0/segments_info/{len(segments) - 1}"
    assert by_file(sample) == [("duplicate-segment-ids", (where,))]


@pytest.mark.parametrize("broken", [None, 7, [7], [{}]])
def test_segments_that_are_none_are_found(broken: Any, sample: Any, folder: Path) -> None:
    sample["annotations"][0]["segments_info"] = broken
    assert by_file(sample) == [("segments-malformed", ("/annotations/0/segments_info",))]
    assert by_pixels(sample, folder) == []


def test_pixels_and_segments_are_compared(sample: Any, folder: Path) -> None:
    first, second = (row["segments_info"] for row in sample["annotations"])
    del first[0]
    second[0]["area"] += 1
    second.append({"id": 5, "category_id": second[0]["category_id"]})
    assert by_pixels(sample, folder) == [
        ("panoptic-unknown-segment", ("/annotations/0/segments_info",)),
        ("panoptic-missing-segment", ("/annotations/1/segments_info",)),
        ("segment-area", ("/annotations/1/segments_info",)),
    ]


def test_files_that_are_not_there_broken_or_of_another_size_are_found(sample: Any, tmp_path: Path) -> None:
    first, second = sample["annotations"]
    (tmp_path / first["file_name"]).write_bytes(b"\x89PNG no")
    save_image(np.zeros((5, 7, 3), np.uint8), tmp_path / second["file_name"])
    sample["annotations"].append({**second, "file_name": "gone.png"})
    sample["annotations"].append({**second, "file_name": f"../{tmp_path.name}/{second['file_name']}"})
    assert by_pixels(sample, tmp_path) == [
        ("panoptic-file-unreadable", ("/annotations/0/file_name",)),
        ("panoptic-file-size", ("/annotations/1/file_name",)),
        ("panoptic-file-missing", ("/annotations/2/file_name", "/annotations/3/file_name")),
    ]

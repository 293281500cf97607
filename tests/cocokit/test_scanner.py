"""Dataset files and real files through the scanner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit import chunks, scanner
from cocokit.columns import ALL, Field
from cocokit.scanner import Odd, scan_dataset
from tests.cocokit.scanning import assert_same, by_json

DATASET = """{"info": {"year": 2017}, "images": [
  {"id": 9, "width": 640, "height": 480, "file_name": "ü.jpg", "license": 3, "coco_url": "http://x/y?a=[1]"},
  {"file_name":"b.jpg","id":10}], "licenses": [], "annotations": [{"id": 1, "image_id": 9, "bbox": [1, 2, 3, 4.5]}],
  "categories": [{"id": 1, "name": "person", "other": NaN}], "big": "\\u00e9"}"""


def dataset(folder: Path, text: str, want: Field = ALL, extras: bool = True) -> scanner.Scanned:
    file = folder / "dataset.json"
    file.write_text(text, encoding="utf-8")
    return scan_dataset(file, want, extras)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 17, 64, 200, 1 << 20])
def test_a_dataset_is_read_in_any_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    made = dataset(tmp_path, DATASET)
    assert made.members == ("info", "images", "licenses", "annotations", "categories", "big")
    assert repr(made.top) == repr(
        {
            "info": {"year": 2017},
            "licenses": [],
            "categories": [{"id": 1, "name": "person", "other": float("nan")}],
            "big": "é",
        }
    )
    assert made.images.id.tolist() == [9, 10]
    assert made.images.width.tolist() == [640, 0]
    assert made.images.height.tolist() == [480, 0]
    assert made.images.file_name == ["ü.jpg", "b.jpg"]
    assert made.images.extras is not None
    assert made.images.extras[0].tobytes() == b'"license": 3,"coco_url": "http://x/y?a=[1]"'
    assert made.annotations.bbox is not None
    assert made.annotations.bbox.tolist() == [[1, 2, 3, 4.5]]


def test_without_extras_file_names_are_passed_over(tmp_path: Path) -> None:
    made = dataset(tmp_path, DATASET, Field.IMAGE_ID, False)
    assert made.images.file_name is None
    assert made.images.extras is None
    assert made.annotations.bbox is None


@pytest.mark.parametrize(
    "text, images, annotations",
    [
        ('{"images": []}', 0, 0),
        ('{"annotations": [{"image_id": 1}]}', 0, 1),
        ('{"images": [{"id": 1}], "x": null}', 1, 0),
    ],
)
def test_a_missing_list_is_an_empty_one(tmp_path: Path, text: str, images: int, annotations: int) -> None:
    made = dataset(tmp_path, text)
    assert (len(made.images), len(made.annotations)) == (images, annotations)
    assert made.images.file_name == [None] * images


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"info": {}}',
        '{"images": {}}',
        '{"images": null}',
        '{"images": []',
        '{"images": [],}',
        '{"images": []} x',
        '{"images": [], "images": []}',
        '{"info": 1, "info": 2, "images": []}',
        '{"images": [] "annotations": []}',
        '{"images" []}',
        "{images: []}",
        '{"images": [{"id": 1.5}]}',
        '{"images": [{"width": 1}]}',
        '{"images": [{"id": 1}]]',
        '{"images": [{"id": 1, "width": null}]}',
        '{"images": [{"id": 1, "width": 0}]}',
        '{"images": [], "info": {"a" 1}}',
        '{"images": [], "info": tru}',
        '{"images": [], "info": }',
        '{,"images": []}',
        '{"images": [], "info": 01}',
        '{"images": [{"id": 1, "file_name": null}]}',
        '{"images": [], "info": "\\ud8"}',
        "\ufeff{}",
        '{"images": [], "info": 1',
    ],
)
def test_a_dataset_that_is_not_as_usual_is_odd(tmp_path: Path, text: str) -> None:
    with pytest.raises(Odd):
        dataset(tmp_path, text)


@pytest.mark.parametrize("chunk", [64, 1 << 20])
def test_a_dataset_cut_short_at_any_byte_is_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    for end in range(len(DATASET)):
        with pytest.raises(Odd):
            dataset(tmp_path, DATASET[:end])


def test_a_file_that_shrinks_while_it_is_read_is_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 100)
    file = tmp_path / "results.json"
    file.write_text(json.dumps([{"image_id": i} for i in range(1000)]))
    usual = scanner._tens

    def shrink() -> Any:
        file.write_text("")
        return usual()

    monkeypatch.setattr(scanner, "_tens", shrink)
    with pytest.raises(Odd, match="ends inside"):
        scanner.scan_results(file, ALL)


@pytest.mark.parametrize(
    "name",
    [
        "instances_val2014_100.json",
        "captions_val2014_fakecap_results.json",
        "instances_val2014_fakesegm100_results.json",
        "person_keypoints_val2014_fakekeypoints100_results.json",
    ],
)
def test_real_files_read_as_json_reads_them(shared_data: Path, name: str) -> None:
    text = (shared_data / "cocoapi_val2014_100" / name).read_bytes()
    parsed = json.loads(text)
    if isinstance(parsed, dict):
        scanned = scan_dataset(shared_data / "cocoapi_val2014_100" / name, ALL, True)
        assert_same(scanned.annotations, by_json(json.dumps(parsed["annotations"])))
        assert scanned.images.id.tolist() == [image["id"] for image in parsed["images"]]
        assert scanned.images.file_name == [image["file_name"] for image in parsed["images"]]
    else:
        assert_same(scanner.scan_results(shared_data / "cocoapi_val2014_100" / name, ALL, True), by_json(text))

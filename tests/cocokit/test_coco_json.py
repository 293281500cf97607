"""COCO files in and out: round trips on real files, made-up ones, and everything that is no COCO file."""

from __future__ import annotations

import gzip
import json
import math
import os
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.coco_json import read_dataset, read_results, results_from_json, write_dataset, write_results
from cocokit.columns import Field
from cocokit.dataset import Dataset
from cocokit.errors import DataError

DATASETS = [
    *(
        f"coco_mini/annotations/{kind}_{part}2017.json"
        for kind in ("captions", "instances", "person_keypoints")
        for part in ("train", "val")
    ),
    "cocoapi_val2014_100/instances_val2014_100.json",
    "fruits_nuts/trainval.json",
    "labelme_examples/examples/instance_segmentation/data_dataset_coco/annotations.json",
    "voc100_formats/gts/coco_format_v1/instances_default.json",
    "panopticapi_sample/sample_data/images_info_examples.json",
    "panopticapi_sample/sample_data/panoptic_coco_detection_format.json",
    "panopticapi_sample/sample_data/panoptic_examples.json",
]
RESULTS = [
    "cocoapi_val2014_100/captions_val2014_fakecap_results.json",
    "cocoapi_val2014_100/instances_val2014_fakebbox100_results.json",
    "cocoapi_val2014_100/instances_val2014_fakesegm100_results.json",
    "cocoapi_val2014_100/person_keypoints_val2014_fakekeypoints100_results.json",
    "coco_mini/results/instances_val2017_fastestdet_bbox_results.json",
]
SMALL = {
    "info": {"year": 2026, "x": [1.0, None, True]},
    "images": [{"id": 1, "width": 9, "height": 8, "file_name": "ä.jpg", "licence": 3}],
    "annotations": [{"id": 5, "image_id": 1, "category_id": 2, "bbox": [0, 1, 2.5, 3], "area": 7.5, "iscrowd": 0}],
    "categories": [{"id": 2, "name": "a", "keypoints": ["nose"]}],
}


def written(value: Any, tmp_path: Path) -> bytes:
    """The bytes that a dataset is written as; also shows that writing them again changes nothing."""
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    write_dataset(Dataset.from_dict(value), first)
    write_dataset(read_dataset(first), second)
    assert first.read_bytes() == second.read_bytes()
    return first.read_bytes()


def error_of(path: Path, read: Any = read_results) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", DATASETS)
def test_a_real_data_set_survives_the_round_trip(name: str, shared_data: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "out.json", tmp_path / "again.json"
    read_dataset(shared_data / name).write(out)
    read_dataset(out).write(again)
    original = json.loads((shared_data / name).read_bytes())
    copy = json.loads(out.read_bytes())
    assert copy == original
    assert list(copy) == list(original)
    assert out.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("name", RESULTS)
def test_real_results_survive_the_round_trip(name: str, shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    write_results(read_results(shared_data / name, extras=True), out)
    assert json.loads(out.read_bytes()) == json.loads((shared_data / name).read_bytes())


def test_the_bytes_are_the_documented_ones(tmp_path: Path) -> None:
    assert written(SMALL, tmp_path).decode() == (
        '{"info":{"year":2026,"x":[1.0,null,true]},\n'
        '"images":[\n{"id":1,"width":9,"height":8,"file_name":"ä.jpg","licence":3}\n],\n'
        '"annotations":[\n{"id":5,"image_id":1,"category_id":2,"bbox":[0,1,2.5,3],"area":7.5,"iscrowd":0}\n],\n'
        '"categories":[{"id":2,"name":"a","keypoints":["nose"]}]}\n'
    )


def test_a_data_set_without_lists_stays_without_them(tmp_path: Path) -> None:
    assert written({"images": []}, tmp_path) == b'{"images":[]}\n'


@pytest.mark.parametrize(
    "annotation",
    [
        {"bbox": None, "area": None, "segmentation": None},
        {"bbox": []},
        {"segmentation": []},
        {"keypoints": []},
        {"caption": 'quotes " \\ and \u2028 and \U0001f431 and a lone \ud800'},
        {"own": {"deep": [{"er": [1.5, "ü", None]}]}, "segments_info": [{"id": 1}]},
        {"segmentation": {"size": [3, 4], "counts": 'a\\"b'}},
        {"segmentation": {"size": [3, 4], "counts": [5, 7]}},
        {"segmentation": [[0.1, 2, 3e-300, 1e300, 5, -0.0]]},
        {"id": 2**63 - 1, "image_id": -(2**63)},
        {"iscrowd": 1, "ignore": 1, "num_keypoints": 0},
    ],
)
def test_unusual_annotations_survive(annotation: dict[str, Any], tmp_path: Path) -> None:
    value = {"images": [], "annotations": [{"id": 1, "image_id": 1} | annotation, {"image_id": 3}]}
    assert json.loads(written(value, tmp_path)) == value


def test_unusual_images_and_categories_survive(tmp_path: Path) -> None:
    value = {
        "images": [{"id": 1, "width": None, "height": 0}, {"id": 2, "file_name": None}, {"id": 3, "url": None}],
        "categories": [{"id": 1}, {"id": 2, "name": ""}, {"id": 3, "name": 5, "supercategory": None}],
    }
    assert json.loads(written(value, tmp_path)) == value


def test_numbers_that_are_not_finite_survive(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('[{"image_id":1,"category_id":1,"bbox":[NaN,Infinity,-Infinity,1],"score":NaN}]')
    results = read_results(path)
    assert results.bbox is not None
    assert results.score is not None
    assert math.isnan(results.bbox[0, 0])
    assert math.isnan(results.score[0])
    out = tmp_path / "o.json"
    write_results(results, out)
    assert out.read_text() == '[\n{"image_id":1,"category_id":1,"bbox":[NaN,Infinity,-Infinity,1],"score":NaN}\n]\n'


numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False))
ids = st.integers(-(2**63), 2**63 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
outlines = st.one_of(
    st.lists(st.lists(numbers, max_size=8), max_size=3),
    st.fixed_dictionaries({"size": st.tuples(ids, ids).map(list), "counts": st.text() | st.lists(ids, max_size=4)}),
    st.none(),
)
annotations = st.fixed_dictionaries(
    {"image_id": ids},
    optional={
        "id": ids,
        "category_id": ids,
        "bbox": st.lists(numbers, min_size=4, max_size=4),
        "area": numbers,
        "iscrowd": st.sampled_from([0, 1]),
        "score": numbers,
        "segmentation": outlines,
        "caption": st.text() | st.none(),
        "keypoints": st.lists(numbers, max_size=6),
        "num_keypoints": ids,
        "mine": json_values,
        'ä "': json_values,
    },
)


@given(st.lists(annotations, max_size=5), st.dictionaries(st.text(), json_values, max_size=3))
def test_any_data_set_survives_the_round_trip(rows: list[Any], top: dict[str, Any]) -> None:
    value = top | {"images": [{"id": 1, "file_name": "x"}], "annotations": rows}
    value.pop("categories", None)
    assert Dataset.from_dict(value).to_dict() == value


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SMALL).encode())
    assert len(read_dataset(path).annotations) == 1


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="the system has no /dev/fd")
def test_a_pipe_is_read(tmp_path: Path) -> None:
    out, into = os.pipe()
    os.write(into, json.dumps(SMALL).encode())
    os.close(into)
    try:
        assert read_dataset(f"/dev/fd/{out}").to_dict() == SMALL
    finally:
        os.close(out)


def test_no_results_are_no_error(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text("[]")
    assert len(read_results(path)) == 0


def test_progress_counts_every_row(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    rows = results_from_json([{"image_id": i, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1} for i in range(5000)])
    write_results(rows, tmp_path / "r.json", lambda done, total: calls.append((done, total)))
    assert calls[-1] == (5000, 5000)
    assert len(calls) == 3


# ---------------------------------------------------------------- files that are none


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b" \n\t ", "holds only white space"),
        (gzip.compress(b"[]", mtime=0), "is gzip, not JSON; unpack it first"),
        (b"PK\x03\x04rest", "is a zip archive"),
        (b"\x89PNG\r\n", "is a PNG image"),
        (b"[1, 2\0", "is binary, not JSON text"),
        ("[]".encode("utf-16"), "is UTF-16 text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (b"<!DOCTYPE html><html>", "is an HTML or XML page"),
        (b'[{"a": "caf\xe9"}]', "line 1 column 12: byte 0xe9 is not UTF-8"),
        (b'[{"a": 1},\n {"b": tru', "line 2 column 8: is not JSON"),
        (b'[{"image_id": 1}, {"image_id"', "line 1 column 30: the file ends in the middle of a value"),
        (b'[{"caption": "never clos', "the file ends in the middle of a value"),
        (b'{"image_id": 1}\n{"image_id": 2}', "line 2 column 1: a second value follows the first"),
        (b"[{'a': 1}]", "line 1 column 3: is not JSON"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[1" + b"0" * 5000 + b"]", "holds a number of thousands of digits"),
    ],
)
def test_what_is_no_json_file_is_said_in_one_sentence(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    assert words in str(error_of(path))


def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    whole = json.dumps([{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4.5], "score": 0.5, "s": "ä\\u00e4"}] * 2)
    data = whole.encode()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        error_of(path)


def test_a_missing_file_a_folder_and_a_closed_file_are_said(tmp_path: Path) -> None:
    assert "no such file" in str(error_of(tmp_path / "none.json"))
    assert "is a folder" in str(error_of(tmp_path))
    huge = tmp_path / "sparse.json"
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    assert "is binary" in str(error_of(huge))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (SMALL, "is a dataset where results were expected; were the ground truth and the results swapped?"),
        ({"annotations": []}, "is an object where a list of results was expected; save its annotations alone"),
        ({"a": 1}, 'is the object {"a": 1} where a list of results was expected'),
        (5, "is 5 where a list of results was expected"),
        ([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}], "[0].score (image_id 1): is missing; every result"),
        ([{"category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}] * 3, "[0].image_id: is missing (2 more like it)"),
        ([{"image_id": 1, "category_id": 1, "score": 1}], "has nothing to evaluate"),
        (
            [
                {"image_id": 1, "category_id": 1, "score": 1, "bbox": [1, 2, 3, 4]},
                {"image_id": 4, "category_id": 1, "score": 1, "segmentation": {"size": [1, 1], "counts": "1"}},
            ],
            "[1].bbox (image_id 4): is missing or empty; the first result has a bbox, so all must",
        ),
    ],
)
def test_what_is_no_results_file_is_said(value: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(value))
    assert words in str(error_of(path))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"image_id": 1, "score": 1}], "is a list of 1 results where a dataset was expected; were the ground truth"),
        ([], "is an empty list where a dataset was expected"),
        ({"info": 1, "licenses": 2}, "is an object with info, licenses, but neither images nor annotations"),
        ({}, "is an object with no members"),
        ("x", 'is the string "x" where a dataset was expected'),
        ({"images": {}}, "images: is an empty object where a list was expected"),
        ({"images": [], "annotations": [{"id": 1}]}, "annotations[0].image_id: is missing"),
    ],
)
def test_what_is_no_data_set_is_said(value: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps(value))
    assert words in str(error_of(path, read_dataset))


def test_captions_need_neither_category_nor_score() -> None:
    assert len(results_from_json([{"image_id": 1, "caption": "A cat."}])) == 1


def test_a_field_that_is_not_wanted_is_not_required() -> None:
    rows = results_from_json(
        [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}], want=Field.IMAGE_ID | Field.BBOX
    )
    assert rows.score is None


# ---------------------------------------------------------------- targets that cannot be written


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text("old")
    many = [{"image_id": i, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.5} for i in range(3000)]
    rows = results_from_json(many)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(DataError, match=r"d\.json: cannot be written: File too large; the file that was there"):
            write_results(rows, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.json"]


def test_a_failing_flush_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "d.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="cannot be written: No space left on device"):
        write_dataset(Dataset.from_dict(SMALL), path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["d.json"]


def test_a_missing_folder_and_a_folder_in_the_way_are_said(tmp_path: Path) -> None:
    dataset = Dataset.from_dict(SMALL)
    with pytest.raises(DataError, match="create its folder first"):
        dataset.write(tmp_path / "none" / "d.json")
    with pytest.raises(DataError, match="cannot be written"):
        dataset.write(tmp_path)


def test_an_interrupted_writer_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(Dataset.from_dict(SMALL), tmp_path / "d.json", stop)
    assert os.listdir(tmp_path) == []


def test_a_link_is_followed_and_a_device_is_written_directly(tmp_path: Path) -> None:
    dataset = Dataset.from_dict(SMALL)
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    dataset.write(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text()) == SMALL
    dataset.write(os.devnull)
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize("again", ['"images": []', '"images": [{"id": 2}]', '"info": {}'])
def test_a_member_that_is_there_twice_is_refused(again: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    text = '{"info": {"info": 1}, "images": [{"id": 1, "images": 3}], "annotations": [], "categories": []'
    path.write_text(f"{text}}}")
    assert len(read_dataset(path).images) == 1  # the same names further in are others
    path.write_text(f"{text}, {again}}}")
    name = again.partition(":")[0]
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    sentence = f"has the member {name} twice at its top; keep one of them: nobody can say which counts"
    assert str(caught.value) == f"{path}: {sentence}"

"""Whatever the scanner reads, it reads as json does; the rest it calls odd, wherever the file is cut."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from cocokit import chunks, compiled, scanner
from cocokit.columns import ALL, KIND_COUNTS, KIND_NONE, KIND_POLYGONS, KIND_RLE, Field
from cocokit.errors import DataError
from cocokit.kernels import scan
from cocokit.scanner import Odd
from tests.cocokit.scanning import SAMPLE, assert_same, by_json, by_scanner, plain

USUAL = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_every_kind_of_record_reads_as_json_reads_it(tmp_path: Path) -> None:
    text = SAMPLE
    columns = by_scanner(tmp_path, text)
    assert_same(columns, by_json(text))
    assert columns.segmentation is not None
    kinds = [KIND_NONE, KIND_NONE, KIND_RLE, KIND_POLYGONS, KIND_COUNTS, KIND_NONE, KIND_NONE, KIND_NONE]
    assert columns.segmentation.kind.tolist() == kinds
    assert columns.segmentation.text[2].tobytes() == b"a\\b`0\\\\1"


def test_a_key_with_an_escape_is_odd(tmp_path: Path) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, SAMPLE.replace('"filen"', '"file\\u006e"'))


@pytest.mark.parametrize("how", ["compiled", "plain"])
def test_a_file_cut_short_at_any_byte_is_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    text = SAMPLE.encode()
    if how == "plain":
        plain(monkeypatch)
    for end in range(0, len(text), 1 if how == "compiled" else 7):
        with pytest.raises(Odd):
            by_scanner(tmp_path, text[:end])


@pytest.mark.parametrize("how", ["compiled", "plain"])
def test_chunks_may_end_at_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    text = SAMPLE
    wanted = by_json(text)
    if how == "plain":
        plain(monkeypatch)
    for size in range(1, len(text) + 2, 1 if how == "compiled" else 61):
        monkeypatch.setattr(chunks, "CHUNK", size)
        assert_same(by_scanner(tmp_path, text), wanted)


@pytest.mark.parametrize("size", [1, 7, 64, 100, 1000])
def test_every_byte_of_a_long_file_meets_a_chunk_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", size)
    draw = random.Random(size)
    rows = [
        {
            "image_id": i,
            "category_id": draw.randint(1, 90),
            "bbox": [draw.uniform(0, 600) for _ in range(4)],
            "score": draw.random(),
            "segmentation": {"size": [480, 640], "counts": "\\" * draw.randint(0, 30)},
        }
        for i in range(400)
    ]
    text = json.dumps(rows)
    assert_same(by_scanner(tmp_path, text), by_json(text))


def test_one_record_may_be_larger_than_a_chunk_and_all_estimates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 256)
    monkeypatch.setattr(scanner, "CHUNK", 256)
    monkeypatch.setattr(scanner, "_NOTES", 2)
    small = {"image_id": 1, "score": 0.5}
    numbers = ", ".join(f"{i}.{'1' * 30}" for i in range(500))
    text = json.dumps([small] * 20)[:-1] + (
        f', {{"image_id": 2, "keypoints": [{numbers}], "segmentation": [[{numbers}], {"[1, 2], " * 600}[{numbers}]], '
        f'"caption": "{"long " * 999}", "foo": {[1] * 999}}}, {{"image_id": 3, "segmentation": {{"size": [9, 9], '
        f'"counts": {list(range(2000))}}}}}, '
        f'{{"image_id": 3, "segmentation": {{"size": [9, 9], "counts": "{"0" * 9999}"}}}}]'
    )
    assert_same(by_scanner(tmp_path, text), by_json(text))


@pytest.mark.parametrize("text", ["[]", " [ ] \n", "[\n]\t"])
def test_an_empty_list_is_no_rows(tmp_path: Path, text: str) -> None:
    assert_same(by_scanner(tmp_path, text), by_json(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{}",
        "1",
        "null",
        "[",
        "]",
        "[1]",
        "[[]]",
        "[{}",
        '[{"a":1}}',
        '[{"a":1}',
        '[{"a":1},]',
        '[,{"a":1}]',
        '[{"a":1}{"a":1}]',
        '[{"a":1,}]',
        '[{,"a":1}]',
        '[{"a"}]',
        '[{"a":}]',
        '[{"a":1 "b":2}]',
        "[{'a':1}]",
        "[{a:1}]",
        '[{"a":tru}]',
        '[{"a":nul}]',
        '[{"a":NaN}]',
        '[{"a":-}]',
        '[{"a":01}]',
        '[{"a":[1}]',
        '[{"a":[1}}]',
        '[{"a":{]}]',
        '[{"a":"b}]',
        '[{"a":"\\q"}]',
        '[{"a":"\\u12g4"}]',
        '[{"a":"x\ny"}]',
        '[{"a\n":1}]',
        '[{"a":1}] x',
        '[{"a":1}]]',
        '[{"a":1}],',
        '[{"image_id":1}{"image_id":2}]',
        '[{"image_id":1},{"image_id":2}{"image_id":3}]',
        '[{"a":[{"b":"}]}]',
        '[{"a":"\0"}]',
        "[{\0}]",
        "[\0]",
        "\ufeff[]",
        '[{"a":' + "[" * 99 + "]" * 99 + "}]",
        '[{"a":["\0"]}]',
        '[{"a":[\0]}]',
    ],
)
def test_malformed_text_is_odd(tmp_path: Path, text: str) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, text)
    with pytest.raises(Odd):
        by_scanner(tmp_path, text, Field(0), False)


@pytest.mark.parametrize(
    "member",
    [
        '"bbox": []',
        '"bbox": [1,2,3]',
        '"bbox": [1,2,3,4,5]',
        '"bbox": [1,2,3,"4"]',
        '"bbox": 5',
        '"bbox": null',
        '"bbox": [1,2,3,null]',
        '"bbox": [1,2,3,NaN]',
        '"bbox": [[1,2,3,4]]',
        '"bbox": [1,2,3,4',
        '"bbox": [1,,2,3,4]',
        '"score": "0.5"',
        '"score": null',
        '"score": NaN',
        '"score": [0.5]',
        '"score": true',
        '"area": {}',
        '"iscrowd": null',
        '"iscrowd": 0.5',
        '"iscrowd": "0"',
        '"iscrowd": tru',
        '"id": 1.5',
        '"id": 1e3',
        '"id": "1"',
        '"category_id": null',
        '"segmentation": null',
        '"segmentation": "abc"',
        '"segmentation": [1,2,3,4]',
        '"segmentation": [[]]',
        '"segmentation": [[1,2],]',
        '"segmentation": [[1,2] [3,4]]',
        '"segmentation": {}',
        '"segmentation": {"size":[1,2]}',
        '"segmentation": {"size":[1,2],"counts":null}',
        '"segmentation": {"size":[1,2],"counts":"a","more":1}',
        '"segmentation": {"size":[1,2],"counts":"a","size":[1,2]}',
        '"segmentation": {"size":[1],"counts":"a"}',
        '"segmentation": {"size":[1,2,3],"counts":"a"}',
        '"segmentation": {"size":[1.5,2],"counts":"a"}',
        '"segmentation": {"size":[1,2],"counts":"a\\n"}',
        '"segmentation": {"size":[1,2],"counts":"é"}',
        '"segmentation": {"size":[1,2],"counts":[1,2.5]}',
        '"segmentation": {"size":[1,2],"counts":[1,]}',
        '"segmentation": [{"size":[1,2],"counts":"a"}]',
        '"keypoints": null',
        '"keypoints": [1,[2]]',
        '"keypoints": 1',
        '"num_keypoints": 1.0',
        '"caption": null',
        '"caption": 5',
        '"caption": "\\ud83"',
        '"score": 1, "score": 2',
        '"image_id": 1',
        '"foo": [1 2]',
        '"foo": {"a"}',
        '"foo": {1: 2}',
        '"foo": [,]',
    ],
)
def test_what_a_wanted_member_must_not_be_is_odd(tmp_path: Path, member: str) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, f'[{{"image_id": 1, {member}}}]')


def test_bytes_that_are_not_utf8_are_odd_where_they_are_kept(tmp_path: Path) -> None:
    for member in (b'"caption": "\xff"', b'"foo": "\xff"'):
        with pytest.raises(Odd):
            by_scanner(tmp_path, b'[{"image_id": 1, ' + member + b"}]")


def test_a_result_without_an_image_is_left_to_the_reader_that_can_say_so(tmp_path: Path) -> None:
    with pytest.raises(Odd, match="image_id"):
        by_scanner(tmp_path, '[{"image_id": 1}, {"category_id": 2}]')


def test_odd_text_is_found_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 50)
    text = json.dumps([{"image_id": i} for i in range(100)]).replace(": 77}", ": x7}")
    with pytest.raises(Odd) as caught:
        by_scanner(tmp_path, text + " " * 100)
    assert caught.value.position == text.index("x7}")


def test_unwanted_fields_are_passed_over_and_their_columns_absent(tmp_path: Path) -> None:
    text = '[{"image_id": 1, "bbox": [1, 2, 3, "odd"], "segmentation": {"a": ["]"]}, "score": null, "id": 7.5}]'
    columns = by_scanner(tmp_path, text, Field.IMAGE_ID | Field.AREA, False)
    assert (columns.bbox, columns.segmentation, columns.score, columns.id, columns.area, columns.extras) == (None,) * 6
    assert columns.present.tolist() == [int(Field.IMAGE_ID)]


def test_a_pipe_is_odd_because_it_cannot_be_read_again(tmp_path: Path) -> None:
    with pytest.raises(Odd, match="regular"):
        scanner.scan_results("/dev/null", ALL)


def test_what_json_refuses_with_a_message_is_odd(tmp_path: Path) -> None:
    text = '[{"image_id": "1"}]'
    with pytest.raises(Odd):
        by_scanner(tmp_path, text)
    with pytest.raises(DataError):
        by_json(text)


def test_columns_are_not_larger_than_their_rows(tmp_path: Path) -> None:
    columns = by_scanner(tmp_path, json.dumps([{"image_id": i, "bbox": [1, 2, 3, 4]} for i in range(5000)]))
    assert columns.bbox is not None
    assert columns.bbox.shape == (5000, 4)
    assert columns.bbox.base is not None
    assert np.asarray(columns.bbox.base).nbytes == 5000 * 32


@pytest.mark.slow
def test_numba_in_process_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SAMPLE
    monkeypatch.setattr(scan, "scan_records", compiled._Njit().bind(scan.scan_records))
    assert_same(by_scanner(tmp_path, text), by_json(text))

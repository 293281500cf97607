"""Whatever the scanner reads, it reads as json does; the rest it calls odd, wherever the file is cut."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit import chunks, compiled, scanner
from cocokit.columns import ALL, KIND_COUNTS, KIND_NONE, KIND_POLYGONS, KIND_RLE, Field
from cocokit.errors import DataError
from cocokit.kernels import scan
from cocokit.scanner import Odd, scan_dataset
from tests.cocokit.scanning import assert_same, by_json, by_scanner, plain

USUAL = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAMPLE = """[{"image_id": 42, "category_id": 18, "bbox": [258.15, 41.29, 348.26, 243.78], "score": 0.236},
 {"image_id":73,"category_id":11,"bbox":[61,22.75,504.0,609.67e0],"score":1e-3,"extra":{"a":[1,{"b":"]}\\\\\\""}]},"x":null},
 {"score" : 0.1234567890123456789 , "segmentation" : {"counts" : "a\\\\b`0\\\\\\\\1", "size" : [ 3 , 4 ] } , "image_id" : -5 },
 {"image_id": 1, "segmentation": [[1, 2.5, 3, 4, 5.25, 6], [7, 8, 9, 10, 11, 12.125]], "iscrowd": 0, "area": 12.5},
 {"segmentation": {"size": [2, 3], "counts": [0, 3, 3]}, "iscrowd": 1, "ignore": true, "image_id": 2, "id": 7},
 {"image_id": 3, "keypoints": [1.5, 2, 2, 0, 0, 0], "num_keypoints": 1, "segmentation": [], "keypoints_x": [true]},
 {"image_id": 4, "caption": "a \\u00e9 \\"quoted\\" dög", "file\\u006e": false}, {"image_id": 5, "keypoints": []}]"""


def test_every_kind_of_record_reads_as_json_reads_it(tmp_path: Path) -> None:
    text = SAMPLE.replace('"file\\u006e"', '"filen"')
    columns = by_scanner(tmp_path, text)
    assert_same(columns, by_json(text))
    assert columns.segmentation is not None
    kinds = [KIND_NONE, KIND_NONE, KIND_RLE, KIND_POLYGONS, KIND_COUNTS, KIND_NONE, KIND_NONE, KIND_NONE]
    assert columns.segmentation.kind.tolist() == kinds
    assert columns.segmentation.text[2].tobytes() == b"a\\b`0\\\\1"


def test_a_key_with_an_escape_is_odd(tmp_path: Path) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, SAMPLE)


@pytest.mark.parametrize("how", ["compiled", "plain"])
def test_a_file_cut_short_at_any_byte_is_odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    text = SAMPLE.replace('"file\\u006e"', '"filen"').encode()
    if how == "plain":
        plain(monkeypatch)
    for end in range(0, len(text), 1 if how == "compiled" else 7):
        with pytest.raises(Odd):
            by_scanner(tmp_path, text[:end])


@pytest.mark.parametrize("how", ["compiled", "plain"])
def test_chunks_may_end_at_any_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    text = SAMPLE.replace('"file\\u006e"', '"filen"')
    wanted = by_json(text)
    if how == "plain":
        plain(monkeypatch)
    for size in range(1, len(text) + 2, 1 if how == "compiled" else 61):
        monkeypatch.setattr(chunks, "CHUNK", size)
        assert_same(by_scanner(tmp_path, text), wanted)


@pytest.mark.parametrize("size", [1, 7, 64, 100, 1000])
def test_every_byte_of_a_long_file_meets_a_chunk_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(chunks, "CHUNK", size)
    draw = random.Random(size)
    rows = [{"image_id": i, "category_id": draw.randint(1, 90), "bbox": [draw.uniform(0, 600) for _ in range(4)],
             "score": draw.random(), "segmentation": {"size": [480, 640], "counts": "\\" * draw.randint(0, 30)}}
            for i in range(400)]
    text = json.dumps(rows)
    assert_same(by_scanner(tmp_path, text), by_json(text))


def test_one_record_may_be_larger_than_a_chunk_and_all_estimates(tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 256)
    monkeypatch.setattr(scanner, "CHUNK", 256)
    monkeypatch.setattr(scanner, "_NOTES", 2)
    small = {"image_id": 1, "score": 0.5}
    numbers = ", ".join(f"{i}.{'1' * 30}" for i in range(500))
    text = json.dumps([small] * 20)[:-1] + (
        f', {{"image_id": 2, "keypoints": [{numbers}], "segmentation": [[{numbers}], {"[1, 2], " * 600}[{numbers}]], '
        f'"caption": "{"long " * 999}", "foo": {[1] * 999}}}, {{"image_id": 3, "segmentation": {{"size": [9, 9], '
        f'"counts": {list(range(2000))}}}}}, {{"image_id": 3, "segmentation": {{"size": [9, 9], "counts": "{"0" * 9999}"}}}}]')
    assert_same(by_scanner(tmp_path, text), by_json(text))


@pytest.mark.parametrize("text", ["[]", " [ ] \n", "[\n]\t"])
def test_an_empty_list_is_no_rows(tmp_path: Path, text: str) -> None:
    assert_same(by_scanner(tmp_path, text), by_json(text))


@pytest.mark.parametrize("text", [
    "", " ", "{}", "1", "null", "[", "]", "[1]", "[[]]", "[{}", '[{"a":1}}', '[{"a":1}', '[{"a":1},]', '[,{"a":1}]',
    '[{"a":1}{"a":1}]', '[{"a":1,}]', '[{,"a":1}]', '[{"a"}]', '[{"a":}]', '[{"a":1 "b":2}]', "[{'a':1}]", "[{a:1}]",
    '[{"a":tru}]', '[{"a":nul}]', '[{"a":NaN}]', '[{"a":-}]', '[{"a":01}]', '[{"a":[1}]', '[{"a":[1}}]', '[{"a":{]}]',
    '[{"a":"b}]', '[{"a":"\\q"}]', '[{"a":"\\u12g4"}]', '[{"a":"x\ny"}]', '[{"a\n":1}]', '[{"a":1}] x', '[{"a":1}]]',
    '[{"a":1}],', '[{"image_id":1}{"image_id":2}]', '[{"image_id":1},{"image_id":2}{"image_id":3}]', '[{"a":[{"b":"}]}]',
    '[{"a":"\0"}]', "[{\0}]", "[\0]", "\ufeff[]", '[{"a":' + "[" * 99 + "]" * 99 + "}]", '[{"a":["\0"]}]', '[{"a":[\0]}]',
])
def test_malformed_text_is_odd(tmp_path: Path, text: str) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, text)
    with pytest.raises(Odd):
        by_scanner(tmp_path, text, Field(0), False)


@pytest.mark.parametrize("member", [
    '"bbox": []', '"bbox": [1,2,3]', '"bbox": [1,2,3,4,5]', '"bbox": [1,2,3,"4"]', '"bbox": 5', '"bbox": null',
    '"bbox": [1,2,3,null]', '"bbox": [1,2,3,NaN]', '"bbox": [[1,2,3,4]]', '"bbox": [1,2,3,4', '"bbox": [1,,2,3,4]',
    '"score": "0.5"', '"score": null', '"score": NaN', '"score": [0.5]', '"score": true', '"area": {}', '"iscrowd": null',
    '"iscrowd": 0.5', '"iscrowd": "0"', '"iscrowd": tru', '"id": 1.5', '"id": 1e3', '"id": "1"', '"category_id": null',
    '"segmentation": null', '"segmentation": "abc"', '"segmentation": [1,2,3,4]', '"segmentation": [[]]',
    '"segmentation": [[1,2],]', '"segmentation": [[1,2] [3,4]]', '"segmentation": {}', '"segmentation": {"size":[1,2]}',
    '"segmentation": {"size":[1,2],"counts":null}', '"segmentation": {"size":[1,2],"counts":"a","more":1}',
    '"segmentation": {"size":[1,2],"counts":"a","size":[1,2]}', '"segmentation": {"size":[1],"counts":"a"}',
    '"segmentation": {"size":[1,2,3],"counts":"a"}', '"segmentation": {"size":[1.5,2],"counts":"a"}',
    '"segmentation": {"size":[1,2],"counts":"a\\n"}', '"segmentation": {"size":[1,2],"counts":"é"}',
    '"segmentation": {"size":[1,2],"counts":[1,2.5]}', '"segmentation": {"size":[1,2],"counts":[1,]}',
    '"segmentation": [{"size":[1,2],"counts":"a"}]', '"keypoints": null', '"keypoints": [1,[2]]', '"keypoints": 1',
    '"num_keypoints": 1.0', '"caption": null', '"caption": 5', '"caption": "\\ud83"', '"score": 1, "score": 2',
    '"image_id": 1', '"foo": [1 2]', '"foo": {"a"}', '"foo": {1: 2}', '"foo": [,]',
])
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


# ---------------------------------------------------------------- random files

space = st.sampled_from(["", "", "", " ", "\n  ", "\t", "\r\n", "          \n"])
whole = st.integers(-(10**17), 10**17)
number = st.one_of(st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers(-99999, 99999).map(str),
                   st.sampled_from(["1e5", "0.5E-3", "-0.0", "-0", "12345.678901234567890123"]))
words = st.text(max_size=12)
anything = st.recursive(st.one_of(st.none(), st.booleans(), whole, st.floats(), words),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
finite = st.recursive(st.one_of(st.none(), st.booleans(), whole, words),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
rle_text = st.text("0123456789:;<=>?@ABCOPQXYZ[\\]^_`abcmno", max_size=40).map(json.dumps)


def listed(item: Any, low: int, high: int) -> Any:
    return st.builds(lambda items, gap: "[" + gap + f"{gap},{gap}".join(items) + gap + "]",
                     st.lists(item, min_size=low, max_size=high), space)


size = listed(st.integers(0, 9999).map(str), 2, 2)
rle = st.builds(lambda s, c, gap, turn: "{" + f"{gap},{gap}".join([f'"size"{gap}:{gap}{s}', f'"counts":{c}'][::turn]) + "}",
                size, rle_text | listed(st.integers(0, 10**6).map(str), 0, 5), space, st.sampled_from([1, -1]))
MEMBERS: dict[str, Any] = {
    "id": whole.map(str), "category_id": whole.map(str), "num_keypoints": st.integers(0, 99).map(str),
    "score": number, "area": number, "bbox": listed(number, 4, 4), "keypoints": listed(number, 0, 9),
    "iscrowd": st.sampled_from(["0", "1"]), "ignore": st.sampled_from(["0", "1", "true", "false"]),
    "segmentation": rle | listed(listed(number, 1, 8), 0, 3), "caption": words.map(json.dumps),
    "foo": finite.map(json.dumps), "a_long_key_that_no_word_holds": finite.map(lambda v: json.dumps(v, ensure_ascii=False)),
}
wild = st.one_of(number, anything.map(json.dumps), listed(number, 0, 6), st.sampled_from(["nul", "[", "}", ",", "\0", "''"]))


@st.composite
def file_text(draw: st.DrawFn, odd: bool) -> str:
    records = []
    for _ in range(draw(st.integers(0, 5))):
        keys = draw(st.lists(st.sampled_from(sorted(MEMBERS)), unique=not odd, max_size=8))
        members = [(k, draw(wild if odd and draw(st.integers(0, 9)) == 0 else MEMBERS[k])) for k in keys]
        members.append(("image_id", str(draw(whole))))
        members = draw(st.permutations(members))
        records.append("{" + ",".join(f'{draw(space)}"{k}"{draw(space)}:{draw(space)}{v}{draw(space)}' for k, v in members) + "}")
    return draw(space) + "[" + draw(space) + f"{draw(space)},{draw(space)}".join(records) + draw(space) + "]" + draw(space)


@USUAL
@given(text=file_text(odd=False))
def test_a_regular_file_is_never_odd_and_reads_as_json(tmp_path: Path, text: str) -> None:
    assert_same(by_scanner(tmp_path, text), by_json(text))


@USUAL
@given(text=file_text(odd=True), cut=st.one_of(st.none(), st.integers(0, 300)))
def test_any_file_is_odd_or_reads_as_json(tmp_path: Path, text: str, cut: int | None) -> None:
    text = text if cut is None else text[:cut] + text[cut + 1 :]
    try:
        columns = by_scanner(tmp_path, text)
    except Odd:
        return
    assert_same(columns, by_json(text))


@settings(USUAL, max_examples=40)
@given(text=file_text(odd=True), size=st.integers(1, 200))
def test_uncompiled_kernels_and_small_chunks_do_the_same(tmp_path: Path, text: str, size: int) -> None:
    def outcome() -> Any:
        try:
            return by_scanner(tmp_path, text)
        except Odd:
            return None

    expected = outcome()
    with pytest.MonkeyPatch.context() as patch:
        plain(patch)
        patch.setattr(chunks, "CHUNK", size)
        got = outcome()
    assert (got is None) == (expected is None)
    if got is not None and expected is not None:
        assert_same(got, expected)


@settings(USUAL, max_examples=60)
@given(junk=st.binary(max_size=60), at=st.integers(0, 1200))
def test_bytes_thrown_into_a_file_never_change_a_number_silently(tmp_path: Path, junk: bytes, at: int) -> None:
    text = SAMPLE.replace('"file\\u006e"', '"filen"').encode()
    text = text[:at] + junk + text[at + len(junk) // 2 :]
    try:
        columns = by_scanner(tmp_path, text)
    except Odd:
        return
    assert_same(columns, by_json(text))


@pytest.mark.slow
def test_numba_in_process_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SAMPLE.replace('"file\\u006e"', '"filen"')
    monkeypatch.setattr(scan, "scan_records", compiled._Njit().bind(scan.scan_records))
    assert_same(by_scanner(tmp_path, text), by_json(text))


# ---------------------------------------------------------------- data sets

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
    assert repr(made.top) == repr({"info": {"year": 2017}, "licenses": [], "categories": [
        {"id": 1, "name": "person", "other": float("nan")}], "big": "é"})
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


@pytest.mark.parametrize("text, images, annotations", [
    ('{"images": []}', 0, 0), ('{"annotations": [{"image_id": 1}]}', 0, 1), ('{"images": [{"id": 1}], "x": null}', 1, 0)])
def test_a_missing_list_is_an_empty_one(tmp_path: Path, text: str, images: int, annotations: int) -> None:
    made = dataset(tmp_path, text)
    assert (len(made.images), len(made.annotations)) == (images, annotations)
    assert made.images.file_name == [None] * images


@pytest.mark.parametrize("text", [
    "{}", "[]", '{"info": {}}', '{"images": {}}', '{"images": null}', '{"images": []', '{"images": [],}', '{"images": []} x',
    '{"images": [], "images": []}', '{"info": 1, "info": 2, "images": []}', '{"images": [] "annotations": []}',
    '{"images" []}', '{images: []}', '{"images": [{"id": 1.5}]}', '{"images": [{"width": 1}]}', '{"images": [{"id": 1}]]',
    '{"images": [{"id": 1, "width": null}]}', '{"images": [{"id": 1, "width": 0}]}', '{"images": [], "info": {"a" 1}}',
    '{"images": [], "info": tru}', '{"images": [], "info": }', '{,"images": []}', '{"images": [], "info": 01}',
    '{"images": [{"id": 1, "file_name": null}]}', '{"images": [], "info": "\\ud8"}', "\ufeff{}", '{"images": [], "info": 1'])
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


@pytest.mark.parametrize("name", ["instances_val2014_100.json", "captions_val2014_fakecap_results.json",
                                  "instances_val2014_fakesegm100_results.json",
                                  "person_keypoints_val2014_fakekeypoints100_results.json"])
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

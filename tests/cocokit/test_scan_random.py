"""Random files, whole and damaged: the scanner reads them as json does, or calls them odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit import chunks
from cocokit.scanner import Odd
from tests.cocokit.scanning import SAMPLE, assert_same, by_json, by_scanner, plain

USUAL = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])

space = st.sampled_from(["", "", "", " ", "\n  ", "\t", "\r\n", "          \n"])
whole = st.integers(-(10**17), 10**17)
number = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-99999, 99999).map(str),
    st.sampled_from(["1e5", "0.5E-3", "-0.0", "-0", "12345.678901234567890123"]),
)
words = st.text(max_size=12)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), whole, st.floats(), words),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
)
finite = st.recursive(
    st.one_of(st.none(), st.booleans(), whole, words),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
)
rle_text = st.text("0123456789:;<=>?@ABCOPQXYZ[\\]^_`abcmno", max_size=40).map(json.dumps)


def listed(item: Any, low: int, high: int) -> Any:
    return st.builds(
        lambda items, gap: "[" + gap + f"{gap},{gap}".join(items) + gap + "]",
        st.lists(item, min_size=low, max_size=high),
        space,
    )


size = listed(st.integers(0, 9999).map(str), 2, 2)
rle = st.builds(
    lambda s, c, gap, turn: "{" + f"{gap},{gap}".join([f'"size"{gap}:{gap}{s}', f'"counts":{c}'][::turn]) + "}",
    size,
    rle_text | listed(st.integers(0, 10**6).map(str), 0, 5),
    space,
    st.sampled_from([1, -1]),
)
MEMBERS: dict[str, Any] = {
    "id": whole.map(str),
    "category_id": whole.map(str),
    "num_keypoints": st.integers(0, 99).map(str),
    "score": number,
    "area": number,
    "bbox": listed(number, 4, 4),
    "keypoints": listed(number, 0, 9),
    "iscrowd": st.sampled_from(["0", "1"]),
    "ignore": st.sampled_from(["0", "1", "true", "false"]),
    "segmentation": rle | listed(listed(number, 1, 8), 0, 3),
    "caption": words.map(json.dumps),
    "foo": finite.map(json.dumps),
    "a_long_key_that_no_word_holds": finite.map(lambda v: json.dumps(v, ensure_ascii=False)),
}
wild = st.one_of(
    number, anything.map(json.dumps), listed(number, 0, 6), st.sampled_from(["nul", "[", "}", ",", "\0", "''"])
)


@st.composite
def file_text(draw: st.DrawFn, odd: bool) -> str:
    records = []
    for _ in range(draw(st.integers(0, 5))):
        keys = draw(st.lists(st.sampled_from(sorted(MEMBERS)), unique=not odd, max_size=8))
        members = [(k, draw(wild if odd and draw(st.integers(0, 9)) == 0 else MEMBERS[k])) for k in keys]
        members.append(("image_id", str(draw(whole))))
        members = draw(st.permutations(members))
        records.append(
            "{" + ",".join(f'{draw(space)}"{k}"{draw(space)}:{draw(space)}{v}{draw(space)}' for k, v in members) + "}"
        )
    return (
        draw(space) + "[" + draw(space) + f"{draw(space)},{draw(space)}".join(records) + draw(space) + "]" + draw(space)
    )


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
    text = SAMPLE.encode()
    text = text[:at] + junk + text[at + len(junk) // 2 :]
    try:
        columns = by_scanner(tmp_path, text)
    except Odd:
        return
    assert_same(columns, by_json(text))

"""Run-length masks are read, written, measured and compared like pycocotools (PARITY G1 to G6, H1, H2, I1, I2, X11)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.columns import Ragged
from cocokit.errors import DataError
from cocokit.kernels.overlap import mask_ious, merge_two
from cocokit.kernels.runs import (
    BAD_CHARACTERS,
    EMPTY_RUNS,
    OK,
    TRUNCATED,
    WRONG_SUM,
    decode_texts,
    encode_texts,
    measure_texts,
)  # fmt: skip
from cocokit.masks import Masks, ends_to_runs, measure, runs_of, runs_to_ends
from tests.cocokit import naive_masks as naive

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 15), st.integers(1, 15)))
RUNS = st.lists(st.one_of(st.integers(0, 40), st.integers(0, 2**29)), min_size=1, max_size=12)
#: Text that ends with a whole number, so that pycocotools stays within its memory; some numbers are longer than
#: any that it writes.
NUMBER = st.tuples(st.lists(st.integers(80, 111), max_size=9), st.integers(48, 79)).map(lambda t: bytes([*t[0], t[1]]))
TEXT = st.lists(NUMBER, min_size=1, max_size=12).map(b"".join)


def columns(texts: list[bytes], sizes: list[tuple[int, int]]) -> Any:
    return rle.segmentations([{"size": s, "counts": t} for t, s in zip(texts, sizes, strict=True)])


def ragged(rows: list[list[int]], dtype: type = np.uint32) -> Ragged:
    return Ragged(np.array([v for row in rows for v in row], dtype), np.cumsum([0, *map(len, rows)], dtype=np.int64))


def split(found: Ragged) -> list[list[int]]:
    return [found[i].tolist() for i in range(len(found))]


def uncompiled(kernel: Any, *args: Any) -> Any:
    return kernel.plain(*[memoryview(a) if isinstance(a, np.ndarray) else a for a in args])


@settings(max_examples=200, deadline=None)
@given(MASKS)
def test_a_mask_is_encoded_and_decoded_like_pycocotools(mask: np.ndarray) -> None:
    expected = oracle.encode(np.asfortranarray(mask, np.uint8))
    found = rle.encode(mask)
    assert (list((found.height, found.width)), found.counts) == (expected["size"], expected["counts"])
    assert np.array_equal(rle.decode(found), mask)
    assert rle.area(found) == oracle.area(expected)
    assert rle.runs(found).tolist() == naive.runs_of_pixels(mask.ravel(order="F").tolist())
    if mask.any():
        assert list(rle.bbox(found)) == oracle.toBbox(expected).tolist()
    assert list(rle.bbox(found)) == naive.box(rle.runs(found).tolist(), mask.shape[0])


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (7, 0)])
def test_a_mask_without_pixels_is_written_like_pycocotools(shape: tuple[int, int]) -> None:
    empty = np.zeros(shape, np.uint8, order="F")
    assert rle.encode(empty).counts == oracle.encode(empty)["counts"]
    assert rle.decode(rle.encode(empty)).shape == shape
    assert rle.area(rle.encode(empty)) == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(RUNS, min_size=1, max_size=4))
def test_any_runs_are_written_and_read_again(rows: list[list[int]]) -> None:
    ends = Ragged(runs_to_ends(ragged(rows)), ragged(rows).offsets)
    assert split(Ragged(ends_to_runs(ends), ends.offsets)) == rows
    texts = rle.text_of(ends)
    assert texts == [naive.write(row) for row in rows]
    assert split(runs_of(columns(texts, [(1, 1)] * len(rows)), np.arange(len(rows)))) == rows


@settings(max_examples=300, deadline=None)
@given(TEXT, st.integers(1, 9), st.integers(1, 9))
@example(b"0", 1, 1)
@example(b"PPPPPP0", 3, 3)
def test_any_text_is_read_like_pycocotools(text: bytes, h: int, w: int) -> None:
    expected = {"size": [h, w], "counts": text}
    found = columns([text], [(h, w)])
    runs = naive.read(text)
    assert split(runs_of(found, np.zeros(1, np.int64))) == [runs]
    if len(naive.write(runs)) < 6 * len(runs):  # pycocotools has room for no more; merging one mask writes it again
        assert oracle.merge([expected])["counts"] == naive.write(runs)
    assert measure(found).area.tolist() == [float(oracle.area(expected))]
    assert measure(found).bbox[0].tolist() == oracle.toBbox(expected).tolist()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 9), st.integers(0, 9))
def test_garbage_never_goes_astray(text: bytes, h: int, w: int) -> None:
    found = columns([text], [(h, w)])
    status = int(measure(found).status[0])
    runs = split(runs_of(found, np.zeros(1, np.int64)))[0]
    assert len(runs) <= len(text)
    assert (status in (OK, EMPTY_RUNS)) <= (sum(runs) == h * w)
    if any(not 48 <= c < 112 for c in text):
        assert status >= BAD_CHARACTERS


@pytest.mark.parametrize(
    "text, status",
    [(b"22", OK), (b"4", OK), (b"04", OK), (b"2002", EMPTY_RUNS), (b"220", EMPTY_RUNS), (b"23", WRONG_SUM),
     (b"", WRONG_SUM), (b"2\x7f", BAD_CHARACTERS), (b"2 2", BAD_CHARACTERS), (b"22\x00", BAD_CHARACTERS),
     (b"2P", TRUNCATED)],
)  # fmt: skip
def test_each_fault_has_its_status(text: bytes, status: int) -> None:
    assert measure(columns([text], [(2, 2)])).status.tolist() == [status]
    if status > EMPTY_RUNS:
        with pytest.raises(DataError, match=r"mask: counts: has "):
            rle.decode({"size": [2, 2], "counts": text})
        with pytest.raises(DataError, match=r"masks: \[1\].counts: has "):
            rle.iou([rle.encode(np.ones((2, 2))), {"size": [2, 2], "counts": text}], [], [])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(MASKS, st.booleans()), min_size=1, max_size=4), st.data())
def test_iou_is_pycocotools_iou(gt: list[tuple[np.ndarray, bool]], data: Any) -> None:
    dt = data.draw(st.lists(st.one_of(MASKS, st.sampled_from([m for m, _ in gt])), min_size=1, max_size=4))
    ours = [[rle.encode(m) for m in side] for side in (dt, [m for m, _ in gt])]
    theirs = [[oracle.encode(np.asfortranarray(m, np.uint8)) for m in side] for side in (dt, [m for m, _ in gt])]
    crowd = [c for _, c in gt]
    assert np.array_equal(rle.iou(*ours, crowd), oracle.iou(*theirs, crowd))
    for i, a in enumerate(dt):
        for j, (b, flag) in enumerate(gt):
            if a.shape == b.shape:
                twin = naive.iou(rle.runs(ours[0][i]).tolist(), rle.runs(ours[1][j]).tolist(), flag)
                assert rle.iou([ours[0][i]], [ours[1][j]], [flag]).item() == twin


@st.composite
def whole_runs(draw: Any, pixels: int) -> list[int]:
    """Runs that sum to the image, some of them empty."""
    cuts = sorted(draw(st.lists(st.integers(0, pixels), max_size=8)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, pixels], strict=True)]


@settings(max_examples=300, deadline=None)
@given(whole_runs(24), whole_runs(24), st.booleans())
@example([5, 0, 3, 4, 12], [5, 0, 3, 4, 12], False)
@example([0, 5, 0, 19], [0, 5, 0, 19], True)
def test_empty_runs_are_walked_like_pycocotools(a: list[int], b: list[int], crowd: bool) -> None:
    both = [{"size": [6, 4], "counts": naive.write(r)} for r in (a, b)]
    assert rle.iou([both[0]], [both[1]], [crowd]).item() == oracle.iou([both[0]], [both[1]], [crowd]).item()
    for intersect in (False, True):
        expected = naive.read(oracle.merge(both, intersect)["counts"])
        ends = [runs_to_ends(ragged([r])) for r in (a, b)]
        merged = rle.merged_ends(ends[0], ends[1], intersect)
        assert ends_to_runs(Ragged(merged, np.array([0, len(merged)]))).tolist() == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(arrays(np.bool_, (7, 5)), min_size=1, max_size=4), st.booleans())
def test_masks_are_merged_like_pycocotools(masks: list[np.ndarray], intersect: bool) -> None:
    expected = oracle.merge([oracle.encode(np.asfortranarray(m, np.uint8)) for m in masks], intersect)
    assert rle.merge([rle.encode(m) for m in masks], intersect).counts == expected["counts"]


def test_masks_of_different_sizes_are_not_merged() -> None:
    with pytest.raises(DataError, match=r"\(2, 2\), \(2, 3\)"):
        rle.merge([rle.encode(np.zeros((2, 2))), rle.encode(np.zeros((2, 3)))])


def test_masks_of_different_totals_end_where_pycocotools_never_returns() -> None:
    short, long = {"size": [6, 4], "counts": naive.write([0, 5])}, {"size": [6, 4], "counts": naive.write([2, 22])}
    found = Masks(rle.segmentations([short])).ious(
        np.zeros(1, np.int64), Masks(rle.segmentations([long])), np.zeros(1, np.int64), np.zeros(1, np.uint8))
    assert found.tolist() == [3 / 24]
    with pytest.raises(ValueError, match="different numbers"):
        rle.merged_ends(np.array([0, 5], np.uint32), np.array([2, 24], np.uint32), False)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(MASKS, st.sampled_from(["text", "bytes", "counts"])), max_size=6), st.data())
def test_columns_hold_every_form_at_once(masks: list[tuple[np.ndarray, str]], data: Any) -> None:
    rows: list[Any] = []
    for mask, form in masks:
        one = rle.encode(mask)
        assert isinstance(one.counts, bytes)
        whole = rle.runs(one).tolist()
        rows.append({"size": [one.height, one.width],
                     "counts": {"text": one.counts.decode(), "bytes": one.counts, "counts": whole}[form]})
    rows += [None, [[0.0, 0.0, 2.0, 0.0, 2.0, 2.0]]]
    sizes = np.full((len(rows), 2), 3, np.int64)
    held = Masks(rle.segmentations(rows), sizes)
    expected = [rle.runs(r).tolist() for r in rows[:-2]]
    expected += [[9], rle.runs(rle.from_polygons(rows[-1], 3, 3)).tolist()]
    chosen = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=8)), np.int64)
    assert split(runs_of(held.segmentations, chosen, sizes)) == [expected[i] for i in chosen]
    ends, place = held.placed(chosen)
    assert [ends[i].tolist() for i in place] == [np.cumsum(expected[i]).tolist() for i in chosen]
    assert held.measures.area.tolist() == [float(sum(r[1::2])) for r in expected]


def test_a_polygon_needs_the_size_of_its_image() -> None:
    with pytest.raises(DataError, match=r"\[1\]: a polygon has no size"):
        measure(rle.segmentations([None, [[0.0, 0.0, 2.0, 0.0, 2.0, 2.0]]]))


@pytest.mark.parametrize("size", [(-1, 4), (1 << 20, 1 << 20), (1 << 33, 1)])
def test_an_impossible_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="is no size of an image"):
        measure(columns([b"4"], [size]))


def test_no_masks_at_all_are_no_trouble() -> None:
    none = Masks(rle.segmentations([]))
    assert len(none) == 0
    assert none.measures.bbox.shape == (0, 4)
    assert none.ious(np.empty(0, np.int64), none, np.empty(0, np.int64), np.empty(0, np.uint8)).shape == (0,)
    assert len(none.ends(np.empty(0, np.int64))) == 0


def test_the_kernels_uncompiled_give_the_same() -> None:
    rng = np.random.default_rng(11)
    masks = [rng.random((9, 7)) < p for p in (0.1, 0.5, 0.9, 0.0, 1.0)]
    texts = [bytes(rle.encode(m).counts) for m in masks] + [b"2P", b"\x80", b"", b"PPPPPPPP0", b"0_1o0"]
    n = len(texts)
    held = Masks(columns(texts, [(9, 7)] * n))
    blob, rows = held.segmentations.text, np.arange(n)
    area, box, total, status = np.zeros(n), np.zeros(4 * n), np.zeros(n, np.int64), np.zeros(n, np.uint8)
    spare = np.empty(64, np.uint32)
    size = held.size.reshape(-1)
    uncompiled(measure_texts, blob.values, blob.offsets, rows, n, size, spare, area, box, total, status)
    found = held.measures
    assert [area.tolist(), box.tolist(), total.tolist(), status.tolist()] == [
        found.area.tolist(), found.bbox.reshape(-1).tolist(), found.total.tolist(), found.status.tolist()]  # fmt: skip
    ends, offsets = np.empty(len(blob.values), np.uint32), np.empty(n + 1, np.int64)
    used = uncompiled(decode_texts, blob.values, blob.offsets, rows, n, ends, offsets, status)
    assert split(Ragged(ends[:used], offsets)) == split(held.ends(rows))
    text = np.empty(7 * used, np.uint8)
    uncompiled(encode_texts, ends[:used], offsets, n, text, np.empty(n + 1, np.int64))
    assert text.tobytes().startswith(b"".join(rle.text_of(held.ends(rows))))
    _compare_pairs(held, n)


def _compare_pairs(held: Masks, n: int) -> None:
    d, g = np.divmod(np.arange(25), 5)
    crowd, out = np.array([0, 1, 0, 1, 0] + [0] * (n - 5), np.uint8), np.empty(25)
    side = [held._side(rows) for rows in (d, g)]
    uncompiled(mask_ious, *side[0], *side[1], crowd, 25, out)
    assert np.array_equal(out, held.ious(d, held, g, crowd))
    a, b = held.ends(np.array([0])).values, held.ends(np.array([1])).values
    merged = np.empty(len(a) + len(b), np.uint32)
    used = uncompiled(merge_two, a, len(a), b, len(b), merged, 1)
    assert np.array_equal(merged[:used], rle.merged_ends(a, b, True))


@settings(max_examples=50, deadline=None)
@given(MASKS)
def test_both_ways_of_writing_counts_are_one_mask(mask: np.ndarray) -> None:
    short, plain = rle.encode(mask), rle.uncompress(rle.encode(mask))
    assert rle.compress(plain) == short
    assert rle.compress(rle.to_coco(plain)) == short
    assert rle.to_coco(plain)["counts"] == list(plain.counts)
    assume(mask.any())
    assert rle.iou([short], [plain], [False]).item() == 1.0

"""Label Studio's code of brush strokes: against its own slow decoder, written out here, and a code made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cocokit.errors import DataError
from cocokit.formats.brush_rle import decode_brush, encode_brush


def slow(code: list[int]) -> list[int]:
    """All values of a code, from a text of its bits: the algorithm of thi.ng's rle-pack, which Label Studio uses."""
    bits = "".join(f"{byte:08b}" for byte in code)
    at = 0

    def read(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    total, word = read(32), read(5) + 1
    sizes = [read(4) + 1 for _ in range(4)]
    out: list[int] = []
    while len(out) < total:
        repeated = read(1)
        length = 1 + read(sizes[read(2)])
        out += [read(word)] * length if repeated else [read(word) for _ in range(length)]
    return out


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 40))))
def test_masks_come_back_and_others_read_them_too(mask: np.ndarray) -> None:
    code = encode_brush(mask)
    assert (decode_brush(code, *mask.shape) == mask).all()
    assert (np.array(slow(code)).reshape(*mask.shape, 4) == 255 * mask[:, :, None]).all()


def test_long_runs_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.zeros((300, 300), np.bool_)
    mask[100:290] = True
    code = encode_brush(mask)
    assert (decode_brush(code, 300, 300) == mask).all()
    assert (np.array(slow(code)).reshape(300, 300, 4)[:, :, 3] == 255 * mask).all()


def test_a_code_with_rows_of_values_and_other_sizes() -> None:
    """Two pixels: 10, 20, 30, 0 and 0, 0, 0, 7, the first five in a row of values, three bits more than needed."""
    text = f"{8:032b}{7:05b}{0:04b}{2:04b}{7:04b}{15:04b}"
    text += f"001{4:03b}{10:08b}{20:08b}{30:08b}{0:08b}{0:08b}" + f"101{1:03b}{0:08b}" + f"101{0:03b}{7:08b}"
    text += "0" * (-len(text) % 8)
    code = [int(text[i : i + 8], 2) for i in range(0, len(text), 8)]
    assert decode_brush(code, 1, 2).tolist() == [[False, True]]
    assert slow(code) == [10, 20, 30, 0, 0, 0, 0, 7]


@pytest.mark.parametrize("cut", [0, 3, 7, 8, -1])
def test_a_code_that_was_cut_off_is_told(cut: int) -> None:
    code = encode_brush(np.eye(9, dtype=np.bool_))[:cut]
    with pytest.raises(DataError, match="ends in the middle of a run"):
        decode_brush(code, 9, 9)


def test_sizes_that_do_not_fit_are_told_before_anything_is_laid_out() -> None:
    code = encode_brush(np.eye(2, dtype=np.bool_))
    with pytest.raises(DataError, match="has 16 values where 3 x 2 px have 24"):
        decode_brush(code, 2, 3)
    with pytest.raises(DataError, match="4,294,967,292 values"):
        decode_brush([255, 255, 255, 252, *code[4:]], 2**15, 2**15 - 1)


@pytest.mark.parametrize("code", [["a"], [256], [-1], [1.5], None])
def test_what_is_no_list_of_bytes_is_told(code: list[int]) -> None:
    with pytest.raises(DataError, match="is no list of bytes"):
        decode_brush(code, 1, 1)

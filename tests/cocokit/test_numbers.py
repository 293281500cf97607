"""Numbers as the scanner reads them are those of ``float()``, to the last bit."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cocokit.chunks import Odd
from cocokit.columns import Field
from cocokit.kernels.numbers import FIVES, HIGHEST, INT_LIMIT, LOWEST, table
from tests.cocokit.scanning import bits, by_scanner, plain

FIXED = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "0e5",
    "-0e-5",
    "0.000",
    "1",
    "-1",
    "9",
    "10",
    "1.0",
    "1.5e0",
    "1E5",
    "1e+5",
    "1e-05",
    "12345678.5",
    "1234567.5",
    "123456789.123456789",
    "67108863",
    "-67108863",
    "9007199254740993.0",
    "9007199254740992.5",
    "9007199254740993.00000000000000000000001",
    "9007199254740991.5",
    "0.1",
    "0.2",
    "0.3",
    "1e22",
    "1e23",
    "8.5e22",
    "123456789012345678.0",
    "1234567890123456789.0",
    "9999999999999999999.0",
    "12345678901234567890.0",
    "1e-400",
    "-1e-400",
    "5e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "0.00000000000000000000000000000000000001",
    "1" + "0" * 60 + ".0",
    "0." + "0" * 40 + "1",
    "0." + "3" * 400,
    "1.00000000000000011102230246251565404",
    "1.00000000000000011102230246251566",
    "0.0010000000474974513",
    "473.0740051269531",
    "0.00012345678901234567",
    "6.0221408e+23",
    "4.35",
    "0.57",
    "1e00000000000000000000001",
    "1e-0",
    "7205759403792793.5",
    "7205759403792794.5",
    "36028797018963966.0",
]


def hostile(count: int, seed: int) -> Iterator[str]:
    """Literals of every kind that has ever been read wrongly."""
    draw = random.Random(seed)
    while count:
        x = struct.unpack("<d", struct.pack("<Q", draw.getrandbits(64)))[0]
        if not math.isfinite(x):
            continue
        kind = count % 10
        near = draw.uniform(-1, 1) * 10.0 ** draw.randint(-8, 12)
        text = (
            repr(x),
            repr(struct.unpack("<f", struct.pack("<f", draw.uniform(-700, 700)))[0]),
            repr(draw.random()),
            f"{draw.randrange(10 ** draw.randint(1, 9))}.{draw.randrange(10**17):0{draw.randint(1, 18)}d}",
            f"{near:.{draw.randint(0, 25)}e}",
            f"{near:.{draw.randint(1, 25)}f}",
            halfway(near, draw),
            halfway(x, draw),
            f"{draw.randrange(10**19)}e{draw.randint(-345, 285)}",
            f"{draw.randint(-999, 999)}.{draw.randrange(100):02d}",
        )[kind]
        yield text
        count -= 1


def halfway(x: float, draw: random.Random) -> str:
    """The exact decimal between two neighbouring floats, or a digit beside it, if that is not too long."""
    x = abs(x)
    between = (Fraction(x) + Fraction(math.nextafter(x, math.inf))) / 2 if x < 1e300 else Fraction(x)
    power = between.denominator.bit_length() - 1
    digits = between.numerator * 5**power  # the denominator is a power of two
    if power > 120:
        return repr(x)
    digits += draw.choice((-1, 0, 0, 1))
    return f"{digits}e-{power}" if draw.random() < 0.5 else f"{digits * 10}.0e-{power + 1}"


def read(folder: Path, literals: list[str]) -> np.ndarray:
    rows = ", ".join(
        '{"image_id": 1, "keypoints": [' + ", ".join(literals[i : i + 50]) + "]}" for i in range(0, len(literals), 50)
    )
    columns = by_scanner(folder, f"[{rows}]", Field.KEYPOINTS)
    assert columns.keypoints is not None
    return columns.keypoints.values


def assert_all_right(folder: Path, literals: list[str]) -> None:
    got = read(folder, literals)
    wanted = np.array([float(json.loads(t)) for t in literals])
    wrong = np.flatnonzero(got.view(np.int64) != wanted.view(np.int64))
    assert len(got) == len(literals)
    assert not len(wrong), [(literals[i], got[i]) for i in wrong[:5]]


def test_fifty_thousand_hostile_literals_are_correctly_rounded(tmp_path: Path) -> None:
    assert_all_right(tmp_path, list(hostile(50_000, 1)))


@pytest.mark.slow
def test_a_million_hostile_literals_are_correctly_rounded(tmp_path: Path) -> None:
    for seed in range(10):
        assert_all_right(tmp_path, list(hostile(100_000, 100 + seed)))


@pytest.mark.parametrize("literal", FIXED)
def test_a_known_trap_is_read_as_float_reads_it(tmp_path: Path, literal: str) -> None:
    assert bits(read(tmp_path, [literal])[0]) == bits(float(json.loads(literal)))


def test_the_uncompiled_reader_rounds_as_the_compiled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    literals = FIXED + list(hostile(2_000, 2))
    compiled = read(tmp_path, literals)
    plain(monkeypatch)
    assert read(tmp_path, literals).tobytes() == compiled.tobytes()


@pytest.mark.parametrize(
    "literal",
    [
        "01",
        "-01.5",
        "00",
        "1.",
        ".5",
        "-",
        "+1",
        "1e",
        "1e+",
        "1.5e-",
        "--1",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "1.8e308",
        "true",
        "null",
        '"1"',
        "1 2",
        "1.2.3",
        "[1]",
        "",
        "1e5.5",
        "00.5",
        "0123456789.5",
    ],
)
def test_what_is_no_finite_json_number_is_odd(tmp_path: Path, literal: str) -> None:
    with pytest.raises(Odd):
        read(tmp_path, ["1.5", literal, "2"])


@pytest.mark.parametrize("literal", [str(INT_LIMIT), str(-INT_LIMIT), "123456789", "1" * 30])
def test_an_int_too_large_to_compute_with_as_a_float_is_odd(tmp_path: Path, literal: str) -> None:
    with pytest.raises(Odd):
        read(tmp_path, [literal])
    assert read(tmp_path, [literal + ".0"])[0] == float(literal)


@pytest.mark.parametrize(
    "literal, value",
    [
        ("0", 0),
        ("-0", 0),
        ("7", 7),
        ("-7", -7),
        ("12345678", 12345678),
        ("123456789", 123456789),
        ("999999999999999999", 10**18 - 1),
        ("-99999999999999999", -(10**17) + 1),
    ],
)
def test_an_id_of_up_to_18_digits_is_read_exactly(tmp_path: Path, literal: str, value: int) -> None:
    columns = by_scanner(tmp_path, f'[{{"image_id": {literal}}}]')
    assert columns.image_id is not None
    assert columns.image_id.tolist() == [value]


@pytest.mark.parametrize(
    "literal", ["1.0", "1e3", "01", "-", "", '"1"', "true", "null", "1234567890123456789", "1" * 40, "1 1"]
)
def test_an_id_that_is_no_short_int_literal_is_odd(tmp_path: Path, literal: str) -> None:
    with pytest.raises(Odd):
        by_scanner(tmp_path, f'[{{"image_id": {literal}}}]')


def test_the_table_holds_the_leading_128_bits_of_each_power_of_five() -> None:
    words = [w & (1 << 64) - 1 for w in table()]
    assert words[:FIVES] == [10**i for i in range(FIVES)]
    for q in range(LOWEST, HIGHEST + 1):
        high, low = words[FIVES + 2 * (q - LOWEST)], words[FIVES + 2 * (q - LOWEST) + 1]
        power = Fraction(5) ** q
        scale = 127 - math.floor(math.log2(5) * q)
        exact = power * Fraction(2) ** scale
        assert 1 << 127 <= high << 64 | low < 1 << 128
        assert abs((high << 64 | low) - exact) <= 1, q

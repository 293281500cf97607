"""PARITY.md is complete and true: a row for every id, and every fixture, test and quirk that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocokit.eval import quirks
from tests.eval.parity import make

ROOT = Path(__file__).resolve().parents[2]

LAST = {"A": 4, "B": 7, "C": 8, "D": 7, "E": 3, "F": 10, "G": 6, "H": 7, "I": 7, "J": 6, "K": 4, "L": 9, "X": 17}
IDS = [f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)]
LATER = ["M1-M5", "N1-N5", "O1-O4", "P1-P5", "Q1-Q3"]


def table() -> dict[str, list[str]]:
    """Id -> the other cells of its row."""
    rows: dict[str, list[str]] = {}
    for line in (ROOT / "PARITY.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[A-Z]\d+(-[A-Z]\d+)?", cells[0]):
            assert cells[0] not in rows, f"{cells[0]} has two rows"
            rows[cells[0]] = cells[1:]
    return rows


def test_every_id_has_a_row_of_six_cells() -> None:
    assert list(table()) == [*IDS, *LATER]
    assert all(len(cells) == 5 and all(cells) for cells in table().values())


def test_boundary_iou_says_that_it_comes_later() -> None:
    assert all(table()[id_][1] == "boundary IoU: later" for id_ in LATER)


@pytest.mark.parametrize("id_", IDS)
def test_every_fixture_and_test_that_a_row_names_exists(id_: str) -> None:
    named = table()[id_][4]
    if named == "-":
        assert id_ == "H7", "only what cocokit does not have needs no test"
        return
    for name in named.split(", "):
        if name.startswith("`"):
            source = (ROOT / "tests" / "eval" / f"{name.strip('`')}.py").read_text(encoding="utf-8")
            assert f"\ndef test_{id_.lower()}_" in source
        else:
            assert name in make.CASES
            assert (ROOT / "tests" / "eval" / "parity" / name / "expected.json").is_file()


def test_every_fixture_is_named_by_the_row_of_its_id() -> None:
    for id_ in make.CASES:
        assert id_ in table()[id_][4].split(", ")


def test_what_the_table_calls_reported_is_what_the_report_knows() -> None:
    assert {id_ for id_ in IDS if table()[id_][3] != "-"} == set(quirks.WHAT)


def test_every_reported_quirk_has_its_count_defined() -> None:
    text = (ROOT / "PARITY.md").read_text(encoding="utf-8").split("## How the report counts")[1]
    assert set(re.findall(r"\*\*([A-Z]\d+)\*\*", text)) == set(quirks.WHAT)


def test_the_columns_strict_and_fixed_agree_with_the_fixtures() -> None:
    """A fixture that strict or fixed refuses has a row that says so; one that fixed changes has no "same" there."""
    for id_, case in make.CASES.items():
        expected = make.expected(case)
        _, strict, fixed, _, _ = table()[id_]
        assert (expected["strict"] == "refused" or "lenient" in case.params) == strict.startswith("refused"), id_
        if expected["strict"] != expected["fixed"]:
            assert not fixed.startswith("same"), id_

"""One test per quirk of pycocotools: the fixtures of ``tests/eval/parity``, evaluated by everyone.

(a) the slow twin has pycocotools' bits; (b) strict cocokit has them too; (c) fixed cocokit has those of the fixed
twin. The report names the quirks that the input triggers, with their counts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.errors import DataError
from tests.eval import naive, naive_quirks, oracle, ours
from tests.eval.compare import assert_same_bits
from tests.eval.naive_masks import Refused
from tests.eval.parity import make

FOLDER = Path(__file__).parent / "parity"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/expected.json"))


class Fixture:
    """One folder, read."""

    def __init__(self, name: str) -> None:
        self.name, self.folder = name, FOLDER / name
        self.gt, self.dt, self.params, self.expected = (
            json.loads((self.folder / f"{part}.json").read_text(encoding="utf-8"))
            for part in ("gt", "dt", "params", "expected")
        )
        self.strict, self.fixed = make.settings(self.params), make.settings(self.params, fixed=True)
        self.lenient = bool(self.params.get("lenient"))
        self.answered = isinstance(self.expected["pycocotools"], list)


@pytest.fixture(params=NAMES)
def fixture(request: pytest.FixtureRequest) -> Fixture:
    return Fixture(request.param)


def test_the_fixtures_are_what_their_sources_write() -> None:
    assert NAMES == sorted(make.CASES)
    for name, case in make.CASES.items():
        stored = Fixture(name)
        assert json.dumps([stored.gt, stored.dt, stored.params]) == json.dumps([case.gt, case.dt, case.params]), name
        assert json.dumps(stored.expected) == json.dumps(make.expected(case)), name


def test_the_slow_twin_has_pycocotools_bits(fixture: Fixture) -> None:
    if fixture.name in make.ENDLESS:
        with pytest.raises(Refused):
            naive.evaluate(fixture.gt, fixture.dt, fixture.strict)
    elif fixture.answered:
        theirs = oracle.evaluate(fixture.gt, fixture.dt, fixture.strict)
        ours_slow = naive.evaluate(fixture.gt, fixture.dt, fixture.strict)
        assert_same_bits(ours_slow, theirs, stats=oracle.comparable(fixture.strict))
    else:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            oracle.evaluate(fixture.gt, fixture.dt, fixture.strict)
        assert type(caught.value).__name__ == fixture.expected["pycocotools"]


@pytest.mark.parametrize("source", ["files", "objects"])
def test_strict_cocokit_has_pycocotools_bits(fixture: Fixture, source: str) -> None:
    gt, dt = _source(fixture, source)
    if fixture.expected["strict"] == "refused":
        with pytest.raises(DataError):
            ours.evaluate(gt, dt, fixture.strict, lenient=fixture.lenient)
        return
    report = ours.evaluate(gt, dt, fixture.strict, lenient=fixture.lenient)
    expected = (oracle if fixture.answered else naive).evaluate(fixture.gt, fixture.dt, fixture.strict)
    assert_same_bits(report, expected, stats=oracle.comparable(fixture.strict))
    assert report.stats.tolist() == fixture.expected["strict"]
    assert ours.quirks(report) == fixture.expected["reported in strict"]


@pytest.mark.parametrize("source", ["files", "objects"])
def test_fixed_cocokit_corrects_what_the_table_says(fixture: Fixture, source: str) -> None:
    gt, dt = _source(fixture, source)
    if fixture.expected["fixed"] == "refused":
        with pytest.raises(DataError):
            ours.evaluate(gt, dt, fixture.fixed, lenient=fixture.lenient)
        return
    report = ours.evaluate(gt, dt, fixture.fixed, lenient=fixture.lenient)
    assert_same_bits(report, naive.evaluate(fixture.gt, fixture.dt, fixture.fixed))
    assert report.stats.tolist() == fixture.expected["fixed"]
    assert ours.quirks(report) == fixture.expected["reported in fixed"]


def test_what_only_lenient_evaluates_is_refused_without_it(fixture: Fixture) -> None:
    if not fixture.lenient:
        ours_or_refusal(fixture)
        return
    with pytest.raises(DataError):
        ours.evaluate(fixture.gt, fixture.dt, fixture.strict)


def ours_or_refusal(fixture: Fixture) -> None:
    """Ordinary fixtures need no leniency: it changes nothing about them."""
    if fixture.expected["strict"] != "refused":
        plain = ours.evaluate(fixture.gt, fixture.dt, fixture.strict)
        assert_same_bits(ours.evaluate(fixture.gt, fixture.dt, fixture.strict, lenient=True), plain)


def test_the_counts_of_quirks_are_those_of_the_slow_count(fixture: Fixture) -> None:
    for mode, settings in (("strict", fixture.strict), ("fixed", fixture.fixed)):
        if fixture.expected[mode] != "refused":
            counted = naive_quirks.count(fixture.gt, fixture.dt, settings)
            assert counted == fixture.expected[f"reported in {mode}"]


def _source(fixture: Fixture, source: str) -> tuple[Any, Any]:
    """The fixture as two paths, or as parsed JSON."""
    if source == "files":
        return str(fixture.folder / "gt.json"), str(fixture.folder / "dt.json")
    return fixture.gt, fixture.dt

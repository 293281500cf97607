"""Bands, tables and the picture of rows."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from cocokit.baselines.analysis import ANALYSES, find_analysis, load
from cocokit.baselines.analysis.findings import Band, Findings, Table
from cocokit.baselines.analysis.forest import Bar, forest
from cocokit.baselines.analysis.trial import Trial
from cocokit.errors import NotFoundError, ParamsError

SVG = "{http://www.w3.org/2000/svg}"


def test_a_band_is_above_another_when_every_seed_is() -> None:
    assert Band.of([0.5, 0.6]).above(Band.of([0.3, 0.4]))
    assert not Band.of([0.5, 0.6]).above(Band.of([0.3, 0.5]))
    assert not Band.of([0.3]).above(Band.of([0.4]))


def test_findings_are_plain_json() -> None:
    table = Table("t", [{"loss": "a", "AP": Band.of([0.25, 0.75]), "published": 3.0, "n": None}], "note")
    made = json.loads(json.dumps(Findings([table], ["said"], "<svg/>").to_dict()))
    assert made["tables"][0]["rows"] == [
        {"loss": "a", "AP": {"mean": 0.5, "low": 0.25, "high": 0.75}, "published": 3.0, "n": None}
    ]
    assert table.texts()[0]["AP"] == "0.500 (0.250 to 0.750)"


def test_the_picture_has_a_dot_at_every_mean() -> None:
    bars = [Bar("one <", Band.of([0.2, 0.4])), Bar("two", Band.of([0.6]), "COCO 1")]
    root = ElementTree.fromstring(forest("T & t", ["*Two* is best."], "AP", bars))
    dots = root.findall(f".//{SVG}circle")
    assert [dot.get("class") for dot in dots] == ["dot", "best"]
    x = [float(dot.get("cx", "")) for dot in dots]
    left = 168.0  # of 0; the highest value is at the right end
    assert (x[0] - left) / (x[1] - left) == pytest.approx(0.5, abs=0.01)
    assert {"one <", "two", "COCO 1"} <= {text.text for text in root.iter(f"{SVG}text")}


def test_every_analysis_is_a_module_with_settings_and_a_run() -> None:
    for name in ANALYSES:
        module = load(name)
        assert isinstance(module.SMALL, Trial)
        assert type(module.FULL) is type(module.SMALL)
        assert module.FULL != module.SMALL
        assert callable(module.run)


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="focal_loss"):
        find_analysis("focal")


@pytest.mark.parametrize("wrong", [{"seeds": ()}, {"size": 50}, {"size": 0}, {"images": 0}, {"batch": 0}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ParamsError):
        Trial(**wrong)  # type: ignore[arg-type]

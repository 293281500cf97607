"""Two datasets, two detectors, four numbers."""

from __future__ import annotations

import pytest

from cocokit.baselines.analysis.cross_dataset import SMALL, Settings, drop, findings, run
from cocokit.errors import NotFoundError, ParamsError

from .small import run_tiny

DOMAINS = ("iconic", "cluttered")


def test_the_published_numbers_give_the_published_differences() -> None:
    """The thesis: 12.7 AP between the datasets when trained on PASCAL VOC, 7.7 when trained on COCO."""
    found = findings({(a, b): [0.5] for a in DOMAINS for b in DOMAINS}, DOMAINS, "AP50")
    voc, coco = found.tables[1].rows
    assert (voc["difference"], coco["difference"]) == (12.7, 7.7)
    assert voc["drop away from home"] == pytest.approx(12.7 / 29.6, abs=1e-3)


def test_by_hand_with_two_seeds() -> None:
    made = {("iconic", "iconic"): [0.8, 0.6], ("iconic", "cluttered"): [0.2, 0.3],
            ("cluttered", "iconic"): [0.5, 0.7], ("cluttered", "cluttered"): [0.4, 0.4]}  # fmt: skip
    found = findings(made, DOMAINS, "AP50")
    iconic, cluttered = found.tables[0].texts()
    assert iconic["difference"] == "0.450 (0.300 to 0.600)"  # seed by seed, not of the means
    assert iconic["drop away from home"] == "0.625 (0.500 to 0.750)"
    assert cluttered["difference"] == "0.200 (0.100 to 0.300)"
    assert cluttered["drop away from home"] == "-0.500 (-0.750 to -0.250)"
    assert found.said == ["Trained on iconic the detector differs by *0.450* between the two,",
                          "trained on cluttered by *0.200*."]  # fmt: skip


def test_where_nothing_is_reached_nothing_is_lost() -> None:
    assert drop(0.0, 0.0) == 0.0


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ParamsError, match="AP50"):
        Settings(measure="AP75")
    with pytest.raises(NotFoundError, match="retinanet"):
        Settings(baseline="retina")


def test_it_runs() -> None:
    rows = run_tiny("cross_dataset").tables[0].rows
    assert [row["trained on"] for row in rows] == list(DOMAINS)


@pytest.mark.slow
def test_trained_on_easy_pictures_a_detector_differs_by_more() -> None:
    """Published: 12.7 against 7.7."""
    found = run(SMALL)
    iconic, cluttered = found.tables[0].rows
    assert iconic["difference"].above(cluttered["difference"])
    assert cluttered["AP50 on cluttered"].above(iconic["AP50 on cluttered"])
    assert iconic["AP50 on iconic"].above(cluttered["AP50 on iconic"])

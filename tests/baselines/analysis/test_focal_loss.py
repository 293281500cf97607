"""The losses of RetinaNet beside each other."""

from __future__ import annotations

import pytest

from cocokit.baselines.analysis.focal_loss import FULL, ROWS, SMALL, Settings, findings, run
from cocokit.baselines.analysis.retina import make
from cocokit.errors import ParamsError

from .small import run_tiny, same_again


def test_the_rows_are_those_of_the_published_tables() -> None:
    """Seven alphas, seven gammas of which 0 is the cross entropy with alpha 0.75, nine of hard examples."""
    assert len(ROWS) == len(FULL.rows) == 7 + 6 + 9
    assert ROWS["ce-0.75"] == ({"loss": "cross_entropy", "alpha": 0.75}, 31.1, "a")
    assert ROWS["fl-2"] == ({"loss": "focal", "gamma": 2.0, "alpha": 0.25}, 34.0, "c")
    hard = {"loss": "ohem", "alpha": None, "ohem_count": 512, "ohem_iou": 0.5, "ohem_ratio": 3.0}
    assert ROWS["ohem-512-0.5-1:3"] == (hard, 24.0, "d")


def test_each_row_is_a_network_that_can_be_made() -> None:
    made = {name: make(SMALL, 0, **changes).config for name, (changes, _, _) in ROWS.items()}
    assert len(set(made.values())) == len(ROWS)


def test_the_table_has_the_mean_of_the_seeds_and_the_published_number() -> None:
    found = findings({"ce-0.75": [{"AP": 0.2, "AP50": 0.4}, {"AP": 0.4, "AP50": 0.6}],
                      "fl-2": [{"AP": 0.5, "AP50": 0.7}, {"AP": 0.3, "AP50": 0.9}]})  # fmt: skip
    first, second = found.tables[0].texts()
    assert (first["AP"], first["AP50"], first["COCO AP (published)"]) == (
        "0.300 (0.200 to 0.400)", "0.500 (0.400 to 0.600)", 31.1)  # fmt: skip
    assert second["AP"] == "0.400 (0.300 to 0.500)"
    assert "*fl-2*" in found.said[0]


def test_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParamsError, match="fl-2"):
        Settings(rows=("fl-3",))


def test_it_runs() -> None:
    found = run_tiny("focal_loss", rows=("ce-0.75", "ohem-128-0.5-1:3"))
    assert [row["loss"] for row in found.tables[0].rows] == ["ce-0.75", "ohem-128-0.5-1:3"]


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert same_again("focal_loss", rows=("fl-2",))


@pytest.mark.slow
def test_weights_and_a_little_focusing_help_and_all_anchors_teach_more_than_hard_ones() -> None:
    """Published: AP 0.0 with alpha 0.1, 31.1 with 0.75, 32.9 with gamma 0.5; OHEM is 3.2 below at best."""
    bands = {row["loss"]: row["AP"] for row in run(SMALL).tables[0].rows}
    assert bands["ce-0.75"].above(bands["ce-0.1"])
    assert bands["fl-0.5"].above(bands["ce-0.1"])
    assert bands["fl-0.5"].above(bands["ohem-128-0.5"])

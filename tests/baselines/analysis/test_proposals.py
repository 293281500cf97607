"""Recall of proposals, of an RPN by its maps and of other sources."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cocokit.baselines.analysis import proposals, pyramids
from cocokit.baselines.analysis.proposals import WINDOWS, Windows
from cocokit.baselines.analysis.recall import numbers, recall_of
from cocokit.baselines.batch import Batch, Result, Target
from cocokit.baselines.detectors.rpn import RPN
from cocokit.errors import ParamsError

from .small import run_tiny


def image(boxes: list[list[float]], labels: list[int], side: int = 400) -> Batch:
    target = Target(torch.tensor(boxes), torch.tensor(labels))
    return Batch(torch.zeros(1, 3, side, side), ((side, side),), (target,))


def proposed(boxes: torch.Tensor) -> Result:
    return Result(boxes, torch.linspace(1, 0, len(boxes)), torch.zeros(len(boxes), dtype=torch.int64))


def test_recall_does_not_stop_at_a_hundred() -> None:
    """Of two instances one is found by the first proposal, the other by the 600th: a box of another category."""
    boxes = torch.tensor([[300.0, 300.0, 310.0, 310.0]]).repeat(600, 1)
    boxes[0], boxes[599] = torch.tensor([0.0, 0, 20, 20]), torch.tensor([100.0, 100, 200, 200])
    report = recall_of([proposed(boxes)], [image([[0, 0, 20, 20], [100, 100, 200, 200]], [0, 2])], (10, 100, 1000))
    assert [report.ar(k) for k in (1, 100, 599, 600, 1000)] == [0.5, 0.5, 0.5, 1.0, 1.0]
    assert (report.ar(100, "small"), report.ar(100, "large")) == (1.0, 0.0)


def test_the_auc_is_the_area_over_log_k() -> None:
    boxes = torch.tensor([[300.0, 300, 310, 310]]).repeat(100, 1)
    boxes[9] = torch.tensor([0.0, 0, 20, 20])
    report = recall_of([proposed(boxes)], [image([[0, 0, 20, 20]], [0])], (10, 100))
    k = np.log(np.arange(1, 101))
    recall = (np.arange(1, 101) >= 10).astype(float)
    assert report.auc() == pytest.approx(np.trapezoid(recall, k) / k[-1])


def test_numbers_have_the_band_of_the_seeds() -> None:
    one = recall_of([proposed(torch.tensor([[0.0, 0, 20, 20]]))], [image([[0, 0, 20, 20]], [0])], (10, 100))
    none = recall_of([proposed(torch.tensor([[50.0, 0, 70, 20]]))], [image([[0, 0, 20, 20]], [0])], (10, 100))
    found = numbers([one, none])
    assert str(found["AR@100"]) == "0.500 (0.000 to 1.000)"
    assert "AR@10 small" in found
    assert "AR@10 large" not in found  # there are none


def test_windows_lie_inside_and_follow_from_the_seed() -> None:
    batch = image([[0, 0, 20, 20]], [0], 64)
    a, b, c = (Windows((8.0, 16.0), 50, seed).detect(batch)[0].boxes for seed in (0, 0, 1))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    assert len(a) == 50
    assert (a.min(), a.max() <= 64) == (a.min().clamp(min=0), torch.tensor(True))


def test_the_rows_are_the_published_table() -> None:
    """a to f; the text says the pyramid gains 8.0 AR@1k over a."""
    assert list(pyramids.ROWS) == list("abcdef")
    assert pyramids.ROWS["c"][3] - pyramids.ROWS["a"][3] == pytest.approx(8.0)
    configs = [pyramids.config_of(pyramids.SMALL, changes) for _, changes, _, _ in pyramids.ROWS.values()]
    assert len(set(configs)) == 6


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(ParamsError, match="a, b, c"):
        pyramids.Settings(rows=("g",))
    with pytest.raises(ParamsError, match="rising"):
        pyramids.Settings(counts=(100, 10))
    with pytest.raises(ParamsError, match="sides"):
        RPN(pyramids.config_of(pyramids.Settings(sides=(10.0, 20.0)), {}), 3)
    with pytest.raises(ParamsError, match="windows, "):
        proposals.Settings(sources=("retinanet",))


def test_pyramids_run() -> None:
    found = run_tiny("pyramids", size=96)
    assert [row["row"] for row in found.tables[0].rows] == list("abcdef")


def test_proposals_run() -> None:
    found = run_tiny("proposals", size=96)
    assert [row["proposals"] for row in found.tables[0].rows] == list(proposals.SMALL.sources)
    assert WINDOWS in proposals.SMALL.sources


@pytest.mark.slow
def test_a_pyramid_finds_more_than_one_coarse_map() -> None:
    """Published: AR@1k 56.3 against 48.3 (a), 44.9 (b) and 46.1 (e); small ones 44.9 against 32.0."""
    rows = {row["row"]: row for row in pyramids.run(pyramids.SMALL).tables[0].rows}
    for other in "abe":
        assert rows["c"]["AR@100"].above(rows[other]["AR@100"])
        assert rows["c"]["AR@100 small"].above(rows[other]["AR@100 small"])


@pytest.mark.slow
def test_what_is_proposed_is_better_than_windows_drawn_by_lot() -> None:
    rows = {row["proposals"]: row for row in proposals.run(proposals.SMALL).tables[0].rows}
    for name in set(rows) - {WINDOWS}:
        assert rows[name]["AUC"].above(rows[WINDOWS]["AUC"])

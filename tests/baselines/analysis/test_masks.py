"""How regions are read, and how good masks are where the box is right."""

from __future__ import annotations

import math

import pytest
import torch

from cocokit.baselines.analysis import outlines, pooling
from cocokit.baselines.analysis.outlines import above, drawer, mean_masks, quality
from cocokit.baselines.analysis.trial import targets_of
from cocokit.baselines.batch import Result, Target
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError

from .small import run_tiny


def square_in_the_middle() -> tuple[Result, Target]:
    """One instance of 10 by 10 px whose mask is its left half; a right box, and a wrong one elsewhere."""
    mask = torch.zeros(1, 64, 64, dtype=torch.bool)
    mask[0, 20:30, 20:25] = True
    target = Target(torch.tensor([[20.0, 20, 30, 30]]), torch.tensor([1]), mask)
    boxes = torch.tensor([[40.0, 40, 50, 50], [20, 20, 30, 30]])
    return Result(boxes, torch.tensor([0.9, 0.4]), torch.tensor([1, 1]), torch.ones(2, 28, 28)), target


def test_only_correct_boxes_count() -> None:
    """All of the box covers twice what is there: IoU 0.5; the wrong box plays no part."""
    result, target = square_in_the_middle()
    assert quality([result], [target], 0.5) == {1: [pytest.approx(0.5)]}
    assert quality([above(result, 0.5)], [target], 0.5) == {}


def test_the_mean_mask_of_squares_is_all_of_the_box_and_that_of_triangles_is_not() -> None:
    means = mean_masks(targets_of(shapes_batches(24, 64, seed=2, domain="iconic")))
    circle, square, triangle = means
    assert square.mean() > 0.97
    assert circle.mean() == pytest.approx(math.pi / 4, abs=0.02)
    assert triangle.mean() == pytest.approx(0.5, abs=0.03)
    assert triangle[-2].mean() > 0.9 > 0.2 > triangle[1].mean()


def test_each_way_to_draw_has_a_mask_for_each_box() -> None:
    result, _ = square_in_the_middle()
    seen = shapes_batches(4, 64)
    shares = {name: float(drawer(name, seen)(result)[1].mean()) for name in outlines.ROWS}
    assert shares["box"] == shares["mask_rcnn"] == 1
    assert shares["ellipse"] == pytest.approx(math.pi / 4, abs=0.02)


def test_the_table_of_outlines() -> None:
    found = outlines.findings({"box": [{0: [0.5, 0.7], 1: [0.2]}, {0: [0.8]}], "ellipse": [{}, {}]})
    first, second = found.tables[0].texts()
    assert first["mask IoU"] == "0.600 (0.400 to 0.800)"  # categories weigh the same: (0.6 + 0.2) / 2, then 0.8
    assert first["square"] == "0.200"
    assert second["mask IoU"] is None
    assert "4 correct boxes" in found.said[0]
    assert outlines.findings({"box": [{}]}).said == ["No box is right: train for longer."]


def test_the_table_of_pooling() -> None:
    numbers = {"AP": 0.2, "AP50": 0.5, "AP75": 0.1, "box AP": 0.3}
    found = pooling.findings({"pool": [numbers], "align": [numbers | {"AP75": 0.3}, numbers | {"AP75": 0.5}]})
    assert [row["mask AP75"] for row in found.tables[0].texts()] == ["0.100", "0.400 (0.300 to 0.500)"]
    assert found.tables[0].rows[1]["COCO mask AP, AP50, AP75 (published)"] == "30.9, 51.8, 32.1"
    assert found.said == ["Mask AP at IoU 0.75 is *0.100* with RoIPool,",
                          "Mask AP at IoU 0.75 is *0.400* with RoIAlign."]  # fmt: skip


def test_the_two_differ_in_nothing_else() -> None:
    pool, align = (pooling.config_of(pooling.SMALL, neck="c5", pool=name) for name in ("pool", "align"))
    assert {k for k, v in vars(pool).items() if v != getattr(align, k)} == {"pool"}


@pytest.mark.parametrize("wrong", [{"rows": ("circle",)}, {"iou_thr": 0.0}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ParamsError):
        outlines.Settings(**wrong)  # type: ignore[arg-type]


def test_pooling_runs() -> None:
    assert [row["regions"] for row in run_tiny("pooling").tables[0].rows] == ["RoIPool", "RoIAlign"]


def test_outlines_run() -> None:
    rows = run_tiny("outlines", floor=0.0, judged=4).tables[0].rows
    assert [row["drawn in correct boxes"] for row in rows] == list(outlines.ROWS.values())


@pytest.mark.slow
def test_whole_pixels_cost_masks_their_outline() -> None:
    """Published: mask AP at IoU 0.75 of 32.1 against 21.6 on C5, box AP besides."""
    rows = {row["regions"]: row for row in pooling.run(pooling.SMALL).tables[0].rows}
    assert rows["RoIAlign"]["mask AP75"].above(rows["RoIPool"]["mask AP75"])
    assert rows["RoIAlign"]["mask AP"].above(rows["RoIPool"]["mask AP"])


@pytest.mark.slow
def test_what_learned_to_draw_draws_better_than_the_box_and_an_ellipse() -> None:
    rows = {row["drawn in correct boxes"]: row for row in outlines.run(outlines.SMALL).tables[0].rows}
    for plain in ("box", "ellipse"):
        assert rows[outlines.ROWS["mask_rcnn"]]["mask IoU"].above(rows[outlines.ROWS[plain]]["mask IoU"])
    triangles = rows[outlines.ROWS["mean"]]["triangle"]
    assert triangles.above(rows[outlines.ROWS["box"]]["triangle"])

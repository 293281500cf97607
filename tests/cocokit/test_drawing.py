"""Pictures: what is drawn where, in which colours."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cocokit.drawing import PALETTE, STAGE, Mark, draw, luminance


def picture(*marks: Mark, size: tuple[int, int] = (1000, 800), caption: str = "") -> NDArray[np.uint8]:
    """The drawn pixels, (H, W, 3)."""
    return np.asarray(draw(None, size, marks, caption=caption))


def colour(text: str) -> list[int]:
    """[red, green, blue] of ``#RRGGBB``."""
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def test_nothing_to_draw_is_the_plain_ground() -> None:
    assert (picture() == colour(STAGE)).all()


def test_a_box_has_a_line_in_its_colour_and_nothing_inside() -> None:
    drawn = picture(Mark(box=(100, 100, 400, 300), colour="#D55E00"))
    assert drawn[250, 100].tolist() == colour("#D55E00")
    assert drawn[400, 300].tolist() == colour("#D55E00")
    assert drawn[250, 300].tolist() == colour(STAGE)
    assert drawn[250, 97].sum() < sum(colour(STAGE)), "no dark line below the coloured one"


def test_detections_are_dashed_and_ground_truth_is_not() -> None:
    line = {dashed: picture(Mark(box=(100, 100, 400, 300), dashed=dashed))[100, 110:490] for dashed in (True, False)}
    on = {dashed: (row == colour(PALETTE[0])).all(1).mean() for dashed, row in line.items()}
    assert on[False] == 1
    assert 0.4 < on[True] < 0.7


def test_rings_are_filled_and_stroked() -> None:
    drawn = picture(Mark(rings=[[(100, 100), (500, 100), (500, 400), (100, 400)]], colour="#009E73"))
    inside, outside = drawn[250, 300].astype(int), drawn[600, 600]
    assert drawn[100, 300].tolist() == colour("#009E73")
    assert outside.tolist() == colour(STAGE)
    assert 0 < np.abs(inside - colour(STAGE)).sum() < np.abs(np.subtract(colour("#009E73"), colour(STAGE))).sum()


def test_a_mask_is_filled_pixel_by_pixel_with_its_holes() -> None:
    mask = np.zeros((8, 10), np.bool_)
    mask[2:6, 2:8] = True
    mask[4, 5] = False
    drawn = picture(Mark(mask=mask), size=(10, 8))
    scale = drawn.shape[1] // 10
    filled = np.any(drawn != colour(STAGE), axis=2)[scale // 2 :: scale, scale // 2 :: scale]
    assert (filled == mask).all()


def test_crowd_regions_are_hatched() -> None:
    ring = [(100.0, 100.0), (500.0, 100.0), (500.0, 400.0), (100.0, 400.0)]
    plain, crowd = (picture(Mark(rings=[ring], crowd=crowd))[200:300, 200:400] for crowd in (False, True))
    assert len(np.unique(plain.reshape(-1, 3), axis=0)) == 1
    assert len(np.unique(crowd.reshape(-1, 3), axis=0)) > 2


def test_points_with_v_0_are_left_out_with_their_bones() -> None:
    mark = Mark(points=[(100, 100, 2), (300, 100, 0), (300, 300, 1)], bones=[(0, 1), (0, 2), (0, 7)])
    drawn = picture(mark)
    assert drawn[100, 100].tolist() == colour(PALETTE[0])
    assert drawn[100, 300].tolist() == colour(STAGE)
    assert drawn[200, 200].tolist() == colour(PALETTE[0])
    assert drawn[300, 300].tolist() == [0, 0, 0], "a hidden point is hollow"


@pytest.mark.parametrize("shift", [-2000, -450, 700, 5000])
def test_what_lies_outside_the_image_does_no_harm(shift: int) -> None:
    ring = [(100.0 + shift, 100.0), (500.0 + shift, 100.0), (500.0 + shift, 400.0)]
    marks = [Mark("name", rings=[ring]), Mark("name", box=(shift, shift, 300, 300)), Mark(points=[(shift, shift, 2)])]
    assert picture(*marks).shape == (800, 1000, 3)


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (32, 32), (640, 480), (4000, 10)])
def test_small_images_are_enlarged_by_a_whole_factor(size: tuple[int, int]) -> None:
    height, width = picture(Mark("a", box=(0, 0, *size)), size=size).shape[:2]
    assert width % size[0] == 0
    assert (width // size[0], height) == (height // size[1], size[1] * (width // size[0]))
    assert max(width, height) >= 667


def test_labels_do_not_cover_each_other_while_there_is_room() -> None:
    marks = [Mark("the same place", box=(300, 300, 200, 200)) for _ in range(4)]
    drawn = picture(*marks).astype(int)
    chips = (np.abs(drawn - [52, 52, 54]).sum(2) < 40).sum()
    one = (np.abs(picture(marks[0]).astype(int) - [52, 52, 54]).sum(2) < 40).sum()
    assert chips > 3.5 * one


def test_a_caption_lies_below_and_is_cut_to_the_width() -> None:
    drawn = picture(caption="word " * 200)
    assert drawn.shape[0] > 800
    assert (drawn[:800] == colour(STAGE)).all()
    strip = drawn[800:]
    assert (strip[:, :8] == 255).all()
    assert (strip[:, -8:] == 255).all()
    assert (strip < 200).any()


def test_text_in_any_script_is_drawn() -> None:
    for text in ("épée", "猫", "😀", "a\u0301", "x" * 300):
        assert (picture(Mark(text, box=(10, 100, 50, 50))) != picture(Mark(box=(10, 100, 50, 50)))).any()


def test_luminance_is_that_of_wcag() -> None:
    assert luminance("#2F5BEA") == pytest.approx(0.1395, abs=1e-3)

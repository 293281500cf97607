"""The crowd page in a browser: brush, patches, polygon; what is outlined already cannot be painted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pycocotools import mask as oracle

from tests.e2e.axe import faults
from tests.e2e.drawing import Hand, decoded, opened

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools


def locked(hand: Hand) -> Any:
    """The pixels of the masks that the task came with."""
    given = hand.visit.fake.tasks[1]["work"]["masks"]
    return np.asarray(oracle.decode(oracle.merge(given)), dtype=bool)


def test_the_brush_paints_around_what_is_outlined_already(visit: Any) -> None:
    hand = opened(visit, "crowd")
    bars = locked(hand)
    hand.drag((20, 130), (330, 150), (330, 300))
    hand.click((500, 50))
    pixels = decoded(hand.submit())
    assert pixels[130, 20]
    assert pixels[50, 500]
    assert pixels[290, 330]
    assert bars[130, 100]
    assert not (pixels & bars).any()


def test_patches_turn_over_by_single_clicks(visit: Any) -> None:
    hand = opened(visit, "crowd")
    patches = hand.page.locator("[data-tool='draw.patches']:not([aria-disabled=true])")
    patches.wait_for()
    patches.click()
    assert patches.get_attribute("aria-pressed") == "true"
    hand.click((480, 60), (420, 350))
    one = hand.page.locator(".covered b").inner_text()
    hand.click((420, 350))
    assert hand.page.locator(".covered b").inner_text() != one
    pixels = decoded(hand.submit())
    assert pixels[60, 480]
    assert not pixels[350, 420]
    assert 100 < pixels.sum() < 5_000


def test_a_polygon_is_filled_and_the_eraser_takes_from_it(visit: Any) -> None:
    hand = opened(visit, "crowd")
    hand.keys("p")
    hand.click((400, 300), (560, 300), (560, 380), (400, 380))
    hand.keys("Enter", "e")
    hand.click((480, 340))
    hand.keys("z", "Shift+Z")
    pixels = decoded(hand.submit())
    assert pixels[310, 410]
    assert pixels[370, 550]
    assert not pixels[340, 480]


def test_nothing_left_to_paint_is_an_answer_unless_something_is_painted(visit: Any) -> None:
    hand = opened(visit, "crowd")
    hand.page.locator("#submit").click()
    hand.hint("Nothing is painted yet")
    hand.click((500, 50))
    hand.page.get_by_role("button", name="Nothing left to paint").click()
    hand.hint("Something is painted")
    hand.keys("z")
    hand.page.get_by_role("button", name="Nothing left to paint").click()
    assert hand.sent() == {"nothing": True}


def test_keys_alone_paint(visit: Any) -> None:
    hand = opened(visit, "crowd")
    hand.page.locator(".photo").focus()
    hand.keys("]", "]", "ArrowLeft")
    hand.walk((500, 60))
    hand.keys("Enter", "Control+Enter")
    assert decoded(hand.sent())[60, 500]


@pytest.mark.parametrize("theme, size", [("light", (1440, 900)), ("dark", (360, 780))])
def test_axe_finds_nothing(visit: Any, theme: str, size: tuple[int, int]) -> None:
    hand = opened(visit, "crowd", theme=theme, width=size[0], height=size[1], reduced=True)
    assert faults(hand.page) == []
    hand.click((500, 50))
    hand.page.wait_for_timeout(200)
    assert faults(hand.page) == []

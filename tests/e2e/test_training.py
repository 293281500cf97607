"""The training page in a browser: draw, compare with the expert's outline, go on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import faults
from tests.e2e.drawing import Hand, opened

COARSE = ((199, 99), (228, 51), (295, 22), (367, 41), (408, 90), (439, 171), (477, 267), (333, 358), (247, 277))


def compared(hand: Hand) -> None:
    """Draws something that is not good enough, and sends it."""
    hand.keys("p")
    hand.click(*COARSE)
    hand.keys("Enter")
    hand.page.locator("#submit").click()
    hand.page.locator(".result h2").wait_for()


def test_the_result_says_what_was_reached_and_what_to_change(visit: Any) -> None:
    hand = opened(visit, "training")
    compared(hand)
    expect(hand.page.locator(".result h2")).to_have_text("Not there yet")
    overlap = hand.page.locator(".gauge .track").first
    expect(overlap).to_have_attribute("aria-label", re.compile(r"Overlap 0\.6\d, needs 0\.80"))
    shares = [int(text.split()[0]) for text in hand.page.locator(".legend .share").all_inner_texts()]
    assert 99 <= sum(shares) <= 101
    assert hand.page.locator(".fixes li").count() == hand.page.locator(".place").count() == 3
    expect(hand.page.locator("#submit")).to_contain_text("Draw again")
    hand.page.get_by_role("button", name="Yours").click()
    expect(hand.page.locator(".comparison")).to_have_attribute("data-show", "yours")
    hand.keys("2")
    expect(hand.page.locator(".comparison")).to_have_attribute("data-show", "reference")


def test_a_late_remark_leaves_the_result_alone(visit: Any) -> None:
    """What is said of an outline a moment after it changed is not said over what an expert drew."""
    hand = opened(visit, "training")
    hand.keys("p")
    hand.click(*COARSE)
    hand.keys("Enter")  # closed: in a moment there is something to say of it
    hand.page.keyboard.press("Enter")
    hand.page.locator(".result h2").wait_for()
    hand.page.wait_for_timeout(600)
    expect(hand.page.locator(".hint:visible")).to_have_count(0)


@pytest.mark.parametrize("way", ["key", "button"])
def test_going_on_opens_the_next_task(visit: Any, way: str) -> None:
    hand = opened(visit, "training")
    compared(hand)
    if way == "key":
        hand.keys("Enter")
    else:
        hand.page.locator("#submit").click()
    hand.page.locator(".result").wait_for(state="detached")
    hand.page.locator(".photo.loaded").wait_for()
    expect(hand.page.locator("#submit")).to_contain_text("Close and compare")
    expect(hand.page.locator(".rail .tool").first).to_be_visible()


@pytest.mark.parametrize("theme, size", [("light", (1440, 900)), ("dark", (1440, 900)), ("light", (360, 780))])
def test_axe_finds_nothing(visit: Any, theme: str, size: tuple[int, int]) -> None:
    hand = opened(visit, "training", theme=theme, width=size[0], height=size[1], reduced=True)
    compared(hand)
    hand.page.wait_for_timeout(200)
    assert faults(hand.page) == []


def test_keys_alone_draw_compare_and_go_on(visit: Any) -> None:
    hand = opened(visit, "training")
    hand.keys("p")
    hand.page.locator(".photo").focus()
    hand.keys("ArrowLeft")
    for at in ((230, 150), (400, 150), (400, 270)):
        hand.walk(at)
        hand.keys("Enter")
    hand.keys("Enter", "Escape", "Control+Enter")
    expect(hand.page.locator(".result h2")).to_be_focused()
    hand.keys("1")
    expect(hand.page.locator(".comparison")).to_have_attribute("data-show", "yours")
    hand.keys("Enter")
    hand.page.locator(".result").wait_for(state="detached")
    expect(hand.page.locator("#submit")).to_contain_text("Close and compare")

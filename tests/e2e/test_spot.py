"""The spot page in a browser: clicked, typed, tapped or moved into place, the same crosses; the count; axe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Visit
from tests.e2e.photos import apart, drag, middle, near, screen, submitted, trace, walk

Go = Callable[..., Visit]
SCREENS: list[dict[str, object]] = [{}, {"theme": "dark"}, {"width": 360, "height": 740, "touch": True}]
#: Where the crosses go: CSS px from the middle of the photo.
WANTED = ((0, 0), (-120, 60), (87, -44))
ELSEWHERE = (150, 120)


def opened(visit: Go, **how: object) -> Visit:
    found = visit("spot", **how)
    found.page.locator(".photo.loaded").wait_for()
    found.page.locator(".primer .halo").wait_for()
    return found


def put(page: Page, *steps: tuple[int, int]) -> None:
    for one in steps:
        page.mouse.click(*screen(page, apart(page, one)))


def by_clicks(page: Page) -> None:
    put(page, *WANTED)
    page.get_by_role("button", name="All 3 marked").click()


def by_drag(page: Page) -> None:
    put(page, WANTED[0], ELSEWHERE, WANTED[2])
    start = middle(page, ".mark:nth-child(3) .head")  # The primer is the first pin.
    goal = screen(page, apart(page, WANTED[1]))
    drag(page, start, goal)
    page.keyboard.press("Enter")


def by_two_clicks(page: Page) -> None:
    put(page, WANTED[0], ELSEWHERE, WANTED[2])
    page.keyboard.press("v")
    page.get_by_role("button", name="Cross 2").click()
    page.mouse.click(*screen(page, apart(page, WANTED[1])))
    page.locator("#submit").click()


def by_keys(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    last = (0, 0)
    for steps in WANTED:
        walk(page, (steps[0] - last[0], steps[1] - last[1]))
        page.keyboard.press("Enter")
        last = steps
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")


def by_keys_with_a_mistake(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # on the cross: takes it off
    page.keyboard.press("ArrowRight")
    by_keys(page)


def by_taps(page: Page) -> None:
    for steps in WANTED:
        page.touchscreen.tap(*screen(page, apart(page, steps)))
    page.locator("#submit").tap()


@pytest.mark.parametrize(("how", "device"), [
    (by_clicks, {}), (by_drag, {}), (by_two_clicks, {}), (by_keys, {}), (by_keys_with_a_mistake, {}),
    (by_taps, {"touch": True}), (by_taps, {"touch": True, "width": 360, "height": 740}),
], ids=["mouse", "drag", "click-click", "keyboard", "keyboard-undone", "touch", "phone"])  # fmt: skip
def test_every_way_of_marking_gives_the_same_answer(
    visit: Go, how: Callable[[Page], None], device: dict[str, object]
) -> None:
    found = opened(visit, **device)
    wanted = [apart(found.page, steps) for steps in WANTED]
    how(found.page)
    points = submitted(found)["points"]
    assert points == near(wanted, 1.2 if device else 0.03)
    assert next(row["how"] for row in trace(found) if row["do"] == "put") in ("click", "key", "tap")


def test_a_click_on_a_cross_removes_it_and_undo_brings_it_back(visit: Go) -> None:
    page = opened(visit).page
    put(page, (0, 0), (90, 0), (180, 0))
    page.get_by_role("button", name="Cross 2").click()
    expect(page.locator(".mark .head")).to_have_text(["1", "2"])
    page.keyboard.press("z")
    expect(page.locator(".mark .head")).to_have_text(["1", "2", "3"], use_inner_text=True)
    page.get_by_role("button", name="Cross 1").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".mark")).to_have_count(2)
    expect(page.locator(".photo")).to_be_focused()


def test_ten_are_the_most_and_more_can_be_said(visit: Go) -> None:
    found = opened(visit)
    page = found.page
    page.keyboard.press("t")
    expect(page.locator("#hint")).to_contain_text("Mark 10 first: 10 to go")
    put(page, *[(-200 + 40 * i, 30) for i in range(11)])
    expect(page.locator(".mark")).to_have_count(10)
    expect(page.locator("#hint")).to_contain_text("10 is the most. Are there more?")
    page.keyboard.press("t")
    expect(page.locator("#submit")).to_contain_text("Submit: more than 10")
    page.keyboard.press("Enter")
    assert len(submitted(found)["points"]) == 10
    assert trace(found)[-1]["claim"] == "more"


def test_none_here_takes_the_crosses_off_and_can_be_undone(visit: Go) -> None:
    found = opened(visit)
    page = found.page
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("No cross yet. Put one on each person, or choose")
    put(page, (0, 0), (50, 50))
    page.get_by_role("button", name="None here", exact=True).click()
    expect(page.locator(".mark")).to_have_count(0)
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".mark")).to_have_count(2)
    page.locator(".photo").focus()
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="None here", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    assert submitted(found) == {"points": []}


def test_two_crosses_that_nearly_touch_are_a_hint_and_no_block(visit: Go) -> None:
    found = opened(visit)
    page = found.page
    put(page, (0, 0), (100, 80))
    drag(page, screen(page, apart(page, (100, 80))), screen(page, (304, 203)))
    expect(page.locator("#hint")).to_contain_text("Crosses 1 and 2 nearly touch")
    expect(page.locator(".mark.near")).to_have_count(2)
    page.locator("#submit").click()
    assert len(submitted(found)["points"]) == 2


def test_the_halo_pulses_for_five_seconds_and_stands_still_where_motion_is_reduced(visit: Go) -> None:
    page = opened(visit).page
    pulse = page.locator(".primer .halo").evaluate(
        "node => { const s = getComputedStyle(node); return [s.animationName, parseFloat(s.animationDuration)]; }"
    )
    assert pulse[0] == "pulse"
    assert pulse[1] >= 1  # at most one a second
    expect(page.locator(".primer.pulses")).to_have_count(0, timeout=6000)
    expect(page.locator(".primer .halo")).to_be_visible()
    still = opened(visit, reduced=True).page
    assert still.locator(".primer .halo").evaluate("node => getComputedStyle(node).animationName") == "none"


def test_the_lens_stays_after_a_tap_and_goes_after_a_hold(visit: Go) -> None:
    page = opened(visit).page
    lens = page.locator(".lens")
    page.keyboard.press("m")
    expect(lens).to_be_visible()
    page.keyboard.press("m")
    expect(lens).to_be_hidden()
    page.keyboard.down("m")
    expect(lens).to_be_visible()
    page.wait_for_timeout(400)
    page.keyboard.up("m")
    expect(lens).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Lens")).click()
    expect(lens).to_be_visible()


def test_a_draft_comes_back(visit: Go) -> None:
    found = opened(visit, draft={"points": [[10, 20], [30.5, 40]], "claim": None, "trace": []})
    expect(found.page.locator(".mark .head")).to_have_text(["1", "2"])
    found.page.keyboard.press("Enter")
    assert submitted(found) == {"points": [[10, 20], [30.5, 40]]}


@pytest.mark.parametrize("device", SCREENS, ids=["light", "dark", "phone"])
def test_axe_finds_nothing(visit: Go, device: dict[str, object]) -> None:
    page = opened(visit, **device).page
    assert faults(page) == []
    x, y = screen(page, (300, 200))
    (page.touchscreen.tap if device.get("touch") else page.mouse.click)(x, y)
    page.keyboard.press("m")
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    assert faults(page) == []


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1440, 900)])
def test_nothing_is_clipped(visit: Go, width: int, height: int) -> None:
    page = opened(visit, width=width, height=height).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.locator("#submit, .chip, .tool").evaluate_all(
        "nodes => nodes.map(n => n.getBoundingClientRect()).map(b => [b.left, b.right, b.bottom])")  # fmt: skip
    assert all(left >= 0 and right <= width and bottom <= height for left, right, bottom in boxes)

"""The segmentation page in a browser: every way of drawing gives the same pixels, and nothing needs a drag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.axe import faults
from tests.e2e.drawing import KNOWN, Hand, decoded, flat, opened

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools

Draws = Callable[[Hand], None]
#: The longest ms of script in one task while 20 frames pass.
SMOOTH = """() => new Promise((done) => {
  let longest = 0, frames = 0;
  const watch = new PerformanceObserver((list) => {
    for (const one of list.getEntries()) longest = Math.max(longest, one.duration); });
  watch.observe({ entryTypes: ['longtask'] });
  const next = () => (++frames < 20 ? requestAnimationFrame(next) : setTimeout(() => done(longest)));
  requestAnimationFrame(next);
})"""
WRONG = (270, 300)


def by_mouse(hand: Hand) -> None:
    """One corner is wrong at first and is dragged home."""
    hand.keys("p")
    hand.click(*KNOWN[:-1], WRONG)
    hand.click(KNOWN[0])
    hand.drag(WRONG, KNOWN[-1])
    hand.page.locator("#submit").click()


def by_clicks(hand: Hand) -> None:
    """No drag and no key: the wrong corner is clicked, then the place where it belongs."""
    hand.tool("polygon")
    hand.click(*KNOWN[:-1], WRONG)
    hand.click(KNOWN[0])
    hand.click(WRONG, KNOWN[-1])
    hand.page.locator("#submit").click()


def by_keyboard(hand: Hand) -> None:
    """Arrows and Enter; Enter on the last point closes."""
    hand.keys("p")
    hand.page.locator(".photo").focus()
    hand.keys("ArrowLeft")
    for at in KNOWN:
        hand.walk(at)
        hand.keys("Enter")
    hand.keys("Enter")
    assert hand.points() == "8 points"
    hand.keys("Escape", "Control+Enter")


def by_touch(hand: Hand) -> None:
    """Taps; Undo takes the wrong corner back."""
    hand.page.locator("[data-tool='draw.polygon']").tap()
    if hand.view()[2] < 1.5:  # half a px of the screen must not change a px of the photo
        hand.keys("+")
        hand.settled()
    hand.tap(*KNOWN[:-1], WRONG)
    hand.page.locator(".rail [data-tool='undo']").tap()
    hand.tap(KNOWN[-1], KNOWN[0])
    hand.page.locator("#submit").tap()


@pytest.mark.parametrize("how, device", [
    (by_mouse, {}), (by_clicks, {}), (by_keyboard, {}), (by_touch, {"touch": True}),
    (by_touch, {"touch": True, "width": 360, "height": 780}),
], ids=["mouse", "clicks", "keyboard", "touch", "phone"])  # fmt: skip
def test_every_way_of_drawing_gives_the_same_pixels(visit: Any, how: Draws, device: dict[str, Any]) -> None:
    hand = opened(visit, **device)
    how(hand)
    payload = hand.sent()
    assert payload["tool"] == "polygon"
    assert len(payload["polygons"]) == 1
    assert "holes" not in payload
    assert len(payload["polygons"][0]) == 2 * len(KNOWN)
    assert np.array_equal(decoded(payload), decoded({"polygons": [flat(KNOWN)]}))


def test_holes_and_parts_are_cut_and_added(visit: Any) -> None:
    hand = opened(visit)
    hole, part = ((260, 170), (300, 170), (300, 210), (260, 210)), ((420, 190), (450, 190), (450, 260), (420, 260))
    hand.keys("p")
    hand.click(*KNOWN, KNOWN[0])
    hand.keys("o")
    hand.click(*hole, hole[0])
    hand.keys("a")
    hand.click(*part)
    hand.keys("Enter")
    assert hand.points() == "16 points"
    payload = hand.submit()
    assert len(payload["polygons"]) == 2
    assert len(payload["holes"]) == 1
    wanted = {"polygons": [flat(KNOWN), flat(part)], "holes": [flat(hole)]}
    assert np.array_equal(decoded(payload), decoded(wanted))


def test_undo_walks_back_through_everything_and_redo_forth_again(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    seen = [hand.ring()]
    steps: list[Callable[[], None]] = [lambda at=at: hand.click(at) for at in KNOWN]
    steps += [lambda: hand.keys("Enter"), lambda: hand.drag(KNOWN[1], (340, 140)), lambda: hand.click((230, 210)),
              lambda: (hand.click(KNOWN[4]), hand.keys("Delete")),
              lambda: (hand.keys("b"), hand.drag((240, 280), (300, 300)))]  # fmt: skip
    for step in steps:
        step()
        hand.page.wait_for_timeout(90)
        seen.append(hand.points() + hand.ring())
    for before in reversed(seen[1:-1]):
        hand.keys("z")
        hand.page.wait_for_timeout(90)
        assert hand.points() + hand.ring() == before
    hand.keys("z")
    assert hand.points() == "0 points"
    for after in seen[1:]:
        hand.keys("Shift+Z")
        hand.page.wait_for_timeout(90)
        assert hand.points() + hand.ring() == after
    assert hand.submit()["tool"] == "brush"


def test_a_drawing_is_there_after_a_reload(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click(*KNOWN, KNOWN[0])
    hand.keys("a")
    hand.click((420, 190), (450, 190))
    hand.settled()
    hand.page.wait_for_timeout(400)
    hand.page.reload()
    hand.page.locator(".photo.loaded").wait_for()
    expect(hand.page.locator(".instances .mine .lot")).to_have_text("10 points")
    hand.click((450, 260))
    hand.keys("Enter")
    payload = hand.submit()
    assert np.array_equal(decoded({"polygons": payload["polygons"][:1]}), decoded({"polygons": [flat(KNOWN)]}))
    assert len(payload["polygons"][1]) == 6


def test_a_crossing_is_marked_told_and_refused_until_a_point_is_moved(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click((230, 150), (330, 240), (330, 150), (230, 240))
    hand.keys("Enter")
    hand.hint("crosses itself")
    assert hand.page.locator(".crossing").count() == 1
    hand.page.locator("#submit").click()
    hand.hint("Move one of the points")
    assert not hand.visit.fake.answers
    hand.click((330, 240), (400, 140))
    hand.settled()
    assert hand.page.locator(".crossing").count() == 0
    assert hand.submit()["outcome"] == "mask"


def test_a_box_becomes_an_outline_and_clicks_correct_it(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("g")
    hand.click((225, 70), (455, 300))
    hand.hint("what it missed")
    first = hand.ring()
    hand.click((290, 290))
    hand.found()
    assert hand.ring() != first
    hand.keys("z")
    assert hand.ring() == first
    payload = hand.submit()
    pixels = decoded(payload)
    assert payload["tool"] == "box"
    assert pixels.sum() > 8_000
    assert not pixels[:, :200].any()
    assert not pixels[:, 480:].any()


SLOW_WORKER = """(() => { const Real = Worker; window.Worker = class extends Real {
  postMessage(...all) { setTimeout(() => { if (!this.over) super.postMessage(...all); }, 700); }
  terminate() { this.over = true; super.terminate(); } }; })()"""


def test_what_takes_long_leaves_the_page_free(visit: Any) -> None:
    moved: list[float] = []
    while not moved or (moved[-1] >= 50 and len(moved) < 3):  # what else the machine does is in it, now and then
        hand = opened(visit, before=lambda page: page.add_init_script(SLOW_WORKER))
        hand.keys("g")
        hand.click((225, 70), (455, 300))
        hand.hint("Looking for its edges")
        moved.append(hand.page.evaluate(SMOOTH))
        hand.hint("what it missed")
    assert moved[-1] < 50, moved


def test_what_takes_long_is_told_and_can_be_stopped(visit: Any) -> None:
    hand = opened(visit, before=lambda page: page.add_init_script(SLOW_WORKER))
    hand.keys("g")
    hand.click((225, 70), (455, 300))
    hand.hint("Looking for its edges")
    assert hand.page.locator("#hint .arc").count() == 1
    hand.page.locator("#submit").click()
    hand.hint("still being looked for")
    hand.keys("Escape")
    hand.found()
    assert hand.points() == "0 points"
    hand.click((225, 70), (455, 300))
    hand.hint("Looking for its edges")
    hand.hint("what it missed")
    first = hand.ring()
    hand.click((290, 290))
    hand.found()
    assert hand.ring() != first
    hand.keys("t")
    hand.hint("Looking for its edges")
    hand.keys("z")
    hand.found()
    assert hand.ring() == first
    assert hand.submit()["tool"] == "box"


def test_sides_follow_edges_or_run_straight_as_the_key_says(visit: Any) -> None:
    hand = opened(visit)
    hand.click((225, 120), (300, 72))
    hand.settled()
    edge = int(hand.points().split()[0])
    hand.keys("l")
    hand.click((420, 90))
    assert edge > 2
    assert int(hand.points().split()[0]) == edge + 1
    hand.keys("Backspace", "Backspace")
    assert hand.points() == "1 point"
    hand.keys("l")
    hand.click((300, 72), (440, 110), (400, 230))
    hand.keys("Enter")
    assert hand.submit()["tool"] == "scissors"


def test_freehand_closes_where_it_began_and_tighten_pulls_it_to_the_edge(visit: Any) -> None:
    hand = opened(visit)
    angles = np.linspace(0, 2 * np.pi, 40)
    hand.drag(*[(335 + 105 * np.cos(a), 130 + 75 * np.sin(a)) for a in angles])
    hand.settled()
    before = hand.ring()
    assert before.endswith("Z")
    hand.keys("t")
    hand.hint("Tightened")
    assert hand.ring() != before
    assert hand.submit()["tool"] == "tighten"


def test_brush_and_eraser_paint_by_clicks_drags_and_keys(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("b", "]", "]", "]")
    hand.click((300, 160))
    hand.drag((300, 160), (360, 160))
    hand.keys("e", "[")
    hand.click((330, 160))
    hand.page.locator(".photo").focus()
    hand.keys("b", "ArrowRight")
    hand.walk((300, 220))
    hand.keys("Enter", "Escape")
    payload = hand.submit()
    pixels = decoded(payload)
    assert payload["tool"] == "brush"
    assert pixels[160, 300]
    assert pixels[160, 360]
    assert pixels[220, 300]
    assert not pixels[160, 330]
    assert not pixels[100, 300]


def test_an_outline_that_runs_into_another_mask_is_trimmed_to_its_edge(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click((400, 40), (520, 40), (520, 100), (400, 100))
    hand.keys("Enter")
    hand.hint("into cup 2")
    hand.keys("k")
    hand.found()
    pixels = decoded(hand.submit())
    assert pixels[60, 420]
    assert not pixels[70, 515]
    assert pixels.sum() < 120 * 60 - 500


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_side_follows_anothers_outline_to_the_pixel(visit: Any, how: str) -> None:
    said: list[dict[str, Any]] = []

    def spied(page: Page) -> None:
        def keep(route: Route) -> None:
            response = route.fetch()
            said.append(response.json())
            route.fulfill(response=response)

        page.route("**/api/v1/next", keep)

    hand = opened(visit, before=spied)
    other = decoded({"rle": said[0]["assignment"]["work"]["others"][1]["mask"]})
    rows, columns = np.nonzero(other)
    left = int(columns.min())
    top = (float(columns[rows == rows.min()].min()), float(rows.min()))
    bottom = (float(columns[rows == rows.max()].min()), float(rows.max() + 1))
    far = (left - 60.0, bottom[1]), (left - 60.0, top[1])
    hand.keys("f", "n")
    hand.hint("Click two points on another outline")
    if how == "mouse":
        hand.click(top)
        hand.page.mouse.move(*hand.to(bottom))
        hand.settled()
        ghost = hand.page.locator(".drawing .shape-ghost").get_attribute("d")
        assert ghost
        assert len(ghost) > 20
        hand.click(bottom, *far, top)
    else:
        hand.page.locator(".photo").focus()
        hand.keys("ArrowLeft")
        for at in (top, bottom, *far):
            hand.walk(at)
            hand.keys("Enter")
        hand.keys("Enter")
    hand.settled()
    assert int(hand.points().split()[0]) > 8
    pixels = decoded(hand.submit())
    assert not (pixels & other).any()
    band = np.zeros_like(pixels)
    band[int(top[1]) : int(bottom[1]), left - 59 : int(min(top[0], bottom[0]))] = True
    before = np.cumsum(other, axis=1) == 0  # left of the other mask in each row
    assert pixels[band & before].all()


def test_the_way_round_anothers_outline_is_turned_by_the_key(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("n")
    hand.click((500, 60))
    first = hand.page.locator(".rail [data-tool='draw.along']")
    expect(first).to_have_attribute("aria-pressed", "true")
    hand.keys("n")
    hand.hint("the longer way")
    hand.keys("p")
    expect(first).to_have_attribute("aria-pressed", "false")


def test_a_coarse_outline_gets_a_hint_that_does_not_block(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click((200, 70), (420, 70), (440, 200), (400, 300), (220, 260))
    hand.keys("Enter")
    hand.hint("Only 5 points for a 240-px cup")
    assert hand.submit()["outcome"] == "mask"


def test_points_are_inserted_deleted_walked_and_nudged(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click(*KNOWN, KNOWN[0])
    hand.click((280, 150))
    assert hand.points() == "9 points"
    hand.page.mouse.move(*hand.to((280, 150)))
    button = hand.page.get_by_role("button", name="Delete this point")
    expect(button).to_be_visible()
    button.click()
    assert hand.points() == "8 points"
    walker = hand.page.locator(".shape-walker")
    hand.page.locator(".photo").focus()
    hand.keys("Tab")
    expect(walker).to_be_focused()
    for number, (x, y) in enumerate(KNOWN, 1):
        expect(walker).to_have_attribute("aria-label", f"Point {number} of 8, {x}, {y}")
        hand.keys("Tab")
    expect(walker).not_to_be_focused()
    hand.keys("Shift+Tab", "Shift+ArrowRight", "Delete")
    assert hand.points() == "7 points"


@pytest.mark.parametrize("name, outcome", [("No such cup", "no_object"), ("All already outlined", "all_segmented")])
def test_why_there_is_no_outline_is_an_answer(visit: Any, name: str, outcome: str) -> None:
    hand = opened(visit)
    hand.page.get_by_role("button", name=name).click()
    assert hand.sent() == {"outcome": outcome}


def test_an_empty_drawing_is_not_sent(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("Enter")
    hand.hint("Nothing is outlined yet")
    hand.keys("p")
    hand.click((300, 100), (320, 120))
    hand.page.locator("#submit").click()
    hand.hint("2 of 3 points")
    assert not hand.visit.fake.answers


def test_escape_lets_go_and_undo_brings_back(visit: Any) -> None:
    hand = opened(visit)
    hand.keys("p")
    hand.click(*KNOWN[:5])
    hand.keys("Escape")
    assert hand.points() == "0 points"
    hand.keys("z")
    assert hand.points() == "5 points"


@pytest.mark.parametrize("theme, size", [("light", (1440, 900)), ("dark", (1440, 900)), ("light", (360, 780))])
def test_axe_finds_nothing_in_any_state(visit: Any, theme: str, size: tuple[int, int]) -> None:
    hand = opened(visit, theme=theme, width=size[0], height=size[1], reduced=True)
    assert faults(hand.page) == []
    hand.keys("p")
    hand.click(*KNOWN[:6])
    assert faults(hand.page) == []
    hand.keys("Enter")
    hand.settled()
    hand.click(KNOWN[2])
    assert faults(hand.page) == []
    hand.keys("b")
    hand.click((300, 160))
    hand.page.wait_for_timeout(200)
    assert faults(hand.page) == []


def test_a_campaign_of_polygons_alone_has_no_other_tool_and_a_drag_moves_the_photo(visit: Any) -> None:
    def plain(page: Page) -> None:
        def fewer(route: Route) -> None:
            response = route.fetch()
            said: dict[str, Any] = response.json()
            said["assignment"]["work"]["tools"] = ["polygon"]
            route.fulfill(response=response, json=said)

        page.route("**/api/v1/next", fewer)

    hand = opened(visit, before=plain)
    tools = hand.page.locator(".rail [data-tool^='draw.']").evaluate_all("all => all.map((one) => one.dataset.tool)")
    assert tools == ["draw.polygon", "draw.along", "draw.hole", "draw.part"]
    left, top, _ = hand.view()
    hand.drag((300, 200), (320, 230))
    hand.settled()
    moved = hand.view()
    assert moved[0] > left + 20
    assert moved[1] > top + 20
    assert hand.points() == "0 points"
    hand.click(*KNOWN, KNOWN[0])
    payload = hand.submit()
    assert payload["tool"] == "polygon"
    assert np.array_equal(decoded(payload), decoded({"polygons": [flat(KNOWN)]}))

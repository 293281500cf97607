"""The verify page in a browser: by mouse, keyboard and touch the same answer; nothing is lost; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from cocokit.campaign.bad_reasons import last_reasons
from tests.e2e.axe import faults
from tests.e2e.conftest import Visit
from tests.e2e.grids import checked, keys, opened, submitted, tab_to_grid, tile, until

Go = Callable[..., Visit]
BAD = [9, 20, 27, 28, 29, 38]
SHEETS = "**/photo/sheet-*"
PHONE = {"touch": True, "width": 360, "height": 780}


def by_mouse(page: Page) -> None:
    for i in (9, 20, 21):
        tile(page, i).click()
    tile(page, 21).click()
    tile(page, 27).click()
    tile(page, 29).click(modifiers=["Shift"])
    tile(page, 38).click()
    page.get_by_role("button", name="Submit page").click()


def by_keyboard(page: Page) -> None:
    tab_to_grid(page)
    keys(page, "ArrowDown", "ArrowRight", "x")  # B2 is tile 9
    keys(page, "Shift+Digit3", "End", "ArrowLeft*3", "x")  # 20
    keys(page, "Shift+Digit4", "Home", "ArrowRight*3", "Shift+ArrowRight*2", "x")  # 27 to 29
    keys(page, "ArrowDown", "ArrowRight", "x", "z", "Shift+Z")  # 38
    keys(page, "Enter")


def by_touch(page: Page) -> None:
    for i in BAD:
        tile(page, i).scroll_into_view_if_needed()
        tile(page, i).tap()
    page.get_by_role("button", name="Submit page").tap()


@pytest.mark.parametrize("how", [by_mouse, by_keyboard, by_touch])
def test_every_way_of_marking_gives_the_same_answer(visit: Go, how: Callable[[Page], None]) -> None:
    found = opened(visit, "verify", **(PHONE if how is by_touch else {}))
    how(found.page)
    submitted(found)
    assert found.payload() == {"bad": BAD}
    expect(found.page.locator("#toast")).to_contain_text("You found 3 of 4 planted bad outlines")


def test_undo_and_redo_go_through_every_mark(visit: Go) -> None:
    page = opened(visit, "verify").page
    tile(page, 3).click()
    tile(page, 5).click(modifiers=["Shift"])
    keys(page, "2")
    assert checked(page) == [3, 4, 5]
    expect(page.get_by_role("radio", name="Wrong category")).to_be_checked()
    keys(page, "z")
    expect(page.get_by_role("radio", name="Wrong category")).not_to_be_checked()
    keys(page, "z", "z")
    assert checked(page) == []
    keys(page, "Shift+Z", "Shift+Z", "Shift+Z")
    assert checked(page) == [3, 4, 5]
    expect(page.get_by_role("radio", name="Wrong category")).to_be_checked()


def test_a_reason_is_taken_back_by_undo_and_by_choosing_it_again(visit: Go) -> None:
    """The reason travels in the answer's trace alone, so that is where it must be gone."""
    found = opened(visit, "verify")
    page = found.page
    tile(page, 3).click()
    keys(page, "2", "z")
    tile(page, 5).click()
    keys(page, "4", "4")
    expect(page.get_by_role("radio", name="Part missing")).not_to_be_checked()
    tile(page, 9).click()
    reason = page.get_by_role("radio", name="Coarse outline")
    reason.click()
    expect(reason).to_be_checked()
    reason.click()
    expect(reason).not_to_be_checked()
    reason.press("Space")
    expect(reason).to_be_checked()
    page.get_by_role("button", name="Submit page").click()
    submitted(found)
    assert found.payload() == {"bad": [3, 5, 9]}
    assert last_reasons(found.fake.answers[-1]["trace"]) == {9: "coarse"}


def test_a_draft_comes_back_with_marks_and_reasons(visit: Go) -> None:
    draft = {"marks": [[9, "coarse"], [20, None]], "looked": [9, 20], "at": 20}
    found = opened(visit, "verify", draft=draft)
    assert checked(found.page) == [9, 20]
    expect(found.page.get_by_role("button", name="B2 Coarse")).to_be_visible()
    expect(found.page.get_by_role("heading", name="E3")).to_be_visible()
    expect(found.page.locator(".panel, .side").get_by_text("2 of 8")).to_be_visible()
    found.page.get_by_role("button", name="Submit page").click()
    submitted(found)
    assert found.payload() == {"bad": [9, 20]}


def test_marks_are_there_again_after_a_reload(visit: Go) -> None:
    found = opened(visit, "verify")
    tile(found.page, 9).click()
    tile(found.page, 20).click()
    keys(found.page, "4")
    found.page.reload()
    expect(found.page.get_by_role("button", name="E3 Part missing")).to_be_visible()
    assert checked(found.page) == [9, 20]
    keys(found.page, "Enter")
    submitted(found)
    assert found.payload() == {"bad": [9, 20]}


def test_a_page_of_bad_tiles_is_asked_about_once(visit: Go) -> None:
    found = opened(visit, "verify")
    tile(found.page, 0).click()
    keys(found.page, "Control+Shift+End", "x")
    assert len(checked(found.page)) == 64
    keys(found.page, "Enter")
    expect(found.page.locator("#hint")).to_contain_text("64 of the 64")
    assert not found.fake.answers
    keys(found.page, "Enter")
    submitted(found)


def test_rows_are_told_and_do_not_block(visit: Go) -> None:
    found = opened(visit, "verify")
    expect(found.page.locator(".foot")).to_contain_text("8 rows not looked at yet")
    tile(found.page, 10).hover()
    expect(found.page.locator(".foot")).to_contain_text("7 rows not looked at yet")
    expect(found.page.get_by_role("heading", name="C2")).to_be_visible()
    found.page.get_by_role("button", name="Submit page").click()
    submitted(found)
    assert found.payload() == {"bad": []}


def flips(page: Page, ms: int) -> int:
    """How often the outline of the large view goes or comes within a time."""
    count: int = page.evaluate(
        """(ms) => new Promise((done) => {
          let flips = 0;
          const seer = new MutationObserver((all) => { flips += all.length; });
          seer.observe(document.querySelector(".closeup"), { attributes: true, attributeFilter: ["class"] });
          setTimeout(() => done(flips), ms);
        })""",
        ms,
    )
    return count


def test_the_large_view_flickers_slowly_and_not_under_reduced_motion(visit: Go) -> None:
    page = opened(visit, "verify").page
    tab_to_grid(page)
    keys(page, "Space")
    expect(page.locator(".closeup")).to_be_visible()
    assert 3 <= flips(page, 2200) <= 6, "each flash is two changes; three flashes a second is the limit"
    keys(page, "ArrowRight", "x")
    expect(page.locator(".closeup .name")).to_have_text("B1")
    assert checked(page) == [1]
    keys(page, "Escape")
    expect(page.locator(".closeup")).to_be_hidden()
    still = opened(visit, "verify", reduced=True).page
    tab_to_grid(still)
    keys(still, "Space")
    assert flips(still, 1500) == 0
    expect(still.locator(".closeup .cut")).to_be_visible()


def test_outlines_go_and_come_with_m(visit: Go) -> None:
    page = opened(visit, "verify").page
    keys(page, "m")
    expect(tile(page, 0).locator(".cut")).to_be_hidden()
    expect(page.get_by_role("button", name="Photo only")).to_have_attribute("aria-pressed", "true")
    keys(page, "m")
    expect(tile(page, 0).locator(".cut")).to_be_visible()


def test_a_long_press_opens_the_large_view_and_marks_nothing(visit: Go) -> None:
    page = opened(visit, "verify", **PHONE).page
    box = tile(page, 1).bounding_box()
    assert box is not None
    at = {"x": box["x"] + 30, "y": box["y"] + 30}
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    page.wait_for_timeout(700)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".closeup")).to_be_visible()
    assert checked(page) == []
    page.locator(".closeup").get_by_role("button", name="Bad").tap()
    assert checked(page) == [1]


def test_nothing_moves_while_sheets_load(visit: Go) -> None:
    held: list[Route] = []
    found = opened(visit, "verify", before=lambda page: page.route(SHEETS, lambda route: held.append(route)))
    page = found.page
    boxes = [tile(page, i).bounding_box() for i in (0, 37, 63)]
    drawn = "[...document.querySelectorAll('.tile .face')].filter((face) => face.style.backgroundImage).length"
    assert page.evaluate(drawn) == 0
    held[0].continue_()
    until(page, f"{drawn} === 64")
    assert [tile(page, i).bounding_box() for i in (0, 37, 63)] == boxes


def test_tiles_bring_their_own_pictures_where_a_sheet_fails(visit: Go) -> None:
    found = opened(visit, "verify", before=lambda page: page.route(SHEETS, lambda route: route.abort()))
    face = tile(found.page, 5).locator(".face")
    expect(face).to_have_attribute("style", re.compile("/photo/tile-"))
    found.watch.allowed.append("/photo/sheet-")


def test_64_outlines_are_made_in_a_tenth_of_a_second(visit: Go) -> None:
    page = opened(visit, "verify").page
    took: float = page.evaluate("""async () => {
      const { encode } = await import("/static/js/masks/rle.js");
      const { pathOf } = await import("/static/js/pages/grid/cut.js");
      const [width, height] = [640, 480];
      const data = new Uint8Array(width * height);
      for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
        const turn = Math.atan2(y - 240, x - 320);
        data[y * width + x] = Math.hypot(x - 320, y - 240) < 125 + 20 * Math.sin(9 * turn) ? 1 : 0;
      }
      const mask = encode({ width, height, data });
      const times = [];
      for (let n = 0; n < 8; n += 1) {
        const start = performance.now();
        for (let i = 0; i < 64; i += 1) pathOf(mask, [120, 40, 400, 400]);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    }""")
    assert took < 100, f"64 outlines took {took:.0f} ms"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing(visit: Go, theme: str, width: int) -> None:
    page = opened(visit, "verify", theme=theme, width=width, touch=width == 360).page
    for i in (0, 3):
        tile(page, i).click()
    keys(page, "1")
    assert not faults(page)
    keys(page, "Space")
    expect(page.locator(".closeup")).to_be_visible()
    assert not faults(page)


def test_targets_of_a_phone_are_large_and_nothing_is_cut_off(visit: Go) -> None:
    page = opened(visit, "verify", **PHONE).page
    sizes: list[list[float]] = page.evaluate(
        "[...document.querySelectorAll('.tile, .stage button, .panel button, .panel label, .foot button')]"
        ".map((one) => one.getBoundingClientRect()).filter((box) => box.width).map((box) => [box.width, box.height])"
    )
    assert min(min(size) for size in sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert re.fullmatch("[234]", page.locator(".tiles").get_attribute("aria-colcount") or "")

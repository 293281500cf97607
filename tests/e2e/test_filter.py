"""The filter page in a browser: the same answer every way; stacks, reasons, a phone's pages; axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Visit
from tests.e2e.grids import checked, keys, opened, submitted, tab_to_grid, tile
from tests.js.canned import filter_work

Go = Callable[..., Visit]
CANDIDATES = filter_work(1)["candidates"]


def stacked() -> list[list[int]]:
    """The tiles of the canned page: images of one stack, at the first one's place."""
    tiles: dict[int, list[int]] = {}
    for candidate in CANDIDATES:
        tiles.setdefault(candidate["stack"], []).append(candidate["id"])
    return list(tiles.values())


TILES = stacked()
STACK = next(i for i, tile in enumerate(TILES) if len(tile) == 3)
#: Tiles removed as iconic; the 18th and 19th as something else.
ICONIC, INVALID = [2, 3, 4, 20], [17, 18]
WHY = {"iconic": ICONIC, "invalid": INVALID}
PAYLOAD = {"removed": {str(one): reason for reason, tiles in WHY.items() for i in tiles for one in TILES[i]}}
PHONE = {"touch": True, "width": 360, "height": 780}


def by_mouse(page: Page) -> None:
    tile(page, 2).click()
    tile(page, 4).click(modifiers=["Shift"])
    for i in INVALID:
        tile(page, i).click()
        page.get_by_text("Shows something else").click()
    tile(page, 20).click()
    page.get_by_role("button", name="Submit page").click()


def by_keyboard(page: Page) -> None:
    tab_to_grid(page)
    keys(page, "ArrowRight*2", "Shift+ArrowRight*2", "x")
    columns = int(page.locator(".tiles").get_attribute("aria-colcount") or 0)
    keys(page, "Shift+Digit2", "Home", f"ArrowRight*{INVALID[0] - columns}", "2", "ArrowRight", "2")
    keys(page, "ArrowRight*2", "x", "x", "x", "Enter")


def by_touch(page: Page) -> None:
    for i in (*ICONIC, *INVALID):
        tile(page, i).scroll_into_view_if_needed()
        tile(page, i).tap()
        if i in INVALID:
            page.get_by_text("Shows something else").tap()
    page.get_by_role("button", name="Submit page").tap()


@pytest.mark.parametrize("how", [by_mouse, by_keyboard, by_touch])
def test_every_way_of_removing_gives_the_same_answer(visit: Go, how: Callable[[Page], None]) -> None:
    found = opened(visit, "filter", **(PHONE if how is by_touch else {}))
    how(found.page)
    submitted(found)
    assert found.payload() == PAYLOAD


def test_a_stack_goes_whole_or_photo_by_photo_and_one_undo_brings_it_back(visit: Go) -> None:
    found = opened(visit, "filter")
    page = found.page
    tile(page, STACK).click()
    expect(page.locator(".foot")).to_contain_text("3 removed")
    keys(page, "z", "o")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 near duplicates")
    keys(page, "ArrowRight", "x")
    expect(tile(page, STACK)).to_have_attribute("aria-checked", "mixed")
    expect(page.locator(".foot")).to_contain_text("1 removed")
    dialog.get_by_role("button", name="Keep the first").click()
    keys(page, "Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Submit page").click()
    submitted(found)
    assert found.payload() == {"removed": {str(one): "duplicate" for one in TILES[STACK][1:]}}


def test_a_stack_opens_by_its_count_and_the_focus_comes_back(visit: Go) -> None:
    page = opened(visit, "filter").page
    page.get_by_role("button", name="Open 3 near duplicates").first.click()
    expect(page.get_by_role("dialog").get_by_role("checkbox").first).to_be_focused()
    keys(page, "Escape")
    expect(tile(page, STACK)).to_be_focused()
    assert checked(page) == []


def test_undo_and_redo_go_through_every_action(visit: Go) -> None:
    page = opened(visit, "filter").page
    by = [lambda: tile(page, 5).click(), lambda: keys(page, "2"), lambda: tile(page, 8).click(modifiers=["Shift"])]
    for act in by:
        act()
    after = checked(page)
    assert after
    keys(page, *["z"] * 3)
    assert checked(page) == []
    keys(page, *["Shift+Z"] * 3)
    assert checked(page) == after
    keys(page, *["z"] * 10)
    assert checked(page) == []


def test_a_page_with_nothing_removed_is_asked_about_once(visit: Go) -> None:
    found = opened(visit, "filter")
    tab_to_grid(found.page)
    keys(found.page, "Enter")
    expect(found.page.locator("#hint")).to_contain_text("none of the 128")
    assert not found.fake.answers
    keys(found.page, "Enter")
    submitted(found)
    assert found.payload() == {"removed": {}}


def test_a_page_with_nearly_all_removed_is_asked_about_once(visit: Go) -> None:
    found = opened(visit, "filter")
    tile(found.page, 0).click()
    keys(found.page, "Control+Shift+End", "x", "Enter")
    expect(found.page.locator("#hint")).to_contain_text("128 of the 128")
    assert not found.fake.answers


def test_removed_tiles_fade_and_stay_where_they_are(visit: Go) -> None:
    page = opened(visit, "filter").page
    before = tile(page, 40).bounding_box()
    tile(page, 7).click()
    face = tile(page, 7).locator(".face")
    assert face.evaluate("(node) => getComputedStyle(node).opacity") == "0.25"
    assert tile(page, 40).bounding_box() == before
    stack = ", 2 near duplicates" if len(TILES[7]) == 2 else ""
    expect(tile(page, 7)).to_have_accessible_name(f"H1{stack}, iconic")


def test_a_draft_comes_back(visit: Go) -> None:
    draft = {"marks": [[TILES[5][0], "invalid"], [999999, "iconic"]], "looked": [5, 40], "at": 5}
    found = opened(visit, "filter", draft=draft)
    assert checked(found.page) == [5]
    expect(found.page.get_by_role("radio", name="Shows something else")).to_be_checked()
    found.page.get_by_role("button", name="Submit page").click()
    submitted(found)
    assert found.payload() == {"removed": {str(TILES[5][0]): "invalid"}}


def test_what_was_removed_is_there_again_after_a_reload(visit: Go) -> None:
    found = opened(visit, "filter")
    tile(found.page, 5).click()
    keys(found.page, "2")
    found.page.reload()
    expect(tile(found.page, 5)).to_have_attribute("aria-checked", "true")
    expect(found.page.get_by_role("radio", name="Shows something else")).to_be_checked()
    keys(found.page, "Enter")
    submitted(found)
    assert found.payload() == {"removed": {str(one): "invalid" for one in TILES[5]}}


def test_the_pointer_shows_a_tile_large_after_a_moment(visit: Go) -> None:
    page = opened(visit, "filter").page
    tile(page, 20).hover()
    columns = int(page.locator(".tiles").get_attribute("aria-colcount") or 0)
    name = f"{chr(ord('A') + 20 % columns)}{20 // columns + 1}"
    expect(page.locator(".panel").get_by_role("heading", name=name)).to_be_visible()
    assert checked(page) == []
    keys(page, "x")
    assert checked(page) == [20]


def test_a_phone_turns_pages_of_32(visit: Go) -> None:
    page = opened(visit, "filter", **PHONE).page
    assert page.locator(".tiles .tile").count() == 32
    page.get_by_role("button", name="Page after").tap()
    expect(page.locator(".leafs")).to_contain_text("2 of 4")
    tile(page, 0).tap()
    assert checked(page) == [32]
    page.get_by_role("button", name="Page before").tap()
    assert checked(page) == []
    expect(page.locator(".foot")).to_contain_text("removed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing(visit: Go, theme: str, width: int) -> None:
    page = opened(visit, "filter", theme=theme, width=width, touch=width == 360).page
    tile(page, 1).click()
    assert not faults(page)
    page.get_by_role("button", name="Open 3 near duplicates").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert not faults(page)
    keys(page, "Escape")
    keys(page, "Space")
    expect(page.locator(".closeup")).to_be_visible()
    assert not faults(page)

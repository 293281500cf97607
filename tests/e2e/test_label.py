"""The label page in a browser: dragged, clicked, typed or tapped, the same answer; undo, drafts, screens; axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Visit
from tests.e2e.photos import apart, drag, middle, near, screen, submitted, trace, walk

Go = Callable[..., Visit]
SCREENS: list[dict[str, object]] = [{}, {"theme": "dark"}, {"width": 360, "height": 740, "touch": True}]
#: Category, its tile, the group's place, and where it goes: CSS px from the middle of the photo.
WANTED = (("car", 3, 1, (-90, 40)), ("cat", 17, 3, (120, -35)), ("dog", 18, 3, (0, 7)))
GROUPS = 11


def opened(visit: Go, **how: object) -> Visit:
    found = visit("label", **how)
    found.page.locator(".tray .tile").first.wait_for()
    found.page.locator(".photo.loaded").wait_for()
    return found


def tile(name: str) -> str:
    return f'.tray .tile:has(.name:text-is("{name}"))'


def to_group(page: Page, place: int) -> None:
    while page.locator(".pip").nth(place).get_attribute("aria-current") != "step":
        page.locator("#submit").click()


def by_drag(page: Page) -> None:
    for name, _, place, steps in WANTED:
        to_group(page, place)
        drag(page, middle(page, tile(name)), screen(page, apart(page, steps)))


def by_clicks(page: Page) -> None:
    for name, _, place, steps in WANTED:
        to_group(page, place)
        page.locator(tile(name)).click()
        page.mouse.click(*screen(page, apart(page, steps)))


def by_keys(page: Page) -> None:
    place = 0
    for name, _, wanted, steps in WANTED:
        for _ in range(wanted - place):
            page.keyboard.press("ArrowRight")
        place = wanted
        digit = page.locator(tile(name)).locator("kbd").inner_text()
        page.keyboard.press(digit)
        page.keyboard.press("Enter")  # on the middle of the photo or on the last drop: put there, moved from there
        page.keyboard.press(digit)
        x, y = screen(page, (300, 200))
        pin = middle(page, f'.mark.drop:has(.nm span:text-is("{name}")) .foot-dot')
        walk(page, (steps[0] - round(pin[0] - x), steps[1] - round(pin[1] - y)))
        page.keyboard.press("Enter")


def by_search(page: Page) -> None:
    for name, _, _, steps in WANTED:
        page.keyboard.press("/")
        page.keyboard.type(name[:3])
        page.keyboard.press("Enter")
        page.mouse.click(*screen(page, apart(page, steps)))


def by_taps(page: Page) -> None:
    for name, _, place, steps in WANTED:
        while page.locator(".pip").nth(place).get_attribute("aria-current") != "step":
            page.locator("#submit").tap()
        page.locator(tile(name)).tap()
        page.touchscreen.tap(*screen(page, apart(page, steps)))


def to_the_end(page: Page) -> None:
    for _ in range(GROUPS):
        if page.locator("#submit").inner_text().startswith("Submit"):
            break
        page.locator("#submit").click()
    page.locator("#submit").click()


@pytest.mark.parametrize(("how", "device"), [
    (by_drag, {}), (by_clicks, {}), (by_keys, {}), (by_search, {}), (by_taps, {"touch": True}),
], ids=["drag", "click-click", "keyboard", "search", "touch"])  # fmt: skip
def test_every_way_of_placing_gives_the_same_answer(
    visit: Go, how: Callable[[Page], None], device: dict[str, object]
) -> None:
    found = opened(visit, **device)
    wanted = [(category, *apart(found.page, steps)) for _, category, _, steps in WANTED]
    how(found.page)
    to_the_end(found.page)
    drops = submitted(found)["drops"]
    if how is by_taps:  # A finger's place comes in whole CSS px.
        assert [(d["category_id"], d["x"], d["y"]) for d in drops] == near(wanted, 0.5)
    else:
        assert [(d["category_id"], d["x"], d["y"]) for d in drops] == near(wanted)


def test_the_answer_of_a_phone_is_the_same_to_a_pixel(visit: Go) -> None:
    found = opened(visit, touch=True, width=360, height=740)
    by_taps(found.page)
    wanted = [category for _, category, _, _ in WANTED]
    expect(found.page.locator(".mark.drop")).to_have_count(3)
    to_the_end(found.page)
    assert [drop["category_id"] for drop in submitted(found)["drops"]] == wanted


def test_dragging_by_finger_lands_above_the_finger(visit: Go) -> None:
    page = opened(visit, touch=True, width=360, height=740).page
    start, end = middle(page, ".tray .tile"), screen(page, (300, 200))
    touch = page.context.new_cdp_session(page)
    for i, part in enumerate((0, 0.3, 0.7, 1)):
        x, y = start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] + 44 - start[1])
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".mark.drop")).to_have_count(1)
    assert middle(page, ".mark.drop .foot-dot") == pytest.approx(end, abs=2)


def test_a_pin_is_moved_by_drag_and_by_two_clicks_and_removed(visit: Go) -> None:
    page = opened(visit).page
    page.locator(".tray .tile").first.click()
    page.mouse.click(*screen(page, (300, 200)))
    x, y = middle(page, ".mark .head")
    drag(page, (x, y), (x + 80, y + 30))
    foot = screen(page, (300, 200))
    assert middle(page, ".mark .foot-dot") == pytest.approx((foot[0] + 80, foot[1] + 30), abs=0.6)
    expect(page.locator(".mark.lifted")).to_have_count(0)
    page.locator(".mark .head").click()
    expect(page.locator(".mark.lifted")).to_have_count(1)
    page.mouse.click(*screen(page, (100, 300)))
    assert middle(page, ".mark .foot-dot") == pytest.approx(screen(page, (100, 300)), abs=0.6)
    for count in (1, 1, 0):
        page.keyboard.press("z")
        expect(page.locator(".mark")).to_have_count(count)
    page.keyboard.press("Shift+Z")
    page.get_by_role("button", name="Remove person from the photo").click()
    expect(page.locator(".mark")).to_have_count(0)
    page.keyboard.press("z")
    page.locator(".mark .head").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".mark")).to_have_count(0)


def test_nothing_here_goes_on_and_undo_comes_back(visit: Go) -> None:
    page = opened(visit).page
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which vehicles are here?")
    page.locator(tile("bus")).click()
    page.mouse.click(*screen(page, (300, 200)))
    page.keyboard.press("n")
    expect(page.locator("#hint")).to_contain_text("Bus is on the photo. Take it off first")
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which people or accessories are here?")


def test_escape_lays_the_icon_back_and_a_click_beside_the_photo_drops_nothing(visit: Go) -> None:
    page = opened(visit).page
    page.locator(tile("person")).click()
    expect(page.locator(tile("person"))).to_have_attribute("aria-pressed", "true")
    box = page.locator(".photo").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 30, box["y"] + 3)
    expect(page.locator("#hint")).to_contain_text("beside the photo")
    page.keyboard.press("Escape")
    expect(page.locator(tile("person"))).to_have_attribute("aria-pressed", "false")
    page.mouse.click(*screen(page, (300, 200)))
    expect(page.locator("#hint")).to_contain_text("Pick an icon below first")
    expect(page.locator(".mark")).to_have_count(0)


def test_the_search_lists_and_takes_by_arrows(visit: Go) -> None:
    page = opened(visit).page
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    expect(page.get_by_role("listbox")).to_contain_text("Nothing is called")
    page.keyboard.press("Escape")
    expect(page.locator(".photo")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("bear")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".mark .nm")).to_have_text("teddy bear")


def test_the_last_screen_lists_what_was_found(visit: Go) -> None:
    found = opened(visit)
    page = found.page
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    for _ in range(GROUPS):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is everything here?")
    expect(page.locator(".tray .tile")).to_have_count(1)
    expect(page.locator("#submit")).to_contain_text("Submit 1 kind")
    page.keyboard.press("Enter")
    assert [drop["category_id"] for drop in submitted(found)["drops"]] == [33]


def test_groups_that_were_left_out_are_named_once(visit: Go) -> None:
    found = opened(visit)
    found.page.locator(".pip").nth(9).click()
    found.page.locator("#submit").click()
    found.page.locator("#submit").click()
    expect(found.page.get_by_role("heading", level=1)).to_have_text("Is everything here?")
    found.page.locator("#submit").click()
    expect(found.page.locator("#hint")).to_contain_text("Vehicle, Outdoor, Animal")
    assert not found.fake.answers
    found.page.locator("#submit").click()
    assert submitted(found) == {"drops": []}


def test_nothing_found_is_an_answer(visit: Go) -> None:
    found = opened(visit)
    for _ in range(GROUPS):
        found.page.keyboard.press("n")
    expect(found.page.locator(".tray")).to_contain_text("Nothing found")
    found.page.keyboard.press("Enter")
    assert submitted(found) == {"drops": []}
    assert [row["group"] for row in trace(found) if row["do"] == "none"][:2] == ["person & accessory", "vehicle"]


def test_a_draft_comes_back_with_its_group_and_its_trace(visit: Go) -> None:
    noted = {"t": 900, "do": "put", "category": 18, "x": 30, "y": 40, "how": "drag"}
    drops = [{"category_id": 18, "x": 30, "y": 40}]
    draft = {"drops": drops, "none": ["vehicle"], "place": 3, "seen": [0, 1, 2], "trace": [noted]}
    found = opened(visit, draft=draft)
    expect(found.page.get_by_role("heading", level=1)).to_have_text("Which animals are here?")
    expect(found.page.locator(".mark .nm")).to_have_text("dog")
    expect(found.page.locator(".pip.seen")).to_have_count(3)
    to_the_end(found.page)
    assert submitted(found) == {"drops": drops}
    assert trace(found)[0] == noted
    assert all(row["t"] >= 900 for row in trace(found))


@pytest.mark.parametrize("device", SCREENS, ids=["light", "dark", "phone"])
def test_axe_finds_nothing(visit: Go, device: dict[str, object]) -> None:
    page = opened(visit, **device).page
    for keys in (["1", "Enter", "2"], ["Shift+ArrowDown"] * 9 + ["Enter", "/", "c"], ["Escape"]):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(250)
        assert faults(page) == []
    page.locator(".pip").last.click()
    page.locator("#submit").click()
    page.wait_for_timeout(250)
    assert faults(page) == []


@pytest.mark.parametrize(("width", "height"), [(360, 640), (720, 900), (1440, 900), (3840, 2160)])
def test_nothing_is_clipped_or_scrolls_sideways(visit: Go, width: int, height: int) -> None:
    page = opened(visit, width=width, height=height).page
    for _ in range(3):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = page.locator(".tray .tile, #submit, .foot .none").evaluate_all(
            "nodes => nodes.map(n => n.getBoundingClientRect()).map(b => [b.left, b.right, b.bottom])")  # fmt: skip
        assert all(left >= 0 and right <= width and bottom <= height for left, right, bottom in boxes)
        page.locator("#submit").click()
    photo = page.locator(".photo").bounding_box()
    assert photo is not None
    assert photo["height"] >= 0.25 * height

"""The caption page in a browser: typed, pasted, undone; the rules tick; the server's word is the last; axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Visit
from tests.e2e.photos import submitted, trace

Go = Callable[..., Visit]
SCREENS: list[dict[str, object]] = [{}, {"theme": "dark"}, {"width": 360, "height": 740, "touch": True}]
SENTENCE = "A red cup of coffee stands on a red saucer."


def opened(visit: Go, **how: object) -> Visit:
    found = visit("caption", **how)
    found.page.locator("#sentence").wait_for()
    found.page.locator(".photo.loaded").wait_for()
    return found


def by_keys(page: Page) -> None:
    expect(page.get_by_label("Your sentence")).to_be_focused()
    page.keyboard.type(SENTENCE)
    page.keyboard.press("Enter")


def by_mouse(page: Page) -> None:
    page.get_by_label("Your sentence").click()
    page.keyboard.type(f"  {SENTENCE} ")
    page.get_by_role("button", name="Submit sentence").click()


def by_touch(page: Page) -> None:
    page.get_by_label("Your sentence").tap()
    page.keyboard.insert_text(SENTENCE)
    page.get_by_role("button", name="Submit sentence").tap()


@pytest.mark.parametrize(("how", "device"), [
    (by_keys, {}), (by_mouse, {}), (by_touch, {"touch": True, "width": 360, "height": 740}),
], ids=["keyboard", "mouse", "touch"])  # fmt: skip
def test_every_way_of_writing_gives_the_same_answer(
    visit: Go, how: Callable[[Page], None], device: dict[str, object]
) -> None:
    found = opened(visit, **device)
    how(found.page)
    assert submitted(found) == {"text": SENTENCE}


def test_the_rules_tick_and_doubt_as_one_types(visit: Go) -> None:
    page = opened(visit).page
    rules = page.locator(".rules li")
    expect(rules).to_have_count(5)

    def states() -> list[str]:
        found: list[str] = rules.evaluate_all("nodes => nodes.map(node => node.dataset.state)")
        return found

    assert states() == ["open"] * 5
    field = page.get_by_label("Your sentence")
    field.fill("There is a dog named Rex")
    assert states() == ["open", "broken", "doubtful", "kept", "kept"]
    expect(rules.first).to_contain_text("6 so far")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("6 words so far. Write at least 8")
    field.fill("A tall man says that it will rain in the old town.")
    assert states() == ["kept", "kept", "kept", "doubtful", "doubtful"]


def test_doubts_do_not_stop_a_sentence(visit: Go) -> None:
    found = opened(visit)
    found.page.get_by_label("Your sentence").fill("A man was on a horse near London bridge, said the boy.")
    found.page.get_by_role("button", name="Submit sentence").click()
    assert submitted(found)["text"].startswith("A man was")


def test_typing_is_undone_in_pieces_by_the_one_history(visit: Go) -> None:
    page = opened(visit).page
    field = page.get_by_label("Your sentence")
    page.keyboard.type("A dog ")
    page.wait_for_timeout(1100)
    page.keyboard.type("runs")
    page.keyboard.press("Control+z")
    expect(field).to_have_value("A dog ")
    page.keyboard.press("Control+z")
    expect(field).to_have_value("")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+y")
    expect(field).to_have_value("A dog runs")


def test_pasting_is_allowed_and_noted(visit: Go) -> None:
    found = opened(visit)
    page = found.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", SENTENCE)
    page.keyboard.press("Control+v")
    expect(page.get_by_label("Your sentence")).to_have_value(SENTENCE)
    page.keyboard.press("Enter")
    assert submitted(found) == {"text": SENTENCE}
    assert [row["length"] for row in trace(found) if row["do"] == "paste"] == [len(SENTENCE)]


def test_letters_are_text_and_no_shortcuts_in_the_field(visit: Go) -> None:
    page = opened(visit).page
    page.keyboard.type("hzns?/+-0")
    expect(page.get_by_label("Your sentence")).to_have_value("hzns?/+-0")


def test_markup_stays_text(visit: Go) -> None:
    page = opened(visit, draft={"text": "<img src=x onerror=alert(1)> Bob & <b>Ann</b> sit"}).page
    expect(page.locator(".rules img, .rules b")).to_have_count(0)
    expect(page.get_by_label("Your sentence")).to_have_value("<img src=x onerror=alert(1)> Bob & <b>Ann</b> sit")


@pytest.mark.parametrize("device", SCREENS, ids=["light", "dark", "phone"])
def test_axe_finds_nothing(visit: Go, device: dict[str, object]) -> None:
    page = opened(visit, **device).page
    for text in ("", "There is Rex who will say: \u201cHello\u201d", SENTENCE):
        page.get_by_label("Your sentence").fill(text)
        page.wait_for_timeout(150)
        assert faults(page) == []


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1440, 900)])
def test_the_photo_stays_in_sight_and_nothing_is_clipped(visit: Go, width: int, height: int) -> None:
    page = opened(visit, width=width, height=height).page
    page.get_by_label("Your sentence").fill("Rex will soon say that he was a dog")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    photo = page.locator(".photo").bounding_box()
    assert photo is not None
    assert photo["height"] >= 150

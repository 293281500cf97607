"""The frame of the worker's page in a browser: keys, undo, skip, help, looks, and the way from task to task."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.frames import dots, gone, log, shown, until

Open = Callable[..., Any]
MARKS = ("submitted", "task-shown")


def test_agreement_comes_once_and_then_the_task(open_page: Open) -> None:
    page = open_page("stage=sample&t=agree", agree=False)
    page.wait_for_selector("#agree")
    assert page.locator("#nickname").count() == 0
    page.click("#agree")
    shown(page).reload()
    shown(page)
    assert page.locator("#agree").count() == 0


def test_undo_redo_and_submit_by_keys(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=keys"))
    page.mouse.click(700, 400)
    page.mouse.click(800, 400)
    page.keyboard.press("z")
    assert dots(page) == 1
    page.keyboard.press("Shift+Z")
    assert dots(page) == 2
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert dots(page) == 0
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("No point yet")
    page.keyboard.press("Shift+Z")
    page.keyboard.press("Enter")
    gone(page, ".dot")
    sent = log(page, "stage=sample&t=keys")
    assert len(sent) == 1
    assert set(sent[0]["times"]) == {"wall_ms", "visible_ms", "active_ms"}
    assert sent[0]["times"]["active_ms"] <= sent[0]["times"]["visible_ms"] <= sent[0]["times"]["wall_ms"]


def test_points_by_keyboard_mouse_and_touch_land_on_the_same_pixel(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=typed"))
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    cross = page.locator(".cross").bounding_box()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    gone(page, ".dot")
    typed = log(page, "stage=sample&t=typed")[0]["payload"]["points"][0]
    page = shown(open_page("stage=sample&t=mouse"))
    page.mouse.click(cross["x"] + cross["width"] / 2, cross["y"] + cross["height"] / 2)
    page.keyboard.press("Enter")
    gone(page, ".dot")
    assert log(page, "stage=sample&t=mouse")[0]["payload"]["points"][0] == pytest.approx(typed, abs=0.5)
    page = shown(open_page("stage=sample&t=touch", look="phone"))
    page.locator(".photo").tap(position={"x": 180, "y": 200})
    assert dots(page) == 1


def test_next_task_is_there_within_100_ms(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=quick"))
    took = []
    for _ in range(7):
        page.wait_for_timeout(400)
        page.mouse.click(700, 400)
        page.evaluate("performance.clearMarks()")
        page.keyboard.press("Enter")
        until(page, "performance.getEntriesByName('task-shown').length > 0")
        shown(page)
        start, end = (page.evaluate(f"performance.getEntriesByName('{m}')[0].startTime") for m in MARKS)
        took.append(end - start)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    assert sorted(took)[1] <= 100 * max(1, load), took  # others may be busy on this machine: the second best of seven


def test_skip_menu_by_keys(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=skip"))
    page.keyboard.press("s")
    page.wait_for_selector("[role=menuitem]")  # it comes with its first use
    assert page.locator("[role=menuitem]").count() == 5
    page.keyboard.press("Escape")
    assert page.locator("[role=menuitem]").count() == 0
    page.keyboard.press("s")
    page.keyboard.press("2")
    page.wait_for_selector("text=Skipped")
    shown(page)


def test_help_lists_every_key_and_remaps(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=help"))
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert "Undo" in page.inner_text("dialog")
    page.click("dialog li:has-text('Brush') button")
    page.keyboard.press("z")
    expect(page.locator("dialog .note")).to_contain_text("taken by")
    page.click("dialog li:has-text('Brush') button")
    page.keyboard.press("q")
    expect(page.locator("dialog .note")).to_contain_text("Brush is now Q")
    page.keyboard.press("Escape")
    cap = page.locator("[data-tool='sample.brush'] kbd")
    assert "Q" in (cap.get_attribute("data-cap") or cap.inner_text())
    page.keyboard.press("q")
    expect(page.locator("[data-tool='sample.brush']")).to_have_attribute("aria-pressed", "true")


def test_letters_can_be_switched_off(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=off"))
    page.mouse.click(700, 400)
    page.keyboard.press("?")
    page.uncheck("dialog input[type=checkbox]")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.keyboard.press("z")
    assert dots(page) == 1
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !document.querySelector('.dot')")
    assert dots(page) == 0


@pytest.mark.parametrize("state", ["none", "paused", "closed", "finished", "rejected"])
def test_every_state_says_what_is_next(open_page: Open, state: str) -> None:
    page = open_page(f"stage=sample&state={state}")
    page.wait_for_selector(f".state[data-state={state}]")
    assert page.locator(".state .lead").inner_text()
    if state == "finished":
        assert page.locator(".code").inner_text() == "C1A2B3"
        assert page.locator(".state a.primary").count() == 1


def test_pause_keeps_the_task(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=pause"))
    page.mouse.click(700, 400)
    page.click("[aria-label=Pause]")
    page.wait_for_selector(".state[data-state=resting]")
    page.wait_for_timeout(100)
    page.click(".state .primary")
    shown(page)
    assert dots(page) == 1
    page.mouse.click(800, 400)
    page.wait_for_selector("[data-how=saved]")
    assert page.locator("#notice").is_hidden()


def test_wheel_pans_pinch_zooms_gently_and_the_lock_holds(open_page: Open) -> None:
    page = shown(open_page("stage=sample&t=wheel"))
    page.mouse.move(700, 400)
    scale = "Number(document.querySelector('.zoom output').textContent.replace(' %', ''))"
    before = page.evaluate(scale)
    page.mouse.wheel(0, 200)
    assert page.evaluate(scale) == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -4000)
    page.wait_for_timeout(100)
    assert page.evaluate(scale) <= before * 1.26
    page.keyboard.up("Control")
    page.click("[aria-label='Lock the zoom']")
    at = page.evaluate(scale)
    page.mouse.move(700, 400)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_timeout(100)
    assert page.evaluate(scale) == at


def test_preview_can_be_looked_at_and_not_sent(open_page: Open) -> None:
    page = shown(open_page("stage=sample&preview=1"))
    expect(page.locator("#notice")).to_contain_text("preview")
    page.mouse.click(700, 400)
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("preview")
    assert not log(page, "stage=sample&preview=1")

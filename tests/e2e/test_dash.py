"""The dashboard in a real browser: axe-core finds nothing, the line moves by pointer and by keys, pages are live."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cocokit.annotate_ui.passwords import first_link
from tests.annotate_ui.site import Site, build, close, serving

from .axe import faults

PASSWORD = "three plain words"


@dataclass
class Dash:
    """A served campaign, and the state of an owner's browser."""

    site: Site
    cookies: Any

    @property
    def campaign(self) -> int:
        return self.site.engine.campaign.id


@pytest.fixture(scope="module")
def dash(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Dash]:
    site = build(tmp_path_factory.mktemp("dash") / "workspace", config={"limits": False})
    site.work(110)
    with serving(site):
        state = site.app.extensions["cocokit"]
        context = browser.new_context()
        page = context.new_page()
        page.goto(site.url + (first_link(state.database, state.config.secret, state.clock.now()) or ""))
        assert faults(page) == []
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_role("button", name="Choose and sign in").click()
        page.wait_for_url(re.compile(r"/dash/\d+/"))
        cookies = context.storage_state()
        context.close()
        yield Dash(site, cookies)
    close(site)


@pytest.fixture
def open_page(dash: Dash, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; no script may fail in any of them."""
    errors: list[str] = []
    pages: list[Page] = []

    def go(path: str, *, width: int = 1440, theme: Any = "light", script: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme,
                                      storage_state=dash.cookies, java_script_enabled=script)  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{dash.site.url}/dash/{path}")
        pages.append(page)
        return page

    yield go
    for page in pages:
        page.context.close()
    assert errors == []


PAGES = ("{}/", "{}/workers", "{}/workers/1", "{}/quality", "{}/images", "{}/images?at=segment.drawn", "{}/images/1",
         "{}/review", "{}/export", "{}/discard?ids=1", "setup", "audit", "audit?since=2020-01-01", "health",
         "accounts")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_cut(dash: Dash, open_page: Callable[..., Page], path: str) -> None:
    for theme, width in (("light", 1440), ("dark", 360)):
        page = open_page(path.format(dash.campaign), width=width, theme=theme)
        assert faults(page) == [], (path, theme, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)


def under(page: Page) -> int:
    return page.locator("#line .wk.rj").count()


def test_the_line_moves_by_pointer_and_by_keys(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{dash.campaign}/quality")
    said, slider, hand = page.locator("#line [data-part=said]"), page.get_by_label("Line at"), page.locator("#line .hd")
    assert "Nobody" in said.inner_text()
    slider.focus()
    page.keyboard.press("End")
    everybody = page.locator("#line [data-worker]").count()
    assert under(page) >= everybody - 6  # whoever is perfect lies on the line
    page.keyboard.press("Home")
    assert under(page) == 0
    slider.fill("1.6")
    before = hand.bounding_box()
    assert before
    page.mouse.move(before["x"] + 7, before["y"] + 7)
    page.mouse.down()
    page.mouse.move(before["x"] - 80, before["y"] + 80, steps=4)
    page.mouse.up()
    assert float(slider.input_value()) < 1.5


def test_who_is_under_the_line_can_be_discarded_with_a_preview(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{dash.campaign}/quality")
    page.evaluate("document.querySelector('#line [data-worker]').dataset.p = 0.1")  # somebody bad
    page.get_by_label("Line at").fill("1.3")
    assert under(page) == 1
    page.locator("#line [data-part=preview]").get_by_text("Discarding their work takes away").wait_for()
    page.get_by_role("link", name="Discard their work").click()
    assert "What it does" in page.inner_text("main")


def test_the_line_works_without_scripts(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{dash.campaign}/quality?line=0", script=False)
    assert "Nobody" in page.inner_text("#line")
    page.get_by_role("button", name="Look").click()
    assert "line=0" in page.url


def test_the_board_is_live(dash: Dash, open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page(f"{dash.campaign}/")
    before = page.inner_text("[data-live=figures]")
    assert dash.site.work(3) == 3
    page.wait_for_function("text => document.querySelector('[data-live=figures]').innerText !== text", arg=before)


def test_a_campaign_is_set_up_from_photos_to_a_pilot(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page("setup")
    page.get_by_label("Name").fill("Street scenes")
    page.get_by_role("button", name="Begin").click()
    photos = sorted((dash.site.workspace / "sample").rglob("*.jpg"))
    page.set_input_files("[name=photos]", photos)
    assert faults(page) == []
    page.get_by_role("button", name="Add photos").click()
    page.get_by_text(f"{len(photos)} photos are in").wait_for()
    for button in ("Next: numbers", "Next: pay"):
        assert faults(page) == []
        page.get_by_role("button", name=button).click()
    page.get_by_label("Label", exact=True).fill("2")
    page.get_by_role("button", name="Work out the wage").click()
    page.locator("tr", has_text="Label").get_by_text("under $10.00").wait_for()
    page.get_by_role("button", name="Next: instructions").click()
    page.get_by_role("button", name="Next: simulate").click()
    page.get_by_role("link", name="Next: launch").click()
    assert faults(page) == []
    page.get_by_role("button", name="Start a pilot").click()
    page.get_by_text("Street scenes pilot is running").wait_for()


GROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_theme_is_chosen_remembered_and_there_at_once(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page("health")  # the system is light
    light = page.evaluate(GROUND)
    page.locator(".me summary").click()
    assert page.get_by_role("button", name="System").get_attribute("aria-pressed") == "true"
    with page.expect_navigation():
        page.get_by_role("button", name="Dark").click()
    assert page.url.endswith("/dash/health")
    dark = page.evaluate(GROUND)
    assert dark != light
    page.locator(".me summary").click()
    assert faults(page) == []
    page.goto(f"{dash.site.url}/dash/{dash.campaign}/workers")
    assert page.evaluate(GROUND) == dark
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.locator(".me summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="System").click()
    assert page.evaluate(GROUND) == light


def test_an_edge_of_the_graph_leads_to_its_images_by_pointer_and_by_keys(
    dash: Dash, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{dash.campaign}/")
    link = page.get_by_role("link", name=re.compile(r"\d+ masks"))
    box = link.locator(".hit").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"at=segment\.drawn"))
    assert "with masks drawn" in page.inner_text("main .sub")
    page.locator(".pick [name=at]").select_option("filter.kept")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile(r"at=filter\.kept"))
    assert page.locator(".gallery li").count() > 0


def test_the_table_of_workers_is_downloaded(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{dash.campaign}/workers")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert waiting.value.suggested_filename == "cocokit-workers.csv"


def test_menus_open_by_keys_and_sign_out_works(dash: Dash, open_page: Callable[..., Page]) -> None:
    page = open_page("accounts")
    page.locator(".me summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="Sign out", exact=True).is_visible()
    assert faults(page) == []

"""The set-up wizard in a real browser, step by step; the pages where channels and instructions are changed later."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cocokit.annotate_ui import simulating
from cocokit.annotate_ui.plans import Plan, Plans
from cocokit.campaign.channels import add_channel
from cocokit.campaign.ingest import ingest_folder
from cocokit.domain.stages import Stage
from tests.annotate_ui.site import running
from tests.annotate_ui.test_channels import leave_only

from .axe import faults
from .test_dash import Dash, dash, open_page

__all__ = ["dash", "open_page"]  # the fixtures
Open = Callable[..., Page]


def planned(dash: Dash, name: str, **values: Any) -> Plan:
    """A plan with the sample's photos in it."""
    place = Plans(str(dash.site.workspace))
    found = ingest_folder(str(dash.site.workspace / "sample" / "images"), str(dash.site.workspace / "images"))
    return place.save(place.begin(name).changed(images=tuple(found.images), **values))


def sound(page: Page) -> None:
    """Nothing is wrong with the page, and nothing is cut."""
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("step", "theme", "width"), [
    (step, theme, width)
    for step in ("photos", "categories", "numbers", "pay", "told", "simulate", "launch")
    for theme, width in (("light", 1440), ("dark", 360))
])  # fmt: skip
def test_every_step_is_sound(dash: Dash, open_page: Open, step: str, theme: str, width: int) -> None:
    plan = planned(dash, f"Sound {step} {theme}", categories="coco80", icons={})
    sound(open_page(f"setup/{plan.id}/{step}", theme=theme, width=width))


def test_photos_show_how_far_the_upload_is(dash: Dash, open_page: Open) -> None:
    plan = Plans(str(dash.site.workspace)).begin("Upload")
    page = open_page(f"setup/{plan.id}/photos")
    photos = sorted((dash.site.workspace / "sample").rglob("*.jpg"))
    page.set_input_files("[name=photos]", photos)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Add photos").click()
    said = page.locator("[data-part=said]")
    expect(said).to_have_text(re.compile(r"\d.* of \d.* sent"))
    assert 0 < page.locator("progress").evaluate("bar => bar.value") <= 1
    assert page.get_by_role("button", name="Add photos").is_disabled()
    wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.wait_for_url(re.compile("/categories$"))
    page.get_by_text(f"{len(photos)} photos are in").wait_for()


def test_a_file_that_is_no_photo_is_named_where_it_was_chosen(dash: Dash, open_page: Open) -> None:
    plan = Plans(str(dash.site.workspace)).begin("Wrong")
    page = open_page(f"setup/{plan.id}/photos")
    page.set_input_files("[name=photos]", {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    page.get_by_role("button", name="Add photos").click()
    page.get_by_text("save it as one of these").wait_for()
    assert page.url.endswith("/photos")


def test_the_presets_show_their_categories_with_pictures(dash: Dash, open_page: Open) -> None:
    page = open_page(f"setup/{planned(dash, 'Presets').id}/categories")
    for title, count in (("The 80", 80), ("The 91", 91)):
        page.get_by_text(f"{title} with their pictures").click()
        kinds = page.locator("details", has_text=f"{title} with").locator(".kinds li")
        assert kinds.count() == count
        assert kinds.locator("img").count() == count
    page.get_by_label("COCO's 91 categories").check()
    page.get_by_role("button", name="Next: numbers").click()
    page.get_by_text("7 photos, 91 categories").wait_for()


def test_numbers_and_stages_are_kept(dash: Dash, open_page: Open) -> None:
    plan = planned(dash, "Numbers")
    page = open_page(f"setup/{plan.id}/numbers")
    page.get_by_label("Workers who label a photo").fill("3")
    page.get_by_label("Captions", exact=True).uncheck()
    page.get_by_role("button", name="Next: pay").click()
    page.wait_for_url(re.compile("/pay$"))
    assert page.get_by_label("Caption", exact=True).count() == 0
    page.go_back()
    assert page.get_by_label("Workers who label a photo").input_value() == "3"


def test_pay_says_what_an_hour_earns_and_warns(dash: Dash, open_page: Open) -> None:
    page = open_page(f"setup/{planned(dash, 'Pay').id}/pay")
    row = page.locator("tr", has_text="Label")
    page.get_by_label("Warn below, an hour").fill("9")
    page.get_by_role("button", name="Work out the wage").click()
    expect(row).not_to_contain_text("under $9.00")
    expect(row).to_contain_text("under")  # slow answers are
    page.get_by_label("Label", exact=True).fill("1")
    page.get_by_role("button", name="Work out the wage").click()
    expect(row).to_contain_text("under $9.00")
    page.get_by_label("Prolific").check()
    page.get_by_role("button", name="Next: instructions").click()
    page.wait_for_url(re.compile("/told$"))


def test_instructions_and_a_picture_of_ones_own(dash: Dash, open_page: Open) -> None:
    plan = planned(dash, "Told", categories="dog\naxolotl:animal")
    page = open_page(f"setup/{plan.id}/told")
    page.get_by_label("Before the first task").fill("Hello <b>you</b>")
    page.get_by_role("button", name="Next: simulate").click()
    page.wait_for_url(re.compile("/simulate$"))
    page.goto(page.url.replace("simulate", "told"))
    assert page.get_by_label("Before the first task").input_value() == "Hello <b>you</b>"
    assert page.locator(".kinds i").count() == 1
    photo = next((dash.site.workspace / "sample").rglob("*.jpg"))
    page.locator("[name=text_spot]").fill("One cross each")
    page.locator("[name=category]").select_option("axolotl")
    page.set_input_files("[name=picture]", photo)
    page.get_by_role("button", name="Give it this picture").click()
    page.locator(".kinds .own img").wait_for()
    assert page.locator(".kinds .own img").evaluate("image => image.naturalWidth") == 96
    assert page.locator("[name=text_spot]").input_value() == "One cross each"  # nothing that was typed is lost
    sound(page)


def test_a_simulation_shows_how_far_it_is_and_then_what_comes_out(
    dash: Dash, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Any] = []

    def run(plan: Any, progress: Any) -> Any:
        progress(3, 7)
        while not steps:
            time.sleep(0.05)
        return None, None

    out = {"images": {"finished": 7}, "category_recall": [0.84, 0, 1], "instance_recall": [0.77, 0, 1],
           "hours": [1.5, 1, 2], "cents": [1400.0, 1, 2], "answers": 321}  # fmt: skip
    monkeypatch.setattr(simulating, "run_plan", run)
    monkeypatch.setattr(simulating, "summary", lambda _: out)
    page = open_page(f"setup/{planned(dash, 'Simulated').id}/simulate")
    page.get_by_role("button", name="Simulate").click()
    expect(page.locator("[data-part=done]")).to_have_text("3")
    sound(page)
    steps.append(1)
    page.get_by_text("84 %").wait_for()
    page.get_by_text("$14.00").first.wait_for()
    sound(page)


def test_a_pilot_and_the_launch_and_then_its_channel(dash: Dash, open_page: Open) -> None:
    plan = planned(dash, "Launched", categories="dog, cat", channel="prolific", texts={"label": "No toys"})
    page = open_page(f"setup/{plan.id}/launch")
    page.get_by_role("button", name="Start a pilot").click()
    page.get_by_text("Launched pilot is running").wait_for()
    page.goto(f"{dash.site.url}/dash/setup/{plan.id}/launch")
    page.get_by_role("button", name="Launch on 7 photos").click()
    page.get_by_text("Launched is running with 7 photos").wait_for()
    page.get_by_role("link", name="Channels").click()
    assert "PROLIFIC_PID={{%PROLIFIC_PID%}}" in page.locator("#a-prolific").input_value()
    assert re.fullmatch(r"[A-Z2-9]{8}", page.locator("#k-prolific").input_value())
    page.get_by_role("link", name="Instructions").click()
    assert page.locator("[name=text_label]").input_value() == "No toys"


@pytest.mark.parametrize("path", ["channels", "channels?kind=prolific", "channels?kind=panel", "channels?kind=mturk",
                                  "instructions"])  # fmt: skip
def test_pages_about_workers_ways_are_sound(dash: Dash, open_page: Open, path: str) -> None:
    for theme, width in (("light", 1440), ("dark", 360)):
        sound(open_page(f"{dash.campaign}/{path}", theme=theme, width=width))


def test_channels_are_added_copied_and_closed(dash: Dash, open_page: Open) -> None:
    page = open_page(f"{dash.campaign}/channels")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Name").fill("friends")
    page.get_by_role("button", name="Add channel").click()
    page.get_by_text("Channel friends is open").wait_for()
    page.get_by_role("button", name="Copy the address of friends").click()
    address = page.locator("#a-friends").input_value()
    expect(page.get_by_role("button", name="Copy the address of friends")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.get_by_role("button", name="New address for friends").click()
    page.get_by_text("friends has a new address").wait_for()
    assert page.locator("#a-friends").input_value() != address
    page.get_by_role("button", name="Close friends").click()
    page.get_by_text("friends is closed").wait_for()
    page.get_by_role("link", name="Mechanical Turk").click()
    page.get_by_role("button", name="Add channel").click()
    page.get_by_text("Channel turk is open").wait_for()
    sound(page)
    page.get_by_label("US cents for one").fill("75")
    page.get_by_role("button", name="Post HITs").click()
    page.get_by_text(re.compile("boto3 is not installed|https pages alone")).wait_for()


@pytest.mark.parametrize("stage", [Stage.FILTER, Stage.VERIFY])
def test_a_preview_of_a_page_of_tiles_shows_it_and_takes_nothing(
    tmp_path: Path, browser: Browser, stage: Stage
) -> None:
    with running(tmp_path / "w", stage=stage, training=False, config={"limits": False}) as site:
        leave_only(site, stage)
        key = site.engine.campaign.id
        add_channel(site.database, key, "turk", "mturk", {})
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{site.url}/p/{key}/turk?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=H1")
        page.wait_for_selector(".tile .face")
        page.get_by_text("This is a preview").first.wait_for()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.tile .face, .tile .face *')]"
            ".some(one => getComputedStyle(one).backgroundImage.includes('/media/'))"
        )
        page.locator(".tile .face").first.click()
        page.keyboard.press("Enter")
        assert errors == []
        with site.database.read() as tx:
            assert tx.exec_driver_sql("SELECT count(*) FROM worker_identity WHERE channel = 'turk'").scalar_one() == 0
        page.close()

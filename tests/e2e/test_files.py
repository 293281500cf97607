"""Pages that are opened from the disk, without a server: the statistics of a dataset, and a gallery of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from cocokit.dataset import Dataset
from cocokit.gallery.writing import write_gallery
from cocokit.imageio import save_image
from cocokit.statistics import describe, drift_between
from cocokit.statistics.page import page as statistics_page
from tests.e2e.axe import faults
from tests.e2e.conftest import LOOKS, Watch
from tests.e2e.frames import until

look = pytest.mark.parametrize("look", LOOKS)


def many(images: int = 230) -> Dataset:
    """More images than a page has; every tenth has a small dog, all have a cat."""
    rows = [{"image_id": i, "category_id": 1, "bbox": [9, 9, 60, 50], "area": 3000} for i in range(images)]
    rows += [{"image_id": i, "category_id": 7, "bbox": [40, 40, 20, 20], "area": 400} for i in range(0, images, 10)]
    data = {
        "images": [{"id": i, "width": 120, "height": 80, "file_name": f"{i}.png"} for i in range(images)],
        "annotations": [row | {"id": i} for i, row in enumerate(rows)],
        "categories": [{"id": 1, "name": "cat"}, {"id": 7, "name": "dog"}, {"id": 9, "name": "kite"}],
    }
    return Dataset.from_dict(data)


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in the look of the test, which may ask for nothing but files, and may throw nothing."""
    context = browser.new_context(**LOOKS[request.node.callspec.params.get("look", "light")] if hasattr(
        request.node, "callspec") else LOOKS["light"])  # fmt: skip
    page = context.new_page()
    watch = Watch(page, "file:")
    yield page
    watch.check()
    context.close()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "photos").mkdir()
    for number in range(0, 230, 3):
        save_image(np.full((80, 120, 3), number, np.uint8), folder / "photos" / f"{number}.png")
    write_gallery(many(), np.arange(230), folder / "out", str(folder / "photos"), "many.json")
    return folder / "out" / "index.html"


def test_a_gallery_is_looked_through_without_a_server(opened: Page, gallery: Path) -> None:
    opened.goto(gallery.as_uri())
    cards, said = opened.locator(".card"), opened.locator("#said")
    assert (cards.count(), said.inner_text()) == (200, "230 images")
    opened.get_by_role("button", name="Next").first.click()
    until(opened, "document.querySelectorAll('.card').length === 30")
    opened.select_option("#category", label="dog (23)")
    until(opened, "document.querySelectorAll('.card').length === 23")
    assert said.inner_text() == "23 of 230 images"
    opened.select_option("#size", "4")
    until(opened, "document.querySelector('.empty')")
    opened.select_option("#size", "1")
    until(opened, "document.querySelectorAll('.card').length === 23")
    opened.reload()
    until(opened, "document.querySelectorAll('.card').length === 23")
    cards.nth(1).click()
    assert opened.locator("#title").inner_text() == "10.png"
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#title").inner_text() == "20.png"
    assert opened.locator("#over").get_attribute("src") == "masks/20.svg#n7"
    opened.locator("#kinds button", has_text="dog").click()
    assert opened.locator("#over").get_attribute("src") == "masks/20.svg#all"
    opened.keyboard.press("Escape")
    assert not opened.locator("#large").is_visible()
    opened.go_back()
    until(opened, "document.querySelector('.empty')")


@look
def test_a_gallery_has_no_faults(opened: Page, gallery: Path, look: str) -> None:
    opened.goto(gallery.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(opened) == []
    opened.locator(".card").first.click()
    assert faults(opened) == []


@look
def test_the_page_of_statistics_has_no_faults(opened: Page, tmp_path: Path, look: str) -> None:
    found = describe(many(), "many.json")
    other = describe(many(30), "few.json")
    path = tmp_path / "stats.html"
    path.write_text(statistics_page(found, [other], [drift_between(found, other)]), encoding="utf-8")
    opened.goto(path.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(opened) == []
    first = opened.locator("table.sort tbody tr").first
    assert first.inner_text().startswith("cat")
    opened.locator(".sort th button", has_text="Instances").click()
    assert first.inner_text().startswith("kite")
    opened.locator(".sort th button").first.click()
    assert first.inner_text().startswith("cat")

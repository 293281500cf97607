"""A photo of 108 megapixels: true pixels where the view is finer than the copy, and coordinates of the photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from cocokit import rle
from cocokit.annotate_ui.pictures import Pictures, display_size
from cocokit.annotate_ui.tiles import TILE, Tiles, steps
from cocokit.domain.tasks import ImageRef
from tests.annotate_ui.large import HEIGHT, STRIPE, WIDTH, large_photo
from tests.e2e.drawing import Hand, flat
from tests.js.canned import category

IMAGE = ImageRef(1, "large.jpg", WIDTH, HEIGHT)
CORNERS = ((6100, 4560), (6300, 4560), (6300, 4700), (6180, 4700), (6100, 4640))


class FarHand(Hand):
    """A hand that counts px of the photo, not of its copy."""

    def view(self) -> tuple[float, float, float]:
        left, top, width = self.page.evaluate(
            "() => { const b = document.querySelector('.picture').getBoundingClientRect();"
            " return [b.left, b.top, b.width]; }"
        )
        return left, top, width / WIDTH

    def tiles(self) -> list[str]:
        """The names of the tiles that lie on the copy: step/x/y."""
        found: list[str] = self.page.evaluate("[...document.querySelectorAll('.deep img')].map((i) => i.dataset.tile)")
        return found

    def tool(self, name: str, page: str = "draw") -> None:
        self.page.locator(f".rail [data-tool='{page}.{name}']").click()

    def sharp(self) -> None:
        """Waits until tiles are there and no more come."""
        self.page.locator(".deep img").nth(1).wait_for(state="attached", timeout=60_000)
        before: list[str] = []
        while before != self.tiles():
            before = self.tiles()
            self.page.wait_for_timeout(600)

    def strip(self) -> Any:
        """Grey of a row of screen pixels in the middle of the view, over 200 CSS px."""
        self.settled()
        box = {"x": 520, "y": 520, "width": 200, "height": 4}
        with Image.open(io.BytesIO(self.page.screenshot(clip=box))) as shot:
            return np.asarray(shot.convert("L")).astype(float).mean(0)


def work(box: tuple[int, int, int, int]) -> dict[str, Any]:
    width, height = display_size(IMAGE)
    neighbour = rle.from_polygons([[6500, 4300, 6700, 4300, 6700, 4700, 6500, 4700]], HEIGHT, WIDTH)
    image = {
        "id": 1, "url": "/photo/copy", "width": WIDTH, "height": HEIGHT, "shown_width": width, "shown_height": height,
        "tiles": {"url": "/photo/deep-{step}-{x}-{y}", "size": TILE, "steps": steps(IMAGE)},
    }  # fmt: skip
    mask = {"size": [HEIGHT, WIDTH], "counts": neighbour.counts.decode()}
    return {
        "image": image, "category": category("cat"), "spot": [6200, 4600], "box": list(box),
        "others": [{"category": category("cup", 3), "mine": False, "mask": mask}],
        "tools": ["polygon", "brush", "box", "tighten"], "masks": [mask], "primer": [6200, 4600], "max_spots": 9,
    }  # fmt: skip


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    folder = tmp_path_factory.mktemp("large")
    large_photo(folder / "images" / IMAGE.file_name)
    return Pictures(str(folder / "images"), str(folder / "cache"))


@pytest.fixture
def far(visit: Callable[..., Any], pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FarHand]:
    """Opens the segment page on the large photo, with a box in view."""
    tiles = Tiles(pictures)

    def bytes_of(name: str) -> bytes:
        if not name.startswith("deep-"):
            return Path(pictures.display(IMAGE)).read_bytes()
        step, x, y = map(int, name.removeprefix("deep-").split("-"))
        path = tiles.tile(IMAGE, step, x, y)
        assert path, f"the page asked for a tile that is not there: {name}"
        return Path(path).read_bytes()

    def go(box: tuple[int, int, int, int], stage: str = "segment") -> FarHand:
        monkeypatch.setattr("tests.js.dev.work_of", lambda *_: work(box))
        monkeypatch.setattr("tests.js.dev.photo_bytes", bytes_of)
        bytes_of("deep-1-0-0")  # made before the page's patience counts
        found = visit(stage)
        found.page.locator(".photo.loaded").wait_for(timeout=60_000)
        if stage != "crowd":
            found.page.locator(".rail .tool").first.wait_for()
        return FarHand(found)

    return go


def test_zooming_in_shows_true_pixels_and_the_outline_is_of_the_photo(far: Callable[..., FarHand]) -> None:
    hand = far((6040, 4520, 300, 220))
    scale = hand.view()[2]
    assert scale > 2
    hand.sharp()
    names = hand.tiles()
    assert {name.split("/")[0] for name in names} == {"1"}
    assert len(names) <= 40
    row = hand.strip()
    assert np.ptp(row) > 80, "stripes of 2 px, which the copy cannot show"
    power = np.abs(np.fft.rfft(row - row.mean()))
    period = len(row) / int(power[1:].argmax() + 1)
    assert abs(period - 2 * STRIPE * scale) < 1.2, (period, scale)
    hand.page.evaluate("document.querySelector('.deep').style.visibility = 'hidden'")
    assert np.ptp(hand.strip()) < 60, "the copy alone is blurred there"
    hand.page.evaluate("document.querySelector('.deep').style.visibility = ''")
    hand.keys("p")
    hand.click(*CORNERS, CORNERS[0])
    payload = hand.submit()
    (ring,) = payload["polygons"]
    assert np.abs(np.array(ring) - flat(CORNERS)).max() <= 1 / scale


def test_tiles_go_with_the_view_and_painting_is_refused_in_a_sentence(far: Callable[..., FarHand]) -> None:
    hand = far((6040, 4520, 300, 220))
    hand.sharp()
    hand.keys("b")
    hand.hint("This photo is too large for it: it would take 1.1 GB of memory. Polygons work")
    hand.click((6150, 4600))
    assert hand.page.locator("canvas.paint").count() == 0
    hand.page.locator("#hint button", has_text="Draw a polygon").click()
    hand.click(*CORNERS, CORNERS[0])
    assert "5 points" in hand.points()
    hand.keys("0")
    expect(hand.page.locator(".deep img")).to_have_count(0)
    for _ in range(3):
        hand.keys("+")
    hand.sharp()
    assert {name.split("/")[0] for name in hand.tiles()} <= {"2", "4"}
    assert len(hand.tiles()) <= 40


def test_a_crowd_that_cannot_be_painted_says_so_and_can_be_skipped(far: Callable[..., FarHand]) -> None:
    hand = far((6000, 4450, 400, 300), "crowd")
    hand.hint("This photo is too large for it")
    hand.page.locator("#submit").click()
    hand.hint("Skip it")
    assert hand.visit.fake.answers == []
    assert hand.page.locator("canvas.paint").count() == 0


def test_the_lens_shows_true_pixels_too(far: Callable[..., FarHand]) -> None:
    hand = far((6000, 4450, 400, 300), "spot")
    for _ in range(8):
        hand.keys("+")
    hand.sharp()
    hand.tool("lens", "spot")
    hand.page.mouse.move(700, 450)
    hand.page.mouse.move(702, 450)
    hand.settled()
    row = hand.page.evaluate(
        "() => { const c = document.querySelector('.lens canvas');"
        " return [...c.getContext('2d').getImageData(20, 30, 80, 1).data].filter((_, i) => i % 4 === 0); }"
    )
    assert np.ptp(row) > 80


def test_an_ordinary_photo_asks_for_no_tiles_and_no_script_of_them(visit: Callable[..., Any]) -> None:
    asked: list[str] = []
    found = visit("segment", before=lambda page: page.on("request", lambda request: asked.append(request.url)))
    found.page.locator(".photo.loaded").wait_for()
    found.page.wait_for_timeout(500)
    for _ in range(4):
        found.page.keyboard.press("+")
    found.page.wait_for_timeout(500)
    assert any(url.endswith("/core/photo.js") for url in asked)
    assert not any("deep" in url for url in asked)

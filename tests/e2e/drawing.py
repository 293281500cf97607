"""Hands for the drawing pages: mouse, keyboard, single clicks, touch, and what pycocotools makes of what was sent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as oracle

from tests.e2e.conftest import Visit

Point = tuple[float, float]

#: An outline on the cup. Its corners lie on corners of pixels: half a px of the screen changes no pixel of the mask.
KNOWN: tuple[Point, ...] = (
    (230, 150), (330, 150), (330, 180), (400, 180), (400, 240), (350, 240), (350, 270), (230, 270),
)  # fmt: skip


class Hand:
    """Points of the image on the screen of one page."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page

    def view(self) -> tuple[float, float, float]:
        """Left and top of the photo, CSS px, and CSS px per px of the image."""
        left, top, width, across = self.page.evaluate(
            "() => { const p = document.querySelector('.picture'), b = p.getBoundingClientRect();"
            " return [b.left, b.top, b.width, p.naturalWidth]; }"
        )
        return left, top, width / across

    def to(self, at: Point) -> Point:
        """A point of the image in whole CSS px."""
        left, top, scale = self.view()
        return round(left + at[0] * scale), round(top + at[1] * scale)

    def click(self, *points: Point) -> None:
        """Clicks points one after another, slowly enough that no two are a double click."""
        for at in points:
            self.page.mouse.move(*self.to(at))
            self.page.mouse.click(*self.to(at))

    def tap(self, *points: Point) -> None:
        """The same with a finger."""
        for at in points:
            self.page.touchscreen.tap(*self.to(at))

    def drag(self, *points: Point) -> None:
        """Presses at the first point, and lifts at the last."""
        self.page.mouse.move(*self.to(points[0]))
        self.page.mouse.down()
        for at in points[1:]:
            self.page.mouse.move(*self.to(at), steps=6)
        self.page.mouse.up()

    def keys(self, *names: str) -> None:
        """Presses keys."""
        for name in names:
            self.page.keyboard.press(name)

    def walk(self, at: Point) -> None:
        """Moves the keyboard cursor to a point by arrows."""
        self.settled()
        cross = self.page.evaluate(
            "() => { const words = document.querySelector('.cross').getAttribute('transform');"
            " const m = words.match(/[-\\d.]+/g).map(Number),"
            " b = document.querySelector('.photo').getBoundingClientRect(); return [m[0] + b.left, m[1] + b.top]; }"
        )
        goal = self.to(at)
        for axis, (less, more) in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
            steps = round(goal[axis] - cross[axis])
            key = more if steps > 0 else less
            tens, ones = divmod(abs(steps), 10)
            self.keys(*[f"Shift+{key}"] * tens, *[key] * ones)

    def tool(self, name: str) -> None:
        """Takes a tool from the rail."""
        self.page.locator(f".rail [data-tool='draw.{name}']").click()

    def ring(self) -> str:
        """The closed outlines as they are drawn."""
        self.settled()
        return str(self.page.evaluate("document.querySelector('.drawing .double path')?.getAttribute('d')"))

    def points(self) -> str:
        """What the side says of the drawing."""
        self.settled()
        return self.page.locator(".instances .mine .lot").inner_text()

    def settled(self) -> None:
        """Two frames later."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def found(self) -> None:
        """Waits until nothing is being looked for in the photo."""
        self.settled()
        self.page.locator(".photo:not([aria-busy])").wait_for()
        self.settled()

    def hint(self, words: str) -> None:
        """Waits for a hint."""
        self.page.locator("#hint .words", has_text=words).wait_for()

    def submit(self, count: int = 1) -> dict[str, Any]:
        """Sends by the primary button; the payload."""
        self.page.locator("#submit").click()
        return self.sent(count)

    def sent(self, count: int = 1) -> dict[str, Any]:
        """The newest payload, when so many have been sent."""
        end = time.monotonic() + 10
        while len(self.visit.fake.answers) < count and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        assert len(self.visit.fake.answers) == count, self.page.locator("#hint").inner_text()
        return self.visit.payload()


def opened(visit: Any, stage: str = "segment", **more: Any) -> Hand:
    """A drawing page that is ready."""
    found: Visit = visit(stage, **more)
    found.page.locator("#agree, .photo.loaded").first.wait_for()
    if found.page.locator("#agree").count():
        found.page.locator("#agree").click()
    found.page.locator(".photo.loaded").wait_for()
    found.page.locator(".rail .tool").first.wait_for()
    return Hand(found)


def decoded(payload: dict[str, Any], size: tuple[int, int] = (400, 600)) -> NDArray[np.bool_]:
    """The pixels of what was sent, by pycocotools."""
    if "rle" in payload:
        return np.asarray(oracle.decode(payload["rle"]), dtype=bool)
    pixels = _filled(payload["polygons"], size)
    return pixels & ~_filled(payload["holes"], size) if payload.get("holes") else pixels


def _filled(rings: Sequence[Sequence[float]], size: tuple[int, int]) -> NDArray[np.bool_]:
    return np.asarray(oracle.decode(oracle.merge(oracle.frPyObjects(list(rings), *size))), dtype=bool)


def flat(points: Sequence[Point]) -> list[float]:
    """x0, y0, x1, y1, ..."""
    return [v for point in points for v in point]

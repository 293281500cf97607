"""What the tests of the pages on one photo share: where a point of the image is on the screen, and ways to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visit

#: CSS px that the keyboard cursor moves with and without Shift.
STEPS = (10, 1)


def screen(page: Page, at: tuple[float, float]) -> tuple[float, float]:
    """Where a point of the image is on the screen, CSS px."""
    x, y = page.evaluate(
        """([x, y]) => {
          const picture = document.querySelector(".picture");
          const box = picture.getBoundingClientRect();
          return [box.left + x * box.width / picture.naturalWidth, box.top + y * box.height / picture.naturalHeight];
        }""", list(at))  # fmt: skip
    return x, y


def middle(page: Page, selector: str) -> tuple[float, float]:
    """The middle of an element, CSS px."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Presses, moves in steps, lets go."""
    page.mouse.move(*start)
    page.mouse.down()
    for part in (0.2, 0.5, 0.8, 1.0):
        page.mouse.move(start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
    page.mouse.up()


def walk(page: Page, steps: tuple[int, int]) -> None:
    """Moves the keyboard cursor by CSS px across and down."""
    for count, (less, more) in zip(steps, (("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown")), strict=True):
        key, left = (more if count > 0 else less), abs(count)
        for size, prefix in zip(STEPS, ("Shift+", ""), strict=True):
            for _ in range(left // size):
                page.keyboard.press(prefix + key)
            left %= size


def apart(page: Page, steps: tuple[int, int], start: tuple[float, float] = (300, 200)) -> tuple[float, float]:
    """The point of the image that lies so many CSS px from another: one that the keyboard cursor can reach exactly."""
    x, y = screen(page, start)
    origin, unit = screen(page, (0, 0)), screen(page, (1, 1))
    return ((x + steps[0] - origin[0]) / (unit[0] - origin[0]), (y + steps[1] - origin[1]) / (unit[1] - origin[1]))


def submitted(found: Visit) -> dict[str, Any]:
    """What was sent, once an answer has come to the server."""
    for _ in range(100):
        if found.fake.answers:
            return found.payload()
        found.page.wait_for_timeout(50)
    raise AssertionError(f"nothing was submitted; the hint says: {found.page.locator('#hint').inner_text()}")


def trace(found: Visit) -> list[dict[str, Any]]:
    """What the page noted on the way."""
    rows: list[dict[str, Any]] = found.fake.answers[-1]["trace"]
    return rows


def near(points: Iterable[tuple[float, ...]], abs_px: float = 0.03) -> list[Any]:
    """Points for a comparison, to some hundredths of a px of the image."""
    return [pytest.approx(point, abs=abs_px) for point in points]

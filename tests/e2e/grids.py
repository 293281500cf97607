"""What the tests of the two grid pages share: opening one, and going through it by keys."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit


def opened(visit: Callable[..., Visit], stage: str, **how: object) -> Visit:
    """A grid page with its first tile drawn."""
    found = visit(stage, **how)
    found.page.locator(".tile .face").first.wait_for()
    return found


def tile(page: Page, i: int) -> Locator:
    """The i-th tile that is shown."""
    return page.locator(".tiles .tile").nth(i)


def tab_to_grid(page: Page) -> None:
    """Tab, until the focus is in the grid."""
    for _ in range(40):
        if page.evaluate("document.activeElement?.matches('.tiles .tile') ?? false"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("40 times Tab do not lead to the grid")


def keys(page: Page, *presses: str) -> None:
    """Presses keys; "ArrowRight*3" three times."""
    for press in presses:
        key, _, times = press.partition("*")
        for _ in range(int(times or 1)):
            page.keyboard.press(key)


def checked(page: Page) -> list[int]:
    """The tiles that are checked, by their number."""
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('.tiles [aria-checked=true]')].map((tile) => Number(tile.dataset.i))"
    )
    return found


def until(page: Page, what: str) -> None:
    """Waits until an expression of the page is true; the page's own policy forbids Playwright's way of waiting."""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {what}")


def submitted(found: Visit) -> None:
    """Waits until an answer has come to the server."""
    expect(found.page.locator("#submit")).to_be_enabled()
    for _ in range(100):
        if found.entry and found.fake.answers:
            return
        found.page.wait_for_timeout(50)
    raise AssertionError("nothing was submitted")

"""What the tests of the frame ask a page."""

from __future__ import annotations

from typing import Any


def shown(page: Any) -> Any:
    """Waits until a task can be worked on."""
    page.wait_for_selector(".photo.loaded")
    return page


def gone(page: Any, selector: str) -> None:
    """Waits until a task has taken the place of the one before."""
    page.locator(selector).first.wait_for(state="detached")


def until(page: Any, expression: str, ms: int = 8000) -> Any:
    """What an expression is as soon as it is true; the pages' policy forbids the browser's own way to wait for one."""
    for _ in range(ms // 50):
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def dots(page: Any) -> int:
    """How many points the sample page shows."""
    return int(page.locator(".dot").count())


def log(page: Any, key: str) -> list[Any]:
    """What the server got of a campaign."""
    found = page.request.get(page.url.split("?")[0] + "log").json()
    return list(found.get(key, []))

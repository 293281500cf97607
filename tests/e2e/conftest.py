"""A real browser for the pages, and the server of canned tasks that they talk to.

A test asks for ``visit`` and opens a page with it: ``visit("verify", width=360, touch=True)``.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.js.dev import Fake, Handler, serve

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    # Skipping is refused here, so the tests are left out and the report says so.
    collect_ignore_glob = ["test_*.py"]

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")  # fmt: skip
_NUMBERS = count(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was not tested."""
    if "collect_ignore_glob" in globals():
        terminalreporter.write_line("NO PLAYWRIGHT: the pages are not tested in a browser (pip install playwright)")


def chromium() -> str:
    """The path of Chromium; skips the calling test, with the reason, where there is none."""
    found = os.environ.get("COCOKIT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("NO CHROMIUM: the pages are not tested in a browser (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the run."""
    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def canned() -> Iterator[str]:
    """The address of the server of canned tasks."""
    server = serve(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(10)


class Visit:
    """One worker's page: the browser's page, and what the fake campaign knows of it."""

    def __init__(self, page: Page, entry: str, errors: list[str]) -> None:
        self.page, self.entry, self.errors = page, entry, errors

    @property
    def fake(self) -> Fake:
        """The campaign behind the page."""
        return Handler.campaigns[self.entry]

    def payload(self) -> dict[str, Any]:
        """What was submitted last."""
        answer: dict[str, Any] = self.fake.answers[-1]["payload"]
        return answer


@pytest.fixture
def visit(browser: Browser, canned: str) -> Iterator[Callable[..., Visit]]:
    """Opens pages of a stage; afterwards nothing may have gone wrong in any of them.

    Keywords: width, height (px), touch, theme ("light", "dark"), reduced (motion), draft (what a page's snapshot gave),
    before (is given the page before it goes anywhere).
    """
    visits: list[Visit] = []

    def go(
        stage: str, *, width: int = 1440, height: int = 900, touch: bool = False, theme: str = "light",
        reduced: bool = False, draft: Any = None, before: Callable[[Page], None] | None = None,
    ) -> Visit:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch,
            color_scheme=theme, reduced_motion="reduce" if reduced else "no-preference",
        )  # fmt: skip
        page, entry, errors = context.new_page(), f"stage={stage}&number={next(_NUMBERS)}", []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        if draft is not None:
            fake = Handler.campaigns[entry] = Fake(stage)
            fake.assignment()["draft"] = {"version": 1, "data": draft}
        if before:
            before(page)
        page.goto(f"{canned}/?{entry}")
        visits.append(Visit(page, entry, errors))
        return visits[-1]

    yield go
    for one in visits:
        one.page.context.close()
    assert not [error for one in visits for error in one.errors if "favicon" not in error]

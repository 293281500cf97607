"""A real browser for the pages, and the server of canned tasks that they talk to.

A test asks for ``visit`` and opens a page with it: ``visit("verify", width=360, touch=True)``; or for ``open_page``,
which takes any query of the server and may open several tabs of one browser. Afterwards nothing may have gone wrong: no
error thrown or written to the console, no breach of the policy, no request to another host.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cocokit.annotate_ui.views.api import CONSENT
from tests.js.dev import Fake, Handler, serve

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ImportError:
    # Skipping is refused here, so the tests are left out and the report says so.
    collect_ignore_glob = ["test_*.py"]

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")  # fmt: skip
_NUMBERS = count(1)
FOLDER = Path(__file__).parent
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True,
              "device_scale_factor": 2},
}  # fmt: skip
#: What the agreement leaves in a browser.
AGREED = f"try {{ localStorage.setItem('cocokit.agreed:' + location.pathname, '{CONSENT}') }} catch {{}}"

#: Tests that every run makes: a whole task on each page in each way, and the ways in which work could be lost. The
#: others, as many times as long, run with `make test-all`.
QUICK = {
    "test_a_closed_tab_brings_everything_back",
    "test_a_drawing_is_there_after_a_reload",
    "test_a_page_whose_lease_has_ended_says_so_and_can_still_send",
    "test_a_gallery_is_looked_through_without_a_server",
    "test_a_restarted_server_loses_nothing",
    "test_a_second_tab_only_looks_on_until_it_takes_over",
    "test_a_second_tab_only_shows_the_task_until_it_takes_it",
    "test_a_server_that_is_started_anew_goes_on_where_it_was",
    "test_a_token_that_is_over_is_made_anew_without_a_word",
    "test_agreement_comes_once_and_then_the_task",
    "test_captions_from_the_invite_link_to_the_receipts",
    "test_every_way_of_drawing_gives_the_same_pixels",
    "test_every_way_of_marking_gives_the_same_answer",
    "test_every_way_of_placing_gives_the_same_answer",
    "test_every_way_of_removing_gives_the_same_answer",
    "test_every_way_of_writing_gives_the_same_answer",
    "test_holes_and_parts_are_cut_and_added",
    "test_offline_answers_wait_and_go_out",
    "test_the_board_is_live",
    "test_the_brush_paints_around_what_is_outlined_already",
    "test_the_line_moves_by_pointer_and_by_keys",
    "test_the_result_says_what_was_reached_and_what_to_change",
    "test_three_workers_take_ten_photos_to_an_export_that_is_the_truth",
    "test_without_a_network_answers_wait_and_all_arrive",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is not quick is slow."""
    for item in items:
        if item.path.parent == FOLDER and item.name.split("[")[0] not in QUICK:
            item.add_marker(pytest.mark.slow)


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


class Watch:
    """What went wrong on a page.

    Attributes:
        errors: what the page threw or wrote to its console, and where it called elsewhere.
        allowed: parts of errors that a test expects, because it breaks the network on purpose.
    """

    def __init__(self, page: Page, base: str) -> None:
        self.errors: list[str] = []
        self.allowed: list[str] = []
        self.base = base
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"thrown: {error}"))
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text} {message.location.get('url')}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.errors.append(f"another host: {request.url}")

    def check(self) -> None:
        """Fails if there was anything that the test did not expect."""
        bad = [error for error in self.errors if not any(part in error for part in self.allowed)]
        assert not bad, bad


class Visit:
    """One worker's page: the browser's page, and what the fake campaign knows of it."""

    def __init__(self, page: Page, entry: str, watch: Watch) -> None:
        self.page, self.entry, self.watch = page, entry, watch

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
    before (is given the page before it goes anywhere), of (another visit, whose campaign this is too), tab (in a tab of
    its browser, and not in a new browser).
    """
    visits: list[Visit] = []

    def go(
        stage: str, *, width: int = 1440, height: int = 900, touch: bool = False, theme: str = "light",
        reduced: bool = False, draft: Any = None, before: Callable[[Page], None] | None = None,
        of: Visit | None = None, tab: bool = False,
    ) -> Visit:  # fmt: skip
        context = of.page.context if of and tab else browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch,
            color_scheme=theme, reduced_motion="reduce" if reduced else "no-preference",
        )  # fmt: skip
        context.add_init_script(AGREED)
        page, entry = context.new_page(), of.entry if of else f"stage={stage}&number={next(_NUMBERS)}"
        watch = Watch(page, canned)
        page.set_default_timeout(10_000)
        if draft is not None:
            fake = Handler.campaigns[entry] = Fake(stage)
            fake.assignment()["draft"] = {"version": 1, "data": {"page": draft}}
        if before:
            before(page)
        page.goto(f"{canned}/?{entry}")
        visits.append(Visit(page, entry, watch))
        return visits[-1]

    yield go
    for one in visits:
        one.page.context.close()
    for one in visits:
        one.watch.check()


@pytest.fixture
def open_page(browser: Browser, canned: str) -> Iterator[Callable[..., Any]]:
    """Opens pages: ``open_page("stage=segment", look="phone")``.

    Keywords: look ("light", "dark", "phone"), context (of another page: a second tab of the same browser), agree
    (False: the agreement is asked for). Each page has its ``watch``.
    """
    contexts: list[Any] = []
    watches: list[Watch] = []

    def opened(query: str, look: str = "light", context: Any = None, agree: bool = True) -> Any:
        if context is None:
            context = browser.new_context(**LOOKS[look])
            contexts.append(context)
            if agree:
                context.add_init_script(AGREED)
        page: Any = context.new_page()
        page.set_default_timeout(10_000)
        page.watch = Watch(page, canned)
        watches.append(page.watch)
        page.goto(f"{canned}/?{query}")
        return page

    yield opened
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()

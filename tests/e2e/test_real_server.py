"""The frame against the real server: joining, work ahead of time, drafts, receipts, and what a page loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocokit.domain.stages import Stage
from tests.annotate_ui.site import running
from tests.e2e.conftest import LOOKS, Watch
from tests.e2e.frames import until


def words(page: Any, count: int) -> None:
    page.locator("textarea").fill(f"A photograph that shows {count} things which are plain to see.")


def test_captions_from_the_invite_link_to_the_receipts(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, stage=Stage.CAPTION) as site:
        context = browser.new_context(**LOOKS["light"])
        page = context.new_page()
        watch = Watch(page, site.invite.split("/w/")[0])
        page.goto(site.invite)
        page.fill("#nickname", "Ada")
        page.click("#agree")
        took = []
        for i in range(3):
            page.wait_for_selector("textarea")
            words(page, i)
            page.wait_for_selector("[data-how=saved]")
            page.evaluate("performance.clearMarks()")
            page.keyboard.press("Control+Enter")
            until(page, "performance.getEntriesByName('task-shown').length || document.querySelector('.state') ? 1 : 0")
            marks = page.evaluate("performance.getEntriesByType('mark').map((m) => [m.name, m.startTime])")
            found = dict(marks)
            if "task-shown" in found:
                took.append(found["task-shown"] - found["submitted"])
        assert took, "no second task"
        assert min(took) <= 100, took
        page.wait_for_selector("textarea")
        page.locator("textarea").fill("A sentence that is not finished yet")
        page.wait_for_timeout(300)
        page.reload()
        page.wait_for_selector("textarea")
        assert page.locator("textarea").input_value() == "A sentence that is not finished yet"
        context.close()
        watch.check()


@pytest.mark.parametrize("stage", [Stage.LABEL])
def test_a_page_asks_for_few_bytes(browser: Any, tmp_path: Path, stage: Stage) -> None:
    with running(tmp_path, stage=stage) as site:
        context = browser.new_context(**LOOKS["light"])
        page = context.new_page()
        page.goto(site.invite)
        page.click("#agree")
        page.wait_for_selector(".photo.loaded")
        sizes = page.evaluate("""['resource', 'navigation'].flatMap((type) => performance.getEntriesByType(type))
            .filter((e) => !['/media/', '/api/', '/icons/'].some((part) => e.name.includes(part)))
            .filter((e) => e.startTime < performance.getEntriesByName('task-shown')[0].startTime)
            .map((e) => [e.name, e.encodedBodySize])""")
        assert sum(size for _, size in sizes) <= 60_000, sorted(sizes, key=lambda one: -one[1])
        context.close()

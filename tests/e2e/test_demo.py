"""A newcomer at the demo: opens the worker's link and does one task of every kind with the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocokit.annotate_ui.serving import invites
from cocokit.domain.stages import Stage
from tests.e2e import acts
from tests.e2e.shots import studio


def shown(page: Any, engine: Any, worker: int) -> Any:
    """The task on the page: the oldest that the worker holds."""
    page.wait_for_selector(".photo.loaded, .tile .face, textarea")
    return engine.current(worker)[0]


def send(page: Any, engine: Any, worker: int, word: str) -> None:
    """Press the primary button until the answer is in; a page may ask whether it is meant."""
    for _ in range(14):
        if not any(one.id == word for one in engine.current(worker)):
            break
        page.locator("#submit").click()
        page.wait_for_timeout(400)
    assert not any(one.id == word for one in engine.current(worker)), page.locator("#hint").inner_text()
    if "Training" in page.locator("#bar").inner_text() and page.locator("#submit").inner_text().startswith("Go on"):
        page.locator("#submit").click()
    page.wait_for_timeout(700)


@pytest.mark.slow
def test_a_newcomer_does_a_task_of_every_kind_with_the_mouse(tmp_path: Path, browser: Any) -> None:
    with studio(tmp_path, browser) as made:
        context = made.browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.goto(made.demo.link + invites(made.demo.app)[0][1])
        page.click("#agree")
        page.wait_for_selector(".photo.loaded, .tile .face, textarea")
        worker = acts.newest_visitor(made.crowd)
        met = []
        for _ in range(7):
            given = shown(page, made.crowd.engine, worker)
            acts.work_on(page, made.crowd, given)
            page.screenshot(path=tmp_path / f"{given.stage}.png")
            send(page, made.crowd.engine, worker, given.id)
            met.append(given.stage)
        context.close()
        assert sorted(met) == sorted(Stage)

"""From submitting to the next task on screen, each page, the real server: 100 ms at most on a machine that is at rest.

Others may be busy on the machine that tests: of some tries the best one counts, and where several programs wait for
each core, as many times as long is allowed. The outline that flashes for 400 ms after a mask was sent is a motion, and
left out where motion is reduced, as here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from cocokit.domain.stages import Stage
from tests.annotate_ui.site import running
from tests.e2e.conftest import Watch
from tests.e2e.people import Person

MOST_MS, TRIES = 100, 6
SETTINGS: dict[Stage, dict[str, Any]] = {
    Stage.FILTER: {"filter_page": 1}, Stage.SEGMENT: {"training": False, "tools": ("polygon",)},
    Stage.VERIFY: {"page_size": 5, "bad_sentinels": 1, "good_sentinels": 1},
    Stage.CROWD: {"crowd_after": 1, "k_crowd": 3}, Stage.CAPTION: {"k_caption": 3},
}  # fmt: skip
_TOOK = """() => { const end = performance.getEntriesByName("task-shown").at(-1),
  start = performance.getEntriesByName("submitted").filter((mark) => mark.startTime <= end.startTime).at(-1);
  return start ? end.startTime - start.startTime : null; }"""


@pytest.mark.parametrize("stage", Stage)
def test_the_next_task_is_on_screen_within_100_ms(browser: Any, tmp_path: Path, stage: Stage) -> None:
    options = {"stage": stage, **SETTINGS.get(stage, {})}
    with running(tmp_path / "site", workers=3, config={"limits": False}, **options) as site:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(15_000)
        watch = Watch(page, site.url)
        watch.allowed = ["/draft"]
        person = Person(page, site, "clicks")
        if stage is Stage.CROWD:  # Two dabs of the brush; on small things a polygon closes by itself.
            person._crowd = lambda given: person.hand.click((30, 30), (120, 100))  # type: ignore[method-assign]
        person.come("Ada")
        took: list[float] = []
        while len(took) < TRIES and person.step() == "did":
            page.wait_for_timeout(600)  # What comes after this task is fetched while somebody works on it.
            if page.locator(".state").count():
                break
            took.append(page.evaluate(_TOOK))
        context.close()
        watch.check()
        assert took, "no second task"
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        assert min(took) <= MOST_MS * max(1, load), f"{[round(one) for one in took]} ms at a load of {load:.1f} a core"

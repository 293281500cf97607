"""Pictures of every page, from the real server on the demo's campaign: ``make shots`` writes them into shots/.

    python -m tests.e2e.shots                     every page; light, dark, small
    python -m tests.e2e.shots segment board       these pages only

They are for looking at: ``shots/index.html`` shows all of them, ``shots/sheet.webp`` is the same in one picture. A few,
small, go into docs/pictures with ``--docs``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from cocokit.cli._demo_campaign import begin, company
from cocokit.cli._demo_server import Demo, open_demo
from cocokit.crowd.company import Company
from cocokit.domain.stages import Stage
from cocokit.store.database import Database, sqlite_url
from tests.e2e import acts
from tests.e2e.conftest import AGREED, FLAGS, LOOKS
from tests.test_packaging import ROOT

#: How a page is looked at: the looks of the tests, and a screen of 4K.
MORE_LOOKS: dict[str, dict[str, Any]] = {
    **LOOKS,
    "phone-dark": {**LOOKS["phone"], "color_scheme": "dark"},
    "wide": {"viewport": {"width": 3840, "height": 2160}, "color_scheme": "light"},
}
#: Pages that are looked at on a 4K screen too.
_WIDE = ("segment", "board")
#: What goes into docs/pictures, and how wide it is there, px.
DOCS = {"segment": 1200, "board": 1200, "label": 900, "verify": 900, "filter": 900, "compared": 900}
_PASSWORD = "three plain words"


@dataclass
class Studio:
    """The demo, served, with simulated workers who stand still while pictures are taken.

    Attributes:
        demo: what is served.
        crowd: the simulated workers, and the engine.
        browser: that looks.
        folder: where pictures go.
    """

    demo: Demo
    crowd: Company
    browser: Browser
    folder: Path

    def worker(self, name: str, look: str, stage: Stage | None, *, training: bool = False, agreed: bool = True) -> Page:
        """The page of a new worker who holds a task of a stage."""
        from cocokit.annotate_ui.serving import invites
        from cocokit.annotate_ui.tokens import Entry

        path = invites(self.demo.app)[0][1]
        context = self.browser.new_context(**MORE_LOOKS[look], reduced_motion="reduce")
        if stage is not None:
            external = acts.hold(self.crowd, f"{name} {look}", stage, training)
            tokens = self.demo.app.extensions["cocokit"].tokens
            word = tokens.entry(Entry(self.crowd.engine.campaign.id, "invite", external))
            context.add_init_script(f"try {{ localStorage.setItem('cocokit.entry:{path}', '{word}') }} catch {{}}")
        if agreed:
            context.add_init_script(AGREED)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(self.demo.link + path)
        return page

    def keep(self, page: Page, name: str, look: str) -> None:
        """Take a picture."""
        page.wait_for_timeout(350)
        page.screenshot(path=self.folder / f"{name}.{look}.png")


def worker_shots(studio: Studio, wanted: Callable[[str], bool]) -> None:
    """Every page of a worker, as it opens and with something done."""
    for name, stage, training, act in acts.ACTS:
        for look in (look for look in MORE_LOOKS if wanted(name) and (look != "wide" or name in _WIDE)):
            page = studio.worker(name, look, stage, training=training)
            acts.ready(page)
            if act is not None:
                act(page, studio.crowd)
            studio.keep(page, name, look)
            page.context.close()
            acts.give_back(studio.crowd)
            print(f"  {name}.{look}", flush=True)
    for look in (look for look in MORE_LOOKS if look in ("light", "dark", "phone")):
        if wanted("entry"):
            page = studio.worker("entry", look, None, agreed=False)
            page.wait_for_selector("#agree")
            studio.keep(page, "entry", look)
            page.context.close()
        for state in acts.STATES:
            if wanted(f"state-{state}"):
                page = studio.worker(f"state-{state}", look, Stage.CAPTION)
                acts.ready(page)
                acts.into_state(page, studio.crowd, state)
                studio.keep(page, f"state-{state}", look)
                acts.out_of_state(studio.crowd, state)
                page.context.close()
                acts.give_back(studio.crowd)


def board_shots(studio: Studio, wanted: Callable[[str], bool]) -> None:
    """Every page of the dashboard."""
    from cocokit.annotate_ui.serving import dashboard

    path, is_first = dashboard(studio.demo.app)
    assert is_first
    context = studio.browser.new_context(**LOOKS["light"])
    page = context.new_page()
    page.goto(studio.demo.link + path)
    if wanted("welcome"):
        studio.keep(page, "welcome", "light")
    page.fill("[name=password]", _PASSWORD)
    page.fill("[name=again]", _PASSWORD)
    page.locator("form button[type=submit], form .btn.primary").first.click()
    page.wait_for_selector(".nav .menu")
    cookies = context.cookies()
    context.close()
    for name, path in acts.dash_pages(studio.crowd).items():
        for look in (look for look in MORE_LOOKS if wanted(name) and (look != "wide" or name in _WIDE)):
            context = studio.browser.new_context(**MORE_LOOKS[look], reduced_motion="reduce")
            context.add_cookies(cookies)
            page = context.new_page()
            page.goto(studio.demo.link + path)
            page.wait_for_load_state("networkidle")
            studio.keep(page, name, look)
            context.close()
            print(f"  {name}.{look}", flush=True)


def sheet(folder: Path) -> None:
    """All pictures on one page, and in one picture."""
    names = sorted(path.name for path in folder.glob("*.png"))
    figures = "\n".join(f'<figure><a href="{name}"><img src="{name}" loading="lazy"></a><figcaption>{name}</figcaption>'
                        "</figure>" for name in names)  # fmt: skip
    style = "body{font:14px sans-serif;display:flex;flex-wrap:wrap;gap:16px}img{height:260px}figure{margin:0}"
    (folder / "index.html").write_text(f"<!doctype html><title>shots</title><style>{style}</style>\n{figures}\n")
    across, wide, high = 6, 380, 250
    made = Image.new("RGB", (across * wide, -(-len(names) // across) * high), "#888")
    for i, name in enumerate(names):
        with Image.open(folder / name) as picture:
            small = picture.convert("RGB")
            small.thumbnail((wide - 8, high - 8))
            made.paste(small, (i % across * wide + 4, i // across * high + 4))
    made.save(folder / "sheet.webp", quality=80)


def docs(folder: Path) -> None:
    """The pictures that documents show: the light ones, small."""
    into = ROOT / "docs" / "pictures"
    into.mkdir(exist_ok=True)
    for name, width in DOCS.items():
        path = folder / f"{name}.light.png"
        if path.exists():
            with Image.open(path) as picture:
                small = picture.convert("RGB").resize((width, round(picture.height * width / picture.width)),
                                                      Image.Resampling.LANCZOS)  # fmt: skip
                small.save(into / f"{name}.webp", quality=82, method=6)


@contextmanager
def launched() -> Iterator[Any]:
    """A browser of one's own."""
    path = os.environ.get("COCOKIT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        raise SystemExit("no Chromium: install the package chromium, or set COCOKIT_CHROMIUM=path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def studio(folder: Path, browser: Any) -> Iterator[Studio]:
    """The demo in a temporary folder, a browser, and an empty folder for pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as spare:
        place = os.path.join(spare, "demo")
        begin(place)
        demo = open_demo(place, 0)
        threading.Thread(target=demo.server.run, daemon=True).start()
        database = Database(sqlite_url(os.path.join(place, "cocokit.db")), durable=False)
        try:
            yield Studio(demo, company(place, database, 3), browser, folder)
        finally:
            demo.server.close()
            demo.app.extensions["cocokit"].close()
            database.close()


def main() -> None:
    """Take the pictures."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("pages", nargs="*", help="names of pages  [default: all]")
    reader.add_argument("--look", action="append", choices=list(MORE_LOOKS), help="only in this look")
    reader.add_argument("--folder", default=str(ROOT / "shots"))
    reader.add_argument("--docs", action="store_true", help="small ones into docs/pictures")
    told = reader.parse_args()
    for look in set(MORE_LOOKS) - set(told.look or MORE_LOOKS):
        del MORE_LOOKS[look]
    folder = Path(told.folder)

    def wanted(name: str) -> bool:
        return not told.pages or name in told.pages

    with launched() as browser, studio(folder, browser) as made:
        worker_shots(made, wanted)
        board_shots(made, wanted)
    sheet(folder)
    if told.docs:
        docs(folder)
    print(f"{len(list(folder.glob('*.png')))} pictures; all of them: {folder / 'index.html'}")


if __name__ == "__main__":
    main()

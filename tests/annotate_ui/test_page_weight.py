"""What a worker's page weighs on the wire, photos and category icons apart.

Two figures for each page: what must be there before the task can be done with the tools that it begins with, and all
that the page can ever ask for. The rest comes with its first use, or while the page has nothing else to do.
"""

from __future__ import annotations

import gzip
import re
import secrets
from pathlib import Path

import jinja2
import pytest

from cocokit.annotate_ui.assets import lighter
from cocokit.annotate_ui.tokens import Entry, Tokens

UI = Path(__file__).parents[2] / "annotate_ui"
STATIC, SCRIPTS = UI / "static", UI / "static" / "js"
_STATIC = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']""")
_LATER = re.compile(r"""(?:\bimport\(|new URL\()\s*["'](\.[^"']+\.js)["']""")
_STYLES = re.compile(r"""^export const styles = \[(.*)\];$""", re.M)
_STYLES_LATER = re.compile(r"""\bfetched\(\[(.*?)\]\)|linked\("css/(\w+)\.css""")
#: Bytes. What every page may weigh before its task can be done; and in all.
BEFORE = 60_000
IN_ALL = {"filter": 68_000, "label": 67_000, "spot": 61_000, "segment": 91_000, "training": 96_000, "verify": 66_000,
          "crowd": 87_000, "caption": 56_000}  # fmt: skip


def shell() -> str:
    """The page as it is served to who opens an invite."""
    place = jinja2.Environment(loader=jinja2.FileSystemLoader(UI / "templates"), autoescape=True)
    entry = Entry(1, "link", secrets.token_urlsafe(12))
    words = {
        "root": f"/static/{secrets.token_hex(6)}",
        "entry": Tokens(secrets.token_hex()).entry(entry),
        "asks_nickname": True,
    }
    return place.get_template("worker.html").render(campaign="Photos of streets", **words)


def names(found: re.Pattern[str], text: str) -> list[str]:
    """The words between quotation marks in what a pattern finds."""
    return re.findall(r"\w+", " ".join("".join(one) for one in found.findall(text)))


def walk(module: Path, later: bool, seen: set[Path]) -> None:
    """Adds a module, all that it imports, and the style sheets that it names; what it imports later only if asked."""
    if module in seen:
        return
    seen.add(module)
    text = module.read_text(encoding="utf-8")
    seen |= {STATIC / "css" / "pages" / f"{name}.css" for name in names(_STYLES, text)}
    imported = _STATIC.findall(text)
    if later:
        imported += _LATER.findall(text)
        for name in names(_STYLES_LATER, text):
            seen.add(next((STATIC / "css").rglob(f"{name}.css")))
    for name in imported:
        walk((module.parent / name).resolve(), later, seen)


def loaded(page: str, later: bool) -> set[Path]:
    """The files of a page beside its shell."""
    seen = {STATIC / "icons-ui.svg", *(STATIC / name for name in re.findall(r"/static/\w+/(css/[\w/]+\.css)", shell()))}
    walk(SCRIPTS / "core" / "main.js", later, seen)
    walk(SCRIPTS / "pages" / f"{page}.js", later, seen)
    return seen


def weight(files: set[Path]) -> int:
    """Bytes of the shell and of files, each compressed by itself as the server does."""
    return sum(len(gzip.compress(data, 9)) for data in (shell().encode(), *map(lighter, files)))


AGREEMENT = {SCRIPTS / "core" / "consent.js", STATIC / "css" / "sheets.css"}


@pytest.mark.parametrize("page", IN_ALL)
def test_a_page_of_the_worker_is_light(page: str) -> None:
    before, in_all = weight(loaded(page, False)), weight(loaded(page, True))
    assert before <= BEFORE, before
    assert before < in_all <= IN_ALL[page], in_all


def test_the_agreement_that_is_asked_for_once_is_light() -> None:
    assert weight(AGREEMENT) - weight(set()) <= 2_500


def test_the_walk_misses_nothing() -> None:
    """No script or sheet lies there that no page of the worker asks for."""
    everything = {path for page in IN_ALL for path in loaded(page, True)} | AGREEMENT
    there = {*SCRIPTS.rglob("*.js"), *(STATIC / "css").rglob("*.css")}
    left = {path.relative_to(STATIC).as_posix() for path in there - everything if "dash" not in path.as_posix()}
    assert left == set()
    assert all(path.is_file() for path in everything)

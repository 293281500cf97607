"""What a worker's page weighs on the wire, its photo apart."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from cocokit.annotate_ui.assets import lighter

STATIC = Path(__file__).parents[2] / "annotate_ui" / "static"
SHELL = [STATIC.parent / "templates" / name for name in ("base.html", "worker.html")]
SHEETS = [STATIC / "css" / f"{name}.css" for name in ("tokens", "base", "worker", "sheets")]
FRAME = [*SHELL, *SHEETS, STATIC / "icons-ui.svg"]
_IMPORT = re.compile(r"""(?:from\s+|import\s+|import\()["'`](\.[^"'`$]+\.js)["'`]""")
_WORKER = re.compile(r"""new URL\(["'](\.[^"']+\.js)["'],\s*import\.meta\.url""")
_STYLE = re.compile(r"""styles?\(?[^"'\n]{0,12}["']([a-z]+)["']""")


def weight(files: set[Path]) -> int:
    """Bytes of files, each compressed by itself as the server does."""
    return sum(len(gzip.compress(lighter(path), 9)) for path in files)


def loaded(module: Path, seen: set[Path] | None = None) -> set[Path]:
    """A module with all that it imports, now or later, and the style sheets that it names."""
    seen = set() if seen is None else seen
    if module in seen:
        return seen
    seen.add(module)
    text = module.read_text(encoding="utf-8")
    for name in (*_IMPORT.findall(text), *_WORKER.findall(text)):
        loaded((module.parent / name).resolve(), seen)
    for name in _STYLE.findall(text):
        if (sheet := STATIC / "css" / "pages" / f"{name}.css").is_file():
            seen.add(sheet)
    return seen


#: Bytes. The goal is 60,000 for each page; no page may grow away from it.
MOST = {"filter": 69_000, "label": 65_000, "spot": 61_000, "segment": 88_000, "training": 94_000, "verify": 67_000,
        "crowd": 86_000, "caption": 60_000}  # fmt: skip


def core() -> set[Path]:
    return loaded((STATIC / "js" / "core" / "main.js").resolve())


@pytest.mark.parametrize("page", MOST)
def test_a_page_of_the_worker_is_light(page: str) -> None:
    total = weight({*FRAME, *core(), *loaded((STATIC / "js" / "pages" / f"{page}.js").resolve())})
    assert total <= MOST[page], total


def test_the_import_walk_misses_nothing() -> None:
    names = {path.name for path in core()}
    assert {"main.js", "flow.js", "photo.js", "passive.js", "rle.js", "outline.js", "journal.js"} <= names

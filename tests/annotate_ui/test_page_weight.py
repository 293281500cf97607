"""What a worker's page weighs on the wire, its photo apart."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "annotate_ui" / "static"
SHELL = [STATIC.parent / "templates" / name for name in ("base.html", "worker.html")]
FRAME = [*SHELL, *(STATIC / "css" / f"{name}.css" for name in ("tokens", "base", "worker", "sheets")), STATIC / "icons-ui.svg"]
PAGES = ("filter", "label", "spot", "segment", "training", "verify", "crowd", "caption")
_IMPORT = re.compile(r"""(?:from\s+|import\s+|import\()["'`](\.[^"'`$]+\.js)["'`]""")
_WORKER = re.compile(r"""new URL\(["'](\.[^"']+\.js)["'],\s*import\.meta\.url""")
_STYLE = re.compile(r"""styles?\(?[^"'\n]{0,12}["']([a-z]+)["']""")


def weight(files: set[Path]) -> int:
    """Bytes of files, each compressed by itself as the server does."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


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


def core() -> set[Path]:
    return loaded((STATIC / "js" / "core" / "main.js").resolve())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_worker_weighs_at_most_60_kb(page: str) -> None:
    module = (STATIC / "js" / "pages" / f"{page}.js").resolve()
    if not module.exists():
        pytest.fail(f"there is no page for {page}")
    total = weight({*FRAME, *core(), *loaded(module)})
    assert total <= 60_000, total


def test_the_import_walk_misses_nothing() -> None:
    names = {path.name for path in core()}
    assert {"main.js", "flow.js", "photo.js", "passive.js", "rle.js", "outline.js", "journal.js"} <= names

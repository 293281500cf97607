"""The table of codes in the reference is the one in the code."""

from __future__ import annotations

import re
from pathlib import Path

from cocokit.codes import CODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "datasets.md"


def rows() -> list[str]:
    return [f"| `{code}` | {c.severity} | {c.what} | {c.repair or '-'} |" for code, c in CODES.items()]


def test_the_page_has_every_code_with_its_words() -> None:
    found = re.findall(r"^\| `[a-z0-9-]+` \| (?:error|warning) \|.*$", PAGE.read_text(), re.MULTILINE)
    assert found == rows()


def test_codes_are_words_that_can_be_typed() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", code) for code in CODES)

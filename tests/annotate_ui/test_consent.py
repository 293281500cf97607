"""The text that workers agree to: another text is another version, on the page and beside every agreement."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from cocokit.annotate_ui.views.api import CONSENT

CORE = Path(__file__).parents[2] / "annotate_ui" / "static" / "js" / "core"
TEXT = (CORE / "consent.js").read_text(encoding="utf-8")
#: Version -> the text's sum; a new text is a new line here.
SUMS = {"2": "25c56744d00a"}


def points() -> list[tuple[str, str]]:
    """(title, words) of the page's text."""
    list_ = TEXT[TEXT.index("const POINTS = [") : TEXT.index("];", TEXT.index("const POINTS = ["))]
    return re.findall(r'\["([^"]+)", "([^"]+)"\]', list_)


def test_page_and_server_name_one_version_and_a_new_text_gets_a_new_one() -> None:
    (version,) = re.findall(r'VERSION = "(\w+)"', (CORE / "main.js").read_text(encoding="utf-8"))
    assert version == CONSENT
    assert len(points()) == 4
    assert hashlib.sha256(repr(points()).encode()).hexdigest()[:12] == SUMS[version], "the text is another: raise both"


def test_the_text_says_what_becomes_of_addresses_and_of_pay() -> None:
    kept, checked = dict(points())["What is kept"], dict(points())["How it is checked"]
    assert "addresses are not kept" not in kept  # counters and logs have them
    assert "about a minute" in kept
    assert "unless" in checked  # a requester may refuse to pay, with evidence

"""The text that workers agree to: another text is another version, on the page and beside every agreement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from cocokit.annotate_ui.views.api import CONSENT
from cocokit.domain.stages import Stage

from .conftest import Caller
from .site import Site

CORE = Path(__file__).parents[2] / "annotate_ui" / "static" / "js" / "core"
TEXT = (CORE / "consent.js").read_text(encoding="utf-8")
#: Version -> the text's sum; a new text is a new line here.
SUMS = {"2": "25c56744d00a", "3": "e469364a504d"}


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


def test_nothing_that_is_kept_holds_an_address(make_site: Callable[..., Site]) -> None:
    """A worker comes from an address that nobody else has, and works; it stands in no table and in no file."""
    site = make_site(Stage.LABEL, config={"limits": True})
    address = "203.0.113.77"
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    page = client.get(site.path)
    entry = re.search(r'<meta name="entry" content="([^"]+)">', page.text)
    assert entry
    joined = client.post("/api/v1/join", json={"entry": entry[1], "consent": True, "nickname": "Zoë"})
    ann = Caller(site, client, joined.json["token"])
    given = ann.next()["assignment"]["id"]
    assert ann.submit(given).status_code == 200
    files = [path for path in Path(site.workspace).rglob("*") if path.is_file()]
    assert any(path.name == "requests" for path in files)  # requests were counted
    for path in files:
        assert address.encode() not in path.read_bytes(), path
    rows = b"".join(path.read_bytes() for path in files if path.name.startswith("cocokit.db"))
    assert given.encode() in rows  # what was written since is read as well

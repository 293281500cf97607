"""Wikimedia Commons: files found by its search, with what their pages say of author, licence and date."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from ...errors import CocokitError
from ..found import Candidate, Licence, Page, Query
from ..licences import Accepts
from ..limits import Clock, Limits
from ..web import Web
from . import download

BASE = "https://commons.wikimedia.org/w/api.php"
#: The longer side of the copy that is fetched is about this, px.
_WIDTH = 1024
_ASKED = {"action": "query", "format": "json", "formatversion": "2", "generator": "search", "gsrnamespace": "6",
          "gsrlimit": "50", "prop": "imageinfo", "iiprop": "url|user|size|mime|extmetadata", "iiurlwidth": str(_WIDTH),
          "maxlag": "5"}  # fmt: skip
#: Errors that pass.
_PASSING = ("maxlag", "ratelimited", "readonly")
_KINDS = ("image/jpeg", "image/png", "image/webp")
_SPACING, _PHOTO_SPACING = 1.0, 0.5


class Commons:
    """The photos of Wikimedia Commons."""

    name = "commons"
    near = False

    def __init__(self, base: str | None, key: str | None, accepts: Accepts, clock: Clock, seconds: float) -> None:
        self._base, self._accepts = base or BASE, accepts
        self._web = Web(Limits(self.name, clock, _SPACING), Limits(self.name, clock, _PHOTO_SPACING), seconds=seconds)

    def search(self, query: Query, cursor: str | None) -> Page:
        """As :meth:`Source.search`."""
        words = " ".join(f'"{word}"' if " " in word else word for word in query.words)
        asked = {**_ASKED, "gsrsearch": f"{words} filemime:image/jpeg", **(json.loads(cursor) if cursor else {})}
        found = self._web.json(self._base, asked, _check)
        pages = found.get("query", {}).get("pages", [])
        candidates, unusable = [], []
        for page in sorted(pages, key=lambda page: _number(page.get("index"))):
            made = _candidate(page)
            if isinstance(made, str):
                unusable.append((str(page.get("pageid", "")), made))
            else:
                candidates.append(made)
        more = found.get("continue")
        after = json.dumps({str(k): str(v) for k, v in more.items()}, sort_keys=True) if more else None
        return Page(tuple(candidates), after, tuple(unusable))

    def fetch(self, candidate: Candidate, folder: str) -> str:
        """As :meth:`Source.fetch`."""
        return download(self._web, candidate, folder, {})


def _check(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "the reply is no object"
    error = value.get("error")
    if isinstance(error, dict):
        said = f"{error.get('info', 'no message')} ({error.get('code')})"
        if error.get("code") in _PASSING:
            return said
        raise CocokitError(f"commons refuses: {said}")
    pages = value.get("query", {}).get("pages", []) if isinstance(value.get("query", {}), dict) else None
    fine = isinstance(pages, list) and all(isinstance(page, dict) for page in pages)
    return None if fine else "the reply has no list of pages"


def _candidate(page: dict[str, Any]) -> Candidate | str:
    """A file of a reply, or why it cannot be a photo."""
    info: Any = next(iter(page.get("imageinfo") or [{}]), {})
    if not page.get("pageid") or not isinstance(info, dict) or not info.get("url"):
        return "has no address"
    if info.get("mime") not in _KINDS:
        return f"is {info.get('mime')} and no photo"
    facts = info.get("extmetadata") or {}
    author = plain(_fact(facts, "Artist"))
    small = bool(info.get("thumburl"))
    return Candidate(
        "commons", str(page["pageid"]), str(info["thumburl"] if small else info["url"]), _licence(facts),
        author=author, photographer=author or None, landing_page=str(info.get("descriptionurl") or ""),
        taken=_taken(_fact(facts, "DateTimeOriginal")),
        width=_number(info.get("thumbwidth" if small else "width")),
        height=_number(info.get("thumbheight" if small else "height")),
        more={"title": str(page.get("title") or ""), "uploader": str(info.get("user") or "")},
    )  # fmt: skip


def _licence(facts: Any) -> Licence | None:
    name, url = plain(_fact(facts, "LicenseShortName")), _fact(facts, "LicenseUrl")
    key = _fact(facts, "License") or name
    return Licence(key, name, url) if key or url else None


def _fact(facts: Any, name: str) -> str:
    entry = facts.get(name) if isinstance(facts, dict) else None
    return str(entry.get("value") or "") if isinstance(entry, dict) else ""


def _taken(text: str) -> datetime | None:
    """When, if it says so to the hour: pages say "2014", "circa 1900" and much else."""
    match = re.search(r"(\d{4})[-:](\d\d)[-:](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?", plain(text))
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def plain(html: str) -> str:
    """The text of a piece of HTML, in one line.

    >>> plain('<a href="//x" title="User:Ann">Ann &amp; <b>Bob</b></a><script>alert(1)</script>')
    'Ann & Bob'
    """
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.parts).split())


class _Text(HTMLParser):
    """Keeps the text of HTML, and nothing of scripts, styles and what is hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0

"""Openverse: openly licensed photos of many collections, found by ``/v1/images/``."""

from __future__ import annotations

from typing import Any

from ..found import Candidate, Licence, Page, Query
from ..licences import Accepts
from ..limits import Clock, Limits
from ..web import Web
from . import download

BASE = "https://api.openverse.org/v1/images/"
#: Without a token a page has no more; and nobody gets more than twenty pages of a query.
_PER_PAGE, _DEEPEST = 20, 20
_SPACING, _PHOTO_SPACING = 1.0, 0.2


class Openverse:
    """Openverse's photos. It does not tell when a photo was taken; COCOKIT_OPENVERSE_KEY may hold a token."""

    name = "openverse"
    near = False

    def __init__(self, base: str | None, key: str | None, accepts: Accepts, clock: Clock, seconds: float) -> None:
        self._base, self._accepts = base or BASE, accepts
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limits = Limits(self.name, clock, _SPACING), Limits(self.name, clock, _PHOTO_SPACING)
        self._web = Web(*limits, seconds=seconds, headers=headers)

    def search(self, query: Query, cursor: str | None) -> Page:
        """As :meth:`Source.search`."""
        number = int(cursor or 1)
        asked = {"q": " ".join(query.words), "page": str(number), "page_size": str(_PER_PAGE), "mature": "false"}
        found = self._web.json(self._base, asked, _check)
        candidates, unusable = [], []
        for row in found["results"]:
            made = _candidate(row)
            if isinstance(made, str):
                unusable.append((str(row.get("id", "")) if isinstance(row, dict) else "", made))
            else:
                candidates.append(made)
        rows, deep = len(found["results"]), number >= _DEEPEST
        # The number of pages changes from one request to the next: a full page has one behind it, whatever it says.
        more = rows and not deep and (rows >= _PER_PAGE or number < _number(found.get("page_count")))
        return Page(tuple(candidates), str(number + 1) if more else None, tuple(unusable))

    def fetch(self, candidate: Candidate, folder: str) -> str:
        """As :meth:`Source.fetch`."""
        return download(self._web, candidate, folder, {"photo_unavailable": "was removed from where it lay"})


def _check(value: Any) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("results"), list):
        return "the reply has no results"
    return None


def _candidate(row: Any) -> Candidate | str:
    """A photo of a reply, or why it cannot be one."""
    if not isinstance(row, dict) or not row.get("id"):
        return "has no id"
    if not row.get("url"):
        return "has no address"
    slug, version = str(row.get("license") or ""), str(row.get("license_version") or "")
    name = f"{'CC ' if slug not in ('pdm', '') else ''}{slug.upper()} {version}".strip()
    creator, provider = str(row.get("creator") or ""), str(row.get("source") or row.get("provider") or "")
    # Of other collections than Flickr's the size may be that of another file than the one at the address.
    told = provider == "flickr"
    return Candidate(
        "openverse", str(row["id"]), str(row["url"]),
        Licence(slug, name, str(row.get("license_url") or "")) if slug else None,
        author=creator, photographer=str(row.get("creator_url") or creator) or None,
        landing_page=str(row.get("foreign_landing_url") or ""),
        width=_number(row.get("width")) * told, height=_number(row.get("height")) * told,
        more={"title": str(row.get("title") or ""), "provider": provider},
    )  # fmt: skip


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0

"""Flickr: ``flickr.photos.search``, with the licences that Flickr itself lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...errors import CocokitError, ParamsError
from ..found import Candidate, Licence, Page, Query
from ..licences import Accepts
from ..limits import Clock, Limits
from ..web import Web
from . import download

BASE = "https://www.flickr.com/services/rest/"
#: Sizes that a photo is taken in, the first that it has: 1024, 800, 640 and 500 px.
_SIZES = ("l", "c", "z", "m")
_EXTRAS = "license,date_upload,date_taken,owner_name," + ",".join(f"url_{size}" for size in _SIZES)
#: Errors that pass: 105 and 106 say that the service is down or has no room, 201 that writing failed.
_PASSING = (105, 106, 201)
#: 3,600 requests an hour for a key.
_SPACING, _PHOTO_SPACING = 1.0, 0.2


class Flickr:
    """Flickr's photos.

    Pages are asked for by date of upload rather than by number: Flickr gives no more than 4,000 results for one query,
    and a photo that is removed in the meantime would move the others by one.
    """

    name = "flickr"
    near = False

    def __init__(
        self, base: str | None, key: str | None, accepts: Accepts, clock: Clock, seconds: float, per_page: int = 250,
    ) -> None:  # fmt: skip
        if not key:
            raise ParamsError("key", key, "Flickr wants one: set COCOKIT_FLICKR_KEY")
        self._base, self._key, self._accepts, self._per_page = base or BASE, key, accepts, per_page
        self._web = Web(Limits(self.name, clock, _SPACING), Limits(self.name, clock, _PHOTO_SPACING), seconds=seconds)
        self._licences: dict[str, Licence] | None = None

    def search(self, query: Query, cursor: str | None) -> Page:
        """As :meth:`Source.search`."""
        licences = self._known_licences()
        wanted = [key for key, licence in licences.items() if self._accepts(licence)]
        if not wanted:
            return Page((), None)
        before, _, number = (cursor or "-1").rpartition("-")
        asked = {"text": " ".join(query.words), "license": ",".join(wanted), "sort": "date-posted-desc",
                 "media": "photos", "content_type": "1", "extras": _EXTRAS, "per_page": str(self._per_page),
                 "page": number}  # fmt: skip
        found = self._ask("flickr.photos.search", asked | ({"max_upload_date": before} if before else {}))["photos"]
        rows = found["photo"]
        candidates, unusable = [], []
        for row in rows:
            made = _candidate(row, licences)
            if isinstance(made, str):
                unusable.append((str(row.get("id", "")) if isinstance(row, dict) else "", made))
            else:
                candidates.append(made)
        return Page(tuple(candidates), self._next(rows, found, before, int(number)), tuple(unusable))

    def fetch(self, candidate: Candidate, folder: str) -> str:
        """As :meth:`Source.fetch`."""
        return download(self._web, candidate, folder, {"photo_unavailable": "was removed from Flickr"})

    def _next(self, rows: list[Any], found: dict[str, Any], before: str, number: int) -> str | None:
        """The cursor behind a page: the date of its last photo, or, where all are of one second, the next number.

        What Flickr says of the number of pages is believed only where a page is not full: it changes from one request
        to the next.
        """
        last = str(rows[-1].get("dateupload") or "") if rows and isinstance(rows[-1], dict) else ""
        if not rows or (len(rows) < self._per_page and number >= _number(found.get("pages"))):
            return None
        return f"{last}-1" if last.isdecimal() and last != before else f"{before}-{number + 1}"

    def _known_licences(self) -> dict[str, Licence]:
        if self._licences is None:
            rows = self._ask("flickr.photos.licenses.getInfo", {})["licenses"]["license"]
            self._licences = {
                str(row["id"]): Licence(str(row["id"]), str(row.get("name", "")), str(row.get("url", "")))
                for row in rows
            }
        return self._licences

    def _ask(self, method: str, asked: dict[str, str]) -> Any:
        fixed = {"method": method, "api_key": self._key, "format": "json", "nojsoncallback": "1"}
        return self._web.json(self._base, fixed | asked, _check)


def _check(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "the reply is no object"
    if value.get("stat") == "fail":
        said = f"{value.get('message', 'no message')} (code {value.get('code')})"
        if value.get("code") in _PASSING:
            return said
        raise CocokitError(f"flickr refuses: {said}; see COCOKIT_FLICKR_KEY")
    rows = value.get("photos", value.get("licenses"))
    known = isinstance(rows, dict) and isinstance(rows.get("photo", rows.get("license")), list)
    return None if known else "the reply has neither photos nor licences"


def _candidate(row: Any, licences: dict[str, Licence]) -> Candidate | str:
    """A photo of a reply, or why it cannot be one."""
    if not isinstance(row, dict) or not row.get("id"):
        return "has no id"
    size = next((size for size in _SIZES if row.get(f"url_{size}")), None)
    if size is None:
        return "has no address in a usable size"
    owner = str(row.get("owner") or "")
    return Candidate(
        "flickr", str(row["id"]), str(row[f"url_{size}"]), licences.get(str(row.get("license"))),
        author=str(row.get("ownername") or owner), photographer=owner or None, taken=_taken(row),
        landing_page=f"https://www.flickr.com/photos/{owner}/{row['id']}",
        width=_number(row.get(f"width_{size}")), height=_number(row.get(f"height_{size}")),
        more={"title": str(row.get("title") or "")},
    )  # fmt: skip


def _taken(row: dict[str, Any]) -> datetime | None:
    """When it was taken; a date that Flickr made up, or one of a month or a year, is none."""
    if str(row.get("datetakenunknown", "0")) != "0" or str(row.get("datetakengranularity", "0")) != "0":
        return None
    try:
        return datetime.strptime(str(row.get("datetaken")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _number(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0

"""The server: Flickr, Openverse and Commons over one catalogue, with a time of its own."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from werkzeug.serving import WSGIRequestHandler, make_server

from cocokit.collection.limits import Clock
from tests.fake_sources.catalogue import (
    GONE,
    HTML,
    LICENCES,
    NO_ADDRESS,
    NO_AUTHOR,
    NO_LICENCE,
    PLACEHOLDER,
    REMOVED,
    TRUNCATED,
    UNDATED,
    FakePhoto,
    jpeg,
)


class FakeTime:
    """Hours pass in no time."""

    def __init__(self) -> None:
        self.now, self.slept = 1_500_000_000.0, 0.0
        self.clock = Clock(lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@dataclass
class State:
    """What the server has and how it behaves.

    ``script`` holds what befalls the next requests to an interface: "500", "429", "429 date", "slow", "cut", "no json",
    "maxlag", or "" for nothing. ``hourly`` requests are answered in an hour of ``time``. A search shows ``per_page``
    photos, repeats one of the last page if ``repeat``, and one that was seen is removed before the next page if
    ``shrink``; ``total`` is what it says it has in all.
    """

    photos: list[FakePhoto]
    time: FakeTime
    base: str = ""
    per_page: int = 4
    repeat: bool = False
    shrink: bool = False
    total: int | None = None
    hourly: int | None = None
    script: deque[str] = field(default_factory=deque)
    photo_script: deque[str] = field(default_factory=deque)
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: Counter[int] = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)
    hits: list[float] = field(default_factory=list)

    def shown(self, found: list[FakePhoto], start: int) -> list[FakePhoto]:
        """The photos of a page, after which one may go."""
        page = found[start : start + self.per_page]
        if self.repeat and start:
            page = [found[start - 1], *page]
        if self.shrink and page:
            self.photos.remove(page[0])
        return page


def befall(state: State, script: deque[str]) -> Response | None:
    """What goes wrong with a request, if anything does."""
    state.hits.append(state.time.now)
    if state.hourly is not None:
        recent = [hit for hit in state.hits if hit > state.time.now - 3600]
        if len(recent) > state.hourly:
            state.hits.pop()
            return Response("slow down", 429, {"Retry-After": str(int(recent[0] + 3600 - state.time.now) + 1)})
    what = script.popleft() if script else ""
    if what == "500":
        return Response("oh", 500)
    if what == "429":
        return Response("slow down", 429, {"Retry-After": "120"})
    if what == "429 day":
        return Response("enough for today", 429, {"Retry-After": "80000"})
    if what == "429 date":
        later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(state.time.now + 300))
        return Response("slow down", 429, {"Retry-After": later})
    if what == "cut":
        return Response(b'{"half":', 200, {"Content-Type": "application/json", "Content-Length": "5000"})
    if what == "no json":
        return Response("<html>we are working on it</html>", 200, {"Content-Type": "text/html"})
    if what == "slow":
        return Response(drip(), 200, {"Content-Type": "application/json"})
    if what == "maxlag":
        return Response('{"error": {"code": "maxlag", "info": "5 s lagged"}}', 200, {"Retry-After": "5"})
    return None


def drip() -> Iterator[bytes]:
    """A reply that never ends within anybody's patience."""
    for _ in range(200):
        time.sleep(0.02)
        yield b" "


def application(state: State) -> Flask:
    """The server's application."""
    app = Flask("fake_sources")
    for made in (flickr(state), openverse(state), commons(state), files(state)):
        app.register_blueprint(made)
    return app


def flickr(state: State) -> Blueprint:
    """``/flickr``."""
    views = Blueprint("flickr", __name__)

    @views.get("/flickr")
    def rest() -> Any:
        state.asked.append(dict(request.args))
        if trouble := befall(state, state.script):
            return trouble
        if request.args.get("api_key") != "secret":
            return jsonify(stat="fail", code=100, message="Invalid API Key (Key has invalid format)")
        if request.args["method"] == "flickr.photos.licenses.getInfo":
            rows = [{"id": key, "name": name, "url": url} for key, (name, url) in LICENCES.items()]
            return jsonify(stat="ok", licenses={"license": rows})
        wanted = request.args["license"].split(",")
        before = int(request.args.get("max_upload_date", 2**40))
        found = [p for p in state.photos if p.licence in wanted and p.uploaded <= before]
        page, total = int(request.args["page"]), len(found) if state.total is None else state.total
        rows = [flickr_row(state, p) for p in state.shown(found, (page - 1) * state.per_page)]
        pages = -(-total // state.per_page)
        return jsonify(stat="ok", photos={"page": page, "pages": pages, "total": str(total), "photo": rows})

    return views


def flickr_row(state: State, photo: FakePhoto) -> dict[str, Any]:
    """A photo of a search."""
    row: dict[str, Any] = {
        "id": str(photo.id), "owner": photo.owner, "ownername": f"name of {photo.owner}", "title": "a photo",
        "license": photo.licence, "dateupload": str(photo.uploaded), "datetaken": str(photo.taken),
        "datetakengranularity": "0", "datetakenunknown": "1" if UNDATED in photo.faults else "0",
    }  # fmt: skip
    if NO_LICENCE in photo.faults:
        del row["license"]
    if NO_ADDRESS not in photo.faults:
        row |= {"url_z": f"{state.base}/photos/{photo.id}.jpg", "width_z": photo.size[0], "height_z": photo.size[1]}
    return row


def openverse(state: State) -> Blueprint:
    """``/openverse``."""
    views = Blueprint("openverse", __name__)

    @views.get("/openverse")
    def images() -> Any:
        state.asked.append(dict(request.args))
        state.headers.append(dict(request.headers))
        if trouble := befall(state, state.script):
            return trouble
        page, size = int(request.args["page"]), state.per_page
        if page > 20:
            return jsonify(detail="Invalid page."), 400
        total = len(state.photos) if state.total is None else state.total
        rows = [openverse_row(state, p) for p in state.shown(state.photos, (page - 1) * size)]
        reply = jsonify(
            result_count=total, page_count=min(20, -(-total // size)), page_size=size, page=page, results=rows
        )
        minute = sum(hit > state.time.now - 60 for hit in state.hits)
        reply.headers["X-RateLimit-Limit-anon_burst"] = "20/min"
        reply.headers["X-RateLimit-Available-anon_burst"] = str(max(0, 20 - minute))
        return reply

    return views


def openverse_row(state: State, photo: FakePhoto) -> dict[str, Any]:
    """A photo of a search."""
    slug = {"3": "by-nc-nd", "4": "by", "6": "by-nd", "7": "pdm", "9": "cc0", "4711": "by-sa"}.get(photo.licence)
    version = "4.0" if photo.licence == "4711" else "2.0"
    return {
        "id": f"0000-{photo.id}", "title": "a photo", "creator": None if NO_AUTHOR in photo.faults else photo.owner,
        "creator_url": None if NO_AUTHOR in photo.faults else f"https://example.org/people/{photo.owner}",
        "license": None if NO_LICENCE in photo.faults else slug, "license_version": version,
        "license_url": LICENCES[photo.licence][1], "foreign_landing_url": f"https://example.org/{photo.id}",
        "source": "flickr", "width": photo.size[0], "height": photo.size[1],
        "url": None if NO_ADDRESS in photo.faults else f"{state.base}/photos/{photo.id}.jpg",
    }  # fmt: skip


def commons(state: State) -> Blueprint:
    """``/commons``."""
    views = Blueprint("commons", __name__)

    @views.get("/commons")
    def api() -> Any:
        state.asked.append(dict(request.args))
        if trouble := befall(state, state.script):
            return trouble
        start = int(request.args.get("gsroffset", 0))
        shown = state.shown(state.photos, start)
        pages = [commons_page(state, p, start + place) for place, p in enumerate(shown)]
        reply: dict[str, Any] = {"query": {"pages": sorted(pages, key=lambda page: page["title"])}} if pages else {}
        if start + state.per_page < len(state.photos):
            reply["continue"] = {"gsroffset": start + state.per_page, "continue": "gsroffset||"}
        return jsonify(reply)

    return views


def commons_page(state: State, photo: FakePhoto, index: int) -> dict[str, Any]:
    """A file of a search; what its page says is HTML."""
    name, url = LICENCES[photo.licence]
    facts = {
        "Artist": f'<a href="//commons.example/wiki/User:{photo.owner}" title="User">Ann &amp; {photo.owner}</a>'
                  "<script>alert(1)</script>",
        "DateTimeOriginal": "circa 1900" if UNDATED in photo.faults else f"<time>{photo.taken}</time>",
        "LicenseShortName": name, "LicenseUrl": url,
    }  # fmt: skip
    if NO_LICENCE in photo.faults:
        facts = {key: value for key, value in facts.items() if not key.startswith("License")}
    if NO_AUTHOR in photo.faults:
        del facts["Artist"]
    info = {
        "url": f"{state.base}/photos/{photo.id}.jpg", "user": "uploader", "mime": "image/jpeg", "width": photo.size[0],
        "height": photo.size[1], "descriptionurl": f"https://commons.example/wiki/File:{photo.id}.jpg",
        "extmetadata": {key: {"value": value} for key, value in facts.items()},
    }  # fmt: skip
    if photo.id % 2:  # one that is larger than what was asked for has a smaller copy; its size may be rounded otherwise
        info |= {"thumburl": info["url"], "thumbwidth": photo.size[0] + 1, "thumbheight": photo.size[1],
                 "url": f"{state.base}/photos/original.tif", "width": 9000, "height": 6750}  # fmt: skip
    page = {"pageid": photo.id, "title": f"File:{photo.id}.jpg", "index": index, "imageinfo": [info]}
    return page if NO_ADDRESS not in photo.faults else {**page, "imageinfo": []}


def files(state: State) -> Blueprint:
    """``/photos``: the photographs themselves."""
    views = Blueprint("files", __name__)

    @views.get("/photos/<int:key>.jpg")
    def photo(key: int) -> Any:
        state.fetched[key] += 1
        state.headers.append(dict(request.headers))
        if trouble := befall(state, state.photo_script):
            return trouble
        found = next((p for p in state.photos if p.id == key), None)
        if found is None or GONE in found.faults:
            return Response("gone", 404)
        if REMOVED in found.faults:
            return redirect("/photo_unavailable.png")
        if HTML in found.faults:
            return Response("<html>log in to see it</html>", 200, {"Content-Type": "text/html"})
        data = jpeg(7, (50, 37)) if PLACEHOLDER in found.faults else found.data
        if TRUNCATED in found.faults:
            data = data[: len(data) // 2]
        return Response(data, 200, {"Content-Type": "image/jpeg"})

    @views.get("/photo_unavailable.png")
    def unavailable() -> Any:
        return Response(jpeg(8, (50, 37)), 200, {"Content-Type": "image/png"})

    return views


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serving(state: State) -> Iterator[State]:
    """The server in a thread, at an address of this machine."""
    server = make_server("127.0.0.1", 0, application(state), threaded=True, request_handler=Quiet)
    state.base = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The worker's page without the real server: canned tasks of each stage on photos that scikit-image ships.

    python -m tests.js.dev [--port 8765]

Then open http://127.0.0.1:8765/?stage=segment (filter, label, spot, segment, training, verify, crowd, caption; `sample`
is a page that lies beside this file and shows how one is written). What is submitted is printed, shown in the page at
/log, and answered as the real server would. Other words in the address:
`state=none` (paused, closed, finished, rejected), `fail=draft,submit` (requests that answer 503; `fail409`, `fail422`
likewise), `slow=800` (ms), `lease=100000&left=30000` (ms).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import jinja2

from cocokit.annotate_ui.assets import lighter
from tests.js.canned import STAGES, photo_bytes, training_result, work_of

ROOT = Path(__file__).parents[2] / "annotate_ui"
KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SENTENCES = {
    "none": "All tasks are taken. 3 come back within 4 min; this page will refresh.",
    "paused": "The campaign is paused. Your work is kept.",
    "closed": "The campaign is closed.",
    "finished": "You did all that there was for you. Thank you.",
    "rejected": "Your answers did not pass the checks, so there are no more tasks for you here.",
}


@lru_cache
def served(path: Path, _changed: int) -> bytes:
    """What is served of a file, as the application does."""
    return lighter(path)


class Fake:
    """What a campaign would remember: assignments, drafts, answers."""

    def __init__(self, stage: str = "segment", state: str | None = None) -> None:
        self.stage, self.state = stage, state
        self.ids = count(1)
        self.tasks: dict[int, dict[str, Any]] = {}
        self.drafts: dict[int, dict[str, Any]] = {}
        self.answers: list[dict[str, Any]] = []
        self.lease = self.left = 1_200_000

    def me(self) -> dict[str, Any]:
        """ME of the worker API."""
        done = len(self.answers)
        return {
            "answers_today": 12 + done,
            "answers": 12 + done,
            "cents": 216 + 18 * done,
            "page": 13 + done,
            "of": 40,
            "typical_s": {
                "segment": 79,
                "label": 31,
                "spot": 14,
                "sample": 10,
                "verify": 45,
                "filter": 60,
                "crowd": 90,
                "caption": 40,
            },
        }

    def assignment(self) -> dict[str, Any]:
        """A new one of the stage."""
        number = next(self.ids)
        stage = "segment" if self.stage == "training" else self.stage
        now = int(time.time() * 1000)
        task = {
            "id": number,
            "stage": stage,
            "training": self.stage == "training",
            "expires_at": now + self.left,
            "lease_ms": self.lease,
            "cents": 18,
            "draft": None,
            "work": work_of(stage, number),
        }
        self.tasks[number] = task
        return task

    def next(self, hold: list[int] | None = None) -> dict[str, Any]:
        """What `next` answers: a held one that the page has not, or a new one."""
        if self.state:
            more = {"code": "C1A2B3", "return_url": "#"} if self.state == "finished" else {}
            return {"state": self.state, "retry_s": 30, "sentence": SENTENCES[self.state], "me": self.me(), **more}
        free = [task for number, task in self.tasks.items() if number not in (hold or [])]
        return {
            "state": "task",
            "now": int(time.time() * 1000),
            "me": self.me(),
            "assignment": free[0] if free else self.assignment(),
        }

    def submit(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        """Keeps the answer and says what comes next."""
        task = self.tasks.pop(number, None)
        self.answers.append({"assignment": number, **body})
        receipt = {
            "state": "counted",
            "repeated": task is None,
            "passed": None,
            "iou": None,
            "boundary": None,
            "cents": 18,
        }
        training = training_result(task["work"], body["payload"]) if task and task["training"] else None
        checks = {"found": 3, "of": 4} if self.stage == "verify" else None
        return {"receipt": receipt, "training": training, "checks": checks, "next": self.next(body.get("hold"))}


class Handler(BaseHTTPRequestHandler):
    """Static files, photos and the fake API."""

    campaigns: ClassVar[dict[str, Fake]] = {}

    def do_GET(self) -> None:
        """Pages and files."""
        url = urlsplit(self.path)
        if url.path.startswith("/static/"):
            self.file(ROOT / "static" / url.path.removeprefix("/static/"))
        elif url.path.startswith("/photo/"):
            self.reply(photo_bytes(url.path.removeprefix("/photo/")), "image/jpeg")
        elif url.path.startswith("/api/"):
            self.api("GET", url.path)
        elif url.path == "/log":
            said = {key: fake.answers for key, fake in self.campaigns.items()}
            self.reply(json.dumps(said, indent=1).encode(), "application/json")
        else:
            self.page(url.query)

    def do_POST(self) -> None:
        """The API."""
        self.api("POST", urlsplit(self.path).path)

    do_PUT = do_POST  # noqa: N815

    def page(self, query: str) -> None:
        """The shell; its entry token is the query."""
        place = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
        text = place.get_template("worker.html").render(
            root="/static", entry=query or "stage=segment", campaign="Street photos",
            asks_nickname="nickname" in query, preview="preview" in query,
        )
        self.reply(text.encode(), "text/html; charset=utf-8")

    def file(self, path: Path) -> None:
        """A static file."""
        inside = path.resolve().is_relative_to((ROOT / "static").resolve())
        if path.name == "sample.js":
            path, inside = Path(__file__).parent / "sample.js", True
        if inside and path.is_file():
            self.reply(served(path, path.stat().st_mtime_ns), KINDS.get(path.suffix, "application/octet-stream"))
        else:
            self.reply(b"not found", "text/plain", 404)

    def api(self, method: str, path: str) -> None:
        """One request of the worker API."""
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        words = path.removeprefix("/api/v1/").split("/")
        entry = body.get("entry") or (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        query = {key: found[0] for key, found in parse_qs(entry).items()}
        time.sleep(int(query.get("slow", 0)) / 1000)
        for status, sentence in ((422, "The outline crosses itself here."), (409, "Someone else has this one now.")):
            if words[-1] in query.get(f"fail{status}", "").split(","):
                return self.json({"error": {"code": "refused", "sentence": sentence}}, status)
        if words[-1] in query.get("fail", "").split(","):
            return self.json({"error": {"code": "busy", "sentence": "The server is busy. Try again in a moment."}}, 503)
        if not entry:
            return self.json({"error": {"code": "token", "sentence": "This page is not signed in."}}, 401)
        fake = self.campaigns.setdefault(entry, Fake(query.get("stage", "segment"), query.get("state")))
        fake.lease = int(query.get("lease", 1_200_000))
        fake.left = int(query.get("left", fake.lease))
        return self.answer(fake, entry, words, body)

    def answer(self, fake: Fake, entry: str, words: list[str], body: dict[str, Any]) -> None:
        """Finds what a request wants."""
        number = int(words[1]) if len(words) > 1 else 0
        month = int(time.time() * 1000) + 2_592_000_000
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "join": lambda: {
                "token": entry,
                "expires_at": month,
                "worker": {"name": "w-17"},
                "consent_version": 1,
                "campaign": {"name": "Street photos", "currency": "USD"},
            },
            "next": lambda: fake.next(body.get("hold")),
            "assignments": lambda: {
                "assignments": [{**t, "draft": fake.drafts.get(n, t["draft"])} for n, t in fake.tasks.items()]
            },
            "draft": lambda: self.draft(fake, number, body),
            "extend": lambda: {"expires_at": int(time.time() * 1000) + fake.lease},
            "release": lambda: self.release(fake, number),
            "submit": lambda: fake.submit(number, body),
        }
        kept = fake.drafts.get(number, {"version": 0, "data": None})
        if words[-1] == "draft" and self.command == "PUT" and body["version"] != kept["version"]:
            first = fake.tasks.get(number, {}).get("draft") or {"version": 0}
            if number in fake.drafts or first["version"] != body["version"]:
                return self.json({"error": {"code": "stale", "sentence": "Another tab was ahead.", **kept}}, 409)
        if words[-1] == "submit":
            sys.stdout.write(json.dumps(body)[:2000] + "\n")
        self.json(answers[words[-1]]())

    def draft(self, fake: Fake, number: int, body: dict[str, Any]) -> dict[str, Any]:
        """Keeps a draft, or gives it."""
        if self.command == "PUT":
            fake.drafts[number] = {"version": body["version"] + 1, "data": body["data"]}
        kept = fake.drafts.get(number, {"version": 0, "data": None})
        return {**kept, "expires_at": int(time.time() * 1000) + fake.lease}

    def release(self, fake: Fake, number: int) -> dict[str, Any]:
        """Gives an assignment back."""
        fake.tasks.pop(number, None)
        return {}

    def json(self, said: dict[str, Any], status: int = 200) -> None:
        """An answer of the API."""
        self.reply(json.dumps(said).encode(), "application/json", status)

    def reply(self, data: bytes, kind: str, status: int = 200) -> None:
        """Sends an answer, under the policy that the real server has."""
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", POLICY),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what is submitted is printed instead."""


def serve(port: int = 0) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, not started; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    server = serve(parser.parse_args().port)
    for stage in STAGES:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/?stage={stage}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()

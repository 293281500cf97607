"""A site for each test, copied from one that was built once; and a worker at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cocokit.annotate_ui.tokens import Entry, Tokens
from cocokit.campaign.desk import assignment_by_word
from cocokit.crowd.truth import Truth
from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import ManualClock

from .site import Site, attach, build, close

#: When tests begin, ms since 1970 UTC.
START = 1_800_000_000_000


@dataclass
class Caller:
    """A worker's browser without a browser."""

    site: Site
    client: FlaskClient
    token: str

    def call(self, method: str, path: str, body: object = None, **options: Any) -> TestResponse:
        """One request of the worker API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if method != "GET":
            options.setdefault("json", {} if body is None else body)
        return self.client.open(f"/api/v1/{path}", method=method, headers=headers, **options)

    def next(self, *hold: str) -> Any:
        """What ``next`` answers."""
        return self.call("POST", "next", {"hold": list(hold)}).json

    def payload(self, word: str) -> Any:
        """What somebody who knows the truth sends."""
        given = assignment_by_word(self.site.database, word)
        assert given is not None
        return self.site.answer(given)

    def submit(self, word: str, client_id: str = "c1", **more: Any) -> TestResponse:
        """Hand in an answer; a good one unless ``payload`` is given."""
        payload = more.pop("payload", None)
        body = {"client_id": client_id, "payload": self.payload(word) if payload is None else payload, **more}
        return self.call("POST", f"assignments/{word}/submit", body)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Truth]]:
    """Workspaces by what was asked for."""
    return {}


@pytest.fixture
def make_site(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock, built: dict[str, tuple[Path, Truth]]
) -> Iterator[Callable[..., Site]]:
    """Makes sites; the same one is built once in a session, and copied."""
    made: list[Site] = []

    def make(stage: Stage | None = None, config: dict[str, Any] | None = None, **options: Any) -> Site:
        key = repr((stage, sorted(options.items())))
        if key not in built:
            first = build(tmp_path_factory.mktemp("built") / "workspace", stage=stage, clock=clock, **options)
            close(first)
            built[key] = first.workspace, first.truth
        folder, truth = built[key]
        place = tmp_path / f"site{len(made)}"
        shutil.copytree(folder, place)
        made.append(attach(place, truth=truth, clock=clock, config={"limits": False, **(config or {})}))
        return made[-1]

    yield make
    for site in made:
        close(site)


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


def tokens_of(site: Site) -> Tokens:
    found: Tokens = site.app.extensions["cocokit"].tokens
    return found


def come(site: Site, name: str = "ann", **entry: Any) -> Caller:
    """A worker joins."""
    assert site.path
    client = site.app.test_client()
    word = tokens_of(site).entry(Entry(site.engine.campaign.id, "invite", name, **entry))
    answer = client.post("/api/v1/join", json={"entry": word, "consent": True})
    assert answer.status_code == 200, answer.json
    return Caller(site, client, answer.json["token"])


@pytest.fixture
def ann(site: Site) -> Caller:
    return come(site)



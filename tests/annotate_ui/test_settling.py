"""What is there once a server has warmed up is not looked through again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask

from cocokit.annotate_ui.settling import settle


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_after_the_first_requests_is_out_of_the_collectors_sight() -> None:
    app = Flask(__name__)
    settle(app, (1, 3))
    client, seen = app.test_client(), []
    kept = []
    for _ in range(4):
        kept.append([[] for _ in range(1000)])
        client.get("/")
        seen.append(gc.get_freeze_count())
    assert seen[0] > 1000
    assert seen[1] <= seen[0]
    assert seen[2] > seen[1] + 1000
    assert seen[3] <= seen[2]


def test_a_server_made_by_its_factory_settles(monkeypatch: pytest.MonkeyPatch, make_site) -> None:  # type: ignore[no-untyped-def]
    from cocokit.annotate_ui import app as module

    settled = []
    monkeypatch.setattr(module, "settle", settled.append)
    site = make_site()
    assert settled == []  # an application beside others, as tests make them, must not
    monkeypatch.setattr(module, "find_config", lambda: site.app.extensions["cocokit"].config)
    made = module.create_app()
    assert settled == [made]
    made.extensions["cocokit"].close()

"""How often a page asks the database: each time is a way to the server and back, and more of a worker's patience."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from cocokit.annotate_ui import create_app, told
from cocokit.annotate_ui import site as site_module
from cocokit.annotate_ui.config import Config
from cocokit.annotate_ui.tokens import Entry
from cocokit.campaign.channels import add_channel
from cocokit.migrations import upgrade
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database
from tests.benchmarks.web_browsers import answer
from tests.cocokit.campaign.bulk import create

#: Statements, and transactions, of each call at most; what is asked for once in some seconds is not counted.
MOST = {
    "next": (7, 1), "draft": (3, 1), "submit label": (36, 2), "submit spot": (38, 3), "submit segment": (36, 2),
    "submit verify": (37, 3),
}  # fmt: skip
#: Tables that are read once in some seconds by each process.
_NOW_AND_THEN = ("FROM channel", "FROM instruction", "FROM icon", "expires_at >", "expires_at <=")


@contextmanager
def counted(database: Database) -> Iterator[Counter[str]]:
    """Statements and transactions meanwhile."""
    found: Counter[str] = Counter()

    def statement(_c: Any, _cursor: Any, sql: str, _parameters: Any, _context: Any, _many: bool) -> None:
        flat = " ".join(sql.split())
        if not flat.startswith("BEGIN") and not any(words in flat for words in _NOW_AND_THEN):
            found["statements"] += 1

    def begin(_connection: Any) -> None:
        found["transactions"] += 1

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "begin", begin)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "begin", begin)


class Worker:
    """A worker without a browser who notes what each call costs."""

    def __init__(self, client: FlaskClient, database: Database, entry: str, chance: random.Random) -> None:
        self.client, self.database, self.chance = client, database, chance
        self.costs: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self.token = self.call("join", "POST", "join", {"entry": entry, "consent": True})["token"]

    def call(self, name: str, method: str, path: str, body: Any) -> Any:
        """One request."""
        headers = {"Authorization": f"Bearer {self.token}"} if name != "join" else {}
        with counted(self.database) as found:
            said = self.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)
        assert said.status_code == 200, said.json
        self.costs[name].append((found["statements"], found["transactions"]))
        return said.json

    def task(self) -> bool:
        """One task from beginning to end; False if there is none."""
        given = self.call("next", "POST", "next", {"hold": []})
        if given["state"] != "task":
            return False
        work, word = given["assignment"]["work"], given["assignment"]["id"]
        payload = answer(work, self.chance)
        self.call("draft", "PUT", f"assignments/{word}/draft", {"version": 0, "data": payload})
        body = {"client_id": word, "payload": payload, "trace": [[0, "drop", 1.5, 2.5]], "hold": []}
        self.call(f"submit {given['assignment']['stage']}", "POST", f"assignments/{word}/submit", body)
        return True


def most_of(numbers: Iterable[int]) -> int:
    """What three of four do not exceed: the fourth may find that something kept for some seconds is over."""
    ordered = sorted(numbers)
    return ordered[3 * len(ordered) // 4]


def test_a_page_asks_the_database_so_often_and_no_more(
    blank_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((site_module, "_CHANNEL_S"), (site_module, "_TYPICAL_S"), (told, "_TEXT_S"),
                         (told, "_EXAMPLES_S")):  # fmt: skip
        monkeypatch.setattr(module, name, 1e9)  # on a slow machine each call would find something over
    database = Database(blank_url, durable=False)
    upgrade(database)
    create(database, 10, k_label=1, k_spot=1, page_size=2, bad_sentinels=0, good_sentinels=0, sentinels_needed=0,
           false_alarms=0, votes_first=1, votes_more=0, votes_needed=1)  # fmt: skip
    add_channel(database, 1, "load", "panel", {"worker": "w"})
    app = create_app(Config(blank_url, str(tmp_path), str(tmp_path), limits=False), clock=ManualClock(10**12))
    site, chance = app.extensions["cocokit"], random.Random(0)
    entries = [site.tokens.entry(Entry(1, "load", f"{i}")) for i in range(4)]
    workers = [Worker(app.test_client(), site.database, entry, chance) for entry in entries]
    while any([worker.task() for worker in workers]) and sum(len(w.costs["next"]) for w in workers) < 80:
        pass
    site.close()
    database.close()
    costs: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for worker in workers:
        for call, found in worker.costs.items():
            costs[call] += found
    usual = {call: tuple(most_of(numbers) for numbers in zip(*found, strict=True)) for call, found in costs.items()}
    del usual["join"]
    assert set(usual) == set(MOST)
    assert {call for call, (s, t) in usual.items() if s > MOST[call][0] or t > MOST[call][1]} == set(), usual

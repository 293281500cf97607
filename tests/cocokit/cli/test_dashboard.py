"""What the dashboard does, by commands: accounts, one worker, masks with divided votes, the audit log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cocokit.campaign.audit import record
from cocokit.store.database import Database, sqlite_url
from tests.cocokit.cli.data import Folder, check_sentence
from tests.cocokit.cli.test_campaign import create, place, work

__all__ = ["place"]  # the fixture


def said(place: Folder, *words: str) -> Any:
    result = place.run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_accounts_come_and_go(place: Folder) -> None:
    assert said(place, "accounts", "list") == {"accounts": []}
    made = said(place, "accounts", "add", "maria", "--role", "reviewer")
    assert made["link"].startswith("/dash/welcome/")
    assert said(place, "accounts", "link", "maria")["link"].startswith("/dash/welcome/")
    assert said(place, "accounts", "list")["accounts"] == [{"name": "maria", "role": "reviewer", "password": "not yet"}]
    assert said(place, "accounts", "remove", "maria")["removed"] is True
    assert said(place, "accounts", "list") == {"accounts": []}
    check_sentence(place, place.run("accounts", "add", "ann", "--role", "king"), ["king"])
    check_sentence(place, place.run("accounts", "link", "nobody"), ["nobody"])
    said(place, "accounts", "add", "one", "--role", "owner")
    check_sentence(place, place.run("accounts", "remove", "one"), ["only owner"])


@pytest.fixture
def worked(place: Folder) -> Folder:
    assert create(place).exit_code == 0
    assert place.run("campaign", "launch").exit_code == 0
    work(place)
    return place


def test_one_worker_is_paused_trained_and_let_go(worked: Folder) -> None:
    assert said(worked, "workers", "pause", "1", "--reason", "lunch")["state"] == "paused"
    assert said(worked, "workers", "show", "1")["reason"] == "lunch"
    assert said(worked, "workers", "resume", "1")["state"] == "active"
    assert said(worked, "workers", "retrain", "1")["state"] == "retrain"
    check_sentence(worked, worked.run("workers", "refuse-pay", "1", "--evidence", "spam"), ["is not rejected"])
    check_sentence(worked, worked.run("workers", "pause", "99"), ["no worker 99"])
    assert worked.run("workers", "reject", "1").exit_code == 0
    check_sentence(worked, worked.run("workers", "resume", "1"), ["for good"])
    assert worked.run("workers", "refuse-pay", "1", "--evidence", "spam").exit_code == 0


def test_masks_are_listed_voted_on_and_made_gold(worked: Folder) -> None:
    assert "masks" in said(worked, "review", "list")
    check_sentence(worked, worked.run("review", "vote", "9999", "good"), ["no mask 9999"])
    check_sentence(worked, worked.run("review", "vote", "1", "good"), ["wants no further vote"])
    check_sentence(worked, worked.run("review", "gold", "1"), ["gold already"])


def test_a_broken_log_is_found(place: Folder) -> None:
    database = Database(sqlite_url(place.path / "cocokit.db"))
    for i in range(3):
        record(database, None, "worker.pause", i, worker=i)
    assert len(said(place, "audit", "--action", "worker.")["entries"]) == 3
    with database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_is_not_changed")
        tx.exec_driver_sql("UPDATE audit SET data='{}' WHERE id=2")
    database.close()
    result = place.run("audit")
    assert result.exit_code == 3
    assert "line 2 does not fit" in result.output

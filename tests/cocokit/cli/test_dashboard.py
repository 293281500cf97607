"""What the dashboard does, by commands: accounts, one worker, masks with divided votes, the audit log."""

from __future__ import annotations

import csv
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


def test_the_table_of_workers_is_written(worked: Folder) -> None:
    file = worked.path / "workers.csv"
    listed = said(worked, "workers", "list", "--csv", str(file))["workers"]
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [(row["worker"], row["answers"]) for row in rows] == [(str(w["id"]), str(w["answers"])) for w in listed]
    assert {"speed_percentile", "skip_rate", "checks_low", "vote_agreement", "flags"} <= set(rows[0])
    assert any(row["precision"] for row in rows)
    agreed = said(worked, "workers", "quality")["agreement"]["stages"]
    assert {one["stage"] for one in agreed} == {"filter", "label", "spot", "segment", "verify", "crowd"}
    assert all(one["meaning"].endswith(".") for one in agreed)


def test_masks_are_listed_voted_on_and_made_gold(worked: Folder) -> None:
    assert "masks" in said(worked, "review", "list")
    check_sentence(worked, worked.run("review", "vote", "9999", "good"), ["no mask 9999"])
    check_sentence(worked, worked.run("review", "vote", "1", "good"), ["wants no further vote"])
    check_sentence(worked, worked.run("review", "gold", "1"), ["gold already"])


def test_a_broken_log_is_found(place: Folder) -> None:
    database = Database(sqlite_url(place.path / "cocokit.db"))
    for i in range(3):
        record(database, None, "worker.pause", i, worker=i)
    entries = said(place, "audit", "--action", "worker.")["entries"]
    assert len(entries) == 3
    assert [one["hash"] for one in entries[1:]] == [one["previous_hash"] for one in entries[:-1]]
    assert len(said(place, "audit", "--since", "1970-01-01", "--until", "1970-01-01")["entries"]) == 3
    assert said(place, "audit", "--since", "1970-01-02")["entries"] == []
    assert "soon" in place.run("audit", "--since", "soon").output
    file = place.path / "audit.csv"
    said(place, "audit", "--limit", "1", "--csv", str(file))
    assert len(file.read_text().splitlines()) == 4  # with the head
    with database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_is_not_changed")
        tx.exec_driver_sql("UPDATE audit SET data='{}' WHERE id=2")
    database.close()
    result = place.run("audit")
    assert result.exit_code == 3
    assert "line 2 does not fit" in result.output

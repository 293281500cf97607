"""The audit log: filtered by action, account and day; both files say the same; a line that was changed is found."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest

from cocokit.campaign.audit import record

from .dash import requester
from .site import Site

DAY = 24 * 3_600_000


@pytest.fixture
def logged(site: Site) -> Site:
    for day in range(4):
        record(site.database, None, "worker.pause" if day % 2 else "campaign.launch", day * DAY, note=f"=day {day}")
    return site


def test_lines_are_filtered(logged: Site) -> None:
    who = requester(logged)
    who.post(f"{who.campaign}/pause")
    whole = who.text("audit").count("<tr>")
    assert whole > 5
    assert who.text("audit?action=worker.").count("<tr>") == 3  # with the head
    mine = who.text("audit?account=the owner")
    assert 1 < mine.count("<tr>") == mine.count('<th scope="row">the owner</th>') + 1 < whole
    text = who.text("audit?since=1970-01-02&until=1970-01-03")
    assert text.count("<tr>") == 3
    assert 'href="/dash/audit.csv?since=1970-01-02&amp;until=1970-01-03"' in text
    assert "No line fits" in who.text("audit?since=2222-01-01")


@pytest.mark.parametrize("query", ["since=x", "until=1970-13-01", "since=1970-01-01T00", "until=%00"])
def test_days_are_days(logged: Site, query: str) -> None:
    answer = requester(logged).get(f"audit?{query}")
    assert answer.status_code == 400
    assert "2026-01-31" in answer.text


def test_files_say_the_same_and_can_be_checked_by_others(logged: Site) -> None:
    who = requester(logged, "reviewer")
    told = json.loads(who.text("audit.json"))
    rows = list(csv.DictReader(io.StringIO(who.text("audit.csv"))))
    assert [int(row["id"]) for row in rows] == [one["id"] for one in told["entries"]]
    assert [one["id"] for one in told["entries"]][-4:] == [4, 3, 2, 1]
    assert told["broken_at"] is None
    for one in told["entries"]:  # the chain, from the file alone
        line = [one["previous_hash"], one["at"], one["account_id"], one["action"], one["data"]]
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == one["hash"]
    assert len(json.loads(who.text("audit.json?action=worker.&until=1970-01-02"))["entries"]) == 1
    assert requester(logged, "viewer").get("audit.json").status_code == 403


def test_a_changed_line_is_found(logged: Site) -> None:
    with logged.database.write() as tx:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        for (name,) in list(tx.exec_driver_sql(query)):
            tx.exec_driver_sql(f"DROP TRIGGER {name}")
        tx.exec_driver_sql("UPDATE audit SET data = '{}' WHERE id = 2")
    who = requester(logged)
    assert "Line 2 does not fit" in who.text("audit")
    assert json.loads(who.text("audit.json"))["broken_at"] == 2

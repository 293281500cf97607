"""The review room, exports, the audit log and the health page."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable

import pytest

from cocokit.campaign.audit import broken_at, read_audit, record
from cocokit.campaign.engine import Engine
from cocokit.campaign.gallery import divided_masks
from cocokit.campaign.invariants import check_campaign
from cocokit.domain.stages import SentinelKind, Stage
from cocokit.store.answers import find_lease
from cocokit.store.sentinels import shown_on, stock

from .dash import Requester, requester
from .site import Site


@pytest.fixture
def divided(make_site: Callable[..., Site]) -> Site:
    """Two workers have looked at a page, and agree on nothing but the checks."""
    site = make_site(Stage.VERIFY)
    name, clock = site.engine.campaign.record.name, site.engine.clock
    site.engine = Engine(site.database, name, clock=clock, chance=random.Random(0))  # the same checks every time
    seen = 0
    for hands, (worker, _) in enumerate(site.workers):
        given = site.engine.next_task(worker) if seen < 2 else None
        if given is None:
            continue
        payload = site.answer(given, hands)
        with site.database.read() as tx:
            lease = find_lease(tx, given.id, lock=False)
            assert lease
            checks = {position for position, _ in shown_on(tx, lease.id)}
        others = [tile.position for tile in given.work.tiles if tile.position not in checks]  # type: ignore[union-attr]
        if seen == 1:
            payload = {"bad": sorted({*payload["bad"], *others})}
        site.engine.submit(worker, given.id, payload, "page")
        seen += 1
    assert divided_masks(site.engine)
    return site


def undecided(site: Site) -> list[int]:
    return [one.mask.id for one in divided_masks(site.engine) if one.mask.state == "unverified"]


def test_an_experts_vote_decides_and_leaves_no_fault(divided: Site) -> None:
    who = requester(divided, "reviewer")
    room = f"{who.campaign}/review"
    masks = undecided(divided)
    assert f"{len(masks)} mask" in who.text(room)
    good, bad = masks[:2]
    assert "It passed" in who.post(f"{room}/{good}", vote="good", follow=True).text
    assert "goes back" in who.post(f"{room}/{bad}", vote="bad", follow=True).text
    states = {one.mask.id: one.mask.state for one in divided_masks(divided.engine)}
    assert states[good] == "passed"
    assert states[bad] == "failed"
    assert who.post(f"{room}/{good}", vote="good").status_code == 400  # decided
    assert who.post(f"{room}/99999", vote="good").status_code == 404
    assert who.post(f"{room}/{masks[-1]}", vote="perhaps").status_code == 400
    assert who.post(f"{room}/{bad}/gold").status_code == 400  # voted down
    assert check_campaign(divided.engine) == []
    assert [entry.action for entry in read_audit(divided.database, "mask.")] == ["mask.vote", "mask.vote"]


def test_a_good_mask_becomes_gold_once(divided: Site) -> None:
    who = requester(divided, "reviewer")
    mask = undecided(divided)[0]
    with divided.database.read() as tx:
        before = stock(tx, divided.engine.campaign.id)[SentinelKind.TRAINING]
    assert "is gold now" in who.post(f"{who.campaign}/review/{mask}/gold", follow=True).text
    assert who.post(f"{who.campaign}/review/{mask}/gold").status_code == 400
    with divided.database.read() as tx:
        assert stock(tx, divided.engine.campaign.id)[SentinelKind.TRAINING] == before + 1


def test_without_divided_votes_the_room_says_so(site: Site) -> None:
    assert "Nothing to review" in requester(site).text(f"{site.engine.campaign.id}/review")


@pytest.fixture
def done(site: Site) -> Requester:
    site.work()
    return requester(site)


def test_an_export_is_made_listed_and_downloaded(done: Requester) -> None:
    page = f"{done.campaign}/export"
    assert "Nothing was exported here yet" in done.text(page)
    text = done.post(page, follow=True).text
    done.post(page)  # in the same second
    link = re.search(r'href="/dash/(\d+/export/[\d-]+\.zip)"', text)
    assert link
    assert done.text(page).count(".zip") == 2
    with done.get(link[1]) as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert answer.mimetype == "application/zip"
        assert archive.testzip() is None
        name = next(name for name in archive.namelist() if name.endswith("/instances.json"))
        assert len(json.loads(archive.read(name))["images"]) == 7
    for name in ("..%2f..%2fsecret", "20200101-000000", "x"):
        assert done.get(f"{page}/{name}.zip").status_code == 404
    assert "Exported 7 images" in done.text(f"{done.campaign}/")


def test_nothing_finished_is_nothing_to_export(site: Site) -> None:
    text = requester(site).text(f"{site.engine.campaign.id}/export")
    assert "No photo is finished yet" in text
    assert "primary" not in text


def test_the_log_is_filtered_and_its_table_runs_no_formula(site: Site) -> None:
    who = requester(site)
    record(site.database, None, "=cmd()", 0, note="<b>&")
    record(site.database, None, "worker.pause", 5, reason="+1")
    text = who.text("audit")
    assert "&lt;b&gt;" in text
    assert "Every line fits" in text
    assert "=cmd()" not in who.text("audit?action=worker.")
    assert "No line fits" in who.text("audit?action=nothing.like.it")
    rows = list(csv.reader(io.StringIO(who.text("audit.csv"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert {"'=cmd()", "worker.pause"} <= {row[3] for row in rows}


def test_a_changed_line_of_the_log_is_found(site: Site) -> None:
    who = requester(site)
    for i in range(3):
        record(site.database, None, "test", i)
    assert broken_at(site.database) is None
    with site.database.write() as tx:
        triggers = "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
        for (trigger,) in tx.exec_driver_sql(triggers).all():
            tx.exec_driver_sql(f"DROP TRIGGER {trigger}")
        last = tx.exec_driver_sql("SELECT max(id) FROM audit").scalar_one()
        tx.exec_driver_sql(f"UPDATE audit SET action='other' WHERE id={last - 1}")
    assert broken_at(site.database) == last - 1
    assert f"Line {last - 1} does not fit" in who.text("audit")


def test_the_health_page_names_what_is_short(site: Site) -> None:
    site.only(Stage.SPOT)
    text = requester(site).text("health")
    assert "Paused stages: " in text
    assert "version 0004" in text

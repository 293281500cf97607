"""Workers, quality and images in the dashboard: what is shown is what was counted, and each act does one thing."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from cocokit.campaign.audit import read_audit
from cocokit.campaign.drafts import hand_in
from cocokit.campaign.rejection import preview
from cocokit.campaign.roster import list_workers
from cocokit.crowd.learning import learning
from cocokit.crowd.quality_plots import Rate, Step
from cocokit.crowd.stage_agreement import stage_agreement
from cocokit.crowd.worker_quality import measure
from cocokit.domain.stages import Stage, WorkerState
from cocokit.errors import GoneError

from .dash import Requester, requester
from .site import Site


@pytest.fixture
def worked(site: Site) -> Site:
    site.work(90)
    return site


@pytest.fixture
def who(worked: Site) -> Requester:
    return requester(worked)


def test_the_table_has_everybody_with_their_numbers(worked: Site, who: Requester) -> None:
    lines = list_workers(worked.engine)
    assert len(lines) == 8
    text = who.text(f"{who.campaign}/workers")
    for line in lines:
        assert f">w-{line.id}</a>" in text
        assert f'<td class="n">{line.answers:,}</td>' in text
    skipping = lines[0].id
    given = worked.engine.next_task(skipping)
    assert given is not None
    worked.engine.release(skipping, given.id, "skip")
    seen = next(line.answers for line in lines if line.id == skipping) + 1
    assert f'<td class="n">{100 / seen:.0f} %</td>' in who.text(f"{who.campaign}/workers")
    for sort in ("answers", "time", "sentinels", "precision", "recall", "passed", "cents", "speed", "skips",
                 "vote_agreement", "nonsense"):  # fmt: skip
        assert who.text(f"{who.campaign}/workers?sort={sort}").count("<tr>") == 9


def test_the_table_is_a_file_too(worked: Site, who: Requester) -> None:
    with worked.database.write() as tx:
        tx.exec_driver_sql("UPDATE worker_identity SET channel = '=cmd|calc' WHERE worker_id = 1")
    answer = who.get(f"{who.campaign}/workers.csv")
    assert answer.mimetype == "text/csv"
    assert "cocokit-workers.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    lines = list_workers(worked.engine)
    assert [(int(row["worker"]), int(row["answers"])) for row in rows] == [(one.id, one.answers) for one in lines]
    assert rows[0]["name"].startswith("'=cmd")  # no formula
    measured = [row for row in rows if row["checks_shown"] != "0"]
    assert measured
    for row in measured:
        assert float(row["checks_low"]) <= float(row["checks_share"]) <= float(row["checks_high"])
    assert {"speed_percentile", "skip_rate", "vote_agreement", "masks_passed", "flags"} <= set(rows[0])
    assert any(row["speed_percentile"] for row in rows)


def test_without_workers_the_table_says_what_to_do(site: Site) -> None:
    with site.database.write() as tx:
        tx.exec_driver_sql("DELETE FROM worker_identity")
        tx.exec_driver_sql("DELETE FROM worker")
    assert "Nobody has come yet" in requester(site).text(f"{site.engine.campaign.id}/workers")


def test_a_paused_worker_gets_nothing_until_they_go_on(worked: Site, who: Requester) -> None:
    worker = worked.workers[0][0]
    page = f"{who.campaign}/workers/{worker}"
    assert "paused" in who.post(f"{page}/pause", reason="lunch", follow=True).text
    with pytest.raises(GoneError, match="lunch"):
        worked.engine.next_task(worker)
    who.post(f"{page}/resume")
    worked.engine.next_task(worker)
    actions = [entry.action for entry in read_audit(worked.database, "worker.")]
    assert actions == ["worker.resume", "worker.pause"]


def test_who_has_to_train_again_gets_training_tasks(worked: Site, who: Requester) -> None:
    worker = worked.workers[0][0]
    worked.only(Stage.SEGMENT)
    assert "has to pass the training again" in who.post(f"{who.campaign}/workers/{worker}/retrain", follow=True).text
    given = worked.engine.next_task(worker)
    assert given is None or given.training


def test_discarding_is_shown_before_and_is_what_was_shown(worked: Site, who: Requester) -> None:
    worker = worked.workers[0][0]
    shown = preview(worked.engine, [worker])
    text = who.text(f"{who.campaign}/discard?ids={worker}")
    assert f"{shown.images:,} are decided again" in text
    assert who.post(f"{who.campaign}/workers/{worker}/refuse-pay", reason="spam").status_code == 400  # not before
    assert who.post(f"{who.campaign}/discard", ids=str(worker), reason="spam").status_code == 303
    line = next(one for one in list_workers(worked.engine) if one.id == worker)
    assert line.state is WorkerState.REJECTED
    assert line.cents == pytest.approx(shown.cents)  # pay stays
    assert who.post(f"{who.campaign}/workers/{worker}/refuse-pay", reason=" ").status_code == 400  # evidence is needed
    assert who.post(f"{who.campaign}/workers/{worker}/refuse-pay", reason="copied").status_code == 303
    assert next(one.cents for one in list_workers(worked.engine) if one.id == worker) == pytest.approx(0)


@pytest.mark.parametrize("ids", ["", "x", "1,x", "9" * 30, "-1", "1;2"])
def test_no_workers_are_no_page(who: Requester, ids: str) -> None:
    assert who.get(f"{who.campaign}/discard?ids={ids}").status_code == 404


def test_a_worker_of_another_campaign_is_not_found(who: Requester) -> None:
    assert who.get(f"{who.campaign}/workers/999").status_code == 404
    assert who.get(f"{who.campaign}/answers/99999").status_code == 404
    assert who.get(f"{who.campaign}/images/99999").status_code == 404


def test_strokes_are_replayed_as_they_came(worked: Site, who: Requester) -> None:
    worked.only(Stage.SPOT)
    worker = worked.workers[0][0]
    given = worked.engine.next_task(worker)
    assert given is not None
    steps = [[0, "down", 1.5, 2, "<b>"], [40, "up", 3, 4, "brush"]]
    receipt, _ = hand_in(worked.engine, worker, given.id, worked.answer(given), "traced", trace=steps)
    found = re.search(r'data-steps="([^"]*)"', who.text(f"{who.campaign}/answers/{receipt.answer_id}"))
    assert found
    assert json.loads(html.unescape(found[1])) == steps


def test_the_line_says_who_is_under_it(worked: Site, who: Requester) -> None:
    page = f"{who.campaign}/quality"
    text = who.text(page)
    assert text.count('class="plot') >= 4
    workers = re.findall(r'data-worker="(\d+)"', text)
    assert len(workers) > 2
    assert "Nobody</b> of" in who.text(f"{page}?line=0")
    below = who.text(f"{page}?line=2.1")
    assert f"<b>{len(workers)} of {len(workers)}</b> are under the line" in below
    assert f"discard?ids={','.join(sorted(workers, key=int))}" in below
    told = who.post(f"{page}/line", ids=workers[0]).json
    assert told
    shown = preview(worked.engine, [int(workers[0])])
    assert f"{sum(shown.answers.values()):,} answers" in told["sentence"]
    assert who.get(f"{page}?line=x").status_code == 400
    assert who.text(f"{page}?line=nan")


def test_the_quality_page_has_every_plot_with_its_sentence(worked: Site, who: Requester) -> None:
    text = who.text(f"{who.campaign}/quality")
    for title in ("How far people agree", "Recall of k workers together", "Workers against the others",
                  "Time for an answer", "Masks that pass, by category", "From image to mask", "Learning",
                  "Drawn twice"):  # fmt: skip
        assert text.count(f"<h2>{title}</h2>") == 1
    agreed = stage_agreement(worked.engine, measure(worked.engine))
    for one in agreed.stages:
        assert html.escape(one.meaning, quote=True).replace("&#x27;", "&#39;") in text
        shown = "–" if one.value is None else f"{one.value:.2f}"
        assert f'<th scope="row">{str(one.stage).capitalize()}</th><td class="n"><b>{shown}</b>' in text
    learnt = learning(worked.engine)
    assert f">{learnt.paces[-1].middle:.2f}</text>" in text
    drawn = text.split("<h2>Drawn twice")[1]
    for twice in agreed.twice:
        assert f'class="lab">{twice.what.capitalize()}</text>' in drawn
        assert f">{twice.median:.2f}</text>" in drawn


def test_times_are_told_by_tool(worked: Site, who: Requester) -> None:
    with worked.database.write() as tx:
        tx.exec_driver_sql("UPDATE segmentation SET tool = CASE WHEN id % 2 THEN 'brush' ELSE 'polygon' END")
        counts = dict(list(tx.exec_driver_sql(
            "SELECT tool, count(*) FROM segmentation JOIN answer ON answer.id = answer_id "
            "WHERE answer.state = 'counted' AND active_ms > 0 GROUP BY tool")))  # fmt: skip
    worked.app.extensions["cocokit"].measured.forget(worked.engine)
    text = who.text(f"{who.campaign}/quality")
    for tool, count in counts.items():
        assert (f'class="lab sub">{tool}</text>' in text) == (count > 3)
    assert min(counts.values()) > 3
    assert "In segment the <b>" in text


def test_an_empty_campaign_has_plots_that_say_so(site: Site) -> None:
    text = requester(site).text(f"{site.engine.campaign.id}/quality")
    assert "Not enough is done yet" in text
    assert "Nothing was drawn twice yet" in text
    assert "there is nothing to compare" in text
    assert "Nobody can be compared yet" in text
    assert "No mask is decided yet" in text


def test_images_are_shown_with_their_masks(worked: Site, who: Requester) -> None:
    text = who.text(f"{who.campaign}/images")
    assert text.count("<svg viewBox") >= 7
    assert who.text(f"{who.campaign}/images?state=dropped").count("Show all images") == 1
    assert who.get(f"{who.campaign}/images?state=x").status_code == 404
    assert who.get(f"{who.campaign}/images?page=-1").status_code == 404
    link = re.search(r'href="(/dash/\d+/crop/[^"]+)"', text)
    assert link
    answer = who.client.get(link[1])
    assert answer.mimetype == "image/jpeg"
    assert who.client.get(link[1].replace("/0-0-", "/9999-0-")).status_code == 404
    assert who.client.get(link[1].replace("320.jpg", "9999.jpg")).status_code == 404


def test_findings_name_their_number() -> None:
    from cocokit.annotate_ui.findings import of_rates, of_union

    union = [Step(k, 1 - 0.5**k, 0, 1) for k in range(1, 9)]
    assert "<b>5 workers</b> saves <b>38 %</b>" in of_union(union)
    rates = [Rate(1, "<i>", 1, 40, 0.0, 0.13), Rate(2, "cat", 40, 40, 0.9, 1.0)]
    assert "<b>&lt;i&gt;</b> is hard" in of_rates(rates)

"""Workers come by a link, by a panel, by a marketplace, and go back with what each of them wants."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from cocokit.annotate_ui.channels import check_channel
from cocokit.campaign.channels import add_channel, change_channel, list_channels
from cocokit.campaign.preview import preview, preview_by_word
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import VerifyTask
from cocokit.errors import CocokitError

from .conftest import Caller, tokens_of
from .site import Site

PROLIFIC = {"preset": "prolific", "code": "C0DE&1", "answers": 2}
TURK = {"assignmentId": "A1", "hitId": "H1", "workerId": "W1", "turkSubmitTo": "https://workersandbox.mturk.com"}


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(Stage.LABEL)


@dataclass
class Panel:
    """A panel: sends people to a study, and has a door at which they come back."""

    site: Site
    path: str
    paid: list[dict[str, Any]] = field(default_factory=list)

    def send(self, **parameters: str) -> TestResponse:
        """Somebody opens the study."""
        return self.site.app.test_client().get(f"{self.path}?{urlencode(parameters)}")

    def join(self, **parameters: str) -> Caller:
        """Somebody opens the study, agrees, and begins."""
        page = self.send(**parameters)
        assert page.status_code == 200, page.text
        entry = re.search(r'<meta name="entry" content="([^"]+)">', page.text)
        assert entry
        client = self.site.app.test_client()
        joined = client.post("/api/v1/join", json={"entry": entry[1], "consent": True})
        return Caller(self.site, client, joined.json["token"])

    def come_back(self, said: Any) -> None:
        """The door: a link for Prolific, a form for the marketplace."""
        url = urlsplit(said["return_url"])
        if url.netloc == "app.prolific.com":
            assert "form" not in said
            assert url.path == "/submissions/complete"
            self.paid.append({name: values[0] for name, values in parse_qs(url.query).items()})
        else:
            assert url.netloc in ("www.mturk.com", "workersandbox.mturk.com")
            assert url.path == "/mturk/externalSubmit"
            assert len(said["form"]) >= 2
            self.paid.append(said["form"])


def panel(site: Site, kind: str, settings: dict[str, Any]) -> Panel:
    add_channel(site.database, site.engine.campaign.id, "study", kind, settings)
    return Panel(site, f"/p/{site.engine.campaign.id}/study")


def work(worker: Caller, answers: int, name: str) -> Any:
    """Do some tasks; what is said after the last."""
    said = worker.next()
    for i in range(answers):
        said = worker.submit(said["assignment"]["id"], f"{name}{i}").json["next"]
    return said


def test_prolifics_people_go_back_with_the_code(site: Site) -> None:
    prolific = panel(site, "panel", PROLIFIC)
    names = {"PROLIFIC_PID": "5f0a", "STUDY_ID": "s1", "SESSION_ID": "v1"}
    worker = prolific.join(**names)
    said = work(worker, 1, "a")
    assert (said["state"], said["me"]["page"], said["me"]["of"]) == ("task", 2, 2)
    said = worker.submit(said["assignment"]["id"], "a9").json["next"]
    assert (said["state"], said["code"]) == ("finished", "C0DE&1")
    prolific.come_back(said)
    assert prolific.paid == [{"cc": "C0DE&1"}]
    assert prolific.join(**names).next()["state"] == "finished"  # the same visit, opened again
    second = prolific.join(**{**names, "SESSION_ID": "v2"}).next()
    assert (second["state"], second["me"]["page"], second["me"]["answers"]) == ("task", 1, 2)


def test_a_panel_of_ones_own_with_other_names_and_its_own_way_back(site: Site) -> None:
    own = panel(site, "panel", {"worker": "pid", "return_parameter": "back", "return_hosts": ["panel.example.org"],
                                "frame_from": ["panel.example.org"], "answers": 1})  # fmt: skip
    back = "https://panel.example.org/done?x=1"
    page = own.send(pid="p1", back=back)
    assert "frame-ancestors https://panel.example.org;" in page.headers["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in page.headers
    assert work(own.join(pid="p1", back=back), 1, "a")["return_url"] == back


@pytest.mark.parametrize("back", [
    "https://evil.example/", "http://panel.example.org/", "https://panel.example.org@evil.example/",
    "https://panel.example.org.evil.example/", "//evil.example", "javascript:alert(1)", "https://panel.example.org:1/",
    "https://panel.example.org\\@evil.example/", "https://evil.example\\.panel.example.org/", "https://[::1",
])  # fmt: skip
def test_nobody_is_sent_to_a_host_that_is_not_allowed(site: Site, back: str) -> None:
    own = panel(site, "panel", {"worker": "pid", "return_parameter": "back", "return_hosts": ["panel.example.org"]})
    refused = own.send(pid="p1", back=back)
    assert refused.status_code == 422
    assert "leads to a host that is not allowed" in refused.text or "no text" in refused.text


@pytest.mark.parametrize("parameters", [
    {}, {"PROLIFIC_PID": ""}, {"PROLIFIC_PID": "x" * 300, "SESSION_ID": "1"}, {"PROLIFIC_PID": "5f0a"},
    {"PROLIFIC_PID": "a\x00b", "SESSION_ID": "1"},
])  # fmt: skip
def test_an_address_without_a_person_is_refused_in_a_sentence(site: Site, parameters: dict[str, str]) -> None:
    refused = panel(site, "panel", PROLIFIC).send(**parameters)
    assert refused.status_code == 422
    assert "open the study from the panel again" in refused.text


def test_who_previews_in_the_marketplace_makes_no_worker_and_takes_no_task(site: Site) -> None:
    turk = panel(site, "mturk", {"answers": 1})

    def rows() -> list[int]:
        with site.database.read() as tx:
            tables = ("worker", "worker_identity", "assignment", "place", "event", "draft", "answer")
            return [tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables]

    before = rows()
    for names in ({**TURK, "assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"}, {"hitId": "H1"}):
        looks = turk.join(**names)
        shown = looks.next()
        assert shown["state"] == "task"
        assert shown["assignment"]["id"].startswith("preview-")
        assert looks.client.get(shown["assignment"]["work"]["image"]["url"]).status_code == 200
        for method, path, body in (
            ("GET", "assignments", None), ("POST", "assignments/preview/submit", {"client_id": "x", "payload": {}}),
            ("PUT", "assignments/preview/draft", {"version": 0, "data": 1}), ("GET", "assignments/preview/draft", None),
            ("POST", "assignments/preview/extend", {}), ("POST", "assignments/preview/release", {"reason": "skip"}),
        ):  # fmt: skip
            refused = looks.call(method, path, body)
            assert refused.status_code == 403
            assert "accept the task to begin" in refused.json["error"]["sentence"]
    assert rows() == before


def leave_only(site: Site, stage: Stage) -> None:
    """Nothing of the other stages is open any more."""
    done = f"UPDATE task SET state = 'done', free = 0 WHERE stage <> '{stage}'"
    site.database.run(lambda tx: tx.exec_driver_sql(done))


@pytest.mark.parametrize("stage", list(Stage))
def test_a_preview_shows_a_real_task_of_every_stage(make_site: Callable[..., Site], stage: Stage) -> None:
    site = make_site(stage, training=False)
    leave_only(site, stage)
    looks = panel(site, "mturk", {}).join(hitId="H1")
    given = looks.next()["assignment"]
    assert given["stage"] == stage
    work = given["work"]
    pictures = [sheet["url"] for sheet in work.get("sheets", [])]
    pictures += [tile["url"] for tile in [*work.get("tiles", []), *work.get("candidates", [])]]
    pictures += [work["image"]["url"]] if "image" in work else []
    assert pictures
    for url in pictures:
        answer = looks.client.get(url)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg"), url
    refused = looks.call("POST", f"assignments/{given['id']}/submit", {"client_id": "x", "payload": {"bad": []}})
    assert refused.status_code == 403


def test_a_preview_of_masks_has_no_hidden_check_on_it(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.VERIFY)
    leave_only(site, Stage.VERIFY)
    shown = preview(site.engine)
    assert shown is not None
    held = preview_by_word(site.database, shown.id)
    assert held is not None
    assert held.work == shown.work
    assert isinstance(shown.work, VerifyTask)
    with site.database.read() as tx:
        known = set(tx.exec_driver_sql("SELECT counts FROM sentinel WHERE kind <> 'training'").scalars())
    drawn = {bytes(tile.mask.counts) for tile in shown.work.tiles}
    assert drawn
    assert not drawn & known


@pytest.mark.parametrize("word", [
    "preview", "preview-1-verify", "preview-1-sing-1", "preview-x-verify-1", "preview-9-verify-1",
    "preview-1-verify-999999", "preview-1-verify-\u0665", "preview--verify-1", "preview-1-verify-1\n",
])  # fmt: skip
def test_what_is_no_preview_shows_nothing(site: Site, word: str) -> None:
    assert preview_by_word(site.database, word) is None


def test_the_marketplaces_workers_end_with_its_form(site: Site) -> None:
    turk = panel(site, "mturk", {"answers": 1})
    page = turk.send(**TURK)
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://www.mturk.com https://workersandbox.mturk.com" in policy
    assert "frame-ancestors https://worker.mturk.com https://www.mturk.com https://workersandbox.mturk.com" in policy
    assert "Set-Cookie" not in page.headers
    at_work = turk.join(**TURK)
    assert "Set-Cookie" not in at_work.call("GET", "assignments").headers
    said = work(at_work, 1, "a")
    assert said["return_url"] == "https://workersandbox.mturk.com/mturk/externalSubmit"
    turk.come_back(said)
    assert turk.paid == [{"assignmentId": "A1", "done": "1"}]
    other = turk.join(**{**TURK, "assignmentId": "A2"})
    assert other.next()["state"] == "task"  # another assignment of the same worker is another visit


@pytest.mark.parametrize("changed", [
    {"turkSubmitTo": "https://evil.example"}, {"turkSubmitTo": "http://www.mturk.com"}, {"turkSubmitTo": ""},
    {"turkSubmitTo": "https://www.mturk.com.evil.example"}, {"turkSubmitTo": "https://www.mturk.com@evil.example"},
    {"workerId": "<script>"}, {"workerId": ""}, {"assignmentId": "A 1"}, {"hitId": "\u0665"},
])  # fmt: skip
def test_only_the_marketplaces_own_hosts_and_ids_are_believed(site: Site, changed: dict[str, str]) -> None:
    refused = panel(site, "mturk", {}).send(**{**TURK, **changed})
    assert refused.status_code == 422
    assert "<script>" not in refused.text


def test_a_link_is_revoked_for_new_and_for_old_workers(site: Site) -> None:
    path = site.path
    client = site.app.test_client()
    entry = re.search(r'name="entry" content="([^"]+)"', client.get(path).text)
    assert entry
    (channel,) = list_channels(site.database, site.engine.campaign.id)
    change_channel(site.database, channel, revoked=True)
    gone = client.get(path)
    assert gone.status_code == 401
    assert "ask for a new one" in gone.text
    assert client.post("/api/v1/join", json={"entry": entry[1], "consent": True}).status_code == 401
    change_channel(site.database, channel, revoked=False, word="another")
    assert client.get(path).status_code == 401


def test_a_nickname_is_kept_and_shown_and_names_nobody_else(site: Site) -> None:
    def join(page: str, **more: Any) -> Any:
        entry = re.search(r'name="entry" content="([^"]+)"', page)
        assert entry
        return client.post("/api/v1/join", json={"entry": entry[1], "consent": True, **more})

    client, path = site.app.test_client(), site.path
    mine, other = client.get(path).text, client.get(path).text
    first, twin = join(mine, nickname="  Zoë \t Q "), join(other, nickname="Zoë Q")
    assert first.json["worker"]["name"] == twin.json["worker"]["name"] == "Zoë Q"
    ids = [tokens_of(site).read_bearer(answer.json["token"]).worker for answer in (first, twin, join(mine))]
    assert ids[0] == ids[2] != ids[1]
    assert join(mine).json["worker"]["name"] == "Zoë Q"
    for bad in ("\u202e" * 3, "x" * 41, "\x00", "\ud800", " "):
        assert join(mine, nickname=bad).status_code == 422


@pytest.mark.parametrize("kind, settings, said", [
    ("panel", {}, "worker"), ("panel", {"worker": "a b"}, "name of a parameter"), ("panel", {"worker": 3}, "text"),
    ("panel", {"worker": "p", "oops": 1}, "no such setting"), ("panel", {"worker": "p", "answers": 0}, "from 1"),
    ("panel", {"worker": "p", "return_url": "https://x.org/"}, "return_hosts"),
    ("panel", {"worker": "p", "return_url": "https://{code}.x.org/", "return_hosts": ["x.x.org"]}, "written out"),
    ("panel", {"worker": "p", "return_url": "https://x.org/{pid}", "return_hosts": ["x.org"]}, "name it in also"),
    ("panel", {"worker": "p", "return_hosts": ["*.x.org"]}, "a host is needed"),
    ("panel", {"worker": "p", "frame_from": ["x.org; script-src *"]}, "a host is needed"),
    ("mturk", {"answers": -1}, "from 1"), ("link", {"answers": True}, "from 1"), ("pigeon", {}, "there is no kind"),
])  # fmt: skip
def test_settings_that_cannot_work_are_refused(kind: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(CocokitError, match=re.escape(said)):
        check_channel(kind, settings)

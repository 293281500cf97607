"""What an attacker tried and got through with once: each of these was a hole."""

from __future__ import annotations

import http.client
import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import request, request_started

from cocokit.annotate_ui.bodies import parse
from cocokit.annotate_ui.limits import by_worker
from cocokit.annotate_ui.tables import harmless
from cocokit.annotate_ui.tokens import Bearer
from cocokit.campaign.channels import change_channel, list_channels
from cocokit.domain.stages import Stage
from cocokit.errors import RefusedError

from .conftest import come, tokens_of
from .dash import PASSWORD, requester, visitor
from .site import Site, serving

LIMITED = {"limits": True}


@pytest.mark.parametrize("body", [
    b'"' + b'\\"' * 1_000_000, b'["' + b'\\"[' * 700_000, b"[" + b"[]," * 700_000 + b"[]]", b"[" * 2_000_000,
], ids=["marks in a text without an end", "brackets too", "many lists", "deep"])  # fmt: skip
def test_no_body_takes_longer_than_its_length_is_worth(body: bytes) -> None:
    """The first two once took the square of their length: a hundred hours, before anybody had shown a token."""
    began = time.process_time()
    try:
        parse(body)
    except RefusedError:
        pass
    assert time.process_time() - began < 5


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400 + ".5"])
def test_a_number_that_becomes_infinite_is_not_kept(make_site: Callable[..., Site], number: str) -> None:
    ann = come(make_site(Stage.SEGMENT))
    word = ann.next()["assignment"]["id"]
    data = f'{{"version": 0, "data": {{"zoom": {number}}}}}'.encode()
    answer = ann.call("PUT", f"assignments/{word}/draft", data=data, json=None, content_type="application/json")
    assert answer.status_code == 422
    assert "Infinity" not in ann.call("GET", f"assignments/{word}/draft").text


def statuses(answers: list[Any]) -> set[int]:
    return {answer.status_code for answer in answers}


def test_a_made_up_token_buys_no_count_of_its_own(make_site: Callable[..., Site]) -> None:
    site = make_site(config=LIMITED)
    requester(site)
    who = visitor(site)
    token, client = who.token(), who.client

    def sign_in(i: int) -> Any:
        headers = {"Authorization": f"Bearer {i}"}
        form = {"name": f"nobody {i}", "password": "x", "csrf_token": token}
        return client.post("/dash/sign-in", data=form, headers=headers)

    assert 429 in statuses([sign_in(i) for i in range(30)])


def test_a_worker_is_one_whatever_tokens_they_have_and_a_stranger_is_their_address(site: Site) -> None:
    tokens, key = tokens_of(site), site.engine.campaign.id

    def counted(word: str, address: str = "192.0.2.7") -> str:
        headers = {"Authorization": word}
        with site.app.test_request_context("/api/v1/next", headers=headers, environ_base={"REMOTE_ADDR": address}):
            return by_worker()

    def bearer(worker: int, **more: Any) -> str:
        return f"Bearer {tokens.bearer(Bearer(worker, key, 'invite', **more))}"

    assert len({counted(bearer(3, before=i), f"192.0.2.{i}") for i in range(5)}) == 1
    assert len({counted(bearer(i)) for i in range(5)}) == 5
    unknown = [f"Bearer {i}" for i in range(5)] + ["", "Basic eA==", bearer(0, preview=True), bearer(3)[:-3] + "AAA"]
    assert {counted(word) for word in unknown} == {"from 192.0.2.7"}
    assert {counted("", f"2001:db8:1:2::{i}") for i in range(5)} == {"from 2001:db8:1:2::"}


def test_a_name_of_a_proxy_that_nobody_told_us_of_is_not_believed(make_site: Callable[..., Site]) -> None:
    who = visitor(make_site(config=LIMITED))
    token = who.token()
    form = {"name": "x", "password": "x", "csrf_token": token}
    found = [who.client.post("/dash/sign-in", data=form, headers={"X-Forwarded-For": f"10.0.0.{i}"}) for i in range(30)]
    assert 429 in statuses(found)


PAGES = ("/p/{}/study", "/dash/{}/", "/dash/1/workers/{}", "/dash/1/answers/{}", "/dash/1/images/{}",
         "/dash/1/crop/{}/0-0-1-1/320.jpg")  # fmt: skip
FORMS = ("review/{}", "review/{}/gold", "workers/{}/pause", "workers/{}/retrain")


def test_a_number_that_no_database_holds_is_no_page(site: Site) -> None:
    who = requester(site)
    for number in ("9" * 18, "9" * 19, "9" * 30, "9" * 5000, "\u0663"):
        found = {path: who.client.get(path.format(number)).status_code for path in PAGES}
        assert found == dict.fromkeys(PAGES, 404), number[:20]
    sent = {path: who.post(f"1/{path.format('9' * 25)}", vote="good", reason="it is so").status_code for path in FORMS}
    assert sent == dict.fromkeys(FORMS, 404)


def test_an_address_that_is_none_leads_to_the_board(site: Site) -> None:
    requester(site)
    who = visitor(site)
    for target in ("//[", "/dash/\x00", "/dash/\r\nSet-Cookie: a=b", "http://[/dash/", "/dash/\\\\evil.example"):
        assert who.get("sign-in", query_string={"next": target}).status_code == 200
        assert who.post("sign-in", name="the owner", password=PASSWORD, next=target).location == "/dash/"


def test_where_a_form_is_from_may_be_nonsense(site: Site) -> None:
    who = requester(site)
    data = {"csrf_token": who.token(), "vote": "neither"}
    for header, status in (("Origin", 403), ("Referer", 400)):
        for value in ("http://[", "[", "http://", "//localhost", "http://localhost.evil.example"):
            answer = who.client.post(f"/dash/{who.campaign}/review/1", data=data, headers={header: value})
            assert answer.status_code == status, value


def test_who_came_by_a_revoked_link_gets_no_more_tasks_and_keeps_what_was_done(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    ann = come(site)
    word = ann.next()["assignment"]["id"]
    change_channel(site.database, list_channels(site.database, site.engine.campaign.id)[0], revoked=True)
    site.app.extensions["cocokit"]._channels.clear()
    done = ann.submit(word).json
    assert done["receipt"]["state"] == "counted"
    for said in (done["next"], ann.next()):
        assert (said["state"], "assignment" in said) == ("closed", False)
        assert "not good any more" in said["sentence"]


def test_no_page_says_where_on_the_disk_things_are(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    who = requester(site)
    address = re.search(r'/dash/\d+/crop/[^"]+', who.text(f"{who.campaign}/images"))
    assert address
    for path in (site.workspace / "images").rglob("*.jpg"):
        path.unlink()
    gone = who.client.get(address[0])
    assert gone.status_code == 400
    assert "no such file" in gone.text
    assert str(site.workspace) not in gone.text
    assert str(site.workspace) in who.text("health")  # an owner has to know which disk is full
    assert str(site.workspace) not in requester(site, "viewer").text("health")


def test_strokes_that_are_none_are_not_played(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.SEGMENT, training=False)
    ann = come(site)
    word = ann.next()["assignment"]["id"]
    trace = [[1, "down", 2, 3, "</section><script>alert(1)</script>"], ["x", "down", 2, 3], [], None, {"a": 1},
             "\ud800", [1, ["down"], 2, 3], [5, "up", 4, None], [9, "up", 4.5, 5]]  # fmt: skip
    assert ann.submit(word, trace=trace).status_code == 200
    with site.database.read() as tx:
        (answer,) = tx.exec_driver_sql("SELECT answer_id FROM trace").scalars()
    who = requester(site)
    page = who.text(f"{who.campaign}/answers/{answer}")
    assert "<script>alert" not in page
    assert "2 strokes" in page


def test_a_log_has_one_line_for_one_request(make_site: Callable[..., Site], caplog: pytest.LogCaptureFixture) -> None:
    ann = come(make_site())
    with caplog.at_level(logging.WARNING):
        ann.client.get("/w/x%0aCRITICAL%20all%20is%20lost")
        ann.client.get("/p/1/x%0aCRITICAL%20all%20is%20lost%1b[31m")
    assert caplog.records
    assert not any("\n" in record.getMessage() or "\x1b" in record.getMessage() for record in caplog.records)


def test_no_cell_begins_as_a_formula() -> None:
    for sign in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        assert harmless(f"{sign}1") == f"'{sign}1"


def test_a_path_is_not_taken_from_behind_a_proxy_that_nobody_told_us_of(site: Site, tmp_path: Path) -> None:
    who = requester(site)
    plan = who.post("setup", name="Streets").location.removeprefix("/dash/").rsplit("/", 1)[0]
    data = {"csrf_token": who.token(), "path": str(tmp_path)}
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        answer = who.client.post(f"/dash/{plan}/photos", data=data, headers={name: "192.0.2.1"})
        assert answer.status_code == 400
        assert "own machine only" in answer.text


def send(site: Site, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    """A request over a real socket, whose body may be shorter than it says."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_a_long_body_is_refused_by_its_headers_unless_a_requester_sends_it(site: Site) -> None:
    who = requester(site)
    cookie = who.client.get_cookie("cocokit_login", path="/dash")
    assert cookie
    photos = "/dash/setup/0123456789ab/photos"
    long = {"Content-Length": "1000000000"}
    with serving(site):
        assert send(site, "/api/v1/join", long)[0] == 413
        assert send(site, photos, long)[0] == 413
        assert send(site, photos, {**long, "Cookie": "cocokit_login=made-up"})[0] == 413
        assert send(site, "/dash/setup", {**long, "Cookie": f"cocokit_login={cookie.value}"})[0] == 413
        chunk = b"%x\r\n" % 17_000_000 + bytes(17_000_000) + b"\r\n0\r\n\r\n"
        assert send(site, "/api/v1/join", {"Transfer-Encoding": "chunked"}, chunk)[0] == 413
        known = {"Cookie": f"cocokit_login={cookie.value}", "Content-Length": "17000000",
                 "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
        assert send(site, photos, known, bytes(17_000_000))[0] == 400  # it has no token for forms


def test_a_proxy_that_we_were_told_of_names_the_client(make_site: Callable[..., Site]) -> None:
    site = make_site(config={"limits": True, "proxies": 1})

    seen: list[str | None] = []

    def note(*_: Any, **__: Any) -> None:
        seen.append(request.remote_addr)

    with request_started.connected_to(note, site.app), serving(site):
        for i in range(3):
            send(site, "/api/v1/next", {"Content-Length": "0", "X-Forwarded-For": f"192.0.2.{i}"})
    assert seen == ["192.0.2.0", "192.0.2.1", "192.0.2.2"]

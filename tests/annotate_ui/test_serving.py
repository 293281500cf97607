"""``cocokit serve`` and ``cocokit channel`` as they are called; several processes on PostgreSQL."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from cocokit.annotate_ui.tokens import Entry
from cocokit.cli import cli, serve
from cocokit.domain.stages import Stage
from tests.databases import Server
from tests.test_packaging import ROOT

from .conftest import tokens_of
from .site import Site, build, close

ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


@contextmanager
def started(words: list[str], folder: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen([sys.executable, *words], cwd=folder, env={**ENV, **env}, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        yield child
    finally:
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)


def fetch(url: str, method: str = "GET", body: Any = None, token: str = "") -> tuple[int, str]:
    """One request over a real socket."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request(method, parts.path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_serve_prints_the_link_and_answers_until_it_is_stopped(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    with started(["-m", "cocokit", "serve", "--port", "0"], site.workspace) as child:
        assert child.stdout is not None
        found = re.fullmatch(r"workers of photos: (http://127\.0\.0\.1:\d+/w/\S+)\n", child.stdout.readline())
        assert found
        assert child.stdout.readline().startswith("dashboard: http://127.0.0.1:")
        assert child.stdout.readline() == "stop with Ctrl+C\n"
        status, page = fetch(found[1])
        entry = re.search(r'name="entry" content="([^"]+)"', page)
        assert status == 200
        assert entry
        api = re.sub(r"/w/.*", "/api/v1/", found[1])
        status, joined = fetch(api + "join", "POST", {"entry": entry[1], "consent": True})
        assert status == 200
        status, given = fetch(api + "next", "POST", {}, json.loads(joined)["token"])
        assert (status, json.loads(given)["state"]) == (200, "task")
    assert child.returncode == 0


def run(folder: Path, *words: str) -> Any:
    before = os.getcwd()
    os.chdir(folder)
    try:
        return CliRunner().invoke(cli, list(words))
    finally:
        os.chdir(before)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_links_of_a_server_for_everybody_name_this_machine_as_others_do(host: str) -> None:
    address = serve._named(host)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        bound.bind((address, 0))  # only an address of this machine can be bound
    assert address != "0.0.0.0"
    assert (serve._named("::1"), serve._named("campaign.example.org")) == ("[::1]", "campaign.example.org")


def test_the_bare_address_leads_to_the_dashboard(make_site: Callable[..., Site]) -> None:
    answer = make_site(Stage.LABEL).app.test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dash/")


def test_a_port_in_use_is_said(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(site.workspace, "serve", "--port", port)
    assert done.exit_code == 1
    assert f"port {port} of 127.0.0.1 is in use; give another one with --port" in done.output


def test_channels_are_added_listed_and_revoked_by_commands(make_site: Callable[..., Site]) -> None:
    site = make_site()
    folder, client = site.workspace, site.app.test_client()
    words = ("channel", "add", "study", "--kind", "panel", "--set", "preset=prolific", "--set", "code=C1")
    added = json.loads(run(folder, *words, "--json").output)["channels"][0]
    assert added["path"] == f"/p/{site.engine.campaign.id}/study"
    query = "?PROLIFIC_PID=1&SESSION_ID=2&STUDY_ID=3"
    assert client.get(added["path"] + query).status_code == 200
    link = json.loads(run(folder, "channel", "add", "--set", "answers=3", "--json").output)["channels"][0]
    assert client.get(link["path"]).status_code == 200
    assert "invite" in run(folder, "channel", "list").output
    assert "revoked" in run(folder, "channel", "revoke", "study").output
    assert client.get(added["path"] + query).status_code == 401
    for wrong in (words, ("channel", "add", "A B"), ("channel", "add", "x", "--kind", "panel"),
                  ("channel", "revoke", "nobody"), ("channel", "add", "y", "--set", "answers=many")):  # fmt: skip
        refused = run(folder, *wrong)
        assert refused.exit_code == 1, wrong
        assert "Traceback" not in refused.output


@pytest.mark.slow
def test_four_processes_on_postgresql_give_no_place_twice(postgres: Server, tmp_path: Path) -> None:
    with postgres.database(tables=False) as url:
        site = build(tmp_path / "site", database=url, k_label=4, config={"limits": False})
        site.reach(Stage.LABEL)
        site.only(Stage.LABEL)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ["-m", "gunicorn", "-w", "4", "-b", f"127.0.0.1:{port}", "cocokit.annotate_ui:create_app()"]
        with started(words, site.workspace, COCOKIT_DATABASE=url):
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    if fetch(f"http://127.0.0.1:{port}/health")[0] == 200:
                        break
                except OSError:
                    time.sleep(0.2)
            _crowd(site, f"http://127.0.0.1:{port}/api/v1/")
        with site.database.read() as tx:
            taken = tx.exec_driver_sql("SELECT max(answered), sum(answered) FROM task WHERE stage = 'label'").one()
            answers = tx.exec_driver_sql("SELECT count(*) FROM answer WHERE stage = 'label' AND state = 'counted'")
            assert taken[0] == 4
            assert taken[1] == answers.scalar_one() == 4 * 7
        close(site)


def _crowd(site: Site, api: str) -> None:
    """Twelve workers at once, until there is nothing left; one of them joins in every thread."""
    entries = [tokens_of(site).entry(Entry(site.engine.campaign.id, "invite", f"w{i % 11}")) for i in range(12)]
    failed: list[object] = []
    assert site.path

    def work(number: int) -> None:
        status, joined = fetch(api + "join", "POST", {"entry": entries[number], "consent": True})
        token = json.loads(joined)["token"] if status == 200 else failed.append(joined)
        status, text = fetch(api + "next", "POST", {}, token or "")
        said = json.loads(text)
        while said.get("state") == "task":
            word = said["assignment"]["id"]
            body = {"client_id": word, "payload": {"drops": []}, "hold": []}
            status, text = fetch(f"{api}assignments/{word}/submit", "POST", body, token or "")
            if status != 200:
                failed.append(text)
                return
            said = json.loads(text)["next"]
        if said.get("state") not in ("none", "finished"):
            failed.append(said)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert failed == []

"""Several processes over one workspace: they count requests together, and tell the same of a simulation."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cocokit.annotate_ui import counters as module
from cocokit.annotate_ui import create_app, simulating
from cocokit.annotate_ui.counters import Counters
from cocokit.annotate_ui.simulating import Simulations
from cocokit.crowd.planning import Plan as Simulation
from cocokit.errors import CocokitError
from tests.test_packaging import ROOT

from .dash import Requester, visitor
from .site import Site

SECRET = "a secret of some length, 0123456789"


def _count(path: str, times: int) -> None:
    counts = Counters(path, SECRET)
    for _ in range(times):
        counts.add("ann", 3600)


def test_processes_count_together_and_lose_none(tmp_path: Path) -> None:
    path = str(tmp_path / "cache" / "requests")
    mine = Counters(path, SECRET)
    assert [mine.add("ann", 3600) for _ in range(3)] == [1, 2, 3]
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_count, args=(path, 200)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert mine.read("ann")[0] == 603
    assert mine.read("eve")[0] == 0
    mine.close()


def test_a_window_ends_and_what_is_over_is_wiped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    path = tmp_path / "requests"
    counts = Counters(str(path), SECRET)
    assert [counts.add("from 10.0.0.9", 60) for _ in range(2)] == [1, 2]
    assert counts.read("from 10.0.0.9") == (2, 1060.0)
    assert b"10.0.0.9" not in path.read_bytes()
    assert any(path.read_bytes())
    now[0] = 1061.0
    assert counts.read("from 10.0.0.9")[0] == 0
    counts.add("somebody", 1)
    counts.clear("somebody")
    assert not any(path.read_bytes())  # nothing of the first is left
    counts.close()


def test_the_table_has_room_for_many_and_never_grows(tmp_path: Path) -> None:
    counts = Counters(str(tmp_path / "requests"), SECRET)
    for i in range(3000):
        counts.add(f"w{i}", 60)
    kept = sum(counts.read(f"w{i}")[0] for i in range(3000))
    assert kept > 2900  # a full group loses the one that is over first
    size = os.path.getsize(counts.path)
    for i in range(20_000):
        counts.add(f"x{i}", 60)
    assert os.path.getsize(counts.path) == size
    counts.close()


def tries(who: Requester, count: int) -> list[int]:
    """Somebody who knows no password."""
    token = who.token()
    form = {"csrf_token": token, "name": "nobody", "password": "no"}
    return [who.client.post("/dash/sign-in", data=form).status_code for _ in range(count)]


def test_two_applications_over_one_database_count_together(make_site: Callable[..., Site]) -> None:
    site = make_site(config={"limits": True})
    state = site.app.extensions["cocokit"]
    assert tries(visitor(site), 12) == [401] * 12
    again = create_app(replace(state.config, limits=True), clock=state.clock)  # as another process would have it
    assert tries(Requester(site, again.test_client()), 9) == [401] * 8 + [429]
    assert tries(visitor(site), 1) == [429]
    again.extensions["cocokit"].close()


_OTHER = """
import sys, time
from cocokit.annotate_ui import simulating
def slow(plan, progress):
    progress(2, 7)
    print("begun", flush=True)
    time.sleep(60)
simulating.run_plan = slow
simulations = simulating.Simulations(sys.argv[1])
simulations.start("abc", None)
time.sleep(60)
"""


def test_what_another_process_simulates_is_known_and_its_death_too(tmp_path: Path) -> None:
    (tmp_path / "abc").mkdir()
    here = Simulations(str(tmp_path))
    assert here.find("abc") is None
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", _OTHER, str(tmp_path)], env=env, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"begun\n"
        found = here.find("abc")
        assert found is not None
        assert (found.state, found.done, found.total) == ("running", 2, 7)
        assert here.start("abc", Simulation(None)) == found  # it keeps on; none is begun here
        other.kill()
        other.wait(10)
    found = here.find("abc")
    assert found is not None
    assert (found.state, found.done) == ("failed", 2)
    assert "Simulate again" in found.sentence


def test_two_applications_tell_the_same_of_a_simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(plan: Simulation, progress: Any) -> Any:
        progress(1, 2)
        raise CocokitError("no photo is large enough")

    monkeypatch.setattr(simulating, "run_plan", refused)
    (tmp_path / "abc").mkdir()
    one, other = Simulations(str(tmp_path)), Simulations(str(tmp_path))
    one.start("abc", Simulation(None))
    for _ in range(1000):
        found = other.find("abc")
        if found and found.state != "running":
            break
    assert found is not None
    assert (found.state, found.sentence, found.done) == ("failed", "no photo is large enough", 1)
    assert one.find("abc") == found


def test_an_application_of_another_workspace_counts_for_itself(make_site: Callable[..., Site]) -> None:
    one, other = make_site(config={"limits": True}), make_site(config={"limits": True})
    assert tries(visitor(one), 21)[-1] == 429
    assert tries(visitor(other), 1) == [401]

"""``cocokit demo``: a person finds every kind of work, simulated workers go on, and the person's masks come back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cocokit.campaign.invariants import check_campaign
from cocokit.cli import cli
from cocokit.cli._demo_campaign import begin, company
from cocokit.cli._demo_server import Demo, open_demo
from cocokit.crowd.company import CHANNEL, Company
from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database, sqlite_url
from tests.annotate_ui.people import Person
from tests.test_packaging import ROOT


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "begun"
    begin(str(folder))
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "cocokit-demo"))


@pytest.fixture
def opened(folder: Path) -> Iterator[tuple[Demo, Company]]:
    demo = open_demo(str(folder), 0)
    database = Database(sqlite_url(folder / "cocokit.db"), durable=False)
    yield demo, company(str(folder), database, 7)
    demo.server.close()
    demo.app.extensions["cocokit"].close()
    database.close()


def person_at(demo: Demo, crowd: Company) -> Person:
    return Person(demo.app, crowd.engine, crowd.people[0].hands.eyes.truth, crowd.scenes)


def test_seven_tasks_of_seven_stages_come_first(opened: tuple[Demo, Company]) -> None:
    demo, crowd = opened
    person = person_at(demo, crowd)
    for _ in range(7):
        assert person.work()
    assert sorted(person.met) == sorted([*(str(s) for s in Stage if s is not Stage.SEGMENT), "training"])
    assert check_campaign(crowd.engine) == []


def test_the_crowd_stops_where_every_stage_still_has_work_for_a_person(opened: tuple[Demo, Company]) -> None:
    demo, crowd = opened
    done = 0
    while crowd.step() is not None:
        done += 1
        assert done < 2000
    assert done >= 60, "nothing to watch"
    person = person_at(demo, crowd)
    for _ in range(7):
        assert person.work()
    assert {*person.met} == {*(str(stage) for stage in Stage if stage is not Stage.SEGMENT), "training"}


@pytest.mark.slow
def test_masks_of_a_person_are_verified_and_come_back_in_the_export(opened: tuple[Demo, Company], folder: Path) -> None:
    demo, crowd = opened
    person = person_at(demo, crowd)
    while person.masks < 2:
        assert person.work(), "the crowd left nothing to draw"
        crowd.step()
    for _ in range(150):
        crowd.step()
    done = CliRunner().invoke(cli, ["export", "--unfinished", "--db", str(folder / "cocokit.db"), "-o",
                                    str(folder / "out")])  # fmt: skip
    assert done.exit_code == 0, done.output
    stories = json.loads((folder / "out" / "provenance.json").read_text())["annotations"]
    by_crowd = {one["worker"] for one in stories if "worker" in one}
    assert len(by_crowd - _words_of_the_crowd(folder, by_crowd, crowd)) >= 1


def _words_of_the_crowd(folder: Path, words: set[str], crowd: Company) -> set[str]:
    """The words under which an export names simulated workers."""
    from cocokit.campaign.export_rows import hider

    hide = hider(crowd.engine.campaign.record.salt)
    return {hide(person.worker_id) for person in crowd.people if person.worker_id is not None}


def test_a_rejected_worker_does_not_come_again(opened: tuple[Demo, Company]) -> None:
    from cocokit.campaign.rejection import reject

    _, crowd = opened
    gone = crowd.people[0].worker_id
    assert gone is not None
    reject(crowd.engine, [gone], "a test")
    for _ in range(30):
        crowd.step()
    assert crowd.people[0].gone or crowd.people[0].answers == 0


def run(folder: Path, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "cocokit", "demo", str(folder), "--no-open", "--port", "0", "--pace", "0.1", *more]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def links(process: subprocess.Popen[str]) -> dict[str, str]:
    """What a started demo prints, by its first word."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        name, _, rest = line.partition(":")
        found[name.strip()] = rest.strip()
        if "Ctrl+C" in line:
            return found
    assert process.stderr is not None
    raise AssertionError(process.stderr.read())


def test_it_serves_until_it_is_interrupted_and_goes_on_when_started_again(folder: Path) -> None:
    paths = []
    for words in ((signal.SIGINT,), (signal.SIGTERM,) * 3):  # what stops groups of processes says it more than once
        process = run(folder)
        try:
            told = links(process)
            for name in ("worker", "dashboard"):
                with urllib.request.urlopen(told[name]) as answer:
                    assert answer.status == 200
        finally:
            for word in words:
                process.send_signal(word)
                time.sleep(0.02)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert "everything is kept" in out
        paths.append(told["worker"].split("/w/")[1])
    assert paths[0] == paths[1], "the link of before is good again"


def test_it_ends_by_itself_after_some_seconds_and_prints_json(folder: Path) -> None:
    out, err = run(folder, "--seconds", "0.5", "--json").communicate(timeout=60)
    told = json.loads(out)
    assert err == ""
    assert told["folder"] == str(folder)
    assert told["new"] is False


def test_a_folder_with_something_else_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(cli, ["demo", str(tmp_path), "--no-open"])
    assert result.exit_code == 1
    assert "holds something else" in result.stderr
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_the_first_hours_are_as_if_workers_had_been_there(begun: Path) -> None:
    database = Database(sqlite_url(begun / "cocokit.db"))
    clock = ManualClock(0)
    try:
        crowd = company(str(begun), database, 1, clock)
        assert check_campaign(crowd.engine) == []
        assert all(person.worker_id is not None for person in crowd.people)
        assert CHANNEL == "simulated"
    finally:
        database.close()

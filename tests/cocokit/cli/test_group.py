"""The command as a whole: help, exit codes, errors of one sentence."""

from __future__ import annotations

import errno
import json
import os
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from random import Random

import click
import pytest
from click.testing import CliRunner
from PIL import Image

import cocokit.cli
from cocokit.campaign.engine import Engine
from cocokit.cli import COMMANDS, HEADINGS, INTERNAL, cli
from cocokit.domain.stages import Stage
from cocokit.store.database import Database, sqlite_url
from cocokit.store.journal import pay
from tests.cocokit.campaign import small
from tests.cocokit.cli.data import Folder, box_results, dataset, more
from tests.databases import Server
from tests.test_docs import every_command

ROOT = Path(__file__).resolve().parents[3]


def cocokit_process(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m cocokit`` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "cocokit", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_help_names_every_command_and_imports_none() -> None:
    code = (
        "import sys; from cocokit.cli import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit as e: assert e.code == 0\n"
        "print([m for m in sys.modules if m.startswith(('cocokit.cli.', 'numpy', 'json', 'PIL'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    *help_lines, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert all(any(line.strip().startswith(name) for line in help_lines) for name in COMMANDS)


def test_help_has_each_command_once_and_begins_with_the_demo(folder: Folder) -> None:
    text = folder.run("--help").stdout
    lines = [line.strip() for line in text[text.index("Look around:") :].splitlines() if line.strip()]
    assert [line.split()[0] for line in lines if line.split()[0] in COMMANDS] == [*COMMANDS]
    assert [line[:-1] for line in lines if line.endswith(":")] == [*HEADINGS.values()]


def test_the_commands_of_a_campaign_stand_in_the_order_of_their_use(folder: Folder) -> None:
    text = folder.run("campaign", "--help").stdout
    lines = text[text.index("Commands:") :].splitlines()[1:]
    assert [line.split()[0] for line in lines if line.startswith("  ")][:4] == ["create", "launch", "pause", "close"]
    assert not [line for line in lines if line.endswith("...")]  # none is cut off


def test_h_works_as_help_everywhere(folder: Folder) -> None:
    for name in ("", *COMMANDS):
        short = folder.run(*filter(None, [name, "-h"]))
        assert short.exit_code == 0
        assert short.stdout == folder.run(*filter(None, [name, "--help"])).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_itself_what_the_table_says_of_it(name: str) -> None:
    command = import_module(f"cocokit.cli.{COMMANDS[name][0]}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1]


#: Not typed: a worker comes, and earns something; a mask waits for votes.
JOIN, PAID, DRAWN = "a worker joins", "a worker has earned", "a mask is drawn"
#: What is typed before an example that needs it, in a fresh folder.
BEFORE = {"db": ["db migrate"], "db status": ["db migrate"], "db backup": ["db migrate"],
          "db restore": ["db migrate", "db backup monday.backup"], "campaign": ["db migrate"],
          "campaign create": ["db migrate"]}  # fmt: skip
_DRAFT = ["db migrate", "campaign create pets --coco instances.json"]
_RUNNING = [*_DRAFT, "campaign launch"]
BEFORE |= {"campaign launch": _DRAFT, "campaign status": _DRAFT, "status": _DRAFT, "campaign check": _RUNNING,
           "campaign pause": _RUNNING, "campaign close": _RUNNING, "workers": _RUNNING, "workers list": _RUNNING,
           "workers show": [*_RUNNING, JOIN], "workers reject": [*_RUNNING, JOIN], "workers quality": _RUNNING,
           "export": _RUNNING, "verify": ["publish instances.json -o published"]}  # fmt: skip
_MARIA = ["db migrate", "accounts add maria"]
BEFORE |= {"accounts": ["db migrate"], "accounts add": ["db migrate"], "accounts list": _MARIA,
           "accounts remove": _MARIA, "accounts link": _MARIA, "audit": _MARIA, "review": _RUNNING,
           "review list": _RUNNING, "review vote": ["db migrate", DRAWN], "review gold": ["db migrate", DRAWN],
           "workers pause": [*_RUNNING, JOIN], "workers resume": [*_RUNNING, JOIN],
           "workers retrain": [*_RUNNING, JOIN], "workers refuse-pay": [*_RUNNING, JOIN, PAID, "workers reject 1"],
           "channel": _RUNNING, "channel list": _RUNNING, "channel add": _RUNNING,
           "channel revoke": [*_RUNNING, "channel add invite"],
           "channel rotate": [*_RUNNING, "channel add invite"],
           "channel open": [*_RUNNING, "channel add invite", "channel revoke invite"],
           "channel hits": [*_RUNNING, "channel add turk --kind mturk"], "campaign instruct": _DRAFT,
           "campaign icon": ["db migrate", f"{_DRAFT[1]} --categories axolotl"]}  # fmt: skip


def type_before(folder: Folder, line: str) -> None:
    """Run a line of the table; a worker joins by no command but the pages'."""
    if line not in (JOIN, PAID, DRAWN):
        assert folder.run(*line.split()).exit_code == 0
        return
    database = Database(sqlite_url(folder.path / "cocokit.db"))
    if line == DRAWN:
        draw_one(database)
        database.close()
        return
    engine = Engine(database)
    assert engine.join("test", "ada") == 1
    if line == PAID:
        database.run(lambda tx: pay(tx, engine.campaign.id, 1, None, 5.0, 0, "bonus"))
    database.close()


def draw_one(database: Database) -> None:
    """Workers do what comes before verification, until a mask waits for votes."""
    truth, chance = small.create(database, images=2), Random(0)
    engine = Engine(database)
    stages = [stage for stage in Stage if stage is not Stage.VERIFY]
    for worker in small.join(engine, 4) * 20:
        if given := engine.next_task(worker, stages):
            noise = float(given.stage is Stage.SEGMENT and not given.training)  # not what the experts drew
            engine.submit(worker, given.id, small.answer(truth, given, chance, noise), given.id)


BEFORE |= {"takedown": ["collect photos -o candidates"], "rank": _RUNNING,
           "categories select": ["categories vote ballot.csv dog=5 --voter ann"]}  # fmt: skip


#: A training of one step of a small network.
QUICK = ("steps=1 --set size=64 --set batch=1 --set model.backbone=tiny --set model.width=16 --set model.convs=1 "
         "--threads 1").split()  # fmt: skip
_TRAINED = [f"train retinanet --data instances.json -o run --set {' '.join(QUICK)}"]
BEFORE |= {"predict": _TRAINED, "onnx": _TRAINED}

#: Commands that serve until somebody stops them: test_demo.py and annotate_ui/test_serving.py start them.
SERVING = {"demo", "serve"}


#: Commands that need a server of PostgreSQL.
QUEUED = {name for name in every_command() if name.partition(" ")[0] == "bulk"}


@pytest.mark.parametrize("name", sorted(QUEUED))
def test_examples_of_the_queue_run(
    name: str, folder: Folder, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database(tables=False) as url:
        monkeypatch.setenv("COCOKIT_DATABASE", url)
        test_help_ends_with_an_example_that_runs(name, folder)


@pytest.mark.parametrize("name", sorted(set(every_command()) - SERVING - QUEUED))
def test_help_ends_with_an_example_that_runs(name: str, folder: Folder) -> None:
    folder.write("cocokit.toml", "")
    folder.write("instances.json", dataset())
    folder.write("preds.json", box_results())
    folder.write("more.json", more())
    folder.write_photos()
    folder.write("mapping.json", {"rename": {"a": "cat"}, "join": {"pet": ["b"]}})
    folder.write("how-to.txt", "Leave shadows out.")
    Image.new("RGB", (8, 8)).save(folder.path / "axolotl.png")
    for line in BEFORE.get(name, []):
        type_before(folder, line)
    last = folder.run(*name.split(), "--help").stdout.strip().splitlines()[-1].strip()
    assert last.startswith("Example: cocokit ")
    words = [w.replace("139", "1") if w == "139" else w for w in shlex.split(last.removeprefix("Example: cocokit "))]
    words = [quick for word in words for quick in (QUICK if word == "steps=1000" else [word])]
    result = folder.run(*words)
    assert result.exit_code == 0, result.stderr


def test_the_version_is_the_packages(folder: Folder) -> None:
    assert folder.run("--version").stdout == f"cocokit {cocokit.__version__}\n"


def test_an_unknown_command_is_wrong_usage(folder: Folder) -> None:
    result = folder.run("evaluate")
    assert result.exit_code == 2
    assert "No such command 'evaluate'" in result.stderr


def test_wrong_usage_is_json_when_json_was_asked_for(folder: Folder) -> None:
    result = folder.run("eval", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"error": "Missing argument 'PREDS'.", "exit_code": 2}


def test_errors_are_json_when_json_was_asked_for(folder: Folder) -> None:
    result = folder.eval(dataset(), [{**box_results()[0], "image_id": 9}], "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)
    assert (error["path"], error["where"], error["count"]) == (str(folder.path / "dt.json"), "[0].image_id", 1)
    assert error["error"].startswith(error["path"])
    assert result.stdout.count("\n") == 1


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make every command fail."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(cocokit.cli.Commands, "get_command", fail)


@pytest.mark.parametrize(
    "error, code, sentence",
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (click.Abort(), 130, "Interrupted."),
        (MemoryError(), 1, "cocokit: not enough memory; use a machine with more, or a smaller file"),
        (OSError(errno.ENOSPC, "No space left on device", "x.npz"), 1, "cocokit: x.npz: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "y"), 1, "cocokit: y: Permission denied"),
    ],
)
def test_what_fails_outside_of_cocokit_is_one_sentence_too(
    error: BaseException, code: int, sentence: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, error)
    result = folder.run("eval", "x")
    assert (result.exit_code, result.stderr.strip()) == (code, sentence)


def test_a_mistake_of_our_own_is_called_one(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, TypeError("no such thing"))
    result = CliRunner().invoke(cli, ["eval", "x"])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"cocokit: {INTERNAL} TypeError: no such thing; please report it")
    assert isinstance(result.exception, SystemExit)


def test_debugging_shows_where_an_error_comes_from(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, OSError("no luck"))
    monkeypatch.setenv("COCOKIT_DEBUG", "1")
    with pytest.raises(OSError, match="no luck"):
        cli.main(["eval", "x"])


def test_the_process_exits_with_the_code_of_the_command(folder: Folder) -> None:
    gt, dt = folder.write("gt.json", dataset()), folder.write("dt.json", box_results())
    done = cocokit_process("eval", dt, "--gt", gt)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert cocokit_process("eval", dt, "--gt", gt, "--fail-under", "AP=0.99").returncode == 3
    assert cocokit_process("eval", dt, "--gt", gt, "--no-such-flag").returncode == 2
    failed = cocokit_process("eval", f"{dt}.missing", "--gt", gt, "--iou-type", "bbox")
    assert failed.returncode == 1
    assert failed.stderr.startswith("cocokit: ")
    assert failed.stderr.count("\n") == 1


def test_a_closed_pipe_is_quiet(folder: Folder) -> None:
    gt, dt = folder.write("gt.json", dataset()), folder.write("dt.json", box_results())
    words = shlex.join([sys.executable, "-m", "cocokit", "eval", dt, "--gt", gt, "--iou-type", "bbox"])
    # The reader is gone before the command writes; its code is printed by the shell that waits for it.
    script = f"( {words}; echo code $? >&2 ) | true"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.strip() == "code 1"

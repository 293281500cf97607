"""``cocokit demo --eval`` shows its result and leads on."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from cocokit.cli import cli


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_demo_prints_twelve_lines_and_draws_a_picture(inside: Path) -> None:
    result = CliRunner().invoke(cli, ["demo", "--eval"])
    assert result.exit_code == 0, result.output
    assert len(re.findall(r"^ Average (?:Precision|Recall) ", result.output, re.M)) == 12
    with Image.open(inside / "demo" / "picture.png") as picture:
        assert picture.width >= 600


def test_every_next_command_works_but_the_one_for_own_files(inside: Path) -> None:
    output = CliRunner().invoke(cli, ["demo", "--eval", "here"]).output
    commands = [shlex.split(line, comments=True)[1:] for line in output.splitlines() if line.startswith("  cocokit ")]
    assert len(commands) == 4
    assert commands.pop() == ["eval", "preds.json", "--gt", "instances.json"]
    for words in commands:
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 0, result.output
    assert (inside / "here" / "1.png").exists()


def test_json_is_one_line_with_the_stats(inside: Path) -> None:
    result = CliRunner().invoke(cli, ["demo", "--eval", "--json"])
    assert len(json.loads(result.stdout)["stats"]) == 12


def test_a_file_in_the_way_is_one_sentence(inside: Path) -> None:
    (inside / "demo").write_text("mine")
    result = CliRunner().invoke(cli, ["demo", "--eval"])
    assert result.exit_code == 1
    assert result.stderr.startswith("cocokit: demo")
    assert (inside / "demo").read_text() == "mine"

"""What README.md shows is what happens: its commands are run, its code is run, its outputs are compared."""

from __future__ import annotations

import contextlib
import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cocokit.cli import cli
from tests.test_packaging import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MATCHES = doctest.OutputChecker().check_output


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.M | re.S)


def commands() -> list[tuple[str, str]]:
    """(command, output) of every ``$ cocokit`` in a console block."""
    pairs = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, output = part.partition("\n")
            pairs.append((line, output))
    return pairs


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which ``cocokit demo --eval`` has run, and what it printed."""
    folder = tmp_path_factory.mktemp("readme")
    with contextlib.chdir(folder):
        return folder, CliRunner().invoke(cli, ["demo", "--eval"]).stdout


def test_the_sample_prints_what_is_shown(demo: tuple[Path, str]) -> None:
    shown = next(b for b in blocks("") if b.startswith("demo: "))
    assert demo[1].startswith(shown)


def test_the_demo_prints_what_the_first_screen_shows(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        printed = CliRunner().invoke(cli, ["demo", "--no-open", "--seconds", "0"]).stdout
    shown = next(b for b in blocks("") if b.startswith("cocokit-demo: "))
    printed = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", printed)  # somebody else may have that port
    printed = printed.replace("  cocokit ", "  .venv/bin/cocokit ")  # make calls it by its path
    assert MATCHES(shown, printed[: printed.index("Ctrl+C.") + 8], doctest.ELLIPSIS), printed


@pytest.mark.parametrize(("line", "output"), commands(), ids=[c for c, _ in commands()])
def test_a_command_prints_what_is_shown(line: str, output: str, demo: tuple[Path, str]) -> None:
    words = shlex.split(line)
    assert words[0] == "cocokit"
    with contextlib.chdir(demo[0]):
        result = CliRunner().invoke(cli, words[1:])
    got = re.sub(r"^.*: evaluated with --iou-type .*\n", "", result.output, flags=re.M)
    assert MATCHES(output, got, doctest.ELLIPSIS), got


def test_the_code_runs_in_one_go_and_prints_what_its_comments_say(demo: tuple[Path, str]) -> None:
    code = "\n".join(blocks("python"))
    expected = re.findall(r"^print\(.*\)  +# (.*)$", code, re.M)
    done = subprocess.run([sys.executable, "-c", code], cwd=demo[0], env={"PYTHONPATH": str(ROOT)} | _home(),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert printed[:2] == expected[:2]
    assert all(line.startswith(" Average Precision") for line in printed[2:])


def _home() -> dict[str, str]:
    """The folders that hold the compiled kernels."""
    import os

    return {k: v for k, v in os.environ.items() if k in ("HOME", "XDG_CACHE_HOME", "COCOKIT_CACHE_DIR", "PATH")}

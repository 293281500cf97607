"""The tutorials in docs/ show what happens: commands and code are run, outputs are compared."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cocokit.cli import cli
from tests.test_packaging import ROOT

TUTORIALS = ["evaluate.md"]
MATCHES = doctest.OutputChecker().check_output


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``cocokit demo`` has run."""
    made = tmp_path_factory.mktemp("tutorial")
    with contextlib.chdir(made):
        assert CliRunner().invoke(cli, ["demo"]).exit_code == 0
    return made


@pytest.mark.parametrize("name", TUTORIALS)
def test_commands_print_what_is_shown_one_after_another(name: str, folder: Path) -> None:
    shown = [part for block in blocks(name, "console") for part in re.split(r"^\$ ", block, flags=re.M)[1:]]
    assert shown
    for part in shown:
        line, _, output = part.partition("\n")
        words = shlex.split(line)
        assert words[0] == "cocokit"
        with contextlib.chdir(folder):
            result = CliRunner().invoke(cli, words[1:])
        same = MATCHES(output, result.output, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        assert same, f"{line}\n{result.output}"


@pytest.mark.parametrize("name", TUTORIALS)
def test_code_prints_what_its_comments_say(name: str, folder: Path) -> None:
    code = "\n".join(blocks(name, "python"))
    expected = re.findall(r"^print\(.*\)  +# (.*)$", code, re.M)
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, name, "exec"), {})  # the tutorial's own lines
    assert expected
    assert printed.getvalue().splitlines() == expected

"""The tutorials in docs/ show what happens: commands and code are run, outputs are compared."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from cocokit.cli import cli
from tests.test_packaging import ROOT

TUTORIALS = ["evaluate.md", "campaigns.md", "tutorial.md", "datasets-tutorial.md"]
MATCHES = doctest.OutputChecker().check_output


@dataclass(frozen=True)
class Walk:
    """A tutorial, the folder in which it was followed, and its commands: (line, shown output, real output)."""

    name: str
    folder: Path
    shown: list[tuple[str, str, str]] = field(default_factory=list)


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def files(name: str) -> list[tuple[str, str]]:
    """The files that a tutorial tells to write: a name alone on its line, and what it holds."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.findall(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)^```", text, re.M | re.S)


@pytest.fixture(scope="module", params=TUTORIALS)
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A tutorial whose commands were typed one after another, where ``cocokit demo --eval`` had run."""
    made = tmp_path_factory.mktemp("tutorial")
    walk = Walk(request.param, made)
    for file, text in files(walk.name):
        (made / file).write_text(text, encoding="utf-8")
    with contextlib.chdir(made):
        assert CliRunner().invoke(cli, ["demo", "--eval"]).exit_code == 0
        for part in (p for block in blocks(walk.name, "console") for p in re.split(r"^\$ ", block, flags=re.M)[1:]):
            line, _, output = part.partition("\n")
            words = shlex.split(line)
            assert words[0] == "cocokit"
            done = _serve(made) if words[1] == "serve" else CliRunner().invoke(cli, words[1:]).output
            walk.shown.append((line, output, done))
    return walk


def _serve(folder: Path) -> str:
    """What ``cocokit serve`` prints first; then two people do all that there is to do, and it is stopped."""
    from cocokit.annotate_ui import create_app
    from cocokit.annotate_ui.config import find_config
    from cocokit.annotate_ui.serving import dashboard, invites
    from cocokit.campaign.engine import Engine
    from cocokit.coco_json import read_dataset
    from cocokit.crowd.truth import Truth
    from tests.annotate_ui.people import Person

    app = create_app(find_config({}, str(folder)))
    site = app.extensions["cocokit"]
    campaign, path = invites(app)[0]
    engine, truth = Engine(site.database, campaign), Truth(read_dataset(folder / "demo" / "instances.json"))
    scenes = dict(enumerate(sorted(truth.scenes.values(), key=lambda scene: scene.file_name), start=1))
    both = [Person(app, engine, truth, scenes) for _ in range(2)]
    while any([person.work() for person in both]):
        pass
    board = dashboard(app)[0]
    site.close()
    link = "http://127.0.0.1:8000"
    return (f"workers of {campaign}: {link}{path}\ndashboard: {link}{board} (good once: choose the password of owner)\n"
            "stop with Ctrl+C\n")  # fmt: skip


def test_commands_print_what_is_shown_one_after_another(walked: Walk) -> None:
    assert walked.shown
    for line, expected, output in walked.shown:
        same = MATCHES(expected, output, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        assert same, f"{line}\n{output}"


def test_code_prints_what_its_comments_say(walked: Walk) -> None:
    name, folder = walked.name, walked.folder
    code = "\n".join(blocks(name, "python"))
    expected = re.findall(r"^print\(.*\)  +# (.*)$", code, re.M)
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, name, "exec"), {})  # the tutorial's own lines
    assert bool(expected) == bool(code)  # a tutorial of commands alone has no code
    assert printed.getvalue().splitlines() == expected

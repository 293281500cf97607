"""``cocokit analyse``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cocokit.baselines.analysis import ANALYSES
from tests.cocokit.cli.data import Folder

TINY = "--set images=2 --set judged=1 --set steps=1 --set batch=1 --set width=8 --seeds 4 --threads 1 --device cpu"
PRIOR = f"analyse prior {TINY} --set priors=0.5,0.01".split()


def as_json(folder: Folder, *words: str) -> Any:
    result = folder.run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_without_a_name_it_lists_the_experiments(folder: Folder) -> None:
    assert [line.split()[0] for line in folder.run("analyse").stdout.splitlines()[2:]] == list(ANALYSES)
    assert [row["name"] for row in as_json(folder, "analyse")["analyses"]] == list(ANALYSES)


def test_it_prints_a_table_a_note_and_the_finding(folder: Folder) -> None:
    lines = folder.run(*PRIOR).stdout.splitlines()
    assert lines[0] == "RetinaNet's first step with cross entropy"
    assert [line.split()[0] for line in lines[3:5]] == ["0.500", "0.010"]
    assert lines[-1].startswith("With pi 0.5 the first loss is ")
    assert "*" not in lines[-1]


def test_json_has_the_settings_and_the_bands(folder: Folder) -> None:
    found = as_json(folder, *PRIOR)
    assert found["settings"]["seeds"] == [4]
    assert set(found["tables"][0]["rows"][0]["first loss"]) == {"mean", "low", "high"}


def test_it_draws(folder: Folder) -> None:
    assert folder.run(*PRIOR, "--plot", "prior.svg").stdout.splitlines()[-1].startswith("prior.svg: ")
    ElementTree.parse(Path(folder.path) / "prior.svg")


def test_settings_are_shown_and_typed_in_the_same_way(folder: Folder) -> None:
    shown = dict(line.split() for line in folder.run("analyse", "loss_cdf", "--settings").stdout.splitlines()[2:])
    assert shown["gammas"] == "0.0,0.5,1.0,2.0"
    changes = [word for name in ("gammas", "steps", "seeds") for word in ("--set", f"{name}={shown[name]}")]
    assert as_json(folder, "analyse", "loss_cdf", *changes, "--settings")["gammas"] == [0.0, 0.5, 1.0, 2.0]
    full = as_json(folder, "analyse", "loss_cdf", "--full", "--settings")
    assert full["steps"] > int(shown["steps"])


@pytest.mark.parametrize(("words", "said"), [
    ("analyse gamma", "there are focal_loss"),
    ("analyse prior --set prior=0.5", "the nearest is priors"),
    ("analyse prior --set steps=0", "steps is 0; give 1 or more"),
    ("analyse prior --full --plot nowhere/prior.svg", "nowhere/prior.svg: cannot be written"),
    ("analyse prior --set priors=2", "between 0 and 1"),
    ("analyse prior --set size=50", "multiple of 32"),
    ("analyse prior --device gpu7", "gpu7"),
])  # fmt: skip
def test_a_mistake_is_one_sentence(folder: Folder, words: str, said: str) -> None:
    result = folder.run(*words.split())
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_plot_is_an_svg(folder: Folder) -> None:
    assert folder.run("analyse", "prior", "--plot", "prior.png").exit_code == 2

"""The picture of a training says what its log says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cocokit.baselines.train.curve import NAME, curve, write_curve
from cocokit.baselines.train.log import Log

SVG = "{http://www.w3.org/2000/svg}"


def losses(*values: float) -> list[dict[str, Any]]:
    return [{"step": 20 * n + 1, "loss": value, "lr": 0.1} for n, value in enumerate(values)]


def words(drawn: str) -> str:
    return " ".join("".join(node.itertext()) for node in ET.fromstring(drawn).iter(f"{SVG}text"))


def lines_of(drawn: str) -> list[str]:
    kinds = ("ink", "second", "third")
    return [node.get("class", "") for node in ET.fromstring(drawn).iter(f"{SVG}path") if node.get("class") in kinds]


def test_it_has_the_last_numbers_and_the_best() -> None:
    judged = [{"step": 20, "AP": 0.4, "AP50": 0.9, "segm_AP": 0.5},
              {"step": 40, "AP": 0.3, "AP50": 0.8, "segm_AP": 0.2}]  # fmt: skip
    drawn = curve([*losses(4.0, 2.0, 0.5), *judged])
    said = words(drawn)
    assert "AP is 0.300 after 40 steps." in said
    assert "It was highest, 0.400, after 20." in said
    assert "It goes from 4 to 0.5." in said
    assert "mask AP" in said
    assert lines_of(drawn) == ["ink", "second", "third", "ink"]


@pytest.mark.parametrize(
    ("judged", "title"),
    [
        ([], "Loss, as a share of the largest"),
        ([{"step": 1, "AP": -1.0}], "AP is -1.000 after 1 step."),
        ([{"step": 9, "AR10": 0.1, "AR100": 0.5, "AR1000": 0.6}], "AR100 is 0.500"),
        ([{"step": 9, "AP": 0.1, "keypoints_AP": 0.25}], "keypoint AP"),
    ],
    ids=["nothing", "nothing to say", "proposals", "keypoints"],
)
def test_trainings_of_any_kind_and_length(judged: list[dict[str, Any]], title: str) -> None:
    for values in ((3.0,), (0.0, 0.0), (1e-9, 1e9)):
        assert title in words(curve([*losses(*values), *judged]))


def test_a_run_that_went_on_without_its_log_has_evaluations_alone() -> None:
    said = words(curve([{"step": 9, "AP": 0.25}]))
    assert "AP is 0.250" in said
    assert "Loss" not in said


def test_it_lies_beside_its_log(tmp_path: Path) -> None:
    log = Log(str(tmp_path / "log.jsonl"))
    log.add(step=1, loss=2.0)
    write_curve(log)
    assert words((tmp_path / NAME).read_text()).startswith("Loss")

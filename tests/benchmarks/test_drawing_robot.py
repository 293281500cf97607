"""The drawing robot: what it counts, and that the tools reach known shapes within a fixed number of actions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.drawing_robot import __main__ as robot
from tests.benchmarks.drawing_robot.instances import write_instances
from tests.benchmarks.drawing_robot.tables import actions_to, by_tool, clicks_table, difference, seconds_to

SIZE = 120


def shapes() -> dict[str, Callable[[Any, Any], Any]]:
    """Tests of points, px from the middle of a square photo."""
    return {
        "disc": lambda x, y: np.hypot(x, y) < 38,
        "bar": lambda x, y: (np.abs(x) < 45) & (np.abs(y) < 9),
        "C": lambda x, y: (np.abs(np.hypot(x, y) - 32) < 10) & ~((x > 0) & (np.abs(y) < 10)),
        "two": lambda x, y: (np.hypot(x + 22, y) < 18) | ((np.abs(x - 25) < 14) & (np.abs(y) < 30)),
    }


def write_shapes(folder: Path) -> None:
    """The shapes as instances of a grainy photo."""
    chance = np.random.default_rng(5)
    x, y = np.meshgrid(np.arange(SIZE) + 0.5 - SIZE / 2, np.arange(SIZE) + 0.5 - SIZE / 2)
    index = []
    with (folder / "pixels.bin").open("wb") as out:
        for n, (name, covers) in enumerate(shapes().items()):
            mask = covers(x, y)
            flat = np.where(mask[..., None], [190, 90, 60, 255], [90, 120, 130, 255])
            pixels = flat + chance.normal(0, 8, (SIZE, SIZE, 4))
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            box = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
            index.append({"id": n, "kind": name, "width": SIZE, "height": SIZE, "box": [int(v) for v in box],
                          "at": out.tell()})  # fmt: skip
            out.write(pixels.clip(0, 255).astype(np.uint8).tobytes() + mask.astype(np.uint8).tobytes())
    (folder / "instances.json").write_text(json.dumps(index), encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("NO NODE: the drawing tools are not measured (install nodejs, 20 or newer)")
    folder = tmp_path_factory.mktemp("shapes")
    write_shapes(folder)
    drawn = subprocess.run([node, str(robot.ROBOT), str(folder), "20", "zoom"], check=True, capture_output=True)
    return [json.loads(line) for line in drawn.stdout.splitlines()]


#: Actions to an IoU of .85 that each tool may need for a shape; measured ones and a few more.
CEILINGS = {
    "polygon": {"disc": 8, "bar": 6, "C": 18, "two": 12},
    "wire or straight": {"disc": 6, "bar": 6, "C": 10, "two": 10},
    "box cut and clicks": {"disc": 2, "bar": 3, "C": 8, "two": 6},
}


@pytest.mark.parametrize("tool", CEILINGS)
def test_known_shapes_are_reached_within_a_fixed_number_of_actions(runs: list[dict[str, Any]], tool: str) -> None:
    needed = {r["kind"]: actions_to(r, 0.85, 20)[0] for r in by_tool(runs)[tool]}
    assert {k: n for k, n in needed.items() if n > CEILINGS[tool][k]} == {}


def test_every_tool_has_a_row(runs: list[dict[str, Any]]) -> None:
    table = "\n".join(clicks_table(runs, 20))
    assert all(f"| {tool} |" in table for tool in by_tool([r for r in runs if "iou" in r]))


def test_an_iou_that_is_never_reached_counts_as_the_most() -> None:
    run = {"iou": [None, None, 0.5, 0.82, 0.81, 0.9], "toggles": [None, None, 0, 1, 1, 2]}
    run["brushes"] = [None, None, 0, 1]
    assert [actions_to(run, bar, 20) for bar in (0.5, 0.8, 0.9, 0.95)] == [(2, True), (3, True), (5, True), (20, False)]
    assert seconds_to(run, 0.5, 20) == pytest.approx(2 * 1.3)
    assert seconds_to(run, 0.9, 20) == pytest.approx(4 * 1.3 + 1.8 + 2 * 0.28)


def test_a_tool_that_is_no_better_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    quick, slow = ([{"iou": [None] * k + [0.9]}] * 9 for k in (4, 7))
    assert difference(quick, slow, 0.85, 20) == (-3, -3, -3)
    assert robot.judged({robot.DEFAULT: quick, robot.BASELINE: slow}) == 0
    assert robot.judged({robot.DEFAULT: slow, robot.BASELINE: quick}) == 1
    assert "does not need fewer" in capsys.readouterr().err


def test_without_photos_the_robot_says_so_loudly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COCOKIT_SHARED_DATA", str(tmp_path))
    assert robot.main(4, 1, "zoom") == 0
    assert "DID NOT RUN" in capsys.readouterr().err


def test_the_same_seed_chooses_the_same_instances(shared_data: Path, tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert write_instances(shared_data / "coco_mini", tmp_path / name, 10, 3) == 10
        written.append([(tmp_path / name / file).read_bytes() for file in ("instances.json", "pixels.bin")])
    assert written[0] == written[1]
    index = json.loads(written[0][0])
    assert sum(5 * one["width"] * one["height"] for one in index) == len(written[0][1])
    assert [one["kind"] for one in index] == list("SSSMMMMLLL")

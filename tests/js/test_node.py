"""The pages' scripts are tested by node's own runner; here its verdict becomes pytest's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = sorted(HERE.glob("*.test.js"))


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pycocotools says, in a file."""
    path = tmp_path_factory.mktemp("js") / "fixtures.json"
    subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(path)], check=True, timeout=120)
    return path


def node() -> str:
    """The program node, or a skip that says what is not tested."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("NO NODE: the scripts of the pages are not tested (install nodejs, 20 or newer)")
    return found


@pytest.mark.parametrize("script", TESTS, ids=lambda path: path.name.removesuffix(".test.js"))
def test_scripts_of_the_pages_in_node(script: Path, fixtures: Path) -> None:
    run = subprocess.run([node(), "--test", "--test-reporter=tap", str(script)], capture_output=True, text=True,
                         check=False, timeout=300, env={**os.environ, "FIXTURES": str(fixtures)})  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_there_are_scripts_to_test() -> None:
    assert TESTS

"""What a command costs before it does anything: no heavy import, and little time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_packaging import ROOT

HEAVY = {"numpy", "numba", "llvmlite", "scipy", "shapely", "skimage", "PIL", "pycocotools", "matplotlib", "torch",
         "flask", "sqlalchemy", "pandas"}
# What the evaluation of a file has no use for; each costs milliseconds that a whole evaluation is measured by.
NOT_FOR_EVAL = HEAVY - {"numpy", "llvmlite"} | {"logging", "subprocess", "asyncio", "unittest", "hashlib",
                                               "importlib.metadata", "cocokit.compiling"}
CHILD = """
import sys
sys.argv = ["cocokit", *{arguments!r}]
from cocokit.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
import json, resource
used = resource.getrusage(resource.RUSAGE_SELF)
print()
print(json.dumps([sorted(sys.modules), used.ru_utime + used.ru_stime]))
"""


def run(*arguments: str) -> tuple[set[str], float]:
    """Names of the modules that a command has loaded when it ends, and the CPU seconds of its process."""
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    code = CHILD.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    modules, seconds = json.loads(done.stdout.splitlines()[-1])
    return set(modules), seconds


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("--version",)])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    modules, _ = run(*arguments)
    assert modules & HEAVY == set()
    assert modules & NOT_FOR_EVAL == set()


def test_help_takes_less_than_a_fifth_of_a_second() -> None:
    assert min(run("--help")[1] for _ in range(5)) < 0.2


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, cocokit; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(out.split()) & HEAVY == set()


def test_evaluating_a_file_loads_only_what_it_needs(tmp_path: Path) -> None:
    gt = {"images": [{"id": 1, "width": 9, "height": 9}], "categories": [{"id": 1, "name": "a"}],
          "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "area": 16, "iscrowd": 0}]}
    dt = [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], "score": 0.5}]
    (tmp_path / "gt.json").write_text(json.dumps(gt))
    (tmp_path / "dt.json").write_text(json.dumps(dt))
    arguments = ("eval", str(tmp_path / "dt.json"), "--gt", str(tmp_path / "gt.json"))
    run(*arguments)  # the kernels may have to be compiled first
    modules, _ = run(*arguments)
    assert modules & NOT_FOR_EVAL == set()

"""What is built from the tree holds everything, and runs away from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from cocokit.cli import COMMANDS
from tests.sources import sources
from tests.test_packaging import ROOT

IGNORED = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "build", "dist", "demo", "cocokit-demo", "shots", "*.egg-info",
    "__pycache__", "*.o",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, so that building leaves nothing behind."""
    copy = tmp_path_factory.mktemp("tree") / "cocokit"
    shutil.copytree(ROOT, copy, ignore=IGNORED)
    return copy


def run(command: list[str], where: Path, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=where, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def install(wheel: Path, folder: Path) -> dict[str, str]:
    """Unpack a wheel; the environment in which it, and not the clone, is cocokit."""
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder / "site"),
         str(wheel)], folder)
    return {"PYTHONPATH": str(folder / "site"), "COCOKIT_CACHE_DIR": str(folder / "cache"), "PYTHONSAFEPATH": "1"}


@pytest.fixture(scope="module")
def wheel(tree: Path) -> Path:
    """A wheel without compiled kernels."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    run([*build, "out", "."], tree)
    return next((tree / "out").glob("*.whl"))


def pages() -> set[str]:
    """What browsers get: templates, scripts, styles, icons."""
    folder = ROOT / "annotate_ui"
    files = [path for part in ("templates", "static") for path in (folder / part).rglob("*") if path.is_file()]
    assert len(files) > 100
    own = {f"cocokit/annotate_ui/{path.relative_to(folder).as_posix()}" for path in files}
    parts = [path for name in ("statistics", "gallery") for path in (ROOT / "cocokit" / name).iterdir()]
    return own | {path.relative_to(ROOT).as_posix() for path in parts if path.suffix in (".css", ".html", ".js")}


def test_the_wheel_holds_every_module_and_nothing_else(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    code = {s.module.replace(".", "/") + ("/__init__.py" if s.path.name == "__init__.py" else ".py") for s in sources()}
    info = {name for name in held if ".dist-info/" in name}
    assert held - info == code | pages() | {"cocokit/py.typed"}
    assert any(name.endswith("licenses/LICENSE") for name in info)


def test_the_source_archive_holds_what_a_clone_has(tree: Path) -> None:
    build = "from setuptools import build_meta; print(build_meta.build_sdist('out'))"
    name = run([sys.executable, "-c", build], tree).stdout.splitlines()[-1]
    held = {member.partition("/")[2] for member in tarfile.open(tree / "out" / name).getnames()}
    for path in ("Makefile", "setup.cfg", "ruff.toml", "LICENSE", "README.md", "PARITY.md", "eval/__init__.py",
                 "tests/conftest.py", "tests/eval/naive.py", ".ci/run"):
        assert path in held
    assert not [path for path in held if path.endswith((".o", ".pyc"))]


def test_the_installed_wheel_shows_the_help_of_every_command_away_from_the_clone(wheel: Path, tmp_path: Path) -> None:
    env = install(wheel, tmp_path)
    (tmp_path / "eval.py").write_text("raise SystemExit('the user\\'s own eval.py')\n")
    where = run([sys.executable, "-c", "import cocokit; print(cocokit.__file__)"], tmp_path, **env).stdout
    assert Path(where.strip()).is_relative_to(tmp_path)
    for command in ([], *([name] for name in COMMANDS)):
        text = run([sys.executable, "-m", "cocokit", *command, "--help"], tmp_path, **env).stdout
        assert "Usage: " in text


@pytest.mark.slow
def test_the_wheel_that_make_builds_brings_its_kernels_and_compiles_nothing(tree: Path, tmp_path: Path) -> None:
    run(["make", "-o", ".venv/.test", "wheel", f"PY={sys.executable}"], tree)
    built = next((tree / "dist").glob("*.whl"))
    assert not built.name.endswith("-any.whl")  # it holds machine code
    assert not list((tree / "cocokit").rglob("*.o"))
    env = install(built, tmp_path)
    done = run([sys.executable, "-m", "cocokit", "demo", "--eval", "--json"], tmp_path, **env,
               COCOKIT_KERNELS="object")
    assert len(json.loads(done.stdout)["stats"]) == 12
    assert "compiling" not in done.stderr
    assert not (tmp_path / "cache").exists()

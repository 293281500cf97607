"""mypy --strict over the package, laid out by links as it is when installed (eval/ is cocokit.eval)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mypy import api

from tests.test_packaging import ROOT, package_map


def link_tree(root: Path) -> Path:
    """A folder in which every mapped folder lies where setup.cfg installs it."""
    for package, folder in sorted(package_map().items()):
        place = root.joinpath(*package.split("."))
        place.mkdir(parents=True, exist_ok=True)
        for entry in sorted((ROOT / folder).iterdir()):
            if entry.name != "__pycache__":
                (place / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
    return root


def check(tree: Path, cache: Path) -> str:
    """What mypy says about the tree; empty when it is content."""
    before = os.getcwd()
    os.chdir(tree)
    try:
        out, err, status = api.run(["--config-file", str(ROOT / "setup.cfg"), "--cache-dir", str(cache),
                                    "--no-error-summary", "-p", "cocokit"])
    finally:
        os.chdir(before)
    return out + err if status else ""


def test_the_package_is_typed_strictly(tmp_path: Path) -> None:
    report = check(link_tree(tmp_path), ROOT / ".mypy_cache")
    assert not report, "\n" + report


@pytest.mark.slow
def test_a_wrong_type_across_folders_would_be_found(tmp_path: Path) -> None:
    tree = link_tree(tmp_path)
    wrong = 'from cocokit.eval.params import EvalParams\n\nx: int = EvalParams("bbox")\n'
    (tree / "cocokit" / "wrong.py").write_text(wrong)
    assert "wrong.py:3: error" in check(tree, tmp_path / "cache")

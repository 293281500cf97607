"""A folder to run commands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cocokit.cli.data import Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder, which is the working folder too."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)

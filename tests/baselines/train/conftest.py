"""The toy detectors are in the table for every test here, and a folder of shapes is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocokit.baselines.train.shapes import write_shapes
from tests.baselines.train import toy


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.register(monkeypatch.setitem)


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """A COCO folder of 8 images to train on and 4 to evaluate on."""
    return Path(write_shapes(tmp_path / "shapes", 8, 64, seed=5, domain="iconic", val=4))

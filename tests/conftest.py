"""What every test may ask for: the shared real data, where it lies beside the clone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cocokit import compiled

_ROOT = Path(__file__).resolve().parent.parent


def shared_data() -> Path:
    """The folder of shared real data: ``COCOKIT_SHARED_DATA``, or ``../shared/data`` beside the clone.

    Skips the calling test, with the reason, where the folder does not exist.
    """
    folder = Path(os.environ.get("COCOKIT_SHARED_DATA") or _ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"shared data are not at {folder} (set COCOKIT_SHARED_DATA)")
    return folder


@pytest.fixture(name="shared_data")
def shared_data_fixture() -> Path:
    """The folder of shared real data, or a skip."""
    return shared_data()


@pytest.fixture(scope="session", autouse=True)
def _compiled_kernels() -> None:
    """Kernels are compiled before the first test, so that the note about it is in no test's captured output."""
    compiled.backend_name()

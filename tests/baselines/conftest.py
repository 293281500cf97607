"""Tests of the baselines use one thread: they share their machine."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Whatever a test draws, it draws the same each time."""
    torch.manual_seed(0)

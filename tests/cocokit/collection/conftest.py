"""The fake server for tests of sources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_sources.catalogue import catalogue
from tests.fake_sources.server import FakeTime, State, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A server with a dozen photographs and nothing wrong with it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(State(catalogue(12), FakeTime())) as state:
        yield state

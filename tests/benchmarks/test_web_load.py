"""The load of the web pages, a short one: nothing is lost, nothing is given twice, nobody sees an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.web_load import arguments, measure
from tests.databases import Server


@pytest.mark.slow
def test_forty_browsers_lose_nothing(postgres: Server, tmp_path: Path) -> None:
    words = ["--browsers", "40", "--tasks", "60", "--places", "2", "--seconds", "12", "--warm", "6", "--think", "1"]
    with postgres.database(tables=False) as url:
        parts, pages, wrong = measure(tmp_path, url, arguments(words))
    assert wrong == []
    assert set(pages) <= {"counted"}  # careful workers find the masks that are known to be bad
    assert len(parts) == 2
    for part in parts:
        assert part.report.errors == []
        assert part.cpu["server"] > 0 < part.cpu["browsers"]
    assert len(parts[0].report.clients) > 40
    assert {call for call, _ in parts[0].report.times} >= {"draft", "submit"}

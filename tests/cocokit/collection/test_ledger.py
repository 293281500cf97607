"""The ledger: what it remembers, whatever happened to the process that wrote it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cocokit.collection.ledger import NAME, Ledger
from cocokit.errors import CocokitError, DataError
from tests.test_packaging import ROOT


def row(key: str, content: str = "") -> dict[str, Any]:
    return {"source": "x", "query": "dog + car", "sha256": content or key, "photographer": None}


def written(folder: Path) -> bytes:
    with Ledger(folder) as ledger:
        for key in ("x:1", "x:2", "x:3"):
            ledger.add_image(key, row(key))
        ledger.leave_out("x:4", "broken", "is \u00e4\n\u2028 broken")
        ledger.end_page("x", "dog + car", "2")
        ledger.leave_out("x:5", "unreachable", "status 500")
        ledger.end_page("x", "dog + car", None)
    return (folder / NAME).read_bytes()


def known(ledger: Ledger) -> tuple[Any, ...]:
    return ledger.images, ledger.left_out, ledger.tombstones, ledger.cursor("x", "dog + car")


def test_what_was_written_is_known_again(tmp_path: Path) -> None:
    written(tmp_path)
    with Ledger(tmp_path) as ledger:
        assert [one["id"] for one in ledger.images.values()] == [1, 2, 3]
        assert ledger.left_out["x:4"]["reason"] == "is \u00e4\n\u2028 broken"
        assert ledger.cursor("x", "dog + car") == (True, None)
        assert ledger.cursor("x", "dog + bus") == (False, None)
        assert ledger.count("x", "dog + car") == 3
        assert ledger.same_content("x:2") == "x:2"
        assert [ledger.knows(f"x:{i}") for i in range(7)] == [False, *[True] * 5, False]


def test_a_cut_anywhere_leaves_the_lines_before_it(tmp_path: Path) -> None:
    data = written(tmp_path)
    for cut in range(0, len(data), 9):
        (tmp_path / NAME).write_bytes(data[:cut])
        with Ledger(tmp_path) as ledger:
            found = known(ledger)
            ledger.add_image("x:9", row("x:9"))
        whole = data[:cut].count(b"\n")
        lines = (tmp_path / NAME).read_bytes().splitlines()
        assert lines[:-1] == data.splitlines()[:whole]
        assert json.loads(lines[-1])["id"] == min(whole, 3) + 1
        assert len(found[0]) == min(whole, 3) + 1


def test_ids_are_never_given_twice_not_even_after_a_takedown(tmp_path: Path) -> None:
    written(tmp_path)
    with Ledger(tmp_path) as ledger:
        ledger.bury("x:3", "asked", "now")
        ledger.compact()
    with Ledger(tmp_path) as ledger:
        assert ledger.add_image("x:6", row("x:6"))["id"] == 4
        assert "x:3" not in ledger.images
        assert ledger.knows("x:3")
        assert ledger.is_buried("x:3")
        assert ledger.count("x", "dog + car") == 3
    lines = [json.loads(line) for line in (tmp_path / NAME).read_bytes().splitlines()]
    assert [line["kind"] for line in lines if line.get("key") == "x:3"] == ["tombstone"]


def test_what_may_have_passed_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path)
    with Ledger(tmp_path) as ledger:
        ledger.forget()
        assert set(ledger.left_out) == {"x:4"}
        assert ledger.cursor("x", "dog + car") == (False, None)
        assert len(ledger.images) == 3


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        with pytest.raises(CocokitError, match=r"another run works on this collection"), Ledger(tmp_path):
            pass
        ledger.add_image("x:1", row("x:1"))
        ledger.compact()
        with pytest.raises(CocokitError, match=r"another run works on this collection"), Ledger(tmp_path):
            pass
    with Ledger(tmp_path) as again:
        assert set(again.images) == {"x:1"}


@pytest.mark.parametrize("line", [b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"kind": "cat"}'])
def test_a_line_that_is_none_is_refused_with_its_number(tmp_path: Path, line: bytes) -> None:
    data = written(tmp_path)
    (tmp_path / NAME).write_bytes(data + line + b"\n" + data)
    with pytest.raises(DataError, match=r"line 8: is no line of a ledger"), Ledger(tmp_path):
        pass
    assert (tmp_path / NAME).read_bytes() == data + line + b"\n" + data


def test_a_disk_that_is_full_for_a_while_leaves_whole_lines(tmp_path: Path) -> None:
    code = f"""
import resource, signal
from cocokit.collection.ledger import Ledger
from cocokit.errors import DataError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Ledger({str(tmp_path)!r}) as ledger:
    ledger.leave_out("a:1", "broken", "x")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    try:
        ledger.leave_out("a:2", "broken", "y" * 200)
    except DataError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    ledger.leave_out("a:3", "broken", "z")
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True, timeout=60)
    assert f"{tmp_path}/ledger.jsonl: cannot be written: File too large; make room" in done.stdout
    with Ledger(tmp_path) as ledger:
        assert list(ledger.left_out) == ["a:1", "a:3"]

"""The line on a terminal while something takes long."""

from __future__ import annotations

import io
import sys
import time

import pytest

from cocokit.cli import _progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def said(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, patience: float) -> str:
    """What is written to stderr during a fifth of a second of work."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(_progress, "PATIENCE", patience)
    monkeypatch.setattr(_progress, "BEAT", 0.02)
    with _progress.Progress("evaluating dt.json"):
        time.sleep(0.2)
    return stream.getvalue()


def fail_slowly() -> None:
    with _progress.Progress("checking gt.json"):
        time.sleep(0.1)
        raise ValueError("broken")


def test_a_terminal_sees_what_is_done_and_the_line_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(monkeypatch, Terminal(), 0.02)
    assert text.startswith("\revaluating dt.json ... 0 s")
    assert text.endswith("\r\033[K")


def test_a_line_with_a_count_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(_progress, "PATIENCE", 0.02)
    monkeypatch.setattr(_progress, "BEAT", 0.02)
    with _progress.Count("simulating", "images") as count:
        count(3, 1200)
        time.sleep(0.2)
        count.part("k_label=4", 1, 10)(7, 1200)
        time.sleep(0.2)
    said = stream.getvalue()
    assert said.index("simulating: 3 of 1,200 images ... ") < said.index("k_label=4 (2 of 10): 7 of 1,200 images ... ")
    assert said.endswith("\r\033[K")


def test_what_is_over_soon_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, Terminal(), 2.0) == ""


def test_a_file_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, io.StringIO(), 0.02) == ""


def test_the_line_goes_away_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(_progress, "PATIENCE", 0.02)
    monkeypatch.setattr(_progress, "BEAT", 0.02)
    with pytest.raises(ValueError, match="broken"):
        fail_slowly()
    assert stream.getvalue().endswith("\r\033[K")

"""A folder appears whole or not at all, also when the process is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cocokit.atomic import write_text
from cocokit.errors import DataError
from cocokit.folders import atomic_folder
from tests.test_packaging import ROOT


def fill(path: Path, text: str) -> None:
    with atomic_folder(path, "mark") as part:
        for name in ("mark", "a"):
            Path(part, name).write_text(text)


def contents(folder: Path) -> dict[str, str]:
    return {entry.name: entry.read_text() for entry in folder.iterdir()}


def test_a_folder_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    fill(tmp_path / "deep" / "out", "one")
    fill(tmp_path / "deep" / "out", "two")
    assert contents(tmp_path / "deep" / "out") == {"mark": "two", "a": "two"}
    assert os.listdir(tmp_path / "deep") == ["out"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", "one")
    assert contents(tmp_path / "out") == {"mark": "one", "a": "one"}


def test_after_an_exception_everything_is_as_it_was(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    with pytest.raises(FileNotFoundError), atomic_folder(tmp_path / "out", "mark") as part:
        shutil.copytree(tmp_path / "missing", part, dirs_exist_ok=True)
    assert contents(tmp_path / "out") == {"mark": "one", "a": "one"}
    assert os.listdir(tmp_path) == ["out"]


def test_what_is_not_ours_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis").write_text("years")
    with pytest.raises(DataError, match="has other files in it, and no mark"):
        fill(tmp_path / "out", "one")
    with pytest.raises(DataError, match="is a file; give a folder"):
        fill(tmp_path / "out" / "thesis", "one")
    assert contents(tmp_path / "out") == {"thesis": "years"}


def test_what_a_killed_process_left_is_put_right(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    (tmp_path / "out").rename(tmp_path / ".out.old")  # killed between the two renames
    left = tmp_path / f".out.{2**22 + 1}.part"  # no process has such an id
    left.mkdir()
    (left / "half").write_text("x")
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "out", "mark"):
        raise ZeroDivisionError
    assert contents(tmp_path / "out") == {"mark": "one", "a": "one"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("calls", range(8))
def test_a_process_killed_at_any_step_leaves_a_whole_folder_to_find(tmp_path: Path, calls: int) -> None:
    fill(tmp_path / "out", "one")
    code = f"""
import os, signal, shutil
from pathlib import Path
left = {calls}
def counted(what):
    def call(*words, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return what(*words, **named)
    return call
os.rename, os.fsync, shutil.rmtree = counted(os.rename), counted(os.fsync), counted(shutil.rmtree)
from tests.cocokit.test_folders import fill
fill(Path("out"), "two")
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False, timeout=60)
    assert done.returncode in (0, -signal.SIGKILL)
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "out", "mark"):
        raise ZeroDivisionError  # only puts right what was left
    found = contents(tmp_path / "out")
    assert found in ({"mark": "one", "a": "one"}, {"mark": "two", "a": "two"})
    assert os.listdir(tmp_path) == ["out"]


def test_parents_that_were_made_go_again_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), atomic_folder(tmp_path / "a" / "b" / "out", "mark"):
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


def test_an_error_names_the_file_that_it_would_have_become(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught, atomic_folder(tmp_path / "out", "mark") as part:
        write_text(os.path.join(part, "gone", "a.txt"), "x")
    assert str(caught.value).startswith(f"{tmp_path}/out/gone/a.txt: cannot be written: No such file or directory;")


def test_two_threads_that_write_one_folder_leave_it_whole(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out", "mark") as part:
        fill(tmp_path / "out", "other")
        for name in ("mark", "a"):
            Path(part, name).write_text("one")
    assert contents(tmp_path / "out") == {"mark": "one", "a": "one"}
    assert os.listdir(tmp_path) == ["out"]

"""Regular files are opened and copied; whatever else is refused before anybody waits for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cocokit.errors import DataError
from cocokit.regular import copy_regular, open_regular, refuse_others


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to("a")
    for name in ("a", "b"):
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"abc"
        copy_regular(tmp_path / name, tmp_path / "c")
        assert (tmp_path / "c").read_bytes() == b"abc"
        refuse_others(tmp_path / name)


def test_whatever_else_is_called_by_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    os.mkfifo("pipe")
    os.mkdir("folder")
    os.symlink("/dev/zero", "device")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for name, kind in (("pipe", "a pipe"), ("folder", "a folder"), ("device", "a device"), ("socket", "a socket")):
            for call in (open_regular, refuse_others, lambda path: copy_regular(path, "copy")):
                with pytest.raises(DataError, match=f"^{name}: is {kind}"):
                    call(name)
    assert not os.path.exists("copy")


def test_what_is_not_there_is_left_to_whoever_reads_it(tmp_path: Path) -> None:
    refuse_others(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing")
    with pytest.raises(DataError, match="no such file"):
        copy_regular(tmp_path / "nothing", tmp_path / "copy")


def test_a_file_that_becomes_a_pipe_before_it_is_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    before = os.stat(tmp_path / "file")
    monkeypatch.setattr("cocokit.regular.os.stat", lambda _: before)
    with pytest.raises(DataError, match="is a pipe"):
        open_regular(tmp_path / "pipe")

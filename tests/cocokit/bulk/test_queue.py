"""Batches of photographs as jobs: two workers, one of them killed in the middle of a batch, every photograph once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.bulk.photographs import hash_batch, list_addresses
from cocokit.bulk.queue import Queue
from cocokit.errors import CocokitError, ParamsError
from cocokit.near.hashing import hash_images
from tests.databases import Server
from tests.sources import ROOT

COUNT = 60
#: A worker whose batches take long, so that it can be caught in one.
SLOW = """
import sys, time
from cocokit.bulk import queue
real = queue.hash_batch
def slow(addresses):
    print("begun", flush=True)
    time.sleep(float(sys.argv[2]))
    return real(addresses)
queue.hash_batch = slow
queue.Queue(sys.argv[1], silent_s=3.0).work()
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    chance = np.random.default_rng(0)
    for i in range(COUNT):
        small = Image.fromarray(chance.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        small.resize((64, 48)).save(folder / ("more" if i % 3 == 0 else "") / f"{i:03}.jpg")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    (folder / "notes.txt").write_text("no photo either")
    return folder


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database(tables=False) as made:
        yield made


def worker(url: str, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, url, str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_every_photograph_once_though_a_worker_dies(photos: Path, url: str) -> None:
    queue = Queue(url)
    assert queue.add(list_addresses([str(photos)]), batch=10) == 7
    assert queue.add([str(photos / "999.jpg")]) == 1
    doomed, other = worker(url, 60), worker(url, 0.05)
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "begun\n"
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.wait()
    assert other.wait(90) == 0
    for process in (doomed, other):
        assert process.stdout is not None
        process.stdout.close()
    found = queue.photographs()
    wanted = sorted([*list_addresses([str(photos)]), str(photos / "999.jpg")])
    assert [one.address for one in found] == wanted
    hashes = hash_images([one.address for one in found if not one.fault])
    assert [one.hash for one in found if not one.fault] == [f"{int(word):016x}" for word in hashes.hash]
    assert [Path(one.address).name for one in found if one.fault] == ["999.jpg", "broken.jpg"]
    progress = queue.progress()
    assert (progress.waiting, progress.doing, progress.failed) == (0, 0, 0)
    assert (progress.done, progress.photographs, progress.faults) == (8, COUNT + 2, 2)


def test_addresses_are_those_of_any_file_system(photos: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/a.jpg", (photos / "001.jpg").read_bytes())
    memory.pipe("/bucket/readme.txt", b"x")
    addresses = list(list_addresses(["memory://bucket", str(photos / "002.jpg")]))
    assert addresses == ["memory:///bucket/a.jpg", str(photos / "002.jpg")]
    there, here = hash_batch(addresses)
    assert there.hash == hash_batch([str(photos / "001.jpg")])[0].hash != here.hash
    assert len(there.sha256) == 64
    with pytest.raises(CocokitError, match="there is nothing"):
        list(list_addresses([str(photos / "nothing")]))


def test_a_file_is_no_queue() -> None:
    with pytest.raises(ParamsError, match="a queue needs PostgreSQL"):
        Queue("sqlite:///cocokit.db")


def test_time_to_do_nothing_is_short(url: str) -> None:
    start = time.monotonic()
    assert Queue(url).work().done == 0
    assert time.monotonic() - start < 30

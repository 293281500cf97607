"""Images that do not fit into memory: kept in a file, seen the same, and refused where no disk holds them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.train import room
from cocokit.baselines.train.config import default_config
from cocokit.baselines.train.data import ImageSet, View
from cocokit.baselines.train.reading import Wanted, read_set
from cocokit.baselines.train.room import Room, find_room
from cocokit.baselines.train.scenes import CATEGORIES
from cocokit.baselines.train.shapes import write_shapes
from cocokit.baselines.train.source import find_source
from cocokit.errors import DataError

CPU = torch.device("cpu")
WANTED = Wanted(160, largest=1.2, masks=True, keypoints=True)  # 6 x 160 x 96 px: 276,480 bytes


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return Path(write_shapes(tmp_path / "scenes", 6, (96, 160), seed=2, domain="cluttered", kinds=CATEGORIES))


@pytest.fixture
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go; with memory for less than the scenes need."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(room, "memory_left", lambda device: 300_000)
    return folder


def equal(one: Batch, other: Batch) -> bool:
    assert one.targets is not None
    assert other.targets is not None
    pairs = [(one.pixels, other.pixels)]
    for mine, yours in zip(one.targets, other.targets, strict=True):
        pairs += [(getattr(mine, name), getattr(yours, name)) for name in ("boxes", "labels", "masks", "crowd")]
        assert mine.keypoints is not None
        assert yours.keypoints is not None
        pairs.append((mine.keypoints, yours.keypoints))
    return one.sizes == other.sizes and all(torch.equal(*pair) for pair in pairs)


def in_file(images: ImageSet) -> bool:
    """Whether the images are parts of one stretch of memory."""
    return len({item.pixels.untyped_storage().data_ptr() for item in images.items}) == 1


def test_what_memory_does_not_hold_is_in_a_file_and_seen_the_same(
    scenes: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = read_set(find_source(str(scenes)), WANTED)
    assert in_file(there)
    assert not list(aside.iterdir()), "the file has no name"
    monkeypatch.undo()
    here = read_set(find_source(str(scenes)), WANTED)
    assert not in_file(here)
    assert there.digest == here.digest
    config = replace(default_config("retinanet"), batch=4, scales=(0.7, 1.2), size=160)
    for place in range(6):
        assert equal(there[place], here[place])
        assert equal(there.batch(place, View(0.8, flip=True)), here.batch(place, View(0.8, flip=True)))
        assert equal(there.training_batch(config, place)[0], here.training_batch(config, place)[0])


def test_what_fits_stays_in_memory(scenes: Path, aside: Path) -> None:
    left = room.memory_left(CPU)
    assert left == 300_000
    assert not in_file(read_set(find_source(str(scenes)), Wanted(80)))


def test_what_no_disk_holds_is_refused_before_it_is_read(
    scenes: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "disk_left", lambda: 300_000)
    said = rf"its images \(6\) take 0\.0 GB, and cpu has 0\.0 GB left, {aside} 0\.0 GB; see them smaller.* TMPDIR"
    with pytest.raises(DataError, match=said):
        read_set(find_source(str(scenes)), WANTED)


def test_a_disk_that_fills_is_one_sentence(scenes: Path, aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda buffering: open("/dev/full", "r+b", buffering=buffering))
    said = rf"{aside}: cannot hold the images \(No space left on device\); name a larger folder in TMPDIR"
    with pytest.raises(DataError, match=said):
        read_set(find_source(str(scenes)), WANTED)


def test_the_nearest_place_with_room_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    left = {"cuda": 1000, "cpu": 10_000}
    monkeypatch.setattr(room, "memory_left", lambda device: left[device.type])
    monkeypatch.setattr(room, "disk_left", lambda: 100_000)
    gpu = torch.device("cuda")
    found = [find_room(needed, 1, gpu, "x.json") for needed in (700, 701, 7000, 7001, 70_000)]
    assert found == [Room.DEVICE, Room.MEMORY, Room.MEMORY, Room.FILE, Room.FILE]
    assert [find_room(needed, 1, CPU, "x.json") for needed in (7000, 7001)] == [Room.DEVICE, Room.FILE]
    with pytest.raises(DataError, match=r"its images \(1\) take"):
        find_room(70_001, 1, gpu, "x.json")


def test_the_machine_says_what_is_left() -> None:
    left = room.memory_left(CPU)
    assert left is None or left > 2**20
    assert room.disk_left() > 0

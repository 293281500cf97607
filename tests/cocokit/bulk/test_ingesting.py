"""Photographs brought into a campaign as jobs: whoever dies, each is there exactly once; bad ones are listed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.bulk.ingesting import Workplace, ingest_batch
from cocokit.bulk.photographs import list_addresses
from cocokit.bulk.queue import Queue
from cocokit.campaign.adding import add_photos, next_id
from cocokit.campaign.context import load_campaign
from cocokit.campaign.creating import NewImage, create_campaign, launch
from cocokit.campaign.drafting import graph_without
from cocokit.campaign.ingest import ingest_folder
from cocokit.domain.tasks import CategoryRef
from cocokit.errors import CocokitError, NotFoundError, ParamsError
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.presets import find_preset
from cocokit.store.campaigns import pages_of
from cocokit.store.database import Database
from cocokit.store.exports import ImageEntry, export_images
from tests.databases import Server
from tests.sources import ROOT

COUNT, COPIES = 60, 4
NAME = "many"
#: A worker that says when it has read some photographs of a batch, and then takes its time.
SLOW = """
import sys, time
from cocokit.bulk.ingesting import Workplace
from cocokit.bulk.queue import Queue
from cocokit.campaign import ingest
from cocokit.store.database import Database
real, seconds, count = ingest.load_photo, float(sys.argv[3]), 0
def slow(*given):
    global count
    count += 1
    if count == 5:
        print("in the middle", flush=True)
    time.sleep(seconds if count >= 5 else 0)
    return real(*given)
ingest.load_photo = slow
Queue(sys.argv[1], silent_s=3.0, place=Workplace(Database(sys.argv[1]), sys.argv[2])).work()
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    chance = np.random.default_rng(0)
    for i in range(COUNT):
        small = Image.fromarray(chance.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        small.resize((64, 48)).save(folder / ("more" if i % 3 == 0 else "") / f"{i:03}.jpg")
    for i in range(COPIES):
        (folder / f"copy{i}.jpg").write_bytes((folder / "001.jpg").read_bytes())
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no photo")
    return folder


def make(database: Database, *, filtered: bool = False) -> None:
    known = find_preset("coco")
    graph = known.graph if filtered else graph_without(known.graph, ["filter"])
    file = CampaignFile(NAME, "coco", known.settings.changed(filter_page=4), graph)
    create_campaign(database, file, [CategoryRef(1, "dog", "animal")], [])


def images(database: Database) -> list[ImageEntry]:
    with database.read() as tx:
        return export_images(tx, load_campaign(tx, NAME).id)


@pytest.fixture
def server(postgres: Server) -> Iterator[Database]:
    with postgres.database() as url:
        made = Database(url, durable=False)
        make(made)
        yield made
        made.close()


def worker(url: str, folder: Path, seconds: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SLOW, url, str(folder), str(seconds)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_every_image_exactly_once_though_a_worker_is_killed_in_a_batch(
    photos: Path, server: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "images"
    queue = Queue(server.url, place=Workplace(server, str(folder)))
    addresses = [*list_addresses([str(photos)]), str(photos / "nowhere.jpg")]
    assert queue.add(addresses, batch=10, campaign=NAME) == 7
    doomed = worker(server.url, folder, 60)
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "in the middle\n"
    assert len(list(folder.rglob("*.jpg"))) == 4  # some files of its batch are there, and no row
    other = worker(server.url, folder, 0.01)
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.wait()
    assert other.wait(90) == 0
    for process in (doomed, other):
        assert process.stdout is not None
        process.stdout.close()
    found = images(server)
    alone = ingest_folder(photos, tmp_path / "alone")
    assert Counter(one.file_name for one in found) == Counter(one.file_name for one in alone.images)
    assert len(found) == COUNT
    kept = {str(path.relative_to(folder)) for path in folder.rglob("*.jpg")}
    assert kept == {one.file_name for one in found}
    order = {address: i for i, address in enumerate(addresses, start=1)}
    assert all(one.coco_id == order[one.origin["name"]] for one in found)  # ids are those of the addresses' order
    known = queue.photographs()
    assert [Path(one.address).name for one in known if one.fault] == ["broken.jpg", "nowhere.jpg"]
    assert len([one for one in known if one.hash]) == COUNT + COPIES
    progress = queue.progress()
    assert (progress.waiting, progress.doing, progress.failed, progress.done) == (0, 0, 0, 7)
    assert queue.add(addresses, batch=10, campaign=NAME) == 7  # all of it once more
    queue.work()
    assert images(server) == found


def test_a_batch_that_is_done_again_adds_nothing(photos: Path, server: Database, tmp_path: Path) -> None:
    place = Workplace(server, str(tmp_path / "images"))
    addresses = list(list_addresses([str(photos)]))[:10]
    first = ingest_batch(place, NAME, 1, addresses)
    before = images(server)
    assert ingest_batch(place, NAME, 1, addresses) == first
    assert images(server) == before
    assert next_id(server, NAME) == max(one.coco_id for one in before) + 1


def test_photographs_of_any_file_system_come_in(photos: Path, server: Database, tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket2/a.jpg", (photos / "001.jpg").read_bytes())
    memory.pipe("/bucket2/b.jpg", b"no photo")
    queue = Queue(server.url, place=Workplace(server, str(tmp_path / "images")))
    queue.add(list_addresses(["memory://bucket2"]), campaign=NAME)
    queue.work()
    (one,) = images(server)
    assert (one.coco_id, one.origin["name"], one.width) == (1, "memory:///bucket2/a.jpg", 64)
    (bad,) = [one for one in queue.photographs() if one.fault]
    assert bad.address == "memory:///bucket2/b.jpg"
    assert "tmp" not in bad.fault


def test_a_later_lot_goes_on_counting(photos: Path, server: Database, tmp_path: Path) -> None:
    queue = Queue(server.url, place=Workplace(server, str(tmp_path / "images")))
    few = sorted(str(path) for path in photos.glob("0*.jpg"))[:6]
    queue.add(few[:2], batch=1, campaign=NAME)
    queue.add(few[2:4], batch=1, campaign=NAME)  # while the first lot waits
    queue.work()
    queue.add(few[4:], campaign=NAME)
    queue.work()
    assert [(one.coco_id, one.origin["name"]) for one in images(server)] == list(enumerate(few, start=1))


def test_a_machine_without_the_workspace_leaves_them_to_others(photos: Path, server: Database, tmp_path: Path) -> None:
    queue = Queue(server.url, place=Workplace(server, str(tmp_path / "images")))
    queue.add([str(photos / "001.jpg")], campaign=NAME)
    alone = Queue(server.url)
    alone.add([str(photos / "002.jpg")])
    assert alone.work().done == 1
    assert (images(server), queue.progress().waiting) == ([], 1)
    with pytest.raises(ParamsError, match="workplace"):
        alone.add([], campaign=NAME)


def test_only_a_draft_takes_photographs(photos: Path, server: Database, tmp_path: Path) -> None:
    queue = Queue(server.url, place=Workplace(server, str(tmp_path / "images")))
    with pytest.raises(NotFoundError, match="no campaign 'x'"):
        queue.add([], campaign="x")
    queue.add([str(photos / "001.jpg")], campaign=NAME)
    queue.work()
    with server.read() as tx:
        campaign = load_campaign(tx, NAME)
    queue.add([str(photos / "002.jpg")], campaign=NAME)
    launch(server, campaign)
    with pytest.raises(CocokitError, match="campaign many is running; photographs come into a draft"):
        queue.add([str(photos / "004.jpg")], campaign=NAME)
    assert queue.work().failed == 1  # what waited when it was launched
    assert len(images(server)) == 1


def test_what_is_added_some_at_a_time_lies_on_the_filters_pages_as_if_at_once(database: Database) -> None:
    make(database, filtered=True)
    new = [NewImage(i, f"{i}.jpg", 8, 8, f"{i:064}", query="dog" if i % 3 else "") for i in range(1, 24)]
    for start in range(0, 23, 5):
        assert add_photos(database, NAME, new[start : start + 5]) == len(new[start : start + 5])
    pages = Counter((one.page, one.coco_id % 3 > 0) for one in images(database))
    assert sorted(pages.values()) == [3, 4, 4, 4, 4, 4]
    with database.read() as tx:
        assert pages_of(tx, load_campaign(tx, NAME).id) == [1, 2, 3, 4, 5, 6]


def test_an_id_that_is_taken_is_replaced_and_a_content_that_is_there_left_out(database: Database) -> None:
    make(database)
    one, two, three = (NewImage(1, f"{i}.jpg", 8, 8, f"{i}" * 64) for i in (1, 2, 3))
    assert add_photos(database, NAME, [one, one]) == 1
    assert add_photos(database, NAME, [two, one, NewImage(2, "3.jpg", 8, 8, three.sha256)]) == 2
    assert [(i.coco_id, i.file_name) for i in images(database)] == [(1, "1.jpg"), (3, "2.jpg"), (2, "3.jpg")]
    assert add_photos(database, NAME, []) == 0

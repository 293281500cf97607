"""Runs of collecting: what comes in, what stays out and why, and runs that were killed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cocokit.collection.collecting import Collected, Plan, collect
from cocokit.collection.found import Query
from cocokit.collection.ledger import NAME, Ledger
from cocokit.collection.licences import choose_licences
from cocokit.collection.limits import PauseError
from cocokit.collection.listing import CANDIDATES, LEFT_OUT, write_lists
from cocokit.collection.sources import web_source
from cocokit.collection.sources.folder import Folder
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.imageio import image_size
from tests.fake_sources import catalogue as things
from tests.fake_sources.catalogue import catalogue, jpeg
from tests.fake_sources.server import State

ROOT = Path(__file__).resolve().parents[3]
PAIR = Query(("dog", "car"), "pair")
CHANGES = Plan(choose_licences("changes"))


def run(server: State, folder: Path, plan: Plan = CHANGES, name: str = "flickr", queries: Any = (PAIR,)) -> Collected:
    place = web_source(name, base=f"{server.base}/{name}", key="secret", accepts=plan.accepts or choose_licences("any"),
                       clock=server.time.clock, seconds=5.0)  # fmt: skip
    return collect(place, queries, str(folder), plan, clock=server.time.clock)


def images(folder: Path) -> dict[str, dict[str, Any]]:
    with Ledger(folder) as ledger:
        return dict(ledger.images)


def test_a_photo_comes_with_all_that_is_known_of_it(server: State, tmp_path: Path) -> None:
    assert len(run(server, tmp_path).came) == 12
    photo, row = server.photos[0], next(iter(images(tmp_path).values()))
    assert (row["key"], row["author"]) == (f"flickr:{photo.id}", f"name of {photo.owner}")
    name, url = things.LICENCES[photo.licence]
    assert row["license"] == {"id": photo.licence, "name": name, "url": url}
    assert row["landing_page"] == f"https://www.flickr.com/photos/{photo.owner}/{photo.id}"
    assert (row["query"], row["query_kind"]) == ("dog + car", "pair")
    assert row["retrieved"].startswith("2017-07-14T02:40:")
    data = (tmp_path / "images" / row["file_name"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    assert 0 <= row["non_iconic"] <= 1


@pytest.mark.parametrize("name", ["flickr", "openverse", "commons"])
def test_everything_that_is_wrong_with_a_photo_has_its_reason_and_stops_nothing(
    server: State, tmp_path: Path, name: str
) -> None:
    faults = [*things.BROKEN, things.NO_LICENCE, things.NO_ADDRESS, things.UNDATED]
    for photo, fault in zip(server.photos, faults, strict=False):
        photo.faults.add(fault)
    server.photos[9].data = server.photos[8].data
    server.repeat = True
    found = run(server, tmp_path, name=name)
    why = {int(key.rpartition(":")[2].rpartition("-")[2]): (word, reason) for key, word, reason in found.left_out}
    words = [why.get(photo.id, ("came", ""))[0] for photo in server.photos]
    removed = "broken" if name in ("flickr", "openverse") else "removed"
    assert words == ["broken", "broken", removed, "removed", "removed", "licence", "unusable", "came", "came",
                     "duplicate", "came", "came"]  # fmt: skip
    assert "is 50 x 37 px, and the source says 6" in why[server.photos[3].id][1]
    assert "status 404" in why[server.photos[4].id][1]
    assert max(server.fetched.values()) == 1
    assert write_lists(str(tmp_path)) == 4
    assert (tmp_path / LEFT_OUT).read_text().count("\n") == 9
    assert not (tmp_path / ".part").exists()


def test_no_derivatives_stay_out_unless_they_are_asked_for(server: State, tmp_path: Path) -> None:
    server.photos[:] = catalogue(24, licences=tuple(things.LICENCES))
    found = run(server, tmp_path / "a", name="openverse")
    kept = {row["license"]["id"] for row in images(tmp_path / "a").values()}
    assert kept <= {"by", "by-sa", "cc0", "pdm"}
    assert set(found.counts()) == {"licence"}
    run(server, tmp_path / "b", Plan(choose_licences("by-nd,by-nc-nd")), name="openverse")
    assert {row["license"]["id"] for row in images(tmp_path / "b").values()} == {"by-nd", "by-nc-nd"}


def test_a_licence_that_wants_a_credit_needs_an_author(server: State, tmp_path: Path) -> None:
    server.photos[:] = catalogue(10, licences=("4", "9"))
    for photo in server.photos:
        photo.faults.add(things.NO_AUTHOR)
    found = run(server, tmp_path, name="openverse")
    free = [photo for photo in server.photos if photo.licence == "9"]
    assert found.counts()["author"] == 10 - len(free)
    assert len(found.came) == min(5, len(free))  # those who are not named count as one


def test_five_photos_of_one_photographer_within_a_day(server: State, tmp_path: Path) -> None:
    server.photos[:] = catalogue(40, owners=2)
    for i, photo in enumerate(server.photos):
        photo.taken = datetime(2014, 5, 1) + timedelta(hours=i)
    found = run(server, tmp_path)
    per = Counter(row["photographer"] for row in images(tmp_path).values())
    for owner in per:
        taken = sorted(r["taken"] for r in images(tmp_path).values() if r["photographer"] == owner)
        moments = [datetime.fromisoformat(text) for text in taken]
        assert all(b - a > timedelta(days=1) for a, b in zip(moments, moments[5:], strict=False))
    assert found.counts()["window"] == 40 - len(found.came) > 10
    assert sum(server.fetched.values()) == len(found.came)  # those that may not come in are not fetched


def test_limits_and_going_on_with_larger_ones(server: State, tmp_path: Path) -> None:
    queries = [Query(("dog", "car"), "pair"), Query(("cat", "beach"), "scene")]
    assert len(run(server, tmp_path, Plan(CHANGES.accepts, limit=5), queries=queries).came) == 5
    assert len(run(server, tmp_path, Plan(CHANGES.accepts, limit=5), queries=queries).came) == 0
    assert len(run(server, tmp_path, Plan(CHANGES.accepts, per_query=7), queries=queries).came) == 7
    assert Counter(row["query"] for row in images(tmp_path).values()) == {"dog + car": 7, "cat + beach": 5}
    asked = len(server.asked)
    assert len(run(server, tmp_path, queries=queries).came) == 0
    assert len(server.asked) > asked
    asked = len(server.asked)
    run(server, tmp_path, queries=queries)
    assert len(server.asked) == asked  # both were read to their end
    assert max(server.fetched.values()) == 1


def test_what_could_not_be_reached_is_looked_at_again_when_asked(server: State, tmp_path: Path) -> None:
    server.photo_script.extend(["500"] * 6)
    assert run(server, tmp_path).counts() == {"unreachable": 1}
    assert len(run(server, tmp_path).came) == 0
    assert len(run(server, tmp_path, Plan(CHANGES.accepts, retry=True)).came) == 1
    assert len(images(tmp_path)) == 12


def test_a_query_that_cannot_be_read_does_not_stop_the_others(server: State, tmp_path: Path) -> None:
    server.script.extend(["", *["500"] * 6])
    queries = [Query(("dog", "car"), "pair"), Query(("dog", "bus"), "pair")]
    found = run(server, tmp_path, queries=queries)
    assert len(found.came) == 12
    assert [sentence.partition(":")[0] for sentence in found.trouble] == ["dog + car"]


def test_a_source_that_is_dead_ends_the_run_and_not_each_of_four_thousand_queries(
    server: State, tmp_path: Path
) -> None:
    server.script.extend(["", *["500"] * 100])
    queries = [Query(("dog", str(i)), "pair") for i in range(4000)]
    found = run(server, tmp_path, queries=queries)
    assert len(found.trouble) == 3
    assert "status 500, 6 times; so were the 2 before it" in str(found.stopped)
    server.script.clear()
    server.photo_script.extend(["500"] * 200)
    found = run(server, tmp_path, queries=queries)
    assert found.counts() == {"unreachable": 10}
    assert "so were the 9 before it: run it again with --retry" in str(found.stopped)
    server.photo_script.clear()
    assert len(run(server, tmp_path, Plan(CHANGES.accepts, retry=True), queries=queries[:1]).came) == 12


def test_a_long_pause_ends_the_run_and_the_next_one_goes_on(server: State, tmp_path: Path) -> None:
    server.script.extend(["", "", "429 day"])
    found = run(server, tmp_path)
    assert isinstance(found.stopped, PauseError)
    assert len(images(tmp_path)) == 4
    assert run(server, tmp_path).stopped is None
    assert len(images(tmp_path)) == 12


def essence(folder: Path) -> list[tuple[Any, ...]]:
    return [(r["id"], r["key"], r["sha256"], r["non_iconic"]) for r in images(folder).values()]


def left_out(folder: Path) -> dict[str, Any]:
    with Ledger(folder) as ledger:
        return dict(ledger.left_out)


def test_a_run_that_is_cut_at_any_line_comes_to_the_same_end(server: State, tmp_path: Path) -> None:
    server.photos[:] = catalogue(9, owners=2)
    server.photos[4].faults.add(things.HTML)
    server.photos[6].data = server.photos[5].data
    run(server, tmp_path / "whole")
    lines = (tmp_path / "whole" / NAME).read_bytes().splitlines(keepends=True)
    for cut in range(len(lines)):
        folder = tmp_path / str(cut)
        shutil.copytree(tmp_path / "whole", folder)
        half = lines[cut][: len(lines[cut]) // 2] if cut < len(lines) else b""
        (folder / NAME).write_bytes(b"".join(lines[:cut]) + half)
        run(server, folder)
        assert essence(folder) == essence(tmp_path / "whole")
        assert left_out(folder) == left_out(tmp_path / "whole")


_SCRIPT = """
import os, sys
from cocokit.collection import ledger
fsync, count = os.fsync, 0
def counting(handle):
    global count
    count += 1
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), 9)
    fsync(handle)
os.fsync = counting
from cocokit.cli import cli
cli.main(["collect", sys.argv[2], "-o", sys.argv[3]])
"""


def test_a_process_that_is_killed_while_it_writes_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for i in range(6):
        (tmp_path / "in" / f"{i}.jpg").write_bytes(jpeg(i))
    (tmp_path / "in" / "3.jpg").write_bytes(jpeg(3)[:200])
    words = [sys.executable, "-c", _SCRIPT]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for moment in ("2", "5", "1000"):  # each run goes on where the last one was killed
        done = subprocess.run([*words, moment, str(tmp_path / "in"), str(tmp_path / "out")], env=environment,
                              capture_output=True, timeout=60, check=False)  # fmt: skip
        assert done.returncode == (0 if moment == "1000" else -signal.SIGKILL), done.stderr
    assert [(i, key) for i, key, *_ in essence(tmp_path / "out")] == [
        (n + 1, f"folder:{i}.jpg") for n, i in enumerate((0, 1, 2, 4, 5))
    ]
    assert json.loads((tmp_path / "out" / CANDIDATES).read_text())["images"][0]["source"] == "folder"


def test_photos_of_a_folder_are_made_upright_with_their_provenance(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    turned = Image.new("RGB", (40, 30), "red")
    notes = Image.Exif()
    notes[0x0112] = 6
    turned.save(folder / "sub" / "turned.jpg", exif=notes)
    (folder / "big.jpg").write_bytes(jpeg(1, (1500, 900)))
    (folder / "broken.png").write_bytes(b"no")
    (folder / "notes.txt").write_bytes(b"no photo")
    (folder / "provenance.csv").write_text(
        "file_name,author,license,license_url,landing_page,taken\n"
        "big.jpg,Ann,CC BY 4.0,https://creativecommons.org/licenses/by/4.0/,https://example.org/1,2014-05-02 18:22:11\n"
    )
    found = collect(Folder(str(folder)), [Query(())], str(tmp_path / "out"), Plan(None))
    rows = images(tmp_path / "out")
    assert list(rows) == ["folder:big.jpg", "folder:sub/turned.jpg"]
    assert [key for key, *_ in found.left_out] == ["folder:broken.png"]
    big, small = rows.values()
    assert (small["width"], small["height"], small["license"]) == (30, 40, None)
    assert (big["author"], big["license"]["name"], big["taken"]) == ("Ann", "CC BY 4.0", "2014-05-02T18:22:11+00:00")
    copy = tmp_path / "out" / "display" / big["sha256"][:2] / f"{big['sha256']}.jpg"
    assert image_size(copy) == (384, 640)


def test_a_folder_of_which_only_licensed_photos_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(jpeg(1))
    found = collect(Folder(str(tmp_path / "in")), [Query(())], str(tmp_path / "out"), CHANGES)
    assert found.left_out == [("folder:a.jpg", "licence", "the source names no licence")]


def test_the_list_of_candidates_ranks_within_a_query(server: State, tmp_path: Path) -> None:
    queries = [Query(("dog", "car"), "pair"), Query(("cat", "beach"), "scene")]
    run(server, tmp_path, Plan(CHANGES.accepts, per_query=4), queries=queries)
    write_lists(str(tmp_path))
    dataset = Dataset.read(tmp_path / CANDIDATES)
    rows = [dataset.image(i) for i in range(len(dataset.images))]
    assert [row.extras["query"] for row in rows] == ["dog + car"] * 4 + ["cat + beach"] * 4
    for part in (rows[:4], rows[4:]):
        scores = [row.extras["non_iconic"] for row in part]
        assert scores == sorted(scores, reverse=True)
    licences = {row["id"]: row for row in dataset.top["licenses"]}
    with Ledger(tmp_path) as ledger:
        for row in rows:
            told = licences[row.extras["license"]]
            key = f"{row.extras['source']}:{row.extras['source_id']}"
            assert told["source_license_id"] == ledger.images[key]["license"]["id"]


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 3.6 gigapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"x")) + chunk(b"IEND", b"")


def test_an_image_bomb_and_links_and_odd_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "bomb.png").write_bytes(bomb())
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "dangling.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "elsewhere").write_bytes(jpeg(1))
    (folder / "link.jpg").symlink_to(tmp_path / "elsewhere")
    (folder / "folder.jpg").mkdir()
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "na\nme \u202e\U0001f40e.jpg").write_bytes(jpeg(2))
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(jpeg(3))
    (folder / os.fsdecode(b"\xfe.jpg")).write_bytes(b"no photo")
    found = collect(Folder(str(folder)), [Query(())], str(tmp_path / "out"), Plan(None))
    assert found.counts() == {"broken": 5}
    assert len(found.came) == 3
    write_lists(str(tmp_path / "out"))
    assert len(images(tmp_path / "out")) == 3
    text = (tmp_path / "out" / LEFT_OUT).read_text(encoding="utf-8")
    assert "60,000 x 60,000 px" in text
    assert "\\udcfe.jpg" in text


def test_a_full_disk_stops_the_run_and_blames_no_photo(
    server: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("cocokit.atomic.os.fsync", full)
        with pytest.raises((DataError, OSError), match="No space left"):
            run(server, tmp_path)
    with Ledger(tmp_path) as ledger:
        assert ledger.left_out == {}
    run(server, tmp_path)
    assert len(images(tmp_path)) == 12


def test_a_collection_inside_the_folder_is_not_collected_again(tmp_path: Path) -> None:
    for i in range(2):
        (tmp_path / f"{i}.jpg").write_bytes(jpeg(i, (900, 700)))
    for came in (2, 0, 0):
        found = collect(Folder(str(tmp_path)), [Query(())], str(tmp_path / "candidates"), Plan(None))
        assert (len(found.came), found.left_out) == (came, [])

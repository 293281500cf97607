"""``cocokit collect``, ``takedown``, ``rank`` and ``categories`` as they are typed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.cli import cli
from cocokit.store.database import Database, sqlite_url
from cocokit.store.exports import export_images
from tests.cocokit.cli.data import Folder
from tests.fake_sources.catalogue import HTML, catalogue, jpeg
from tests.fake_sources.server import FakeTime, State, serving

assert cli


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    time = FakeTime()
    monkeypatch.setattr("cocokit.collection.limits.Clock", lambda **_: time.clock)
    with serving(State(catalogue(12), time)) as state:
        yield state


def test_from_the_web_into_a_campaign(folder: Folder, server: State) -> None:
    server.photos[0].faults.add(HTML)
    assert folder.run("init", ".").exit_code == 0
    folder.write("q.txt", "")
    Path("q.txt").write_text("dog + car\ndog + beach\n")
    words = ["collect", "openverse", "--url", f"{server.base}/openverse", "--queries", "q.txt", "--per-query", "6"]
    done = folder.run(*words)
    assert done.exit_code == 0, done.stderr
    first, left, after = done.stdout.splitlines()
    assert first == "candidates: 11 candidates, 11 of them new"
    assert left == "left out: 1 (broken 1); see candidates/left_out.csv"
    assert after == "next: cocokit campaign create NAME --coco candidates/candidates.json --images candidates/images"
    again = json.loads(folder.run(*words, "--json").stdout)
    assert (again["came"], again["images"], again["trouble"]) == (0, 11, [])
    made = folder.run("campaign", "create", "pets", "--coco", "candidates/candidates.json", "--images",
                      "candidates/images", "--categories", "dog,car")  # fmt: skip
    assert made.exit_code == 0, made.stderr
    database = Database(sqlite_url(folder.path / "cocokit.db"))
    with database.read() as tx:
        images = export_images(tx, 1)
    database.close()
    assert len(images) == 11
    assert len({image.page for image in images}) == 2  # a page of the filter is of one query
    assert {image.origin["query"] for image in images} == {"dog + car", "dog + beach"}
    assert all(0 <= image.origin["non_iconic"] <= 1 for image in images)


def test_the_score_is_compared_with_what_the_filter_did(folder: Folder) -> None:
    (folder.path / "in").mkdir()
    chance = np.random.default_rng(0)
    for i in range(4):
        flat = np.full((60, 80, 3), 40 * i, np.uint8)
        Image.fromarray(flat).save(folder.path / "in" / f"flat{i}.png")
        Image.fromarray(chance.integers(0, 255, (60, 80, 3)).astype(np.uint8)).save(folder.path / "in" / f"busy{i}.png")
    for line in (["init", "."], ["collect", "in"], ["campaign", "create", "x", "--coco", "candidates/candidates.json",
                 "--images", "candidates/images", "--categories", "dog"]):  # fmt: skip
        assert folder.run(*line).exit_code == 0
    assert "has kept 0 and dropped 0 as iconic; it takes some of both" in folder.run("rank").stdout
    database = Database(sqlite_url(folder.path / "cocokit.db"))
    with database.read() as tx:
        flat_ids = [
            image.id for image in export_images(tx, 1) if image.origin["name"] and "flat" in image.origin["source_id"]
        ]
    decide(database, flat_ids)
    database.close()
    found = json.loads(folder.run("rank", "--json").stdout)
    assert (found["kept"], found["dropped"], found["auc"]) == (4, 4, 1.0)
    assert "AUC 1.000" in folder.run("rank").stdout


def decide(database: Database, dropped: list[int]) -> None:
    """What the filter's routing writes, without the people."""
    from sqlalchemy import text

    def act(tx: object) -> None:
        tx.execute(text("update image set state = 'open'"))  # type: ignore[attr-defined]
        ids = ",".join(map(str, dropped))
        tx.execute(text(f"update image set state = 'dropped', reason = 'iconic' where id in ({ids})"))  # type: ignore[attr-defined]

    database.run(act)


def test_a_long_pause_keeps_what_there_is_and_exits_with_1(folder: Folder, server: State) -> None:
    server.script.extend(["", "429 day"])
    done = folder.run("collect", "commons", "--url", f"{server.base}/commons", "--queries", "all", "-o", "out",
                      "--licenses", "any")  # fmt: skip
    assert done.exit_code == 1
    assert done.stdout.startswith("out: 4 candidates, 4 of them new")
    assert (
        "commons wants no request for 22.2 h; run the same command then and it goes on where it stopped" in done.stderr
    )


def test_what_was_taken_down_is_nowhere_in_the_workspace(folder: Folder) -> None:
    (folder.path / "in").mkdir()
    (folder.path / "in" / "0.jpg").write_bytes(jpeg(0))
    with Image.open(folder.path / "in" / "0.jpg") as photo:
        photo.save(folder.path / "in" / "1.webp")  # is encoded anew on its way into the campaign
    for line in (["init", "."], ["collect", "in"], ["campaign", "create", "x", "--coco", "candidates/candidates.json",
                 "--images", "candidates/images", "--categories", "dog"]):  # fmt: skip
        assert folder.run(*line).exit_code == 0
    (folder.path / "cache" / "display").mkdir(parents=True)
    for number, (key, left) in enumerate([("folder:0.jpg", ["webp"]), ("folder:1.webp", [])], start=1):
        done = folder.run("takedown", key, "--reason", "asked")
        assert done.exit_code == 0, done.stderr
        assert done.stdout == (
            f"{key} is taken down: 3 files removed\n"
            f"campaign x: image {number} withdrawn; give what it has exported to --dataset\n"
        )
        photos = [path for place in ("images", "candidates/images") for path in (folder.path / place).rglob("*.*")]
        assert sorted(path.suffix[1:] for path in photos) == 2 * left
        assert not (folder.path / "cache").exists()
    assert "0 of them new" in folder.run("collect", "in").stdout


def test_a_name_that_leads_out_of_the_workspace_is_not_followed(folder: Folder) -> None:
    assert folder.run("init", "ws").exit_code == 0
    outside = folder.path / "secret.jpg"
    outside.write_bytes(jpeg(0))
    image = {"id": 1, "width": 64, "height": 48, "file_name": "../../secret.jpg", "source": "x", "source_id": "1"}
    (folder.path / "ws" / "c.json").write_text(json.dumps({"images": [image], "annotations": [], "categories": []}))
    os.chdir(folder.path / "ws")
    assert folder.run("campaign", "create", "x", "--coco", "c.json", "--categories", "dog").exit_code == 0
    done = folder.run("takedown", "x:1", "--reason", "asked", "--dataset", "c.json")
    assert done.exit_code == 0, done.stderr
    assert "campaign x: image 1 withdrawn" in done.stdout
    assert outside.exists()


@pytest.mark.parametrize(
    "words, code, sentence",
    [
        (["nowhere", "-o", "x"], 1, "nowhere: no such folder; give a folder of photos, or flickr"),
        (["flickr", "-o", "x"], 1, "Flickr wants one: set COCOKIT_FLICKR_KEY"),
        (["commons"], 1, "no workspace"),
        (["commons", "-o", "x", "--queries", "none.txt"], 1, "none.txt: cannot be read"),
        (["commons", "-o", "x", "--licenses", "free"], 1, "licenses is 'free'; give changes, commercial, any or"),
        (["commons", "-o", "x", "--window", "soon"], 2, "'soon' is no length of time such as 24h, 90m or 7d"),
        (["commons", "-o", "x", "--limit", "0"], 2, "0 is not in the range"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(folder: Folder, words: list[str], code: int, sentence: str) -> None:
    done = folder.run("collect", *words)
    assert (done.exit_code, sentence in done.stderr) == (code, True), done.stderr


def test_votes_and_a_choice(folder: Folder) -> None:
    folder.write("more.txt", "")
    Path("more.txt").write_text("cup=5\nstop sign=4\n")
    done = folder.run("categories", "vote", "b.csv", "dog=5", "cat=4", "--from", "more.txt", "--voter", "ann")
    assert done.stdout == "b.csv: 4 votes of ann; 91 candidates, 1 voters\n"
    assert folder.run("categories", "vote", "b.csv", "dog=1", "--voter", "bob").exit_code == 0
    done = folder.run("categories", "select", "b.csv", "--count", "3", "--must", "tv", "-o", "names.txt", "--json")
    found = json.loads(done.stdout)
    assert [row["name"] for row in found["chosen"]] == ["tv", "cup", "stop sign"]
    assert Path("names.txt").read_text() == "tv:electronic\ncup:kitchen\nstop sign:outdoor\n"
    shown = folder.run("categories", "select", "b.csv", "--count", "91", "--must", "voc").stdout
    assert "91 categories, Gini 0." in shown
    wrong = folder.run("categories", "vote", "b.csv", "dog", "--voter", "ann")
    assert "vote is 'dog'; give NAME=VOTE, such as dog=5" in wrong.stderr


def test_a_photo_that_only_a_campaign_knows_leaves_it_while_it_runs(folder: Folder) -> None:
    assert folder.run("init", ".").exit_code == 0
    (folder.path / "in").mkdir()
    (folder.path / "in" / "a.jpg").write_bytes(jpeg(0))
    image = {"id": 7, "width": 64, "height": 48, "file_name": "a.jpg", "source": "x", "source_id": "1"}
    with Image.open(folder.path / "in" / "a.jpg") as photo:
        image |= {"width": photo.width, "height": photo.height}
    folder.write("c.json", {"images": [image], "annotations": [], "categories": []})
    for line in (["campaign", "create", "x", "--coco", "c.json", "--images", "in", "--categories", "dog"],
                 ["campaign", "launch", "x"]):  # fmt: skip
        assert folder.run(*line).exit_code == 0
    done = folder.run("takedown", "x:1", "--reason", "asked", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["files"], said["campaigns"]) == (1, {"x": {"images": [7], "leases": 0}})
    assert folder.run("campaign", "check", "x").exit_code == 0
    again = folder.run("takedown", "x:1", "--reason", "asked")
    assert "campaign x: image 7 was withdrawn before; give" in again.stdout
    assert "photo.takedown" in folder.run("audit").stdout


def test_a_draft_waits_for_its_images(folder: Folder) -> None:
    assert folder.run("init", ".").exit_code == 0
    made = folder.run("campaign", "create", "x", "--later", "--categories", "dog")
    assert "next: cocokit bulk add --campaign x PLACES" in made.stdout
    assert "has no images; add some before launching it" in folder.run("campaign", "launch", "x").stderr
    assert "--later: a draft without images" in folder.run("campaign", "create", "y", "--later", "--coco", "c").stderr

"""Photos that are taken down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.collection.collecting import Plan, collect
from cocokit.collection.found import Query
from cocokit.collection.ledger import NAME, Ledger
from cocokit.collection.listing import CANDIDATES, LEFT_OUT, write_lists
from cocokit.collection.sources.folder import Folder
from cocokit.collection.takedown import take_down
from cocokit.errors import NotFoundError, ParamsError
from tests.fake_sources.catalogue import jpeg


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A collection of three photos of a folder."""
    (tmp_path / "in").mkdir()
    for i in range(3):
        (tmp_path / "in" / f"{i}.jpg").write_bytes(jpeg(i))
    again(tmp_path)
    return tmp_path


def again(place: Path) -> list[str]:
    found = collect(Folder(str(place / "in")), [Query(())], str(place / "out"), Plan(None))
    write_lists(str(place / "out"))
    return found.came


def files(place: Path) -> int:
    return sum(path.suffix == ".jpg" for path in (place / "out").rglob("*"))


def dataset(place: Path) -> Path:
    """A finished dataset of the collection's photos, each with two annotations."""
    made = json.loads((place / "out" / CANDIDATES).read_text())
    made["categories"] = [{"id": 1, "name": "dog"}]
    made["annotations"] = [
        {"id": 10 * image["id"] + i, "image_id": image["id"], "category_id": 1, "bbox": [0, 0, 1.5, 1], "area": 1.5,
         "iscrowd": 0, "note": "kept as it is"}
        for image in made["images"] for i in range(2)
    ]  # fmt: skip
    path = place / "instances.json"
    path.write_text(json.dumps(made))
    return path


def test_everything_of_a_photo_goes_and_it_never_comes_again(place: Path) -> None:
    path = dataset(place)
    before = json.loads(path.read_text())
    key = next(image["id"] for image in before["images"] if image["source_id"] == "1.jpg")
    done = take_down("folder:1.jpg", "the owner asked", str(place / "out"), [str(path)])
    assert (done.files, done.images, done.annotations) == (2, {str(path): 1}, {str(path): 2})
    assert files(place) == 4
    after = json.loads(path.read_text())
    assert after["images"] == [image for image in before["images"] if image["id"] != key]
    assert after["annotations"] == [a for a in before["annotations"] if a["image_id"] != key]
    assert {name: after[name] for name in ("licenses", "categories", "info")} == {
        name: before[name] for name in ("licenses", "categories", "info")
    }
    assert again(place) == []
    (place / "in" / "the same under another name.jpg").write_bytes(jpeg(1))
    (place / "in" / "new.jpg").write_bytes(jpeg(9))
    assert again(place) == ["folder:new.jpg"]
    text = (place / "out" / LEFT_OUT).read_text()
    assert '"folder:1.jpg","taken down","the owner asked"' in text
    assert '"folder:the same under another name.jpg","taken down","the same photo was taken down"' in text
    assert len(json.loads((place / "out" / CANDIDATES).read_text())["images"]) == 3


def test_what_is_known_of_its_author_goes_too(place: Path) -> None:
    take_down("folder:1.jpg", "the owner asked", str(place / "out"))
    lines = [json.loads(line) for line in (place / "out" / NAME).read_bytes().splitlines()]
    (left,) = [line for line in lines if line.get("key") == "folder:1.jpg"]
    assert set(left) == {"kind", "key", "reason", "time", "id", "sha256"}


def test_a_takedown_that_was_killed_after_its_tombstone_is_ended_by_the_next_call(place: Path) -> None:
    path = dataset(place)
    with Ledger(place / "out") as ledger:
        ledger.bury("folder:1.jpg", "asked", "now")
    assert files(place) == 6
    done = take_down("folder:1.jpg", "asked again", str(place / "out"), [str(path)])
    assert (done.files, done.images) == (2, {str(path): 1})
    with Ledger(place / "out") as ledger:
        assert ledger.tombstones["folder:1.jpg"]["reason"] == "asked"
    assert take_down("folder:1.jpg", "x", str(place / "out"), [str(path)]).images == {}


def test_a_run_of_collecting_ends_it_as_well(place: Path) -> None:
    with Ledger(place / "out") as ledger:
        ledger.bury("folder:1.jpg", "asked", "now")
    again(place)
    assert files(place) == 4


def test_what_a_dataset_alone_knows_can_be_taken_down(place: Path) -> None:
    path = dataset(place)
    done = take_down("folder:2.jpg", "asked", str(place / "elsewhere"), [str(path)])
    assert (done.sha256, done.files, done.images) == (None, 0, {str(path): 1})


def test_mistakes(place: Path) -> None:
    out = str(place / "out")
    with pytest.raises(NotFoundError, match=r"folder:9\.jpg: neither .* has it"):
        take_down("folder:9.jpg", "asked", out)
    for key in ("9.jpg", ":x", "folder:"):
        with pytest.raises(ParamsError, match="give SOURCE:ID"):
            take_down(key, "asked", out)
    with pytest.raises(ParamsError, match="say why"):
        take_down("folder:1.jpg", "  ", out)
    assert files(place) == 6


def test_a_dataset_that_cannot_be_read_leaves_everything(place: Path) -> None:
    (place / "bad.json").write_text("[")
    with pytest.raises(ValueError, match=r"bad\.json"):
        take_down("folder:1.jpg", "asked", str(place / "out"), [str(place / "bad.json")])
    assert files(place) == 6


def test_ids_of_a_source_that_are_numbers_in_a_dataset(place: Path) -> None:
    path = dataset(place)
    made: dict[str, Any] = json.loads(path.read_text())
    made["images"][0] |= {"source": "flickr", "source_id": 77}
    path.write_text(json.dumps(made))
    assert take_down("flickr:77", "asked", str(place / "out"), [str(path)]).images == {str(path): 1}

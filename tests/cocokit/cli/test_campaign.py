"""From a folder of images to an export by commands alone, but for the workers; and what is refused on the way."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cocokit.campaign.engine import Engine
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database, sqlite_url
from tests.cocokit.campaign import small
from tests.cocokit.cli.data import Folder, check_sentence

IMAGES = 3


@pytest.fixture
def place(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A workspace with a COCO file ``truth.json`` of small images beside it."""
    monkeypatch.delenv("COCOKIT_DATABASE", raising=False)
    assert folder.run("init").exit_code == 0
    folder.write("truth.json", coco(small.draw(IMAGES, 0)))
    return folder


def coco(truth: small.Truth) -> dict[str, Any]:
    """The shapes as a COCO file."""
    shapes = [(image, shape) for image, found in truth.shapes.items() for shape in found]
    return {
        "images": [
            {"id": i, "file_name": f"{i}.jpg", "width": small.WIDTH, "height": small.HEIGHT} for i in truth.shapes
        ],
        "categories": [{"id": c.id, "name": c.name, "supercategory": c.supercategory} for c in small.CATEGORIES],
        "annotations": [
            {"id": n, "image_id": image, "category_id": s.category_id, "iscrowd": 0, "area": s.mask.area,
             "bbox": list(s.mask.bbox), "segmentation": [list(s.ring)]}
            for n, (image, s) in enumerate(shapes, 1)
        ],
    }  # fmt: skip


def create(place: Folder, *words: str) -> Any:
    numbers = [word for name, value in small.SETTINGS.items() for word in ("--set", f"{name}={str(value).lower()}")]
    return place.run(
        "campaign", "create", "pets", "--coco", "truth.json", "--gold", "truth.json", *numbers, *words
    )


def work(place: Folder, seed: int = 0) -> None:
    """Scripted workers do what there is."""
    database = Database(sqlite_url(place.path / "cocokit.db"))
    engine = Engine(database, clock=ManualClock(0), chance=Random(seed))
    small.finish(engine, small.draw(IMAGES, 0), small.join(engine, 6, f"w{seed}"), Random(seed))
    database.close()


def test_a_campaign_goes_from_a_coco_file_to_an_export_that_equals_it(place: Folder) -> None:
    made = json.loads(create(place, "--set", "crowd_after=10", "--json").stdout)
    assert (made["state"], made["images"], made["categories"]) == ("draft", IMAGES, 3)
    assert made["gold"] == sum(map(len, small.draw(IMAGES, 0).shapes.values()))
    assert "pets is running: tasks are handed out" in place.run("campaign", "launch").stdout
    work(place)
    assert place.run("campaign", "check").stdout == "campaign pets: nothing wrong\n"
    exported = place.run("export", "-o", "out")
    assert exported.stdout.startswith(f"out: {IMAGES} finished images, "), exported.stdout
    for file in ("instances.json", "captions.json"):
        assert place.run("check", f"out/{file}").exit_code == 0
    status = json.loads(place.run("status", "--against", "truth.json", "--json").stdout)
    assert status["images"]["finished"] == IMAGES
    assert status["evaluated"]["stats"]["AP"] == pytest.approx(1)
    assert "against truth.json" in place.run("campaign", "status").stdout
    rows = json.loads(place.run("workers", "list", "--json").stdout)["workers"]
    assert sum(row["answers"] for row in rows) == sum(stage["answers"] for stage in status["stages"])


def test_a_rejection_is_shown_first_and_then_done(place: Folder) -> None:
    create(place)
    place.run("campaign", "launch")
    work(place)
    before = place.run("workers", "list", "--json").stdout
    shown = place.run("workers", "reject", "1", "--dry-run")
    assert "worker 1 would be rejected; nothing has changed" in shown.stdout
    assert place.run("workers", "list", "--json").stdout == before
    done = place.run("workers", "reject", "1", "--reason", "clicks at random")
    assert done.stdout.splitlines()[1:] == shown.stdout.splitlines()[1:]
    assert "worker 1, small:w00: rejected (clicks at random)" in place.run("workers", "show", "1").stdout
    assert place.run("campaign", "check").exit_code == 0
    work(place, 1)  # what was reopened is done again
    assert json.loads(place.run("status", "--json").stdout)["images"]["finished"] == IMAGES


def test_workers_are_measured_and_those_who_should_go_are_named(place: Folder) -> None:
    create(place)
    assert place.run("workers", "quality").stdout == "campaign pets has no answers yet\n"
    place.run("campaign", "launch")
    work(place)
    shown = place.run("workers", "quality").stdout
    assert shown.endswith("nobody should go\n")
    found = json.loads(place.run("workers", "quality", "--json").stdout)
    assert found["named"] == []
    assert {one["precision"] for one in found["workers"]} <= {1.0, None}
    assert all(f"{one['answers']:,}" in shown for one in found["workers"])


def test_states_of_a_campaign_follow_each_other(place: Folder) -> None:
    check_sentence(place, place.run("campaign", "launch"), ["no campaign"])
    create(place)
    check_sentence(place, place.run("campaign", "launch", "cats"), ["cats"])
    states = {"launch": "running", "pause": "paused", "close": "closed"}
    for word in ("launch", "pause", "launch", "close"):
        assert json.loads(place.run("campaign", word, "--json").stdout) == {"campaign": "pets", "state": states[word]}
    check_sentence(place, place.run("campaign", "launch"), ["pets", "closed"])


def test_what_cannot_be_made_is_refused_in_a_sentence(place: Folder, tmp_path: Path) -> None:
    create(place)
    check_sentence(place, create(place), ["there is a campaign pets already"])
    check_sentence(place, create(place, "--set", "k_label=0"), ["k_label", "0"])
    check_sentence(place, create(place, "--set", "k_lable=3"), ["k_lable", "k_label"])
    nothing = place.run("campaign", "create", "cats", "--images", str(tmp_path / "nowhere"))
    check_sentence(place, nothing, ["nowhere"])
    assert place.run("campaign", "create", "cats").exit_code == 2
    check_sentence(place, place.run("workers", "show", "99"), ["99", "cocokit workers list"])
    check_sentence(place, place.run("workers", "reject", "99"), ["99"])
    check_sentence(place, place.run("init"), ["cocokit.toml", "another folder"])


def test_stages_are_left_out(place: Folder) -> None:
    made = create(place, "--without", "filter, caption", "--json")
    assert made.exit_code == 0, made.output
    database = Database(sqlite_url(place.path / "cocokit.db"))
    stages = Engine(database).campaign.graph.stages
    database.close()
    assert "filter" not in stages
    assert "caption" not in stages
    assert "verify" in stages
    refused = create(place, "--without", "label")
    check_sentence(place, refused, ["stages is 'label'", "a campaign can do without filter, crowd, caption"])

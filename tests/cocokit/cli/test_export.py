"""``cocokit export`` of a finished campaign, published: splits, card with its people and votes, manifest."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import numpy as np
import pytest

from cocokit.campaign.engine import Engine
from cocokit.imageio import save_image
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database, sqlite_url
from tests.cocokit.campaign import small
from tests.cocokit.cli.data import Folder


@pytest.fixture
def finished(folder: Folder) -> Folder:
    """A workspace with a campaign that six people have finished."""
    folder.write("cocokit.toml", "")
    assert folder.run("db", "migrate").exit_code == 0
    database = Database(sqlite_url(folder.path / "cocokit.db"))
    clock = ManualClock(10**12)
    truth = small.create(database, images=5, clock=clock)
    engine = Engine(database, clock=clock, chance=random.Random(0))
    small.finish(engine, truth, small.join(engine, 8), random.Random(0))
    database.close()
    return folder


def loaded(folder: Folder, name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads((folder.path / name).read_text(encoding="utf-8"))
    return found


def test_a_campaign_is_published_in_splits(finished: Folder) -> None:
    assert finished.run("export", "-o", "plain").exit_code == 0
    assert finished.run("verify", "plain").stdout == "plain: whole, as it was published\n"
    whole = loaded(finished, "plain/instances.json")
    ids = [row["id"] for row in whole["images"]]
    photograph(finished.path / "images", whole["images"])
    finished.write("splits.json", {"train": ids[1:], "val": ids[:1]})
    result = finished.run("export", "-o", "out", "--splits", "splits.json", "--photos")
    assert result.exit_code == 0, result.stderr
    assert finished.run("verify", "out").stdout == "out: whole, as it was published\n"
    files = [loaded(finished, f"out/annotations/instances_{split}.json") for split in ("train", "val")]
    assert [row["id"] for row in files[1]["images"]] == ids[:1]
    rows = [row for file in files for row in file["annotations"]]
    assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in whole["annotations"])  # type: ignore[type-var]
    captions = [loaded(finished, f"out/annotations/captions_{split}.json")["annotations"] for split in ("train", "val")]
    assert sum(map(len, captions)) == len(loaded(finished, "plain/captions.json")["annotations"]) > 0
    card = (finished.path / "out" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"By 8 workers in the campaign \S+: \d+ masks", card)
    assert "| votes on masks |" in card
    again = finished.run("export", "-o", "again", "--splits", "splits.json", "--photos")
    assert again.stdout.splitlines()[-1].split(";")[0] == result.stdout.splitlines()[-1].split(";")[0]


def photograph(folder: Path, images: list[dict[str, object]]) -> None:
    for i, row in enumerate(images):
        path = folder / str(row["file_name"])
        path.parent.mkdir(parents=True, exist_ok=True)
        save_image(np.full((int(str(row["height"])), int(str(row["width"])), 3), i, np.uint8), path)


def test_one_export_takes_the_place_of_another_whatever_its_kind(finished: Folder) -> None:
    for words in ((), ("--about", "about.toml"), ()):
        finished.write("about.toml", 'title = "Shapes"')
        assert finished.run("export", "-o", "out", *words).exit_code == 0
        assert finished.run("verify", "out").exit_code == 0
        assert (finished.path / "out" / "README.md").exists() == bool(words)
    assert finished.run("export", "-o", "out", "--photos").exit_code == 1
    assert finished.run("verify", "out").exit_code == 0
    provenance = finished.path / "out" / "provenance.json"
    provenance.write_text(provenance.read_text().replace('"id":', '"key":', 1))
    assert "provenance-unreadable" in finished.run("verify", "out").stdout


def test_coco_s_split_keeps_the_test_annotations_back(finished: Folder) -> None:
    result = finished.run("export", "-o", "out", "--split", "coco", "--seed", "0")
    assert result.exit_code == 0, result.stderr
    assert finished.run("verify", "out").stdout == "out: whole, as it was published\n"
    key = finished.path / "out.key.json"
    assert "out: test: 1 image, annotations withheld" in result.stdout
    hidden = {row["id"] for row in json.loads(key.read_text(encoding="utf-8"))["annotations"]}
    captions = json.loads((finished.path / "out.key.captions.json").read_text(encoding="utf-8"))["annotations"]
    assert captions
    stories = json.loads((finished.path / "out" / "provenance.json").read_text(encoding="utf-8"))
    public = [row["id"] for name in ("train", "val")
              for row in loaded(finished, f"out/annotations/instances_{name}.json")["annotations"]]  # fmt: skip
    assert hidden.isdisjoint(public)
    assert {row["id"] for row in stories["annotations"]} == set(public)
    assert {row["id"] for row in captions}.isdisjoint(row["id"] for row in stories["captions"])
    assert not list((finished.path / "out" / "annotations").glob("captions_test*"))
    manifest = json.loads((finished.path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["seals"]["test"]) == {"instances", "captions"}
    assert manifest["settings"] == {"splits": "train 1/2, val 1/4, test 1/4", "kept together": "nothing"}
    whole = finished.run("export", "-o", "open", "--split", "coco", "--open")
    assert "withheld" not in whole.stdout
    assert (finished.path / "open" / "annotations" / "instances_test.json").exists()

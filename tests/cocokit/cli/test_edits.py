"""The commands that make datasets from datasets: what they write, what they say, what they refuse."""

from __future__ import annotations

import json

import numpy as np

from cocokit.coco_json import read_dataset
from cocokit.imageio import save_image
from tests.cocokit.cli.data import Folder, dataset, more


def test_merge_writes_the_whole_and_a_map_of_the_ids_that_moved(folder: Folder) -> None:
    folder.write("a.json", dataset())
    folder.write("b.json", more())
    result = folder.run("merge", "a.json", "b.json", "-o", "all.json")
    assert result.stdout.splitlines() == [
        "all.json: 6 images, 12 annotations, 2 categories", "all.map.json: 9 ids changed"]  # fmt: skip
    found = json.loads((folder.path / "all.map.json").read_text())
    assert found["sources"][0] == {"file": "a.json", "images": {}, "annotations": {}, "categories": {}, "licenses": {}}
    assert found["sources"][1]["images"] == {"1": 4, "2": 5, "3": 6}
    assert found["sources"][1]["annotations"]["1"] == 7
    assert folder.run("check", "all.json").exit_code == 0
    again = folder.run("merge", "a.json", "a.json", "-o", "c.json")
    assert (again.exit_code, "is in a file before it too" in again.stderr) == (1, True)
    assert not (folder.path / "c.json").exists()


def test_filter_says_what_it_left_out(folder: Folder) -> None:
    folder.write("a.json", dataset())
    result = folder.run("filter", "a.json", "--category", "b", "--area", ">1200", "--images", "with", "-o", "b.json")
    assert result.stdout.splitlines() == [
        "b.json: 2 images, 2 annotations, 1 category", "images left out: 1", "annotations left out: 4"]  # fmt: skip
    as_json = json.loads(folder.run("filter", "a.json", "--category", "b", "-o", "b.json", "--json").stdout)
    assert as_json["counts"] == {"images_left_out": 0, "annotations_left_out": 3, "images_without_annotations": 0}
    assert folder.run("filter", "a.json", "--area", "12", "-o", "c.json").stderr.startswith("cocokit: --area is '12'")


def test_sample_gives_the_same_images_for_the_same_seed(folder: Folder) -> None:
    folder.write("a.json", dataset())
    for name in ("b.json", "c.json"):
        assert folder.run("sample", "a.json", "2", "--seed", "5", "-o", name).exit_code == 0
    assert (folder.path / "b.json").read_bytes() == (folder.path / "c.json").read_bytes()
    assert folder.run("sample", "a.json", "4", "-o", "d.json").stderr == (
        "cocokit: count is 4; the file has 3 images\n")  # fmt: skip


def test_remap_writes_the_new_names(folder: Folder) -> None:
    folder.write("a.json", dataset())
    folder.write("m.json", {"rename": {"a": "cat"}, "ids": {"b": 18}})
    result = folder.run("remap", "a.json", "m.json", "-o", "b.json")
    assert result.stdout.splitlines()[-1] == "b.map.json: 1 id changed"
    assert [(c.id, c.name) for c in read_dataset(folder.path / "b.json").categories] == [(1, "cat"), (18, "b")]


def test_tile_cuts_the_photographs_too(folder: Folder) -> None:
    folder.write("a.json", dataset())
    (folder.path / "photos").mkdir()
    for i in (1, 2, 3):
        save_image(np.full((100, 100, 3), i, np.uint8), folder.path / "photos" / f"{i}.png")
    result = folder.run("tile", "a.json", "60x50", "--images", "photos", "-o", "tiles")
    assert result.stdout.splitlines()[0] == "tiles: 12 images, 6 annotations, 2 categories"
    assert "pieces left out: 2" in result.stdout
    names = {path.name for path in (folder.path / "tiles" / "images").iterdir()}
    assert names == {f"{i}_{x}_{y}.png" for i in (1, 2, 3) for x in (0, 60) for y in (0, 50)}
    assert folder.run("check", "tiles/instances.json").exit_code == 0
    assert folder.run("tile", "a.json", "0", "-o", "t.json").exit_code == 1
    assert folder.run("tile", "a.json", "wide", "-o", "t.json").exit_code == 2
    broken = folder.run("tile", "a.json", "60", "--images", "nowhere", "-o", "tiles")
    assert "no such file" in broken.stderr
    assert (folder.path / "tiles" / "map.json").exists()

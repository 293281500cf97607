"""``cocokit publish`` and ``cocokit verify``: what they write, say and refuse."""

from __future__ import annotations

import json
import re

from tests.cocokit.cli.data import Folder, dataset


def divided(folder: Folder) -> None:
    """Two files with one image each, which share none."""
    for name, image in (("train", 1), ("val", 2)):
        value = dataset()
        value["images"] = [row for row in value["images"] if row["id"] == image]
        value["annotations"] = [row for row in value["annotations"] if row["image_id"] == image]
        folder.write(f"{name}.json", value)


def test_files_become_splits_that_verify(folder: Folder) -> None:
    divided(folder)
    folder.write("about.toml", 'title = "Boxes"')
    result = folder.run("publish", "train=train.json", "val=val.json", "--about", "about.toml", "-o", "out")
    first, second, without, third = result.stdout.splitlines()
    assert without == "without the photographs, which --images DIR brings"
    assert (first, second) == ("out: train: 1 image, 2 instances", "out: val: 1 image, 2 instances")
    total = third.split()[4].rstrip(";")
    assert third == f"sha256 of the manifest: {total}; check: cocokit verify out"
    assert folder.run("verify", "out", "--manifest", total).stdout == "out: whole, as it was published\n"
    readme = folder.path / "out" / "README.md"
    assert readme.read_text().startswith("# Boxes\n")
    readme.write_text("# Circles\n")
    result = folder.run("verify", "out")
    assert result.exit_code == 3
    assert result.stdout.splitlines() == [
        "out: 1 deviation", "  file-changed: README.md: is not the file that was published"]  # fmt: skip
    found = json.loads(folder.run("verify", "out", "--json").stdout)
    assert [row["id"] for row in found["deviations"]] == ["file-changed"]


def test_splits_that_were_divided_before_are_published_as_they_are(folder: Folder) -> None:
    folder.write("all.json", dataset())
    folder.write("near.csv", "group,image_id\n1,1\n1,2\n1,999\n")
    words = ["publish", "all.json", "--split", "train=.5,test=.5", "--groups", "near.csv", "-o", "out"]
    lines = folder.run(*words).stdout.splitlines()
    assert re.fullmatch(r"out: test: \d images?, annotations withheld", lines[1])
    assert "near.csv: 1 entry names no image of this dataset" in lines
    assert "Kept together: the groups of near.csv." in (folder.path / "out" / "README.md").read_text()
    test = "test=out/annotations/image_info_test.json"
    result = folder.run("publish", "train=out/annotations/instances_train.json", test, "-o", "again")
    assert lines[1].replace("out: ", "again: ") in result.stdout.splitlines()


def test_what_cannot_be_published_is_a_sentence_and_leaves_nothing(folder: Folder) -> None:
    divided(folder)
    assert folder.run("publish", "train.json", "val.json", "-o", "out").exit_code == 2
    twice = folder.run("publish", "a=train.json", "b=train.json", "-o", "out")
    assert twice.stderr == "cocokit: splits: image 1 is in two splits; each image is in one split\n"
    assert folder.run("publish", "train.json", "--images", "nowhere", "-o", "out").exit_code == 1
    assert not (folder.path / "out").exists()
    assert "no manifest.json" in folder.run("verify", str(folder.path)).stderr


def test_errors_of_a_file_that_is_divided_are_those_of_the_file(folder: Folder) -> None:
    value = dataset()
    value["annotations"][-1]["category_id"] = 77
    folder.write("all.json", value)
    result = folder.run("publish", "all.json", "--split", "train=.4,val=.6", "-o", "out")
    assert result.exit_code == 1
    row = len(value["annotations"]) - 1
    assert result.stderr.startswith("cocokit: all.json: has errors: a category_id that no category has")
    assert f"annotations[{row}]" in result.stderr
    assert not (folder.path / "out").exists()

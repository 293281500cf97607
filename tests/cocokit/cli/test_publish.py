"""``cocokit publish`` and ``cocokit verify``: what they write, say and refuse."""

from __future__ import annotations

import json

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
    first, second, third = result.stdout.splitlines()
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


def test_what_cannot_be_published_is_a_sentence_and_leaves_nothing(folder: Folder) -> None:
    divided(folder)
    assert folder.run("publish", "train.json", "val.json", "-o", "out").exit_code == 2
    twice = folder.run("publish", "a=train.json", "b=train.json", "-o", "out")
    assert twice.stderr == "cocokit: splits: image 1 is in two splits; each image is in one split\n"
    assert folder.run("publish", "train.json", "--images", "nowhere", "-o", "out").exit_code == 1
    assert not (folder.path / "out").exists()
    assert "no manifest.json" in folder.run("verify", str(folder.path)).stderr

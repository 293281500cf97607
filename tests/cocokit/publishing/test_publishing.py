"""A published folder: whole or not at all, the same bytes again, and every change of it is found."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.imageio import save_image
from cocokit.publishing import About, Part, divide, publish, read_about, verify
from cocokit.splitting.sealed import read_seal
from tests.cocokit.edits import made
from tests.test_packaging import ROOT


def value(images: int = 8) -> Any:
    """A dataset that has no errors."""
    found = made.dataset(5, images=images)
    for row in found["annotations"]:
        row["bbox"] = [1, 2, 30, 20]
        for wrong in ("segmentation", "area"):
            row.pop(wrong, None)
        x, y, w, h = row["bbox"]
        row |= {"segmentation": [[x, y, x + w, y, x + w, y + h, x, y + h]], "area": w * h, "iscrowd": 0}
    return found


def photos(folder: Path, found: Any) -> Path:
    """A photograph for each image, none like another."""
    chance = np.random.default_rng(0)
    for row in found["images"]:
        path = folder / row["file_name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        save_image(chance.integers(0, 255, (row["height"], row["width"], 3), np.uint8), path)
    return folder


def parts(dataset: Dataset) -> list[Part]:
    rows = np.arange(len(dataset.images))
    return divide(dataset, {"train": rows[::2], "val": rows[1::4], "test": rows[3::4]})


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A published folder with photographs and three splits."""
    found = value()
    publish(parts(Dataset.from_dict(found)), tmp_path / "out", images=photos(tmp_path / "photos", found), seed=3)
    return tmp_path / "out"


def test_what_was_published_is_all_there_and_verifies(whole: Path) -> None:
    assert verify(whole) == []
    manifest = json.loads((whole / "manifest.json").read_text())
    found = value()
    assert set(tree(whole)) - {"manifest.json"} == set(manifest["files"])
    names = [f"annotations/instances_{split}.json" for split in ("train", "val", "test")]
    rows = [row for name in names for row in json.loads((whole / name).read_text())["annotations"]]
    assert sorted(rows, key=lambda r: r["id"]) == found["annotations"]
    assert manifest["counts"]["images"] == len(found["images"]) == 8
    assert [manifest["splits"][s]["counts"]["images"] for s in ("train", "val", "test")] == [4, 2, 2]
    assert manifest["seed"] == 3
    assert verify(whole, "0" * 64)[0].id == "manifest-changed"


def test_the_same_call_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    publish(parts(Dataset.from_dict(value())), tmp_path / "again", images=tmp_path / "photos", seed=3)
    assert tree(whole) == tree(tmp_path / "again")


def test_rows_of_a_split_have_the_bytes_that_they_had(tmp_path: Path) -> None:
    source = made.opened(tmp_path / "a.json", value(), indent=2)
    publish(parts(source), tmp_path / "out")
    texts = {t for m in ("images", "annotations") for t in made.row_texts(tmp_path / "a.json", m)}
    for split in ("train", "val", "test"):
        for member in ("images", "annotations"):
            assert set(made.row_texts(tmp_path / "out" / f"annotations/instances_{split}.json", member)) <= texts


# ---------------------------------------------------------------- deviations


def rewrite(path: Path, change: Callable[[Any], object]) -> None:
    found = json.loads(path.read_text())
    change(found)
    path.write_text(json.dumps(found))


def resign(folder: Path) -> None:
    """Make the manifest's sums right again, as somebody would who changes a dataset and its manifest."""
    from cocokit.publishing.manifest import digest

    rewrite(folder / "manifest.json", lambda m: m["files"].update({n: digest(folder / n) for n in m["files"]}))


TRAIN, VAL = "annotations/instances_train.json", "annotations/instances_val.json"


@pytest.mark.parametrize(
    "deviation, path, change",
    [
        ("file-changed", "README.md", lambda f: (f / "README.md").write_text("# Mine\n")),
        ("file-changed", TRAIN, lambda f: (f / TRAIN).write_bytes((f / TRAIN).read_bytes() + b"\n")),
        ("file-missing", TRAIN, lambda f: (f / TRAIN).unlink()),
        ("file-strange", "images/notes.txt", lambda f: (f / "images" / "notes.txt").write_text("x")),
        ("file-is-link", "README.md", lambda f: (shutil.move(f / "README.md", f.parent / "r"),
                                                 (f / "README.md").symlink_to(f.parent / "r"))),
        ("file-strange", "more", lambda f: (f / "more").symlink_to("/")),
        ("dataset-unreadable", TRAIN, lambda f: (f / TRAIN).write_text("{")),
        ("path-outside", "../r", lambda f: rewrite(f / "manifest.json", lambda m: m["files"].update({"../r": "0"}))),
        ("path-outside", "/etc/passwd",
         lambda f: rewrite(f / "manifest.json", lambda m: m["files"].update({"/etc/passwd": "0"}))),
    ],
)  # fmt: skip
def test_a_changed_file_is_named(whole: Path, deviation: str, path: str, change: Any) -> None:
    change(whole)
    assert (deviation, path) in [(d.id, d.path) for d in verify(whole)]


@pytest.mark.parametrize(
    "deviation, change",
    [
        ("count-differs", lambda f: rewrite(f / TRAIN, lambda d: d["annotations"].pop())),
        ("duplicate-annotation-ids",
         lambda f: rewrite(f / TRAIN, lambda d: d["annotations"].append(d["annotations"][0]))),
        ("split-overlap", lambda f: rewrite(f / TRAIN, lambda d: d["images"].append(
            json.loads((f / VAL).read_text())["images"][0]))),
        ("photo-missing", lambda f: rewrite(f / TRAIN, lambda d: d["images"][0].update(file_name="none.jpg"))),
        ("photo-size", lambda f: rewrite(f / TRAIN, lambda d: d["images"][0].update(width=99))),
        ("photo-in-two-splits", lambda f: shutil.copy(f / "images/5/1.jpg", f / "images/5/2.jpg")),
        ("photo-broken", lambda f: (f / "images/5/1.jpg").write_bytes(b"x")),
    ],
)  # fmt: skip
def test_a_folder_whose_manifest_was_changed_too_is_seen_through(whole: Path, deviation: str, change: Any) -> None:
    change(whole)
    resign(whole)
    assert deviation in [d.id for d in verify(whole)]


def test_every_single_changed_byte_is_noticed(whole: Path) -> None:
    chance = random.Random(0)
    for path in [p for p in sorted(whole.rglob("*")) if p.is_file() and p.name != "manifest.json"]:
        data = path.read_bytes()
        at = chance.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert str(path.relative_to(whole)) in [d.path for d in verify(whole)]
        path.write_bytes(data)
    assert verify(whole) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}'])
def test_a_folder_without_a_manifest_is_no_published_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match=r"has no manifest.json"):
        verify(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        verify(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DataError):
        verify(tmp_path)


# ---------------------------------------------------------------- refusals


def test_what_must_not_be_published_is_refused(tmp_path: Path) -> None:
    dataset = Dataset.from_dict(value())
    rows = np.arange(4)
    with pytest.raises(DataError, match="image 3 is chosen twice"):
        divide(dataset, {"train": rows, "val": rows[2:3]})
    with pytest.raises(DataError, match="no name for a split"):
        divide(dataset, {"../train": rows})
    with pytest.raises(DataError, match="does not have"):
        divide(dataset, {"train": np.array([8])})
    with pytest.raises(DataError, match="image 1 is in two splits"):
        publish([Part("instances", "a", dataset), Part("instances", "b", dataset)], tmp_path / "out")
    with pytest.raises(DataError, match="other images than the other file of its split"):
        publish([Part("instances", "a", dataset), Part("captions", "a", Dataset.from_dict({"images": []}))], tmp_path)
    wrong = value()
    wrong["annotations"][0]["image_id"] = 999
    with pytest.raises(DataError, match="has errors: .*cocokit check lists"):
        publish([Part("instances", "", Dataset.from_dict(wrong))], tmp_path / "out")
    found = value()
    folder = photos(tmp_path / "photos", found)
    found["images"][0]["file_name"] = "../secret.jpg"
    with pytest.raises(DataError, match="a file name that leaves the folder"):
        publish([Part("instances", "", Dataset.from_dict(found))], tmp_path / "out", images=folder)
    assert not (tmp_path / "out").exists()


def test_a_withheld_split_has_images_and_nothing_to_learn_from(tmp_path: Path) -> None:
    keys = {"test": tmp_path / "key.json"}
    whole = parts(Dataset.from_dict(value()))
    publish(whole, tmp_path / "out", keys=keys)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    seal = read_seal(keys["test"])
    assert seal is not None
    assert manifest["seals"] == {"test": {"instances": seal.sha256}}
    assert json.loads(keys["test"].read_text())["annotations"] == whole[2].dataset.to_dict()["annotations"]
    before = keys["test"].read_bytes()
    with pytest.raises(DataError, match="no such file"):
        publish(parts(Dataset.from_dict(value(4))), tmp_path / "out", keys=keys, images=tmp_path)
    assert keys["test"].read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.json", "out"]
    (tmp_path / "thesis.json").write_text("{}")
    with pytest.raises(DataError, match="thesis.json"):
        publish(whole, tmp_path / "out", keys={"test": tmp_path / "thesis.json"})
    (tmp_path / "thesis.json").unlink()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "annotations", "manifest.json"]
    for key, sentence in (({"test": tmp_path / "out" / "k"}, "among what is published"), ({"x": "k"}, "is no split")):
        with pytest.raises(DataError, match=sentence):
            publish(whole, tmp_path / "out", keys=key)
    found = json.loads((tmp_path / "out/annotations/image_info_test.json").read_text())
    assert set(found) == {"info", "licenses", "images", "categories"}
    assert verify(tmp_path / "out") == []
    assert "| test | 2 | withheld |" in (tmp_path / "out" / "README.md").read_text()


# ---------------------------------------------------------------- the card


def test_the_card_says_what_was_counted_and_what_was_told(tmp_path: Path) -> None:
    (tmp_path / "about.toml").write_text(
        'title = "Cats | dogs"\ndescription = "Pets."\nauthors = ["A {B}", "C"]\nyear = 2026\nlimits = ["Not for x."]\n'
    )
    about = read_about(tmp_path / "about.toml")
    assert about == About("Cats | dogs", "Pets.", authors=("A {B}", "C"), year="2026", limits=("Not for x.",))
    found = value()
    found["categories"][0]["name"] = "cat | lion\nx"
    found["licenses"][0]["url"] = "https://example.org/by"
    found["images"][0].pop("license")
    publish(parts(Dataset.from_dict(found)), tmp_path / "out", about=about, seed=3, settings={"ratios": "1:1"})
    text = (tmp_path / "out" / "README.md").read_text()
    assert text.startswith("# Cats | dogs\n")
    assert f"Pets. 8 images, {len(found['annotations'])} instances in 3 categories." in text
    assert "| cat \\| lion x |" in text
    assert "author = {A B and C}" in text
    assert "Seed: 3. Ratios: 1:1. No image is in two splits." in text
    assert "- Not for x." in text
    named = sum(row.get("license") == 1 for row in found["images"])
    assert f"| [CC BY](https://example.org/by) | {named} |" in text
    assert "| not stated | 1 |" in text
    assert "1 image whose licence is not stated." in text
    assert "| id | category | supercategory | train images | train instances |" in text
    assert "|---:|---|---|---:|---:|" in text
    widths = sorted(row["width"] for row in found["images"])
    assert f"Width of the images: {widths[0]} to {widths[-1]} px" in text
    for table in [block.splitlines() for block in text.split("\n\n") if block.startswith("| ")]:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1


@pytest.mark.parametrize("text", ["title = 3", "year = true", 'authors = "me"', "titel = 'x'", "= 3"])
def test_what_people_say_has_a_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(DataError, match="a.toml"):
        read_about(tmp_path / "a.toml")


# ---------------------------------------------------------------- faults

FAULT = """
import os, signal, sys
import numpy as np
from tests.cocokit.publishing.test_publishing import parts, value
from cocokit.dataset import Dataset
from cocokit.publishing import publish
"""


def process(code: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", FAULT + code]
    return subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def test_a_process_killed_in_the_middle_leaves_the_old_folder_whole(whole: Path) -> None:
    before = tree(whole)
    code = """
import shutil
copied = 0
copy = shutil.copyfile
def killing(*words, **named):
    global copied
    copied += 1
    if copied == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return copy(*words, **named)
shutil.copyfile = killing
publish(parts(Dataset.from_dict(value())), "out", images="photos", seed=4)
"""
    done = process(code, whole.parent)
    done.communicate(timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert any(path.name.endswith(".part") for path in whole.parent.iterdir())
    assert tree(whole) == before
    assert verify(whole) == []
    publish(parts(Dataset.from_dict(value())), whole, images=whole.parent / "photos", seed=4)
    assert sorted(path.name for path in whole.parent.iterdir()) == ["out", "photos"]
    assert verify(whole) == []


def test_a_full_disk_in_the_middle_leaves_the_old_folder_whole(whole: Path) -> None:
    before = tree(whole)
    code = """
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
publish(parts(Dataset.from_dict(value())), "out", seed=4)
"""
    done = process(code, whole.parent)
    _, said = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "DataError: " in said.splitlines()[-1]
    assert "File too large" in said.splitlines()[-1]
    assert tree(whole) == before
    assert sorted(path.name for path in whole.parent.iterdir()) == ["out", "photos"]


def test_processes_that_publish_at_once_leave_one_whole_folder(whole: Path) -> None:
    code = "for _ in range(5): publish(parts(Dataset.from_dict(value())), 'out', images='photos', seed={seed})"
    running = [process(code.format(seed=seed), whole.parent) for seed in (1, 2, 3)]
    while any(one.poll() is None for one in running):
        time.sleep(0.005)
        assert (whole / "manifest.json").exists() or (whole.parent / ".out.old").exists() or (whole / "images").exists()
    for one in running:
        _, said = one.communicate()
        assert one.returncode == 0, said
    assert verify(whole) == []
    assert json.loads((whole / "manifest.json").read_text())["seed"] in (1, 2, 3)
    assert sorted(path.name for path in whole.parent.iterdir()) == ["out", "photos"]

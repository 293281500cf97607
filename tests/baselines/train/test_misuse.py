"""Runs misused: whatever is refused is refused before anything is written, and what was there stays as it was."""

from __future__ import annotations

import json
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result

from cocokit.baselines.train import applying
from cocokit.baselines.train import checkpoint as checkpoints
from cocokit.baselines.train.shapes import write_shapes
from cocokit.baselines.train.traces import alone
from cocokit.errors import DataError
from tests.baselines.train.test_running import cocokit, edit, refused, train, trained

SMALL = "model.backbone=tiny model.width=16 model.convs=1 size=64 batch=2 steps=2".split()


def small(shapes: Path, run: Path, *words: str, name: str = "retinanet") -> Result:
    return train(shapes, run, *(word for one in (*SMALL, *words) for word in ("--set", one)), name=name)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "word, said",
    [
        ("model.levels=P9", "levels"),
        ("baseline=ssd", "name it behind cocokit train"),
        ("seed=99999999999999999999", "below 2^63"),
    ],
)
def test_settings_that_no_network_can_have_leave_nothing(word: str, said: str, shapes: Path, tmp_path: Path) -> None:
    refused(small(shapes, tmp_path / "run", word), said)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "word, said",
    [
        ("model.width=4", "does not fit its baseline with these settings"),
        ("optimizer=sgd", "the run has adamw"),
        ("steps=2", "4 are done already"),
        ("model.gama=1", "the nearest is model.gamma"),
    ],
)
def test_what_a_run_cannot_go_on_with_leaves_it_as_it_was(word: str, said: str, shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    before = bytes_of(run)
    refused(train(shapes, run, "--resume", "--set", word), said)
    assert bytes_of(run) == before


def test_settings_of_the_model_count_in_predicting(shapes: Path, tmp_path: Path) -> None:
    run, preds = tmp_path / "run", tmp_path / "p.json"
    assert small(shapes, run, "model.floor=0.00001").exit_code == 0
    found = [len(json.loads(preds.read_text())) for word in ("model.count=100", "model.count=3")
             if cocokit("predict", run, "--data", shapes, "-o", preds, "--set", word).exit_code == 0]  # fmt: skip
    assert found[0] > found[1]
    assert found[1] == 3 * 4
    refused(cocokit("predict", run, "--data", shapes, "-o", preds, "--set", "model.width=8"), "does not fit its")


def test_crowds_alone_teach_nothing(shapes: Path, tmp_path: Path) -> None:
    edit(shapes / "annotations" / "instances_train.json", lambda v: [a.update(iscrowd=1) for a in v["annotations"]])
    refused(train(shapes, tmp_path / "run"), "there are none to learn from", "crowd")
    assert not (tmp_path / "run").exists()


def test_two_trainings_do_not_write_into_one_folder(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    before = bytes_of(run)
    with alone(str(run)):
        refused(train(shapes, run, "--resume", "--set", "steps=6"), "another training writes into it")
    assert bytes_of(run) == before
    assert train(shapes, run, "--resume", "--set", "steps=6").exit_code == 0


def test_a_full_disk_is_one_sentence_and_leaves_no_half_of_a_checkpoint(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    before, made = (run / checkpoints.NAME).read_bytes(), checkpoints.read(str(run / checkpoints.NAME))
    large = checkpoints.Checkpoint(made.config, made.categories, "", 9, {"w": torch.zeros(100_000)}, {}, {}, {})
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(DataError, match="cannot be written: File too large"):
            checkpoints.save(large, str(run / checkpoints.NAME))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert (run / checkpoints.NAME).read_bytes() == before
    assert not list(run.glob("*.part"))


def test_keypoints_alone_with_images_that_have_none(tmp_path: Path) -> None:
    shapes = Path(write_shapes(tmp_path / "shapes", 4, 64, kinds=("figure",), val=2))
    for split in ("train", "val"):
        edit(shapes / "annotations" / f"instances_{split}.json", without_masks_and_the_first_image)
    words = "model.masks=false model.keypoint_width=16 model.keypoint_convs=1 steps=1".split()
    done = train(shapes, tmp_path / "run", *(w for one in ("model.backbone=tiny", "model.width=16", "size=64", *words)
                                             for w in ("--set", one)), "--json", name="mask_rcnn")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    measured = json.loads(done.stdout)["measured"]
    assert "keypoints_AP" in measured
    assert "segm_AP" not in measured


def without_masks_and_the_first_image(value: Any) -> None:
    first = value["images"][0]["id"]
    value["annotations"] = [a for a in value["annotations"] if a["image_id"] != first]
    for annotation in value["annotations"]:
        del annotation["segmentation"]


@pytest.mark.parametrize(("photos", "pictures"), [
    (("a.png", "a.bmp", "b.png"), ["a-1.png", "a-2.png", "b.png"]),
    (("a-2.png", "a.bmp", "a.png"), ["a-2-2.png", "a-2.png", "a-3.png"]),
])  # fmt: skip
def test_photographs_that_differ_in_their_ending_have_a_picture_each(
    photos: tuple[str, ...], pictures: list[str], shapes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in photos:
        (folder / name).write_bytes((shapes / "images" / "000000.png").read_bytes())
    assert cocokit("predict", "whole", "--data", folder, "--draw", tmp_path / "drawn").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == pictures


def test_where_results_cannot_be_written_is_said_before_they_are_made(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(applying, "run_prediction", lambda *words: seen.append(words))
    refused(cocokit("predict", "whole", "--data", shapes, "-o", tmp_path / "nowhere" / "p.json"),
            "its folder is not there or closed to us", "create it first")  # fmt: skip
    assert not seen

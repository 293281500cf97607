"""What a repair makes of what was found: by COCO's rule, without guessing, and again without effect."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycocotools import mask as oracle

from cocokit.checks import check_dataset
from cocokit.dataset import Dataset
from cocokit.repair import repair
from tests.cocokit.broken import BREAKS, correct


def mended(data: Any) -> tuple[Any, list[tuple[str, Any, Any]]]:
    dataset = Dataset.from_dict(data)
    made, changes = repair(dataset, check_dataset(dataset))
    return made.to_dict(), [(change.pointer, change.before, change.after) for change in changes]


def with_row(row: int, **members: Any) -> Any:
    data = correct(Random(5))
    data["annotations"][row] |= members
    return data


def test_nothing_to_do_gives_the_same_dataset() -> None:
    dataset = Dataset.from_dict(correct(Random(1)))
    assert repair(dataset, check_dataset(dataset)) == (dataset, [])


@pytest.mark.parametrize("seed", range(12))
def test_many_defects_at_once_are_mended_as_far_as_they_can_be_and_a_second_time_nothing_is_done(seed: int) -> None:
    chance = Random(seed)
    data = correct(chance)
    for code, broken in chance.sample(BREAKS, 12):
        if code not in ("quoted-number", "polygon-flat"):
            try:
                broken(chance, data)
            except (KeyError, TypeError, IndexError):  # another break was there before
                continue
    dataset = Dataset.from_dict(data)
    findings = check_dataset(dataset)
    first, changes = repair(dataset, findings)
    assert changes
    again = check_dataset(first)
    assert sum(f.count for f in again) < sum(f.count for f in findings)
    second, _ = repair(first, again)
    third, none = repair(second, check_dataset(second))
    assert none == []
    assert third is second
    kept = {row["id"] for row in data["annotations"] if row.get("id")}
    assert kept <= {row["id"] for row in third.to_dict()["annotations"]}


def test_the_findings_that_are_given_are_the_ones_that_are_mended() -> None:
    dataset = Dataset.from_dict(with_row(0, area=-1, bbox=[1, 1, 0, 4]))
    findings = check_dataset(dataset)
    assert [f.id for f in findings] == ["bbox-empty", "area-invalid"]
    made, changes = repair(dataset, findings[1:])
    assert [change.id for change in changes] == ["area-invalid"]
    assert [f.id for f in check_dataset(made)] == ["bbox-empty"]
    assert dataset.annotations.area is not None
    assert dataset.annotations.area[0] == -1


def test_an_area_without_an_outline_is_that_of_the_box() -> None:
    data = with_row(0, area=-1)
    del data["annotations"][0]["segmentation"]
    _, _, w, h = data["annotations"][0]["bbox"]
    assert mended(data)[1] == [("/annotations/0/area", -1.0, float(w * h))]


def test_a_box_without_an_outline_is_not_made_up() -> None:
    data = with_row(0, bbox=[9, 9, -3, 4])
    del data["annotations"][0]["segmentation"]
    assert mended(data)[1] == []


def test_a_box_that_is_cut_takes_its_area_along() -> None:
    data = with_row(0, bbox=[50, 40, 20, 10], area=200)
    del data["annotations"][0]["segmentation"]
    assert mended(data)[1] == [
        ("/annotations/0/bbox", [50.0, 40.0, 20.0, 10.0], [50.0, 40.0, 10.0, 10.0]),
        ("/annotations/0/area", 200.0, 100.0),
    ]


def test_nothing_follows_from_an_outline_that_somebody_must_look_at() -> None:
    assert mended(with_row(0, segmentation=[[1, 1, 5, 5, 5, 1, 1, 5]], area=-1, bbox=[1, 1, 0, 0]))[1] == []
    assert mended(with_row(3, segmentation={"size": [9, 9], "counts": [81]}, bbox=[1, 1, 0, 0], area=0))[1] == []


def test_box_and_area_follow_a_ring_that_is_cut() -> None:
    data = correct(Random(3))
    row = data["annotations"][0]
    right = copy.deepcopy(row)
    row["segmentation"].append([40, 30, 45, 40])
    row |= {"bbox": [row["bbox"][0], row["bbox"][1], 45 - row["bbox"][0], 40 - row["bbox"][1]]}
    made, changes = mended(data)
    assert made["annotations"][0] == right
    assert [pointer for pointer, *_ in changes] == ["/annotations/0/segmentation", "/annotations/0/bbox"]


def test_a_crowd_of_polygons_becomes_the_rle_of_pycocotools() -> None:
    data = with_row(1, iscrowd=1)
    image = data["images"][0]
    rings = data["annotations"][1]["segmentation"]
    made, _ = mended(data)
    rle = made["annotations"][1]["segmentation"]
    whole = oracle.merge(oracle.frPyObjects(rings, image["height"], image["width"]))
    assert oracle.frPyObjects(rle, image["height"], image["width"]) == whole
    assert rle["size"] == [image["height"], image["width"]]


def test_new_ids_are_above_all_others_and_no_other_row_is_renumbered() -> None:
    data = correct(Random(4))
    data["annotations"][2]["id"] = 1
    data["annotations"][9]["id"] = 0
    del data["annotations"][11]["id"]
    data["annotations"].append(data["annotations"][5])
    made, _ = mended(data)
    ids = [row["id"] for row in made["annotations"]]
    expected = list(range(1, 49))
    assert sorted(ids[i] for i in (2, 9, 11)) == [49, 50, 51]
    assert [i for k, i in enumerate(ids) if k not in (2, 9, 11)] == [
        i for k, i in enumerate(expected) if k not in (2, 9, 11)
    ]


def test_nulls_of_members_that_rows_have_now_are_gone_and_others_stay(tmp_path: Path) -> None:
    data = with_row(0, iscrowd=None, area=None, score=None, note={"a": [1.50, "é"]})
    file = tmp_path / "nulls.json"
    file.write_text(json.dumps(data))
    dataset = Dataset.open(file)
    repair(dataset, check_dataset(dataset))[0].write(tmp_path / "good.json")
    row = json.loads((tmp_path / "good.json").read_text())["annotations"][0]
    assert (tmp_path / "good.json").read_text().count('"iscrowd"') == 48
    _, _, w, h = row["bbox"]
    assert row == {**data["annotations"][0], "iscrowd": 0, "area": w * h}


def test_ids_that_leave_no_room_are_left_as_they_are() -> None:
    data = with_row(0, id=2**63 - 1)
    del data["annotations"][1]["id"]
    assert mended(data)[1] == []


def test_the_one_image_of_two_keeps_its_annotations() -> None:
    data = correct(Random(2))
    data["images"].insert(1, dict(data["images"][0]))
    made, changes = mended(data)
    assert made == correct(Random(2))
    assert changes == [("/images/1", data["images"][0], None)]

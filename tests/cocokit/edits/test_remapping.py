"""Categories remapped against a loop; COCO's ids come back; contradictions are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.categories import COCO_80
from cocokit.dataset import Dataset
from cocokit.edits import Mapped, read_mapping, remap
from cocokit.errors import DataError, NotFoundError
from tests.cocokit.edits import made


def test_names_ids_and_annotations_follow_the_mapping(tmp_path: Path) -> None:
    source = made.opened(tmp_path / "a.json", made.dataset(4, images=8), indent=1)
    found, ids = remap(source, Mapped(drop=["kite"], join={"pet": ["dog", "cat"]}, ids={"pet": 5}), "a.json")
    before = {row["id"]: row for row in source.to_dict()["annotations"]}
    rows = found.to_dict()["annotations"]
    assert [row["id"] for row in rows] == [key for key, row in before.items() if row["category_id"] != 90]
    assert all(row == before[row["id"]] | {"category_id": 5} for row in rows)
    assert found.to_dict()["categories"] == [{"id": 5, "name": "pet"}]
    assert ids.to_dict()["sources"][0]["categories"] == {"1": 5, "7": 5, "90": None}
    assert ids.counts["annotations_left_out"] == len(before) - len(rows)


def test_rows_whose_category_keeps_its_id_keep_their_bytes(tmp_path: Path) -> None:
    source = made.opened(tmp_path / "a.json", made.dataset(4, images=8), indent=1)
    found, _ = remap(source, Mapped(rename={"cat": "lion"}, ids={"dog": 8}))
    found.write(tmp_path / "b.json")
    old, new = (made.row_texts(tmp_path / f"{name}.json", "annotations") for name in "ab")
    assert any('"category_id": 7,' in text for text in old)
    for before, after in zip(old, new, strict=True):
        assert (before == after) == ('"category_id": 7,' not in before)
        assert json.loads(after) == json.loads(before.replace('"category_id": 7,', '"category_id": 8,'))
    assert [(c.id, c.name) for c in found.categories] == [(1, "lion"), (8, "dog"), (90, "kite")]


def test_cocos_own_ids_come_back_after_a_tool_renumbered_them() -> None:
    rows = [{"id": i + 1, "name": c.name} for i, c in enumerate(COCO_80)]
    rows.append({"id": 81, "name": "unicorn"})
    annotations = [{"id": r["id"], "image_id": 1, "category_id": r["id"]} for r in rows]
    value = {"images": [{"id": 1}], "annotations": annotations, "categories": rows}
    found, _ = remap(Dataset.from_dict(value), Mapped(ids="coco"))
    names = {c.id: c.name for c in found.categories}
    assert {c.id for c in COCO_80} <= names.keys()
    assert len(names) == 81
    for old, new in zip(annotations, found.to_dict()["annotations"], strict=True):
        assert names[new["category_id"]] == rows[old["category_id"] - 1]["name"]
    assert names[92] == "unicorn"  # 81 is COCO's sink


def test_panoptic_segments_follow_too() -> None:
    info = [{"id": 3, "category_id": 1, "area": 5}, {"id": 4, "category_id": 7}]
    value = {"images": [], "annotations": [{"image_id": 1, "segments_info": info}], "categories": made.CATEGORIES}
    found, _ = remap(Dataset.from_dict(value), Mapped(ids={"cat": 2}))
    (row,) = found.to_dict()["annotations"]
    assert row["segments_info"] == [{**info[0], "category_id": 2}, info[1]]
    with pytest.raises(DataError, match="drop no category"):
        remap(Dataset.from_dict(value), Mapped(drop=["cat"]))


@pytest.mark.parametrize(
    "mapping, sentence",
    [
        (Mapped(drop=["cat"], rename={"1": "x"}), "category 'cat' is named twice"),
        (Mapped(rename={"cat": "dog"}), "two categories are called 'dog' in the end; join them"),
        (Mapped(ids={"cat": 7}), "'dog' have the id 7|'cat' and 'dog' have the id 7"),
        (Mapped(ids={"lion": 7}), "ids has 'lion', which no category is called"),
    ],
)
def test_contradictions_are_refused(mapping: Mapped, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        remap(Dataset.from_dict(made.dataset(1)), mapping)


def test_a_join_may_take_the_name_of_one_of_its_own() -> None:
    found, _ = remap(Dataset.from_dict(made.dataset(1)), Mapped(join={"dog": ["dog", "cat"]}))
    assert [(c.id, c.name) for c in found.categories] == [(7, "dog"), (90, "kite")]
    with pytest.raises(NotFoundError, match='"dgo"'):
        remap(Dataset.from_dict(made.dataset(1)), Mapped(drop=["dgo"]))


@pytest.mark.parametrize(
    "value",
    [[], {"renames": {}}, {"drop": "cat"}, {"join": {"a": []}}, {"rename": {"a": 3}}, {"ids": {"a": "3"}},
     {"ids": {"a": True}}, {"ids": {"a": 2**63}}, {"ids": "lvis"}, {"drop": [None]}],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_refused(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(value))
    with pytest.raises(DataError, match="write {"):
        read_mapping(path)
    path.write_text('{"drop": ["a", 3]}')
    assert read_mapping(path) == Mapped(drop=["a", 3])

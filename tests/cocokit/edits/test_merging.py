"""Merged datasets: nothing is lost, ids are unique, the map leads back, untouched rows keep their bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.checks import check_dataset
from cocokit.dataset import Dataset
from cocokit.edits import merge
from cocokit.errors import DataError
from tests.cocokit.edits import made


def back(ids: Any, number: int, table: str, new: int, olds: set[int]) -> int:
    """The id that a new one was, by the map file."""
    changed = {int(old): now for old, now in ids.to_dict()["sources"][number][table].items()}
    (found,) = [old for old in olds if changed.get(old, old) == new]
    return found


@settings(max_examples=40, deadline=None)
@given(seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=3, unique=True),
       first=st.sampled_from([1, 3, 10**12]), by=st.sampled_from(["name", "id"]))  # fmt: skip
def test_a_merged_dataset_is_its_parts_under_other_ids(seeds: list[int], first: int, by: Any) -> None:
    values = [made.dataset(seed, images=3, first=first if i else 1) for i, seed in enumerate(seeds)]
    whole, ids = merge([Dataset.from_dict(v) for v in values], by=by)
    found = whole.to_dict()
    for member in ("images", "annotations"):
        keys = [row["id"] for row in found[member]]
        assert len(set(keys)) == len(keys)
        parts, at = [v[member] for v in values], 0
        for number, rows in enumerate(parts):
            olds = {r["id"] for r in rows}
            for old, new in zip(rows, found[member][at : at + len(rows)], strict=True):
                assert back(ids, number, member, new["id"], olds) == old["id"]
                assert plain(old, values[number]) == plain(new, found)
            at += len(rows)
        assert at == len(found[member])
    assert check_dataset(whole) == [] or not any(f.severity == "error" for f in check_dataset(whole))


def plain(row: Any, value: Any) -> Any:
    """A row with names instead of ids."""
    row = {k: v for k, v in row.items() if k != "id"}
    if "license" in row:
        row["license"] = next(x["name"] for x in value["licenses"] if x["id"] == row["license"])
    if "image_id" in row:
        row["image_id"] = next(x["file_name"] for x in value["images"] if x["id"] == row["image_id"])
        row["category_id"] = next(x["name"] for x in value["categories"] if x["id"] == row["category_id"])
    return row


def test_rows_that_keep_their_ids_keep_their_bytes(tmp_path: Path) -> None:
    values = [made.dataset(1), made.dataset(2, first=3), made.dataset(3, first=50)]
    values[2]["licenses"] = values[0]["licenses"]
    values[2]["categories"][0]["extra"] = [1]
    datasets = [made.opened(tmp_path / f"{i}.json", v, indent=(i % 2) or None) for i, v in enumerate(values)]
    whole, ids = merge(datasets, ["0", "1", "2"])
    whole.write(tmp_path / "all.json")
    for member in ("images", "annotations"):
        new = set(made.row_texts(tmp_path / "all.json", member))
        for i, value in enumerate(values):
            source = ids.to_dict()["sources"][i]
            for row, text in zip(value[member], made.row_texts(tmp_path / f"{i}.json", member), strict=True):
                moved = str(row["id"]) in source[member] or str(row.get("image_id")) in source["images"]
                moved |= str(row.get("license")) in source["licenses"]
                assert moved or text in new
    assert json.loads((tmp_path / "all.json").read_text()) == whole.to_dict()
    assert not ids.to_dict()["sources"][2]["images"]
    (tmp_path / "2.json").write_text("{}")
    with pytest.raises(DataError, match="has changed since it was opened|was cut while in use"):
        whole.write(tmp_path / "again.json")


def test_one_file_alone_is_the_same_file(tmp_path: Path) -> None:
    source = made.opened(tmp_path / "a.json", made.dataset(1), indent=2)
    whole, ids = merge([source])
    whole.write(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert ids.to_dict()["sources"] == [{"file": "dataset 1", "images": {}, "annotations": {}, "categories": {},
                                         "licenses": {}}]  # fmt: skip


def test_images_of_one_name_are_refused_joined_or_renamed() -> None:
    first, second = made.dataset(1, images=2), made.dataset(1, images=3, first=1)
    second["images"][0]["id"] = 77
    for row in second["annotations"]:
        row["image_id"] = 77 if row["image_id"] == 1 else row["image_id"]
    datasets = [Dataset.from_dict(first), Dataset.from_dict(second)]
    with pytest.raises(DataError, match=r"images\[0\]: file name '1/1.jpg' is in a file before it too \(1 more"):
        merge(datasets)
    joined, ids = merge(datasets, names="join")
    assert [row["file_name"] for row in joined.to_dict()["images"]] == ["1/1.jpg", "1/2.jpg", "1/3.jpg"]
    assert ids.to_dict()["sources"][1]["images"] == {"77": 1}
    assert ids.counts == {"images_joined": 2}
    per_image = [sum(r["image_id"] == i for v in (first, second) for r in v["annotations"]) for i in (2, 3)]
    assert [len(joined.annotations_of_image(i)) for i in (2, 3)] == per_image
    apart, _ = merge(datasets, ["x/one.json", "x/two.json"], names="prefix")
    names = [row["file_name"] for row in apart.to_dict()["images"]]
    assert names == ["1/1.jpg", "1/2.jpg", "two/1/1.jpg", "two/1/2.jpg", "1/3.jpg"]
    second["images"][1]["width"] += 1
    with pytest.raises(DataError, match="px, but"):
        merge([datasets[0], Dataset.from_dict(second)], names="join")


@pytest.mark.parametrize(
    "change, by, sentence",
    [
        ({"name": "lion"}, "id", "category 1 has the name 'lion', but 'cat' in a file before it"),
        ({"supercategory": "pet"}, "name", "category 'cat' has the supercategory 'pet', but 'animal'"),
        ({"name": "dog"}, "name", "'dog' is the name of two categories"),
        ({"id": 7}, "name", "category id 7 occurs twice"),
    ],
)
def test_categories_that_disagree_are_refused(change: Any, by: Any, sentence: str) -> None:
    other = made.dataset(2, first=50)
    other["categories"][0] |= change
    with pytest.raises(DataError, match=sentence):
        merge([Dataset.from_dict(made.dataset(1)), Dataset.from_dict(other)], by=by)


def test_categories_of_one_id_and_two_names_stay_two() -> None:
    other = made.dataset(2, first=50)
    other["categories"][0]["name"] = "lion"
    whole, ids = merge([Dataset.from_dict(made.dataset(1)), Dataset.from_dict(other)])
    assert [(c.id, c.name) for c in whole.categories] == [(1, "cat"), (7, "dog"), (90, "kite"), (91, "lion")]
    assert ids.to_dict()["sources"][1]["categories"] == {"1": 91}


def test_what_leads_nowhere_must_not_lead_somewhere_else() -> None:
    other = made.dataset(2, first=50)
    other["annotations"] = [{"id": 1, "image_id": 1, "category_id": 1}]
    with pytest.raises(DataError, match=r"annotations\[0\]: image_id 1 is that of no image in the file"):
        merge([Dataset.from_dict(made.dataset(1)), Dataset.from_dict(other)])
    other["annotations"] = [{"id": 1, "image_id": 50, "category_id": 5}]
    with pytest.raises(DataError, match="category_id 5 is that of no category"):
        merge([Dataset.from_dict(made.dataset(1)), Dataset.from_dict(other)])


def test_files_of_several_kinds_make_one() -> None:
    boxes = {"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}],
             "categories": []}  # fmt: skip
    captions = {"images": [{"id": 1}], "annotations": [{"id": 5, "image_id": 1, "caption": "A cat."}]}
    panoptic = {
        "images": [{"id": 1}],
        "categories": [{"id": 1, "name": "sky"}],
        "annotations": [{"image_id": 1, "segments_info": [{"id": 9, "category_id": 1}], "file_name": "x"}],
    }
    other = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "sea"}]}
    whole, _ = merge([Dataset.from_dict(v) for v in (boxes, captions, other, panoptic)])
    found = whole.to_dict()
    assert found["annotations"] == [
        {"image_id": 1, "bbox": [1, 2, 3, 4]}, {"id": 5, "image_id": 2, "caption": "A cat."},
        {"image_id": 3, "segments_info": [{"id": 9, "category_id": 2}], "file_name": "x"}]  # fmt: skip
    assert found["images"] == [{"id": 1, "file_name": "a"}, {"id": 2}, {"id": 3}]

"""Filters and samples against loops over the parsed file; what stays keeps its bytes."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from cocokit.edits import Wanted, filter_dataset, parse_area, parse_range, sample
from cocokit.errors import DataError, NotFoundError, ParamsError
from tests.cocokit.edits import made

RANGES = {"<20": lambda v: v < 20, "<=20": lambda v: v <= 20, ">20": lambda v: v > 20, ">=20": lambda v: v >= 20,
          "=20": lambda v: v == 20, "20..30": lambda v: 20 <= v <= 30, "small": lambda v: v <= 1024,
          "medium": lambda v: 1024 <= v <= 9216, "large": lambda v: 9216 <= v <= 1e10}  # fmt: skip


def with_areas(seed: int) -> Any:
    """A dataset whose areas and boxes differ, and lack here and there."""
    chance, value = random.Random(seed), made.dataset(seed)
    for row in value["annotations"]:
        row["area"] = chance.choice([0, 19.5, 20, 20.5, 30, 1024, 9216, 1e5])
        row["bbox"][2:] = [chance.choice([0, 10, 20]), chance.choice([0, 1, 0.5])]
        for member in chance.sample(["area", "bbox", "iscrowd"], chance.choice([0, 0, 1])):
            del row[member]
    return value


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), names=st.none() | st.lists(st.sampled_from(["cat", "7", 90]), min_size=1),
       areas=st.lists(st.sampled_from(sorted(RANGES)), max_size=2), aspect=st.sampled_from(["", "20..30", ">20"]),
       crowds=st.sampled_from(["all", "only", "without"]), license_=st.sampled_from([None, "CC BY", 2]),
       images=st.sampled_from(["all", "with", "without"]))  # fmt: skip
def test_a_filter_keeps_what_a_loop_keeps(
    seed: int, names: Any, areas: list[str], aspect: str, crowds: Any, license_: Any, images: Any
) -> None:
    value = with_areas(seed)
    wanted = Wanted(names, [parse_area(a) for a in areas], [parse_range(aspect)] if aspect else [], crowds,
                    None if license_ is None else [license_], images)  # fmt: skip
    found, ids = filter_dataset(Dataset.from_dict(value), wanted)
    key = {"cat": 1, "7": 7, 90: 90}
    chosen = None if names is None else {key[n] for n in names}

    def stays(row: Any) -> bool:
        _, _, w, h = row.get("bbox", [0, 0, 0, 0])
        ratio = w / h if h else float("nan") if not w else float("inf")
        return ((chosen is None or row["category_id"] in chosen)
                and (not areas or ("area" in row and any(RANGES[a](row["area"]) for a in areas)))
                and (not aspect or ("bbox" in row and RANGES[aspect](ratio)))
                and (crowds == "all" or (row.get("iscrowd", 0) == 1) == (crowds == "only")))  # fmt: skip

    rows = [row for row in value["annotations"] if stays(row)]
    having = {row["image_id"] for row in rows}
    kept = [row for row in value["images"] if license_ is None or row["license"] == (1 if license_ == "CC BY" else 2)]
    kept = [row for row in kept if images == "all" or (row["id"] in having) == (images == "with")]
    ids_kept = {row["id"] for row in kept}
    made_of = found.to_dict()
    assert made_of["images"] == kept
    assert made_of["annotations"] == [row for row in rows if row["image_id"] in ids_kept]
    assert [c["id"] for c in made_of["categories"]] == [i for i in (1, 7, 90) if chosen is None or i in chosen]
    assert ids.counts["annotations_left_out"] == len(value["annotations"]) - len(made_of["annotations"])
    assert ids.counts["images_left_out"] == len(value["images"]) - len(kept)


def test_what_a_filter_or_a_sample_keeps_has_its_bytes(tmp_path: Path) -> None:
    source = made.opened(tmp_path / "a.json", made.dataset(5, images=9), indent=1)
    edits = [filter_dataset(source, Wanted(["cat"], images="with")), sample(source, 4, stratified=True)]
    for found, _ in edits:
        found.write(tmp_path / "b.json")
        for member in ("images", "annotations"):
            texts = made.row_texts(tmp_path / "b.json", member)
            assert texts
            assert set(texts) <= set(made.row_texts(tmp_path / "a.json", member))


def test_names_that_are_not_there_are_answered_with_those_that_are() -> None:
    value = made.dataset(1)
    with pytest.raises(NotFoundError, match=r'x: no category is called "dgo"; did you mean "dog"\? It has cat, dog'):
        filter_dataset(Dataset.from_dict(value), Wanted(["dgo"]), "x")
    with pytest.raises(NotFoundError, match='no licence is called "MIT"; it has CC BY, own of 1'):
        filter_dataset(Dataset.from_dict(value), Wanted(licenses=["MIT"]), "x")
    panoptic = {"images": [], "annotations": [{"image_id": 1, "segments_info": []}]}
    with pytest.raises(DataError, match="panoptic"):
        filter_dataset(Dataset.from_dict(panoptic), Wanted(crowds="only"))


@pytest.mark.parametrize("text", ["", "5", "<", "<-1", "9..1", "1..", "big", "<1,2", "<nan"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ParamsError, match="write <A"):
        parse_area(text)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), small=st.integers(0, 20), more=st.integers(0, 10), shuffle=st.randoms())
def test_a_sample_is_a_part_of_a_larger_one_whatever_the_order(seed: int, small: int, more: int, shuffle: Any) -> None:
    value = made.dataset(1, images=30, per_image=2)
    large = {i["id"] for i in sample(Dataset.from_dict(value), small + more, seed)[0].to_dict()["images"]}
    shuffle.shuffle(value["images"])
    found, _ = sample(Dataset.from_dict(value), small, seed)
    ids = [i["id"] for i in found.to_dict()["images"]]
    assert len(ids) == small
    assert set(ids) <= large
    assert ids == [i["id"] for i in value["images"] if i["id"] in set(ids)]
    rows = [a for a in value["annotations"] if a["image_id"] in set(ids)]
    assert found.to_dict()["annotations"] == rows


def test_a_stratified_sample_loses_no_rare_category() -> None:
    rows = [{"id": i, "image_id": i, "category_id": 1 if i > 3 else i + 10} for i in range(1, 201)]
    value = {"images": [{"id": i} for i in range(1, 251)], "annotations": rows,
             "categories": [{"id": c, "name": str(c)} for c in (1, 11, 12, 13)]}  # fmt: skip
    for seed in range(5):
        found, _ = sample(Dataset.from_dict(value), 25, seed, stratified=True)
        count = Counter(a["category_id"] for a in found.to_dict()["annotations"])
        assert [count[c] for c in (11, 12, 13)] == [1, 1, 1]
        assert count[1] == 20
    with pytest.raises(ParamsError, match="count is 251; the file has 250 images"):
        sample(Dataset.from_dict(value), 251)
    assert len(sample(Dataset.from_dict({"images": []}), 0, stratified=True)[0].images) == 0

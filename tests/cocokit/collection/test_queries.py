"""Queries of pairs and scenes, and from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocokit.categories import COCO_91
from cocokit.collection.queries import in_scenes, mixed, of_lines, pairs
from cocokit.collection.scenes import INDOOR, OUTDOOR, SCENES
from cocokit.errors import DataError

NAMES = [category.name for category in COCO_91]


def test_the_papers_numbers() -> None:
    assert len(pairs(NAMES)) == len(set(pairs(NAMES))) == 4095
    assert len(in_scenes(NAMES)) == len(set(in_scenes(NAMES))) == 3640
    assert {query.kind for query in pairs(NAMES)} == {"pair"}
    assert {query.kind for query in in_scenes(NAMES)} == {"scene"}


def test_the_scenes_are_those_of_the_table(shared_data: Path) -> None:
    rows = json.loads((shared_data / "coco_categories.json").read_text(encoding="utf-8"))["scenes"]
    assert [row["name"] for row in rows] == list(SCENES)
    assert [row["name"] for row in rows if row["setting"] == "indoor"] == list(INDOOR)
    assert len(INDOOR) == len(OUTDOOR) == 20


def test_an_order_by_lot_is_the_same_again_and_loses_none() -> None:
    queries = pairs(NAMES)
    assert mixed(queries, 1) == mixed(queries, 1) != mixed(queries, 2)
    assert set(mixed(queries, 1)) == set(queries)
    assert len({word for query in mixed(queries, 0)[:40] for word in query.words}) > 40


def test_a_file_of_queries() -> None:
    found = of_lines(["# mine", "", " dog +  living room ", "dog + car", "dog + car", "red bus"], "q.txt")
    assert [(q.words, q.kind) for q in found] == [
        (("dog", "living room"), "scene"), (("dog", "car"), "pair"), (("red bus",), "single"),
    ]  # fmt: skip


@pytest.mark.parametrize("lines, sentence", [([], "q.txt: has no query"), (["dog", "+ car"], "line 2: '. car' has an")])
def test_a_file_that_has_none(lines: list[str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        of_lines(lines, "q.txt")

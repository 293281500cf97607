"""Files that nobody should write, through every edit and into a published folder: a result or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.edits import Grid, Mapped, Wanted, filter_dataset, merge, remap, sample, tile
from cocokit.errors import CocokitError
from cocokit.publishing import Part, publish, verify
from tests.cocokit.edits import made

NAN, TOP = float("nan"), 2**63 - 1
STRANGE: dict[str, dict[str, Any]] = {
    "licences that are no list": {"licenses": 5},
    "licences without ids": {"licenses": [3, None, {}, {"id": [1]}, {"id": "a", "name": 7}, {"id": True}]},
    "info that is no object": {"info": None},
    "nothing": {"images": [], "annotations": [], "categories": []},
    "ids at both ends": {"images": [{"id": -TOP - 1, "width": 9, "height": 9}, {"id": TOP, "width": 9, "height": 9}],
                         "annotations": [{"id": TOP, "image_id": TOP, "category_id": 0, "bbox": [0, 0, 9, 9]}],
                         "categories": [{"id": 0, "name": "zero"}]},
    "names that are none": {"categories": [{"id": 1}, {"id": 7, "name": ""}, {"id": 90, "name": None}]},
    "boxes of nothing": {"annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [NAN, NAN, -3, NAN],
                                          "area": NAN, "iscrowd": None}]},
    "outlines of nothing": {"annotations": [
        {"id": i, "image_id": 1, "category_id": 1, "segmentation": s, "iscrowd": i % 2} for i, s in enumerate(
            ([], [[]], [[1, 2]], [[1, 2, 3]], [[NAN] * 6], [[-1e9, 5, 1e9, 5, 5, 1e9]],
             {"size": [60, 60], "counts": "x"}, {"size": [60, 60], "counts": [3600]}), start=1)]},
    "annotations alone": {"images": []},
    "an image beyond memory": {"images": [{"id": 1, "width": 10**6, "height": 10**6}]},
    "outlines beyond float64": {"annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1e300, 1, 2, 3, 4, -1e300]], "iscrowd": 0}]},
    "half a pose": {"annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 40, 40],
                                     "keypoints": [1, 2, 2, 50]}]},
}  # fmt: skip
EDITS: dict[str, Any] = {
    "merge": lambda d: merge([d, Dataset.from_dict(made.dataset(9, first=500))])[0],
    "filter": lambda d: filter_dataset(d, Wanted(crowds="without", images="with"))[0],
    "filter by licence": lambda d: filter_dataset(d, Wanted(licenses=["1"]))[0],
    "sample": lambda d: sample(d, len(d.images) // 2, stratified=True)[0],
    "remap": lambda d: remap(d, Mapped(ids="coco"))[0],
    "tile": lambda d: tile(d, Grid(25, 25, 3))[0],
}


def tried(call: Callable[[], Any]) -> tuple[Any, str]:
    """What a call gives, or the sentence with which it refuses."""
    try:
        return call(), ""
    except CocokitError as error:
        return None, str(error)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_file_is_edited_or_refused(strange: str, edit: str, tmp_path: Path) -> None:
    dataset = Dataset.from_dict({**made.dataset(1), **STRANGE[strange]})
    found, sentence = tried(lambda: EDITS[edit](dataset))
    if found is None:
        assert "\n" not in sentence
        return
    found.write(tmp_path / "a.json")
    again = Dataset.open(tmp_path / "a.json", cache=False)
    assert [len(t) for t in (again.images, again.annotations)] == [len(t) for t in (found.images, found.annotations)]


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_file_is_published_whole_or_refused(strange: str, tmp_path: Path) -> None:
    dataset = Dataset.from_dict({**made.dataset(1), **STRANGE[strange]})
    found, sentence = tried(lambda: publish([Part("instances", "", dataset)], tmp_path / "out"))
    if found is None:
        assert "\n" not in sentence
        assert not (tmp_path / "out").exists()
        return
    assert verify(tmp_path / "out") == []

"""Any dataset: what a format leaves of it it holds without loss, and what it loses nothing of comes back equal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from tests.cocokit.formats.trips import FORMATS, counts, trip

NAMES = ("labelme", "cvat", "lvis", "label-studio", "open-images", "panoptic")
_LENGTH = st.one_of(st.integers(1, 6), st.sampled_from([0.1, 0.25, 1.37, 2.015, 1 / 3]))
_TEXT = st.sampled_from(["cat", "dog", "a b", 'say "x"', "<&>", "käfer", "7", "__ignore", "C"])


@st.composite
def _rings(draw: st.DrawFn) -> list[list[float]]:
    made = []
    for _ in range(draw(st.integers(1, 2))):
        x, y, w, h = (draw(_LENGTH) for _ in range(4))
        made.append([x, y, x + w, y, x + w, y + h])
    return made


@st.composite
def _runs(draw: st.DrawFn) -> dict[str, Any]:
    ends = sorted(draw(st.sets(st.integers(1, 119), min_size=1, max_size=5)))
    return {"size": [10, 12], "counts": [b - a for a, b in zip([0, *ends], [*ends, 120], strict=True)]}


_ROW = st.fixed_dictionaries(
    {"image_id": st.sampled_from([3, 1, 9]), "id": st.integers(1, 40)},
    optional={
        "category_id": st.sampled_from([2, 1, 5]), "bbox": st.lists(_LENGTH, min_size=4, max_size=4),
        "area": st.integers(0, 9), "iscrowd": st.integers(0, 1), "ignore": st.just(1), "score": st.just(0.5),
        "segmentation": st.one_of(st.just([]), _rings(), _runs()), "caption": _TEXT,
        "keypoints": st.lists(st.sampled_from([0, 1, 2]), min_size=3, max_size=3), "num_keypoints": st.integers(0, 2),
        "attributes": st.dictionaries(_TEXT, st.sampled_from([True, False, "true", "red", 3, None]), max_size=2),
        "flags": st.just({"new": True}), "note": st.just(None), "segment_id": st.integers(0, 3),
    },
)  # fmt: skip
_IMAGE = {"width": 12, "height": 10}
_IMAGES = st.permutations(
    [{"id": 3, "file_name": "b.jpg"}, {"id": 1, "file_name": "b.png"}, {"id": 2, "file_name": "a/b.x"}]
)


@st.composite
def _datasets(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(_TEXT, min_size=2, max_size=2))
    more = draw(st.sampled_from([{}, {"supercategory": "x"}, {"keypoints": ["nose"]}, {"mid": "/m/1"}]))
    return {
        "images": [{**_IMAGE, **row} for row in draw(_IMAGES)],
        "annotations": draw(st.lists(_ROW, max_size=5)),
        "categories": [{"id": 2, "name": names[0], **more}, {"id": 1, "name": names[1]}],
    }


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=_datasets())
def test_the_second_trip_loses_nothing(name: str, value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    once = trip(name, value, tmp_path_factory.mktemp("a")).dataset
    assert counts(FORMATS[name], once) == {}
    assert trip(name, once, tmp_path_factory.mktemp("b")).dataset.to_dict() == once.to_dict()
    if counts(FORMATS[name], value) == {} and name != "lvis":
        assert _without_made(once) == Dataset.from_dict(value).to_dict()


def _without_made(dataset: Dataset) -> Any:
    """Without the ids that panoptic segments get."""
    value = dataset.to_dict()
    for row in value["annotations"]:
        row.pop("segment_id", None)
    return value

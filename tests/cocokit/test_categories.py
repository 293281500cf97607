"""The list of categories is COCO's."""

from __future__ import annotations

import json
from pathlib import Path

from cocokit.categories import COCO_80, COCO_91


def test_all_91_are_as_the_paper_has_them(shared_data: Path) -> None:
    known = json.loads((shared_data / "coco_categories.json").read_text())["categories"]
    ours = [(c.id, c.name, c.supercategory, c.released) for c in COCO_91]
    assert ours == [(c["id"], c["name"], c["supercategory"], c["in_2014_release"]) for c in known]


def test_the_80_are_those_of_a_release(shared_data: Path) -> None:
    path = shared_data / "coco_mini" / "annotations" / "instances_val2017.json"
    released = json.loads(path.read_text())["categories"]
    assert [(c.id, c.name, c.supercategory) for c in COCO_80] == [
        (c["id"], c["name"], c["supercategory"]) for c in released
    ]

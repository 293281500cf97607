"""A whole campaign in browsers: ten photos, three workers, seven pages and training, to an export that is the truth."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from pycocotools import mask as oracle
from pycocotools.coco import COCO

from cocokit.campaign.export import export_campaign
from cocokit.cli import cli
from cocokit.domain.stages import Stage
from tests.annotate_ui.site import Site, running
from tests.e2e.conftest import Watch
from tests.e2e.people import Person
from tests.e2e.ten import CUTS, EMPTY, ICONIC, write_ten

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools

WAYS = {"Ada": "clicks", "Bela": "drags", "Chen": "keys"}
SETTINGS = {
    "filter_page": len(CUTS), "k_label": 1, "k_spot": 1, "k_caption": 1, "page_size": 12, "bad_sentinels": 1,
    "good_sentinels": 1, "sentinels_needed": 1, "false_alarms": 1, "votes_first": 1, "votes_more": 0,
    "votes_needed": 1, "crowd_after": 3, "tools": ("polygon",),
}  # fmt: skip
#: More turns than the campaign can take.
ALL = 150


def work(people: list[Person]) -> None:
    """Everybody works in turn until the campaign has nothing left for anybody."""
    over: set[Person] = set()
    for _ in range(ALL):
        for person in people:
            state = person.step() if person not in over else ""
            if state == "finished":
                over.add(person)
            elif state == "none":
                person.again()
            else:
                assert state in ("", "did"), person.page.locator(".state").inner_text()
        if len(over) == len(people):
            return
    raise AssertionError(f"not finished: {[person.done[-3:] for person in people]}")


def test_three_workers_take_ten_photos_to_an_export_that_is_the_truth(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path / "site", write=write_ten, workers=1, config={"limits": False}, **SETTINGS) as site:
        people, watches = [], []
        for name, way in WAYS.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
            page = context.new_page()
            page.set_default_timeout(15_000)
            watches.append(Watch(page, site.url))
            watches[-1].allowed = ["/draft"]  # One may come after its answer: 409, and nothing is lost.
            people.append(Person(page, site, way, (ICONIC,)))
            people[-1].come(name)
        work(people)
        for person, watch in zip(people, watches, strict=True):
            person.page.context.close()
            watch.check()
        done = Counter(one for person in people for one in person.done)
        assert {stage for stage, _ in done} == set(Stage)
        assert done[Stage.SEGMENT, True] >= 1
        assert all(person.done for person in people)
        export_campaign(site.engine, None, tmp_path / "out")
        check_export(site, tmp_path / "out")


def check_export(site: Site, folder: Path) -> None:
    """What was exported is what is in the photos."""
    instances = folder / "instances.json"
    checked = CliRunner().invoke(cli, ["check", str(instances)])
    assert checked.exit_code == 0, checked.output
    made, truth = COCO(str(instances)), COCO(str(site.workspace / "sample" / "instances.json"))
    assert sorted(made.getImgIds()) == [key for key in sorted(truth.getImgIds()) if key != ICONIC]
    assert made.getAnnIds(imgIds=[EMPTY]) == []
    for image in made.getImgIds():
        single, crowds = pixels(made, image, 0), pixels(made, image, 1)
        known = pixels(truth, image, 0)
        left = same(single, known)
        assert bool(left) == bool(crowds), f"photo {image}: {len(left)} were not drawn"
        if crowds:
            region = np.logical_or.reduce([mask for _, mask in left])
            assert iou(crowds[0][1], region) >= 0.85
    captions = json.loads((folder / "captions.json").read_text())["annotations"]
    assert sorted(one["image_id"] for one in captions) == sorted(made.getImgIds())


def pixels(coco: Any, image: int, crowd: int) -> list[tuple[int, Any]]:
    """(category, mask) of the annotations of an image, by pycocotools."""
    found = coco.loadAnns(coco.getAnnIds(imgIds=[image], iscrowd=bool(crowd)))
    return [(one["category_id"], coco.annToMask(one).astype(bool)) for one in found]


def same(drawn: list[tuple[int, Any]], known: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """What is left of the truth when each drawn mask has taken its own."""
    left = list(known)
    for category, mask in drawn:
        fit = [i for i, (other, true) in enumerate(left) if other == category and iou(mask, true) >= 0.85]
        assert fit, f"a mask of {category} is none of the truth's"
        left.pop(fit[0])
    return left


def iou(ours: Any, known: Any) -> float:
    """Of two masks of booleans, by pycocotools."""
    one, other = (oracle.encode(np.asfortranarray(mask, np.uint8)) for mask in (ours, known))
    return float(oracle.iou([one], [other], [0])[0, 0])

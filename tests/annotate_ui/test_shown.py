"""What a page is shown: groups of categories, colours before pictures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest

from cocokit.categories import COCO_91
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import CategoryRef

from .conftest import come
from .site import Site

KINDS = [CategoryRef(c.id, c.name, c.supercategory) for c in COCO_91 if c.released]


def groups(site: Site, kinds: list[CategoryRef]) -> dict[str, list[str]]:
    """Group -> names of its categories, as a page of the label stage has them."""
    with site.app.app_context():
        showing = site.app.extensions["cocokit"].showing(site.engine)
        return {g["name"]: [c["name"] for c in g["categories"]] for g in showing._groups(kinds)}


def test_coco_is_asked_for_in_eleven_groups_people_with_what_they_wear(site: Site) -> None:
    found = groups(site, KINDS)
    assert len(found) == 11
    assert next(iter(found)) == "person & accessory"
    assert found["person & accessory"] == ["person", "backpack", "umbrella", "handbag", "tie", "suitcase"]
    assert sorted(name for names in found.values() for name in names) == sorted(c.name for c in KINDS)


@pytest.mark.parametrize("alone", ["person", "accessory"])
def test_a_campaign_with_one_of_the_two_keeps_its_name(site: Site, alone: str) -> None:
    assert list(groups(site, [c for c in KINDS if c.supercategory == alone])) == [alone]


def test_accessories_first_still_end_behind_people(site: Site) -> None:
    turned = sorted(KINDS, key=lambda c: c.supercategory != "accessory")
    assert groups(site, turned)["person & accessory"][0] == "person"
    assert groups(site, [replace(c, supercategory="thing") for c in KINDS]).keys() == {"thing"}


COLOUR = re.compile(r"#[0-9a-f]{6}")


@pytest.mark.parametrize(("stage", "member"), [
    (Stage.FILTER, "candidates"), (Stage.VERIFY, "tiles"), (Stage.LABEL, "image"), (Stage.SEGMENT, "image"),
])  # fmt: skip
def test_every_picture_is_told_by_its_mean_colour(make_site: Callable[..., Site], stage: Stage, member: str) -> None:
    work = come(make_site(stage, training=False)).next()["assignment"]["work"]
    pictures = work[member] if isinstance(work[member], list) else [work[member]]
    assert all(COLOUR.fullmatch(picture["mean"]) for picture in pictures)
    if stage is not Stage.VERIFY:  # tiles may be of one place
        assert len({picture["mean"] for picture in pictures}) == len(pictures)


def test_a_photo_that_is_gone_has_no_colour_and_stops_nobody(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    shutil.rmtree(site.workspace / "images")
    shutil.rmtree(site.workspace / "cache", ignore_errors=True)
    assert come(site).next()["assignment"]["work"]["image"]["mean"] is None

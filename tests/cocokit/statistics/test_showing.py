"""Text and page: the numbers stand in them, whatever the dataset; the page needs nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cocokit.dataset import Dataset
from cocokit.statistics import Statistics, describe, drift_between
from cocokit.statistics.page import page
from cocokit.statistics.published import COCO, DATASETS
from cocokit.statistics.text import text_lines
from cocokit.statistics.wording import by_decade, capped
from tests.cocokit.statistics.test_describe import dataset

EVIL = '<script>alert(1)</script>&"\x1b[2J\x00*'


def odd_datasets() -> list[dict[str, Any]]:
    """None, one, many, hostile."""
    none: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    bare = {"images": [{"id": 1}], "annotations": [], "categories": [{"id": 1, "name": "a"}]}
    one = {**bare, "annotations": [{"id": 1, "image_id": 1, "category_id": 1}]}
    boxed = {"images": [{"id": 1, "width": 1, "height": 1}], "categories": bare["categories"],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 0, 0], "area": 0}]}  # fmt: skip
    evil = dataset(3)
    for row in evil["categories"]:
        row["name"] = row["supercategory"] = EVIL * (1 + row["id"])
    many = dataset(4, images=3, annotations=300)
    many["categories"] += [{"id": 100 + i, "name": f"日本語 {i}"} for i in range(300)]
    return [none, bare, one, boxed, evil, many, dataset(5)]


def described(data: dict[str, Any], name: str = "a.json") -> Statistics:
    return describe(Dataset.from_dict(data), name)


class Tags(HTMLParser):
    """What a page opens, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.leads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.leads += [value or "" for key, value in attrs if key in ("src", "href", "xlink:href")]
        assert not [key for key, _ in attrs if key.startswith("on")]


@pytest.mark.parametrize("data", odd_datasets(), ids=["none", "bare", "one", "boxed", "evil", "many", "usual"])
def test_every_dataset_has_a_page_and_a_text(data: dict[str, Any]) -> None:
    found, other = described(data, EVIL), described(dataset(7), "b.json")
    for others in ([], [other], [other, found, other, other]):
        drifts = [drift_between(found, each) for each in others]
        made, tags = page(found, others, drifts), Tags()
        tags.feed(made)
        assert tags.names.count("script") == 1
        assert tags.leads == []
        assert not re.search(r"url\(|@import|nan|inf\b", made.partition("<body>")[2].lower())
        for drawing in re.findall(r"<svg.*?</svg>", made, re.S):
            ElementTree.fromstring(drawing)
        text = "\n".join(text_lines(found, others, drifts))
        assert "nan" not in text.lower()


def test_a_name_cannot_steer_the_terminal() -> None:
    text = "\n".join(text_lines(described(odd_datasets()[4])))
    assert "\x1b" not in text
    assert "\x00" not in text


def test_bars_without_block_characters() -> None:
    lines = list(text_lines(described(dataset(5)), plain=True))
    "\n".join(lines).encode("ascii")
    assert any("####" in line for line in lines)


def test_the_text_of_a_real_file(shared_data: Path) -> None:
    files = [shared_data / "coco_mini" / "annotations" / f"instances_{part}2017.json" for part in ("train", "val")]
    found, other = (describe(Dataset.read(path), path.name) for path in files)
    text = "\n".join(text_lines(found, [other], [drift_between(found, other)]))
    assert text.startswith("instances_train2017.json: 80 images, 731 instances of 80 categories, 8 crowd regions\n")
    for line in (
        "  instances per image             9.1                     7.8     7.7              2.3                 3.0",
        "  person        ████████████████████████████        167     23 %",
        "  ... 65 more",
        "By COCO's areas 41 % are small, 39 % medium, 21 % large.",
        "Against instances_val2017.json: Knowing an instance's category tells 9.7 % of what there is to know",
    ):
        assert line in text


def test_the_page_has_every_category_and_a_table_behind_every_plot(shared_data: Path) -> None:
    path = shared_data / "coco_mini" / "annotations" / "instances_train2017.json"
    found = describe(Dataset.read(path), path.name)
    made = page(found)
    panels = re.findall(r'<section class="panel">.*?</section>', made, re.S)
    assert len(panels) == 10
    assert all("<details>" in panel and "<table>" in panel for panel in panels)
    assert all(f"<td>{name}</td>" in made for name in found.category_names)
    assert "9.1" in made


def test_published_numbers_are_those_of_the_paper() -> None:
    assert (COCO.categories, COCO.images, COCO.instances, COCO.per_image, COCO.kinds_per_image) == (
        91, 328_000, 2_500_000, "7.7", "3.5",
    )  # fmt: skip
    assert {d.name: d.per_image for d in DATASETS if d.per_image} == {
        "COCO": "7.7", "PASCAL VOC 2012": "2.3", "ImageNet detection": "3.0", "SUN": "> 17",
    }  # fmt: skip


def test_decades_have_every_instance() -> None:
    found = described(dataset(6))
    assert by_decade(found).sum() == found.boxes.sizes.sum()
    assert by_decade(found)[0] == found.boxes.sizes[:, :4].sum()


def test_long_tails_are_one_class() -> None:
    found = described(dataset(5))
    rows = capped(found.per_image.instances, 2)
    assert sum(n for _, n in rows) == found.per_image.instances[1:].sum()

"""Images divided: shares, groups, categories, repetition; against the paper's rule written plainly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from cocokit.errors import DataError, ParamsError
from cocokit.splitting.dividing import split
from cocokit.splitting.ratios import PRESETS, parse_ratios
from cocokit.splitting.report import reported
from cocokit.splitting.stratifying import assign
from tests.cocokit.splitting.made import dataset, drawn, homes, instances
from tests.cocokit.splitting.naive import iterative_stratification

COCO = PRESETS["coco"]
#: The splits of forty images, as they were first published.
FROZEN = "0210201120220001122010000001201002102001"
IMAGES = st.lists(st.lists(st.integers(1, 6), max_size=4, unique=True).map(sorted), min_size=3, max_size=40)


@given(IMAGES, st.sampled_from([(1, 1), (2, 1, 1), (7, 2, 1), (1, 1, 1, 1)]))
def test_single_images_go_where_the_papers_rule_sends_them(images: list[list[int]], parts: tuple[int, ...]) -> None:
    ratios = [Fraction(part, sum(parts)) for part in parts]
    expected = iterative_stratification([set(row) for row in images], ratios, lambda e, equal: equal[e % len(equal)])
    contents = [[(category, 1) for category in row] for row in images]
    assert assign([1] * len(images), contents, ratios, reach=False) == expected


@given(IMAGES, st.integers(0, 5), st.data())
@settings(deadline=None)
def test_groups_stay_whole_and_nothing_is_lost(images: list[list[int]], seed: int, data: st.DataObject) -> None:
    group = data.draw(st.lists(st.integers(0, 9), min_size=len(images), max_size=len(images)))
    if len(set(group)) < 3:
        return
    for stratify in (True, False):
        home = homes(split(dataset(images), COCO, seed, np.array(group), stratify), len(images))
        assert all(len({h for h, g in zip(home, group, strict=True) if g == name}) == 1 for name in set(group))
        assert set(home) == {0, 1, 2}


@given(st.integers(0, 10_000), st.integers(2, 4), st.booleans())
@settings(deadline=None, max_examples=60)
def test_every_category_is_everywhere_if_it_has_images_enough(seed: int, splits: int, grouped: bool) -> None:
    images = drawn(60, 12, seed)
    groups = np.arange(60) // 3 if grouped else None
    ratios = {f"s{i}": Fraction(1, splits) for i in range(splits)}
    if splits == 3:
        ratios = {"train": Fraction(9, 10), "val": Fraction(1, 20), "test": Fraction(1, 20)}
    made = dataset(images)
    report = reported(made, split(made, ratios, seed, groups), ratios, groups)
    # With groups, categories of few groups may want the same group in two splits: more of them are asked for.
    enough = 2 * splits if grouped else splits
    assert [lack for lack in report.missing if lack[2] >= enough] == []


def test_a_category_of_three_images_is_in_all_three_splits() -> None:
    made = dataset([[1]] * 97 + [[1, 2]] * 3)
    ratios = parse_ratios("train=.9,val=.05,test=.05")
    for seed in range(20):
        for rows in split(made, ratios, seed).values():
            assert (rows >= 97).sum() == 1


def test_shares_are_those_asked_for_and_categories_keep_theirs() -> None:
    made = dataset(drawn(4000, 20, 1))
    report = reported(made, split(made, COCO, 3), COCO)
    assert report.images.tolist() == [2000, 1000, 1000]
    common = report.images_with[report.images_with.sum(axis=1) > 100]
    assert np.abs(common / common.sum(axis=1, keepdims=True) - [0.5, 0.25, 0.25]).max() < 0.02
    chance = reported(made, split(made, COCO, 3, stratify=False), COCO)
    assert np.abs(chance.images / 4000 - [0.5, 0.25, 0.25]).max() < 0.001
    assert report.drift.max() < 0.5 * chance.drift.max()


def test_the_order_of_the_file_changes_nothing_and_the_seed_does() -> None:
    images, order = drawn(200, 8, 2), np.random.default_rng(0).permutation(200)
    ids = [7 * i + 1 for i in range(200)]
    plain, mixed = dataset(images, ids), dataset([images[i] for i in order], [ids[i] for i in order])
    groups = np.arange(200) // 2

    def chosen(made: Dataset, label: np.ndarray, seed: int) -> dict[str, set[int]]:
        return {name: set(made.images.id[rows].tolist()) for name, rows in split(made, COCO, seed, label).items()}

    first = chosen(plain, groups, 5)
    assert chosen(mixed, groups[order] + 1000, 5) == first
    assert chosen(plain, groups, 5) == first
    assert chosen(plain, groups, 6) != first


def test_what_a_seed_gives_stays_as_it_is() -> None:
    """Published splits can be made again by a later version."""
    assert "".join(map(str, homes(split(dataset(drawn(40, 5, 0)), COCO, 1), 40))) == FROZEN


def test_a_group_larger_than_any_split_goes_where_most_is_wanted() -> None:
    made = dataset(drawn(100, 4, 0))
    groups = np.where(np.arange(100) < 80, 0, np.arange(100))
    splits = split(made, COCO, 0, groups)
    report = reported(made, splits, COCO, groups)
    assert (report.groups, report.largest) == (1, 80)
    assert set(range(80)) <= set(splits["train"].tolist())
    assert min(map(len, splits.values())) >= 5


def test_a_dataset_without_annotations_is_divided_by_chance() -> None:
    made = Dataset.from_dict({"images": [{"id": i, "width": 1, "height": 1} for i in range(40)]})
    assert [len(rows) for rows in split(made, COCO).values()] == [20, 10, 10]


def test_tiny_ratios_get_an_image_and_too_few_images_are_refused() -> None:
    assert [len(rows) for rows in split(dataset([[1]] * 10), {"train": 0.999, "val": 0.001}).values()] == [9, 1]
    assert [len(rows) for rows in split(dataset([[1]]), {"all": 1}).values()] == [1]
    for images, groups, words in [
        ([[1]], None, "1 image cannot fill 3 splits"),
        ([], None, "0 images cannot fill 3 splits"),
        ([[1]] * 9, np.arange(9) % 2, "2 groups of images cannot fill 3 splits"),
    ]:
        with pytest.raises(DataError, match=words):
            split(dataset(images), COCO, 0, groups)


def test_an_id_that_is_there_twice_is_refused() -> None:
    data = instances([[1], [1], [1]])
    data["images"][2]["id"] = data["images"][0]["id"]
    with pytest.raises(DataError, match="the id 3 is there twice"):
        split(Dataset.from_dict(data), COCO)


def test_annotations_of_unknown_images_are_counted_and_belong_nowhere() -> None:
    data = instances([[1], [1, 2], [1], [2]])
    data["annotations"][0]["image_id"] = 10**12
    made = Dataset.from_dict(data)
    report = reported(made, split(made, COCO), COCO)
    assert (report.left_out, report.annotations.sum()) == (1, 4)
    assert report.images_with.sum(axis=1).tolist() == [2, 2]


@pytest.mark.parametrize(
    "text, words",
    [
        ("train=.5,val=.4", "their sum is 0.9, not 1"),
        ("train=.333,val=.333,test=.333", "their sum is 0.999, not 1"),
        ("train=1.5,val=-.5", "train is 1.5: use a number above 0 and up to 1"),
        ("train=1,val=0", "val is 0: use a number above 0"),
        ("train=.5,train=.5", "a split is named twice"),
        ("train=.5,Train=.5", "a split is named twice"),
        ("train", "'train' is not NAME=RATIO"),
        ("train=half,val=.5", "'train=half' is not NAME=RATIO"),
        ("train=1/0", "'train=1/0' is not NAME=RATIO"),
        ("train=nan", "'train=nan' is not NAME=RATIO"),
        ("../train=1", "is no name for a split"),
        ("=1", "is no name for a split"),
        ("", "is not NAME=RATIO"),
    ],
)
def test_ratios_that_cannot_work_are_refused(text: str, words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        parse_ratios(text)


def test_ratios_may_be_thirds() -> None:
    assert set(parse_ratios("a=1/3, b=1/3, c=1/3").values()) == {Fraction(1, 3)}
    assert [len(rows) for rows in split(dataset([[1]] * 9), {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}).values()] == [3, 3, 3]
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ParamsError):
            split(dataset([[1]] * 9), {"a": wrong})

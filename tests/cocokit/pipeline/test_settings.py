"""The settings of a campaign: the paper's numbers, what is refused, and texts of the command line."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from cocokit.domain.stages import Stage
from cocokit.errors import ParamsError
from cocokit.pipeline.settings import NAMES, CampaignSettings, from_mapping, parse_assignment, parse_sweep


def test_the_defaults_are_the_papers_numbers() -> None:
    s = CampaignSettings()
    assert (s.filter_page, s.k_label, s.k_spot, s.max_spots, s.crowd_after, s.k_caption) == (128, 8, 8, 10, 10, 5)
    assert (s.page_size, s.bad_sentinels, s.sentinels_needed) == (64, 4, 3)
    assert (s.votes_first, s.votes_more, s.votes_needed) == (3, 2, 4)
    assert s.tools == ("polygon",)
    assert not s.adaptive


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_answers_a_lease_pay_and_a_prior(stage: Stage) -> None:
    s = CampaignSettings()
    assert s.answers(stage) >= 1
    assert s.lease_ms(stage) > 1000 * s.prior(stage), "a lease must be longer than the work"
    assert 900 <= s.pay(stage) / s.prior(stage) * 3600 <= 1100, "about 10 USD an hour"


def test_answers_of_a_stage() -> None:
    s = CampaignSettings(k_label=6, votes_first=5)
    assert [s.answers(stage) for stage in (Stage.LABEL, Stage.SEGMENT, Stage.VERIFY)] == [6, 1, 5]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_refuses_a_value_of_another_type(name: str) -> None:
    wrongs: list[object] = [None, b"x", {}, float("nan"), float("inf"), -1, [3]]
    for wrong in wrongs:
        with pytest.raises(ParamsError) as error:
            from_mapping({name: wrong})
        assert error.value.field == name


@pytest.mark.parametrize("values, field", [
    ({"k_label": 0}, "k_label"),
    ({"k_label": 8.0}, "k_label"),
    ({"k_label": True}, "k_label"),
    ({"k_label": 10**7}, "k_label"),
    ({"training": 1}, "training"),
    ({"training_iou": 1.01}, "training_iou"),
    ({"training_iou": "0.8"}, "training_iou"),
    ({"tools": ()}, "tools"),
    ({"tools": ("polygon", "polygon")}, "tools"),
    ({"tools": ("crayon",)}, "tools"),
    ({"tools": "brush"}, "tools"),
    ({"currency": "US"}, "currency"),
    ({"currency": "U1D"}, "currency"),
    ({"page_size": 8}, "page_size"),
    ({"sentinels_needed": 5}, "sentinels_needed"),
    ({"false_alarms": 5}, "false_alarms"),
    ({"votes_needed": 6}, "votes_needed"),
    ({"lease_spot": 0}, "lease_spot"),
    ({"prior_spot": 0.0}, "prior_spot"),
    ({"pay_spot": -0.1}, "pay_spot"),
])
def test_what_cannot_work_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ParamsError) as error:
        CampaignSettings(**values)
    assert error.value.field == field
    assert error.value.hint


def test_whole_numbers_and_lists_take_the_type_of_the_setting() -> None:
    s = from_mapping({"training_iou": 1, "tools": ["brush", "polygon"]})
    assert isinstance(s.training_iou, float)
    assert s.tools == ("brush", "polygon")


def test_a_change_leaves_the_rest_and_the_original() -> None:
    before = CampaignSettings(k_spot=5)
    after = before.changed(k_label=6)
    assert (after.k_label, after.k_spot, before.k_label) == (6, 5, 8)
    assert from_mapping({"k_label": 6}, before) == after
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.k_label = 3  # type: ignore[misc]


def test_an_unknown_name_comes_with_the_nearest() -> None:
    for change in (lambda: from_mapping({"k_lable": 6}), lambda: CampaignSettings().changed(k_lable=6),
                   lambda: parse_assignment("k_lable=6"), lambda: parse_sweep("k_lable=1..3")):
        with pytest.raises(ParamsError, match="k_lable is .*; there is no such setting; did you mean k_label?"):
            change()
    with pytest.raises(ParamsError, match="no such setting$"):
        from_mapping({"zzzzzzzzzzzz": 1})


@pytest.mark.parametrize("text, expected", [
    ("k_label=6", ("k_label", 6)),
    (" k_label = 6 ", ("k_label", 6)),
    ("training_iou=1", ("training_iou", 1.0)),
    ("training=False", ("training", False)),
    ("currency=EUR", ("currency", "EUR")),
    ("tools=polygon, brush", ("tools", ("polygon", "brush"))),
])
def test_an_assignment_has_the_type_of_its_setting(text: str, expected: tuple[str, object]) -> None:
    name, value = parse_assignment(text)
    assert (name, value) == expected
    assert type(value) is type(expected[1])


@pytest.mark.parametrize("text", ["k_label", "", "k_label=", "k_label=six", "k_label=6.5", "training=yes", "=6"])
def test_an_assignment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ParamsError):
        parse_assignment(text)


def test_a_sweep_is_a_range_or_a_list() -> None:
    assert parse_sweep("k_label=1..10") == ("k_label", list(range(1, 11)))
    assert parse_sweep("k_label=3..3") == ("k_label", [3])
    assert parse_sweep("training_iou=0.7, 0.8") == ("training_iou", [0.7, 0.8])
    assert parse_sweep("training=true,false") == ("training", [True, False])
    assert parse_sweep("k_label=4") == ("k_label", [4])


@pytest.mark.parametrize("text", ["k_label", "k_label=", "k_label=10..1", "k_label=1..", "k_label=1..2..3",
                                  "training_iou=0..1", "k_label=1..1000000", "k_label=1,,2"])
def test_a_sweep_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ParamsError):
        parse_sweep(text)


@pytest.mark.parametrize("name", NAMES)
def test_the_value_of_every_setting_can_be_written_and_parsed(name: str) -> None:
    value = getattr(CampaignSettings(), name)
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    parsed = parse_assignment(f"{name}={text}")[1]
    assert parsed == value
    assert not (isinstance(parsed, float) and math.isnan(parsed))

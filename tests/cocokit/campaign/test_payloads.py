"""Each stage's answers as the page sends them, and a corpus of payloads that are refused by a named field."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as oracle

from cocokit.campaign.payloads import read_answer
from cocokit.domain.answers import (
    Answer,
    CaptionAnswer,
    CrowdAnswer,
    Drop,
    FilterAnswer,
    LabelAnswer,
    SegmentAnswer,
    SpotAnswer,
    VerifyAnswer,
)
from cocokit.domain.stages import Stage
from cocokit.errors import CocokitError, RefusedError
from cocokit.pipeline.settings import CampaignSettings
from tests.cocokit.campaign.tasks import WORK, assignment

SETTINGS = CampaignSettings(tools=("polygon", "brush"), caption_min_words=0)
NAN, INF, HUGE = math.nan, math.inf, 10**400
DEEP: list[Any] = json.loads("[" * 500 + "]" * 500)

GOOD: list[tuple[Stage, Any, Answer]] = [
    (Stage.FILTER, {"removed": {}}, FilterAnswer({})),
    (Stage.FILTER, {"removed": {"230": "iconic", "17": "duplicate", "5": "invalid"}},
     FilterAnswer({17: "duplicate", 5: "invalid", 230: "iconic"})),
    (Stage.LABEL, {"drops": []}, LabelAnswer(())),
    (Stage.LABEL, {"drops": [{"category_id": 44, "x": 0, "y": 30}, {"category_id": 1, "x": 3.5, "y": -0.5}]},
     LabelAnswer((Drop(44, 0.0, 30.0), Drop(1, 3.5, 0.0)))),
    (Stage.SPOT, {"points": []}, SpotAnswer(())),
    (Stage.SPOT, {"points": [[3, 4.5], [40.5, 29]]}, SpotAnswer(((3.0, 4.5), (40.0, 29.0)))),
    (Stage.SPOT, {"points": [[i, 0] for i in range(10)]}, SpotAnswer(tuple((float(i), 0.0) for i in range(10)))),
    (Stage.SEGMENT, {"outcome": "no_object"}, SegmentAnswer("no_object")),
    (Stage.SEGMENT, {"outcome": "all_segmented"}, SegmentAnswer("all_segmented")),
    (Stage.VERIFY, {"bad": []}, VerifyAnswer(())),
    (Stage.VERIFY, {"bad": [3, 0, 1, 2]}, VerifyAnswer((0, 1, 2, 3))),
    (Stage.CROWD, {"nothing": True}, CrowdAnswer(None)),
    (Stage.CAPTION, {"text": "  A dog\tleaps\r\nover a wall. "}, CaptionAnswer("A dog leaps over a wall.")),
    (Stage.CAPTION, {"text": "Un cafe\u0301 \u2014 \U0001f415\u200d\U0001f9ba"},
     CaptionAnswer("Un caf\u00e9 \u2014 \U0001f415\u200d\U0001f9ba")),
]  # fmt: skip


@pytest.mark.parametrize("stage, payload, answer", GOOD)
def test_a_good_payload_becomes_its_answer(stage: Stage, payload: Any, answer: Answer) -> None:
    assert read_answer(assignment(stage), payload, SETTINGS) == answer


#: Anything that is no object, for every stage.
NO_OBJECTS = [None, True, 0, 1.5, NAN, HUGE, "", "{}", "x" * 10**6, [], [{}], DEEP]


def drop(**changed: Any) -> Any:
    return {"drops": [{"category_id": 1, "x": 3, "y": 4} | changed]}


def mask(*polygons: Any, **more: Any) -> Any:
    return {"outcome": "mask", "polygons": list(polygons), "tool": "polygon"} | more


def paint(counts: Any = "0P1", size: Any = (30, 40), **more: Any) -> Any:
    return {"outcome": "mask", "rle": {"size": list(size), "counts": counts}, "tool": "brush"} | more


BOX = [2, 2, 22, 2, 22, 22, 2, 22]
EMPTY = oracle.encode(np.zeros((30, 40), np.uint8, order="F"))["counts"].decode()

BAD: dict[Stage, list[tuple[Any, str, str]]] = {
    Stage.FILTER: [
        ({}, "removed", "missing"),
        ({"removed": []}, "removed", "empty list"),
        ({"removed": {"17": "ugly"}}, 'removed["17"]', "ugly"),
        ({"removed": {"17": ["iconic"]}}, 'removed["17"]', "list"),
        ({"removed": {"17": True}}, 'removed["17"]', "true"),
        ({"removed": {"18": "iconic"}}, 'removed["18"]', "no image of this page"),
        ({"removed": {"017": "iconic"}}, 'removed["017"]', "no image"),
        ({"removed": {" 17": "iconic"}}, 'removed[" 17"]', "no image"),
        ({"removed": {"\u0661\u0667": "iconic"}}, 'removed["\u0661\u0667"]', "no image"),
        ({"removed": {}, "extra": 1}, "extra", "not known"),
        ({"removed": {}, "__class__": {}}, "__class__", "not known"),
    ],
    Stage.LABEL: [
        ({"drops": {}}, "drops", "empty object"),
        ({"drops": "[]"}, "drops", "string"),
        ({"drops": [[1, 3, 4]]}, "drops[0]", "list"),
        (drop(category_id=2), "drops[0].category_id", "no category of this task"),
        (drop(category_id=True), "drops[0].category_id", "true"),
        (drop(category_id=1.0), "drops[0].category_id", "1.0"),
        (drop(category_id="1"), "drops[0].category_id", "string"),
        (drop(category_id=HUGE), "drops[0].category_id", "integer of"),
        (drop(x=None), "drops[0].x", "null"),
        (drop(x=True), "drops[0].x", "true"),
        (drop(x="3"), "drops[0].x", "string"),
        (drop(x=NAN), "drops[0].x", "NaN"),
        (drop(x=INF), "drops[0].x", "outside"),
        (drop(x=HUGE), "drops[0].x", "outside"),
        (drop(x=-HUGE), "drops[0].x", "outside"),
        (drop(x=40.51), "drops[0].x", "outside"),
        (drop(y=31), "drops[0].y", "outside"),
        (drop(y=-0.51), "drops[0].y", "outside"),
        (drop(y=DEEP), "drops[0].y", "list"),
        (drop(score=1), "drops[0].score", "not known"),
        ({"drops": [{"category_id": 1, "x": 3}]}, "drops[0].y", "missing"),
        ({"drops": drop()["drops"] * 2}, "drops[1].category_id", "second time"),
        ({"drops": drop()["drops"] * 4}, "drops", "4 drops"),
    ],
    Stage.SPOT: [
        ({"points": [[3, 4]] * 2}, "points[1]", "same pixel as points[0]"),
        ({"points": [[9, 9], [3.2, 4.9], [3.9, 4.1]]}, "points[2]", "same pixel as points[1]"),
        ({"points": [[39.5, 5], [40.4, 5]]}, "points[1]", "same pixel"),
        ({"points": [[i, 1] for i in range(11)]}, "points", "11 points"),
        ({"points": [3, 4]}, "points[0]", "3"),
        ({"points": [[3]]}, "points[0]", "1 number"),
        ({"points": [[3, 4, 5]]}, "points[0]", "3 numbers"),
        ({"points": [[[3, 4]]]}, "points[0]", "1 number"),
        ({"points": [[3, [4]]]}, "points[0][1]", "list"),
        ({"points": [[3, 4], [NAN, 4]]}, "points[1][0]", "NaN"),
        ({"points": [[3, 4], [4, -1]]}, "points[1][1]", "outside"),
        ({"points": [[3, False]]}, "points[0][1]", "false"),
        ({"points": {"0": [3, 4]}}, "points", "object"),
    ],
    Stage.SEGMENT: [
        ({}, "outcome", "missing"),
        ({"outcome": "maybe"}, "outcome", "maybe"),
        ({"outcome": ["mask"]}, "outcome", "list"),
        ({"outcome": {}}, "outcome", "object"),
        ({"outcome": "mask"}, "polygons", "missing"),
        ({"outcome": "mask", "tool": "brush"}, "polygons", "missing"),
        ({"outcome": "mask", "polygons": [BOX]}, "tool", "missing"),
        ({"outcome": "no_object", "polygons": [BOX]}, "polygons", "not known"),
        ({"outcome": "all_segmented", "tool": "polygon"}, "tool", "not known"),
        (mask(BOX, rle={}), "rle", "not known"),
        (mask(BOX, area=5), "area", "not known"),
        (mask(BOX, tool="scissors"), "tool", "scissors"),
        (mask(BOX, tool=None), "tool", "null"),
        (mask(), "polygons", "empty list"),
        (mask() | {"polygons": BOX}, "polygons[0]", "2"),
        (mask() | {"polygons": {"0": BOX}}, "polygons", "object"),
        (mask([]), "polygons[0]", "0 points"),
        (mask([3, 4, 5, 6]), "polygons[0]", "2 points"),
        (mask(BOX, [3, 4, 5, 6]), "polygons[1]", "2 points"),
        (mask([3, 4] * 9), "polygons[0]", "0 points"),
        (mask([3, 4, 9, 4, 3, 4]), "polygons[0]", "2 points"),
        (mask([3, 4, 9, 4, 9]), "polygons[0]", "5 numbers"),
        (mask([3, 4, 9, 4, 20, 4]), "polygons[0]", "no area"),
        (mask([1, 1, 2, 2, 3, 3, 4, 4]), "polygons[0]", "no area"),
        (mask([2, 2, 22, 22, 22, 2, 2, 22]), "polygons[0]", "no area"),
        (mask([2, 2, 22, 22, 22, 2, 2, 20]), "polygons[0]", "crosses itself near"),
        (mask([2, 2, 12, 12, 22, 2, 22, 22, 12, 12, 2, 22]), "polygons[0]", "touches itself near (12, 12)"),
        (mask([2, 2, 22, 2, 22, 10, 30, 10, 22, 10, 22, 22, 2, 22]), "polygons[0]", "itself near"),
        (mask([2, 2, 22, 2, 22, NAN]), "polygons[0][5]", "NaN"),
        (mask([2, 2, 22, 2, -INF, 5]), "polygons[0][4]", "outside"),
        (mask([2, 2, 22, 2, HUGE, 5]), "polygons[0][4]", "outside"),
        (mask([2, 2, 22, 2, 1e308, 5]), "polygons[0][4]", "outside"),
        (mask([2, 2, 22, 2, 22, 30.6]), "polygons[0][5]", "outside"),
        (mask([2, 2, 22, 2, True, 5]), "polygons[0][4]", "true"),
        (mask([2, 2, 22, 2, "22", 5]), "polygons[0][4]", "string"),
        (mask([2, 2, 22, 2, None, 5]), "polygons[0][4]", "null"),
        (mask([[2, 2], [22, 2], [22, 22], [2, 22]]), "polygons[0][0]", "list"),
        (mask([2, 2, 22, 2, DEEP, 5]), "polygons[0][4]", "list"),
        (mask(BOX * 1251), "polygons[0]", "10,008 numbers"),
        (mask([3.5] * 20_000), "polygons[0]", "20,000 numbers"),
        (mask(*[BOX] * 101), "polygons", "101 rings"),
        (mask([2.6, 2.6, 2.7, 2.6, 2.7, 2.7]), "polygons", "no pixel"),
        (mask(BOX, holes=BOX), "holes[0]", "2"),
        (mask(BOX, holes=None), "holes", "null"),
        (mask(BOX, holes=[[3, 4, 5, 6]]), "holes[0]", "2 points"),
        (mask(BOX, holes=[[2, 2, 22, 22, 22, 2, 2, 20]]), "holes[0]", "crosses itself"),
        (mask(BOX, holes=[[3, 4, 5, 99, 6, 6]]), "holes[0][3]", "outside"),
        (mask(BOX, holes=[[0, 0, 40, 0, 40, 30, 0, 30]]), "holes", "no pixel"),
        (paint(EMPTY), "rle.counts", "no pixel"),
        (paint(""), "rle.counts", "do not sum"),
        (paint("0P1"), "rle.counts", "do not sum"),
        (paint("0" * 100), "rle.counts", "do not sum"),
        (paint("oooooo"), "rle.counts", "ends inside a number"),
        (paint("P"), "rle.counts", "ends inside a number"),
        (paint(EMPTY + "~"), "rle.counts", "characters that no"),
        (paint(EMPTY + "\x00"), "rle.counts", "characters that no"),
        (paint(EMPTY + "\u0661"), "rle.counts", "ends inside a number"),
        (paint("\ud800"), "rle.counts", "characters that no"),
        (paint("0" * 1_000_001), "rle.counts", "1,000,001 characters"),
        (paint([600, 600]), "rle.counts", "list"),
        (paint(None), "rle.counts", "null"),
        (paint(size=(40, 30)), "rle.size", "[40, 30]"),
        (paint(size=(30, 40, 1)), "rle.size", "3 numbers"),
        (paint(size=()), "rle.size", "[]"),
        (paint(size=(30.0, 40)), "rle.size[0]", "30.0"),
        (paint(size=(True, 40)), "rle.size[0]", "true"),
        (paint(size=(HUGE, 40)), "rle.size", "integer of"),
        (paint(size=(-30, -40)), "rle.size", "-30"),
        (paint(tool="polygon"), "rle", "the tool is polygon"),
        (paint(tool="superpixels"), "tool", "superpixels"),
        (paint(holes=[]), "holes", "not known"),
        (paint() | {"rle": EMPTY}, "rle", "string"),
        (paint() | {"rle": {"size": [30, 40]}}, "rle.counts", "missing"),
        (paint() | {"rle": {"size": [30, 40], "counts": "", "h": 1}}, "rle.h", "not known"),
    ],
    Stage.VERIFY: [
        ({"bad": [4]}, "bad[0]", "no tile"),
        ({"bad": [-1]}, "bad[0]", "no tile"),
        ({"bad": [0, 0]}, "bad[1]", "second time"),
        ({"bad": [1.0]}, "bad[0]", "1.0"),
        ({"bad": [True]}, "bad[0]", "true"),
        ({"bad": ["1"]}, "bad[0]", "string"),
        ({"bad": [[1]]}, "bad[0]", "list"),
        ({"bad": [HUGE]}, "bad[0]", "no tile"),
        ({"bad": [0, 1, 2, 3, 0]}, "bad", "5 positions"),
        ({"bad": {"0": True}}, "bad", "object"),
        ({"bad": [], "good": [1]}, "good", "not known"),
    ],
    Stage.CROWD: [
        ({}, "rle", "missing"),
        ({"nothing": False}, "nothing", "false"),
        ({"nothing": 1}, "nothing", "is 1"),
        ({"nothing": "true"}, "nothing", "string"),
        ({"nothing": True, "rle": {}}, "rle", "not known"),
        ({"rle": None}, "rle", "null"),
        ({"rle": {"size": [30, 40], "counts": EMPTY}}, "rle.counts", "no pixel"),
        ({"rle": {"size": [31, 40], "counts": EMPTY}}, "rle.size", "[31, 40]"),
        ({"polygons": [BOX]}, "polygons", "not known"),
    ],
    Stage.CAPTION: [
        ({"text": ""}, "text", "no word"),
        ({"text": " \n\t"}, "text", "no word"),
        ({"text": "..."}, "text", "no word"),
        ({"text": 5}, "text", "is 5"),
        ({"text": ["A dog"]}, "text", "list"),
        ({"text": "x" * 1001}, "text", "1,001 characters"),
        ({"text": "A\x00dog"}, "text[1]", "U+0000"),
        ({"text": "A dog\x1b[2J"}, "text[5]", "U+001B"),
        ({"text": "A dog\x7f"}, "text[5]", "U+007F"),
        ({"text": "A \ud800"}, "text[2]", "U+D800"),
        ({"text": "A \u202egod"}, "text[2]", "U+202E"),
        ({"text": "A \ue000"}, "text[2]", "U+E000"),
        ({"text": "A \uffff"}, "text[2]", "U+FFFF"),
        ({"text": "A dog", "lang": "en"}, "lang", "not known"),
    ],
}


@pytest.mark.parametrize("stage, payload, field, reason", [(s, *case) for s, cases in BAD.items() for case in cases])
def test_a_bad_payload_is_refused_by_a_named_field(stage: Stage, payload: Any, field: str, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        read_answer(assignment(stage), payload, SETTINGS)
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"{field}: {caught.value.reason}")


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("payload", NO_OBJECTS, ids=lambda p: type(p).__name__)
def test_what_is_no_object_is_no_answer(stage: Stage, payload: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        read_answer(assignment(stage), payload, SETTINGS)
    assert caught.value.field == "answer"
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("stage", Stage)
def test_another_stages_answer_is_refused(stage: Stage) -> None:
    for other, payload, _ in GOOD:
        if other != stage:
            with pytest.raises(RefusedError):
                read_answer(assignment(stage), payload, SETTINGS)


@pytest.mark.parametrize("name", ["a b", "x" * 500, "\ud800", "a\nb", ""])
def test_a_made_up_member_is_named_in_a_short_line(name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        read_answer(assignment(Stage.VERIFY), {"bad": [], name: 1}, SETTINGS)
    assert len(caught.value.field) <= 60
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


def test_the_paper_allows_polygons_only() -> None:
    with pytest.raises(RefusedError) as caught:
        read_answer(assignment(Stage.SEGMENT), paint(), CampaignSettings())
    assert caught.value.field == "tool"
    answer = read_answer(assignment(Stage.SEGMENT), mask(BOX), CampaignSettings())
    assert isinstance(answer, SegmentAnswer)


def test_the_stage_says_what_a_sentence_is() -> None:
    lease = assignment(Stage.CAPTION)
    with pytest.raises(RefusedError, match="text: it has 3 words, and 8 or more are needed"):
        read_answer(lease, {"text": "A dog leaps."}, CampaignSettings())
    with pytest.raises(RefusedError, match='text: it opens with "There is"'):
        read_answer(lease, {"text": "There is a dog that leaps over a wall."}, CampaignSettings())
    doubtful = "Yesterday a brown dog named Rex leaped over a wall."  # a warning is no refusal
    assert read_answer(lease, {"text": doubtful}, CampaignSettings()) == CaptionAnswer(doubtful)


def test_the_task_says_how_many_spots() -> None:
    work = WORK[Stage.SPOT]
    few = replace(assignment(Stage.SPOT), work=replace(work, max_spots=1))  # type: ignore[call-arg]
    with pytest.raises(RefusedError, match="points: has 2 points; send at most 1"):
        read_answer(few, {"points": [[1, 1], [5, 5]]}, SETTINGS)


def test_a_refusal_is_an_error_of_ours_and_of_values() -> None:
    refusal = RefusedError("polygons[0][3]", "is NaN", "send a number")
    assert str(refusal) == "polygons[0][3]: is NaN; send a number"
    assert isinstance(refusal, CocokitError)
    assert isinstance(refusal, ValueError)
    assert str(RefusedError("text", "has no word")) == "text: has no word"

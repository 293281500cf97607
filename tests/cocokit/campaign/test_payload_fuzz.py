"""Whatever JSON value comes in, the outcome is an answer or a refusal that names a field: never another exception."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit import rle
from cocokit.campaign.payloads import read_answer
from cocokit.domain.answers import CrowdAnswer, Mask, SegmentAnswer
from cocokit.domain.stages import Stage
from cocokit.errors import RefusedError
from cocokit.pipeline.settings import CampaignSettings
from cocokit.types import Rle
from tests.cocokit.campaign.tasks import IMAGE, assignment

SETTINGS = CampaignSettings(tools=("polygon", "brush"))
WORDS = st.sampled_from(["removed", "drops", "category_id", "x", "y", "points", "outcome", "mask", "polygons", "holes",
                         "rle", "size", "counts", "tool", "polygon", "brush", "bad", "nothing", "text", "17", "iconic",
                         "no_object"])  # fmt: skip
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), WORDS, st.integers(-3, 45),
                    st.integers(2**1000, 2**1000 + 5), st.floats(-1, 41), st.sampled_from(["\ud800", "\x00", "\u202e"]))
ANY = st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner, max_size=8), st.dictionaries(st.one_of(WORDS, st.text()), inner, max_size=5)))  # fmt: skip

#: Payloads of the right shape in which anything may stand anywhere.
RINGS = st.lists(st.one_of(st.lists(st.one_of(st.integers(0, 40), SCALARS), max_size=9), ANY), max_size=3)
RLES = st.one_of(st.fixed_dictionaries({"size": st.one_of(st.just([30, 40]), ANY),
                                        "counts": st.one_of(st.text("0123456789:;<=>?@ABCDEFGabcdo"), ANY)}), ANY)
SHAPED: dict[Stage, Any] = {
    Stage.FILTER: st.fixed_dictionaries({"removed": st.dictionaries(WORDS, st.one_of(WORDS, ANY))}),
    Stage.LABEL: st.fixed_dictionaries({"drops": st.lists(st.fixed_dictionaries(
        {"category_id": st.one_of(st.sampled_from([1, 18, 44]), ANY), "x": SCALARS, "y": SCALARS}), max_size=4)}),
    Stage.SPOT: st.fixed_dictionaries({"points": st.lists(st.lists(SCALARS, min_size=2, max_size=2), max_size=12)}),
    Stage.SEGMENT: st.one_of(
        st.fixed_dictionaries({"outcome": st.just("mask"), "polygons": RINGS, "tool": WORDS},
                              optional={"holes": RINGS}),
        st.fixed_dictionaries({"outcome": st.just("mask"), "rle": RLES, "tool": st.just("brush")}),
        st.fixed_dictionaries({"outcome": WORDS}, optional={"tool": WORDS})),
    Stage.VERIFY: st.fixed_dictionaries({"bad": st.lists(st.one_of(st.integers(-1, 4), ANY), max_size=5)}),
    Stage.CROWD: st.one_of(st.fixed_dictionaries({"rle": RLES}), st.fixed_dictionaries({"nothing": SCALARS})),
    Stage.CAPTION: st.fixed_dictionaries({"text": st.one_of(st.text(max_size=2000), ANY)}),
}  # fmt: skip


def check_mask(mask: Mask) -> None:
    """What every rule behind this border relies on."""
    assert (mask.height, mask.width) == (IMAGE.height, IMAGE.width)
    again = rle.encode(rle.decode(Rle(mask.height, mask.width, mask.counts)))
    assert again.counts == mask.counts
    assert mask.area == rle.area(again) >= 1
    assert mask.bbox == rle.bbox(again)
    if mask.polygons is not None:
        assert rle.from_polygons(mask.polygons, mask.height, mask.width) == again
        assert all(math.isfinite(v) for ring in mask.polygons for v in ring)


def check_refusal(refusal: RefusedError) -> None:
    """One short line that any page and any log can hold."""
    assert refusal.field
    assert refusal.reason
    message = str(refusal)
    assert len(message.encode()) < 600
    assert message == message.strip()
    assert not set(message) & {chr(i) for i in range(32)}


def check(stage: Stage, payload: object) -> None:
    """The property, for one payload."""
    try:
        answer = read_answer(assignment(stage), payload, SETTINGS)
    except RefusedError as refusal:
        check_refusal(refusal)
        return
    if isinstance(answer, (SegmentAnswer, CrowdAnswer)) and answer.mask is not None:
        check_mask(answer.mask)


@pytest.mark.parametrize("stage", Stage)
def test_any_json_value(stage: Stage) -> None:
    @settings(max_examples=60, deadline=None)
    @given(ANY)
    def holds(payload: object) -> None:
        check(stage, payload)

    holds()


@pytest.mark.parametrize("stage", Stage)
def test_payloads_of_the_right_shape_with_anything_in_them(stage: Stage) -> None:
    @settings(max_examples=120, deadline=None)
    @given(SHAPED[stage])
    def holds(payload: object) -> None:
        check(stage, payload)

    holds()


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_deep_nesting(stage: Stage, text: str) -> None:
    with pytest.raises(RefusedError):
        read_answer(assignment(stage), json.loads(text), SETTINGS)
    for member in ("removed", "drops", "points", "outcome", "bad", "rle", "nothing", "text"):
        with pytest.raises(RefusedError):
            read_answer(assignment(stage), {member: json.loads(text)}, SETTINGS)

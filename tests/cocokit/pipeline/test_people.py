"""How many people a campaign needs, held to what each stage asks of different workers."""

from __future__ import annotations

import pytest

from cocokit.domain.stages import Stage
from cocokit.pipeline.people import people_needed
from cocokit.pipeline.presets import find_preset


@pytest.mark.parametrize(
    ("preset", "changes", "needed", "why"),
    [
        ("coco", {}, 8, "k_label = 8"),
        ("lvis", {}, 8, "k_label = 8"),
        ("coco", {"k_label": 6}, 8, "k_spot = 8"),
        ("coco", {"k_label": 1, "k_spot": 1, "k_caption": 7}, 7, "k_caption = 7"),
        ("lvis", {"k_label": 1, "k_spot": 1}, 6, "votes_first + votes_more = 5, and nobody judges their own mask"),
        ("coco", {"k_label": 1, "k_spot": 1, "k_caption": 1, "votes_first": 1, "votes_more": 0, "votes_needed": 1}, 2,
         "votes_first + votes_more = 1, and nobody judges their own mask"),
    ],
)  # fmt: skip
def test_the_most_demanding_number_decides(preset: str, changes: dict[str, int], needed: int, why: str) -> None:
    chosen = find_preset(preset)
    assert people_needed(chosen.settings.changed(**changes), chosen.graph) == (needed, why)


def test_a_stage_that_is_left_out_asks_for_nobody() -> None:
    chosen = find_preset("lvis")
    assert Stage.CAPTION not in chosen.graph.stages
    assert people_needed(chosen.settings.changed(k_caption=90), chosen.graph)[0] == 8

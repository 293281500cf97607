"""The page's ticking rules are the server's: both are held to the sentences of tests/js/captions.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocokit.campaign.payloads.caption import read_caption
from cocokit.errors import RefusedError
from cocokit.pipeline.captions import caption_problems
from cocokit.pipeline.settings import CampaignSettings

CASES = json.loads((Path(__file__).parents[1] / "js" / "captions.json").read_text(encoding="utf-8"))
#: A word of the server's reason -> the rule of the page.
RULES = {
    "words": "needed",
    "opening": "opens with",
    "names": "may be a name",
    "time": "tell of the",
    "speech": "speech",
}


def rule_of(reason: str) -> str:
    return next(rule for rule, said in RULES.items() if said in reason)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40] or "empty")
def test_the_server_says_what_the_page_says(case: dict) -> None:
    found = caption_problems(" ".join(case["text"].split()), CampaignSettings())
    assert sorted({rule_of(problem.reason) for problem in found}) == sorted(case["rules"])
    if not case["refused"]:
        assert read_caption({"text": case["text"]}, CampaignSettings()).text
    else:
        with pytest.raises(RefusedError):
            read_caption({"text": case["text"]}, CampaignSettings())


def test_the_sentences_keep_and_break_every_rule() -> None:
    broken = [rule for case in CASES for rule in case["rules"]]
    assert {rule: broken.count(rule) >= 2 for rule in RULES} == dict.fromkeys(RULES, True)
    assert sum(not case["rules"] for case in CASES) >= 5

"""What is refused in a sentence, and what is only pointed out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.pipeline.captions import caption_problems
from cocokit.pipeline.settings import CampaignSettings

COCO = CampaignSettings()
GOOD = [
    "A man in a red T-shirt is riding a horse along the beach.",
    "Two dogs and a cat asleep on a blue-and-white sofa.",
    "Several people stand around an old TV. Nobody looks at the screen.",
    "A woman in a wheelchair is talking on her mobile phone.",
    "\u201cSTOP\u201d is written on the red sign beside the road.",
]


def refused(text: str, settings: CampaignSettings = COCO) -> list[str]:
    return [p.reason for p in caption_problems(text, settings) if p.refused]


def warned(text: str) -> list[str]:
    return [p.reason for p in caption_problems(text, COCO) if not p.refused]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_sentence_has_no_problem(text: str) -> None:
    assert caption_problems(text, COCO) == []


@pytest.mark.parametrize("text, count", [
    ("", "0 words"), ("  ...  ! ", "0 words"), ("Dog", "1 word,"), ("A dog on a red rug now", "7 words"),
    ("A T-shirt on the man's chair, indoors", "7 words"),
])
def test_too_few_words_are_refused_with_their_count(text: str, count: str) -> None:
    (reason,) = refused(text)
    assert count in reason


def test_the_number_of_words_is_a_setting() -> None:
    assert refused("A brown dog", CampaignSettings(caption_min_words=3)) == []
    assert refused("", CampaignSettings(caption_min_words=0)) == []


@pytest.mark.parametrize("opening", ["There is", "there are", "There's", "THERE  IS", "  There\u2019s", '"There was',
                                     "There were", "There\nisn't"])
def test_an_opening_with_there_is_is_refused(opening: str) -> None:
    (reason,) = refused(f"{opening} a large brown dog on the old sofa.")
    assert "There is" in reason


@pytest.mark.parametrize("opening", ["Therein is", "There, on the sofa,", "Theresa is", "The red is"])
def test_other_openings_are_taken(opening: str) -> None:
    assert refused(f"{opening} a large brown dog on the old sofa.") == []


@pytest.mark.parametrize("text, names", [
    ("A man shows the Eiffel Tower to his two children.", "Eiffel, Tower"),
    ("A red cup from McDonald's stands on a white table.", "McDonald's"),
    ("A picture of Paris hangs in a caf\u00e9 in Paris itself.", "Paris"),
])
def test_a_name_is_only_a_warning(text: str, names: str) -> None:
    assert refused(text) == []
    (reason,) = warned(text)
    assert reason.startswith(names + " may be a name")


@pytest.mark.parametrize("text, kind", [
    ("A girl is going to kick the ball over the fence.", "the future"),
    ("The small white boat will leave the busy harbour soon.", "the future"),
    ("A boy sits beside the kite that he had broken.", "the past"),
    ("A man in a suit says goodbye to his daughter.", "speech or thought"),
    ('A man points at the dog and yells, "sit down now".', "speech or thought"),
    ("A woman on a bench is wondering and thinks of lunch.", "speech or thought"),
])
def test_guesses_are_only_warnings(text: str, kind: str) -> None:
    assert refused(text) == []
    assert [kind in reason for reason in warned(text)] == [True]


def test_a_text_of_a_megabyte_takes_no_time() -> None:
    for text in ("A" * 10**6, "a " * 5 * 10**5, "Ab." * 3 * 10**5, "there " * 10**5, " " * 10**6, "a'" * 5 * 10**5):
        start = time.perf_counter()
        caption_problems(text, COCO)
        assert time.perf_counter() - start < 5


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    problems = caption_problems(text, COCO)
    assert all(p.field == "text" and p.reason for p in problems)
    assert sorted(problems, key=lambda p: not p.refused) == problems

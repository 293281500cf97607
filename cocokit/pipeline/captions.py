"""Stage 7: what a sentence must be, and what is merely doubtful in it (PROTOCOL 7).

Too few words and the opening "There is" are refused. Names, guesses of past or future, and speech are found by lists of
English words, which are often wrong: they are shown to the worker, and the sentence is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .settings import CampaignSettings

_WORD = re.compile(r"[^\W_]+(?:['\-.&][^\W_]+)*")
_THERE = re.compile(r"\W*there(?:'s|'re|\s+(?:is|are|was|were|isn't|aren't))\b", re.I)

#: What hints at each kind of guess.
_HINTS = {
    "the future": re.compile(
        r"\b(?:will|shall|won't|\w+'ll|tomorrow|soon|(?:is|are|'s|'re) (?:about|going) to)\b", re.I),
    "the past": re.compile(r"\b(?:was|were|wasn't|weren't|had|did|didn't|used to|yesterday|ago|earlier)\b", re.I),
    "speech or thought": re.compile(
        r"\b(?:says?|said|saying|tells?|told|asks?|asked|asking|replie[sd]|thinks?|thought|thinking|wonders?)\b"
        r'|[:,]\s*"', re.I),
}


@dataclass(frozen=True, slots=True)
class CaptionProblem:
    """Something about a sentence.

    Attributes:
        field: where it is: "text".
        reason: what is wrong, for the worker to read.
        refused: the sentence is not taken; otherwise it is a warning.
    """

    field: str
    reason: str
    refused: bool = False


def caption_problems(text: str, settings: CampaignSettings) -> list[CaptionProblem]:
    """All that is wrong or doubtful in a sentence, what is refused first.

    Examples:
        >>> [p.reason for p in caption_problems("A dog", CampaignSettings())]
        ['it has 2 words, and 8 or more are needed']
        >>> caption_problems("A brown dog leaps over a low wooden fence.", CampaignSettings())
        []
    """
    plain = text.replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
    count, least = len(_WORD.findall(plain)), settings.caption_min_words
    problems = []
    if count < least:
        words = "word" if count == 1 else "words"
        problems.append(CaptionProblem("text", f"it has {count} {words}, and {least} or more are needed", refused=True))
    if _THERE.match(plain):
        problems.append(CaptionProblem("text", 'it opens with "There is"; begin with what is seen', refused=True))
    names = _names(plain)
    if names:
        problems.append(CaptionProblem("text", f"{', '.join(names)} may be a name; describe who or what it is"))
    for kind, hint in _HINTS.items():
        if found := hint.search(plain):
            problems.append(CaptionProblem("text", f'"{found[0]}" may tell of {kind}; say only what is seen'))
    return problems


def _names(text: str) -> list[str]:
    """Capitalised words inside a sentence, each once; "I", "T-shirt" and words in capitals (TV, STOP) are none."""
    found: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word, gap = match[0], text[end : match.start()]
        opens = end == 0 or any(mark in gap for mark in ".!?:;")
        if not opens and word[0].isupper() and word[1:2].islower() and word not in found:
            found.append(word)
        end = match.end()
    return found

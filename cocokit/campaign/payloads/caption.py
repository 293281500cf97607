"""The caption stage: ``{"text": "A brown dog leaps over a low wall ..."}``.

What makes a good sentence (PROTOCOL 7: its length, its beginning) is a rule of the stage, which is asked last. Before
that it becomes text that is safe to keep and to show: one line, composed characters, nothing invisible that turns or
breaks it.
"""

from __future__ import annotations

import unicodedata

from ...domain.answers import CaptionAnswer
from ...errors import RefusedError
from ...pipeline.captions import caption_problems
from ...pipeline.settings import CampaignSettings
from ...places import counted, described
from .fields import WHOLE, members

#: Characters of the longest caption; those of COCO have 250 at most.
MOST_CHARACTERS = 1000

#: Kinds of characters that no sentence has: control, surrogate, private use, not assigned.
_REFUSED_KINDS = ("Cc", "Cs", "Co", "Cn")

#: Marks that turn the direction of all text after them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def read_caption(payload: object, settings: CampaignSettings) -> CaptionAnswer:
    """One sentence that the stage takes; raises RefusedError."""
    sentence = _sentence(payload)
    for problem in caption_problems(sentence, settings):
        if problem.refused:
            raise RefusedError(problem.field, problem.reason)
    return CaptionAnswer(sentence)


def _sentence(payload: object) -> str:
    """The text, its white space reduced to single blanks."""
    text = members(payload, WHOLE, ["text"])["text"]
    if not isinstance(text, str):
        raise RefusedError("text", f"is {described(text)}", "send a sentence")
    if len(text) > MOST_CHARACTERS:
        raise RefusedError("text", f"has {counted(len(text), 'character')}", f"send at most {MOST_CHARACTERS:,}")
    for i, character in enumerate(text):
        if _refused(character):
            raise RefusedError(f"text[{i}]", f"is the character U+{ord(character):04X}", "write a plain sentence")
    sentence = unicodedata.normalize("NFC", " ".join(text.split()))
    if not any(character.isalnum() for character in sentence):
        raise RefusedError("text", "has no word", "describe the image in one sentence")
    return sentence


def _refused(character: str) -> bool:
    return character not in "\t\n\r" and (unicodedata.category(character) in _REFUSED_KINDS or character in _TURNING)

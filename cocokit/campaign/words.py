"""Words and times that come from a worker's page beside the payload: short, printable, and sane."""

from __future__ import annotations

from dataclasses import fields

from ..domain.answers import Times
from ..errors import GoneError, RefusedError

#: The longest word.
LONGEST = 200
_LONGEST_MS = 30 * 24 * 3600 * 1000


def is_word(value: object) -> bool:
    r"""Whether a value is a short text without control characters: one that any database can hold.

    >>> is_word("a-1"), is_word(""), is_word("a\x00"), is_word(7)
    (True, False, False, False)
    """
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def check_word(field: str, value: object) -> None:
    """Refuse what is no word.

    Raises:
        RefusedError: with the field's name.
    """
    if not is_word(value):
        raise RefusedError(field, "is no text that can be kept", f"send 1 to {LONGEST} printable characters")


def check_times(times: Times) -> None:
    """Refuse times that no clock gives.

    Raises:
        RefusedError: with the field's name.
    """
    for entry in fields(times):
        value = getattr(times, entry.name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LONGEST_MS:
            raise RefusedError(entry.name, f"is {value!r}", "send whole milliseconds, at most 30 days")


def gone(state: str) -> GoneError:
    """The sentence about an assignment that stands at a state and takes nothing any more."""
    said = "shows a photo that was taken down" if state == "withdrawn" else f"is {state}"
    return GoneError("assignment", said, "ask for the next task")

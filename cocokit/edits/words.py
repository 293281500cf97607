"""Sentences about names that a file does not have."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import NotFoundError
from ..places import shown


def unknown(file: str, noun: str, word: str, names: Sequence[str]) -> NotFoundError:
    """The error for a name or id that is not there, with those that are, the nearest first.

    >>> str(unknown("a.json", "category", "dgo", ["cat", "dog"]))
    'a.json: no category is called "dgo"; did you mean "dog"? It has cat, dog'
    """
    from difflib import get_close_matches

    near = get_close_matches(word, names, 1)
    guess = f"did you mean {shown(near[0])}? " if near else ""
    some = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    has = f"It has {some}" if guess else f"it has {some}" if some else "it has none"
    return NotFoundError(f"{file}: no {noun} is called {shown(word)}; {guess}{has}")

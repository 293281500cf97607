"""Queries that find non-iconic photos: pairs of categories, and categories in scenes (PROTOCOL 0)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

from ..errors import DataError
from .found import Query
from .scenes import SCENES


def pairs(categories: Sequence[str]) -> list[Query]:
    """Every two categories, each pair once: 4,095 for COCO's 91.

    >>> [query.text for query in pairs(["dog", "car", "bed"])]
    ['dog + car', 'dog + bed', 'car + bed']
    """
    return [Query(two, "pair") for two in combinations(dict.fromkeys(categories), 2)]


def in_scenes(categories: Sequence[str], scenes: Sequence[str] = SCENES) -> list[Query]:
    """Every category in every scene: 3,640 for COCO's 91 in 40."""
    return [Query((category, scene), "scene") for category in dict.fromkeys(categories) for scene in scenes]


def singles(categories: Sequence[str]) -> list[Query]:
    """Each category alone: for those of which pairs find too few, and the filter must look out for iconic photos."""
    return [Query((category,)) for category in dict.fromkeys(categories)]


def of_lines(lines: Iterable[str], path: str) -> list[Query]:
    """Queries as people write them: one a line, words joined by ``+``; a scene of the table makes it a scene query.

    Args:
        lines: empty ones and those that begin with ``#`` are left out.
        path: for messages.

    Raises:
        DataError: no query at all, or one with an empty word.

    >>> [query.kind for query in of_lines(["dog + car", "dog + beach", "toaster"], "q.txt")]
    ['pair', 'scene', 'single']
    """
    found = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            found.append(_query(text, path, number))
    if not found:
        raise DataError(path, "", "has no query", "give one a line, such as dog + car")
    return list(dict.fromkeys(found))


def mixed(queries: Sequence[Query], seed: int) -> list[Query]:
    """The same queries in an order drawn by lot, so that the first photos are not all of the first category."""
    order = list(queries)
    Random(seed).shuffle(order)
    return order


def _query(text: str, path: str, number: int) -> Query:
    words = tuple(" ".join(word.split()) for word in text.split("+"))
    if not all(words):
        raise DataError(path, f"line {number}", f"{text!r} has an empty word", "write dog + car")
    if len(words) == 1:
        return Query(words)
    return Query(words, "scene" if words[-1] in SCENES and words[0] not in SCENES else "pair")

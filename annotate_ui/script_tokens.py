"""JavaScript in pieces: words, strings, signs. What only people read is left out; what must part two pieces is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMMENT = r"/\*.*?\*/|//[^\n]*"
STRING = r"'(?:\\.|[^'\\\n])*'" + r'|"(?:\\.|[^"\\\n])*"'
_REGEX = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_WORD = r"[\w$#@\u0080-\uffff]+"
_TOKEN = re.compile(rf"(?s:(?P<comment>{_COMMENT}))|(?P<string>{STRING})|(?P<blank>\s+)|(?P<word>{_WORD})|(?P<sign>.)")
#: Words of a template up to its end or its next hole.
_TEXT = re.compile(r"(?s)(?:\\.|\$(?!\{)|[^\\`$])*(?:`|\$\{)")
#: After these a slash begins a regular expression; after anything else it divides.
_BEFORE_REGEX = set("(,=:[!&|?{};+-*%<>~^\n") | {"return", "typeof", "case", "in", "of", "=>", ""}


class Piece(NamedTuple):
    """One token: its kind (word, string or sign), its text, and the blanks before it ("", " " or a line's end)."""

    kind: str
    text: str
    gap: str


def pieces(text: str) -> Iterator[Piece]:
    """The tokens of a script. A template is cut at its holes, so that what stands in them are tokens as well.

    >>> [piece.text for piece in pieces("a = `b${c}d` // e")]
    ['a', '=', '`b${', 'c', '}d`']
    """
    at, last, gap = 0, "", ""
    depths: list[int] = []  # of braces in the holes that are open
    while at < len(text):
        kind, end = _next(text, at, last, depths)
        piece, at = text[at:end], end
        if kind in ("comment", "blank"):
            gap = "\n" if "\n" in piece or gap == "\n" else " "
            continue
        yield Piece(kind, piece, gap)
        last, gap = (piece if kind != "string" else "''"), ""
        if depths and kind == "sign":
            depths[-1] += (piece == "{") - (piece == "}")
        if kind == "string" and piece.endswith("${"):
            depths.append(0)
            last = "{"


def _next(text: str, at: int, last: str, depths: list[int]) -> tuple[str, int]:
    """Kind and end of the token that begins at a place; closes the hole that ends there."""
    if text[at] == "`" or (text[at] == "}" and depths and depths[-1] == 0):
        if text[at] == "}":
            depths.pop()
        found = _TEXT.match(text, at + 1)
        assert found is not None, "a template that does not end"
        return "string", found.end()
    if text[at] == "/" and last in _BEFORE_REGEX and (found := _REGEX.match(text, at)):
        return "string", found.end()
    match = _TOKEN.match(text, at)
    assert match is not None and match.lastgroup is not None
    return match.lastgroup, match.end()

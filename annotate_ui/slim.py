"""Scripts and styles without what only people read: comments, indentation, needless blanks, long private names.

Only what begins with ``#`` in a class is renamed: no other module can see it.

The copy that is served is made from the sources when the application starts; there is no build step.
"""

from __future__ import annotations

import re

_COMMENT = r"/\*.*?\*/|//[^\n]*"
_STRING = r"'(?:\\.|[^'\\\n])*'" + r'|"(?:\\.|[^"\\\n])*"'
_REGEX = r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*"
_WORD = r"[\w$#@\u0080-\uffff]+"
_TOKEN = re.compile(rf"(?s:(?P<comment>{_COMMENT}))|(?P<string>{_STRING})|(?P<blank>\s+)|(?P<word>{_WORD})|(?P<sign>.)")
_PRIVATE = re.compile(r"#[A-Za-z_$][\w$]*")
_REGEX_TOKEN = re.compile(_REGEX)
#: After these a slash begins a regular expression; after anything else it divides.
_BEFORE_REGEX = set("(,=:[!&|?{};+-*%<>~^\n") | {"return", "typeof", "case", "in", "of", "=>", ""}
#: Beside these a blank means nothing; a line's end does, in JavaScript, except after an opening or a comma.
_TIGHT = set("{}()[];,<>=!&|?:*%^~")
#: These touch words and brackets, not each other.
_SUMS = set("+-/")
_OPEN = set("{([,;=?:&|")


def slim_script(text: str) -> str:
    r"""A module of JavaScript that does the same and is shorter.

    >>> slim_script('/** Doc. */\nexport const a = (b) => `x ${b + 1} // kept`; // gone\n')
    'export const a=(b)=>`x ${b + 1} // kept`;'
    >>> slim_script("const r = /[/*]'/g, half = a / b / c;")
    "const r=/[/*]'/g,half=a/b/c;"
    """
    out: list[str] = []
    at, last, gap = 0, "", ""
    while at < len(text):
        if text[at] == "`":
            end, kind = _template_end(text, at), "string"
        elif text[at] == "/" and last in _BEFORE_REGEX and (found := _REGEX_TOKEN.match(text, at)):
            end, kind = found.end(), "string"
        else:
            match = _TOKEN.match(text, at)
            assert match is not None and match.lastgroup is not None
            end, kind = match.end(), match.lastgroup
        piece, at = text[at:end], end
        if kind in ("comment", "blank"):
            gap = "\n" if "\n" in piece or gap == "\n" else " "
            continue
        out.append(_between(last, piece, gap) + piece)
        last, gap = (piece if kind != "string" else "''"), ""
    return _short_privates(out)


def slim_style(text: str) -> str:
    """A style sheet without comments and needless blanks.

    >>> slim_style("/* why */ .a > .b { color: red; margin: calc(1px + 2px) } ")
    '.a > .b{color:red;margin:calc(1px + 2px)}'
    """
    bare = re.sub(rf"(?s)({_STRING})|/\*.*?\*/", lambda found: found[1] or "", text)
    bare = re.sub(rf"({_STRING})|\s+", lambda found: found[1] or " ", bare)
    bare = re.sub(r"\s*([{};,])\s*", r"\1", bare)
    return re.sub(r"(?<=[\w-]): +", ":", bare).replace(";}", "}").strip()


def _short_privates(pieces: list[str]) -> str:
    """The pieces as one text, with ``#name`` of classes as ``#a``; in the holes of templates as well."""
    names = dict.fromkeys(found[0] for piece in pieces if (found := _PRIVATE.fullmatch(piece.strip())))
    short = {name: f"#{_letters(number)}" for number, name in enumerate(names)}
    known = re.compile(rf"(?<=\.)(?:{'|'.join(short)})(?![\w$])" if short else r"(?!)")
    return "".join(
        known.sub(lambda found: short[found[0]], piece) if piece.startswith("`")
        else _PRIVATE.sub(lambda found: short.get(found[0], found[0]), piece) if piece.strip() in short else piece
        for piece in pieces
    )  # fmt: skip


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(97 + number % 26)


def _between(last: str, piece: str, gap: str) -> str:
    """What must stay of the blanks between two tokens."""
    if not gap or not last:
        return ""
    if gap == "\n":
        return "" if last in _OPEN or piece in {")", "]", ",", ";", ".", "?"} else "\n"
    before, after = last[-1], piece[0]
    if before in _SUMS or after in _SUMS:  # `a + +b`, `a / /b/`: two alike may not touch
        return " " if before in _SUMS and after in _SUMS else ""
    return "" if before in _TIGHT or after in _TIGHT else " "


def _template_end(text: str, start: int) -> int:
    """Where a template literal ends that starts at a backtick; what it holds may hold others."""
    at = start + 1
    while text[at] != "`":
        if text[at] == "\\":
            at += 2
        elif text.startswith("${", at):
            at = _hole_end(text, at + 2)
        else:
            at += 1
    return at + 1


def _hole_end(text: str, at: int) -> int:
    """Where the braces of a template's hole close."""
    depth = 1
    while depth:
        if text[at] == "`":
            at = _template_end(text, at)
            continue
        if text[at] in "'\"" and (found := re.compile(_STRING).match(text, at)):
            at = found.end()
            continue
        depth += (text[at] == "{") - (text[at] == "}")
        at += 1
    return at

"""Scripts and styles without what only people read: comments, indentation, needless blanks, long names.

The copy that is served is made from the sources when the application starts; there is no build step.
"""

from __future__ import annotations

import re

from .script_tokens import STRING, pieces
from .short_names import short_names

#: Beside these a blank means nothing; a line's end does, in JavaScript, except after an opening or a comma.
_TIGHT = set("{}()[];,<>=!&|?:*%^~'\"`")
#: These touch words and brackets, not each other.
_SUMS = set("+-/")
_OPEN = set("{([,;=?:&|")


def slim_script(text: str) -> str:
    r"""A module of JavaScript that does the same and is shorter.

    >>> slim_script('/** Doc. */\nexport const a = (b) => `x ${b + 1} // kept`; // gone\n')
    'export const a=(b)=>`x ${b+1} // kept`;'
    >>> slim_script("const r = /[/*]'/g, half = a / b / c;")
    "const r=/[/*]'/g,d=a/b/c;"
    """
    out: list[str] = []
    last = ""
    for kind, piece, gap in short_names(list(pieces(text))):
        out.append(_between(last, piece if kind != "string" or piece[0] != "}" else ")", gap) + piece)
        last = piece if kind != "string" else "(" if piece.endswith("${") else "''"
    return "".join(out)


def slim_style(text: str) -> str:
    """A style sheet without comments and needless blanks.

    >>> slim_style("/* why */ .a > .b { color: red; margin: calc(1px + 2px) } ")
    '.a > .b{color:red;margin:calc(1px + 2px)}'
    """
    bare = re.sub(rf"(?s)({STRING})|/\*.*?\*/", lambda found: found[1] or "", text)
    bare = re.sub(rf"({STRING})|\s+", lambda found: found[1] or " ", bare)
    bare = re.sub(r"\s*([{};,])\s*", r"\1", bare)
    return re.sub(r"(?<=[\w-]): +", ":", bare).replace(";}", "}").strip()


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

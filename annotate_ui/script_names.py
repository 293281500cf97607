"""Which names in a script stand for variables, where they are known, and who else knows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .script_tokens import Piece

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
#: Words of the language, and those that are so in some places.
WORDS = frozenset("""
    arguments as async await break case catch class const constructor continue debugger default delete do else export
    extends false finally for from function get globalThis if import in instanceof let new null of return set static
    super switch this throw true try typeof undefined var void while yield NaN Infinity
""".split())  # fmt: skip
#: After these a brace opens a block, and before a bracket they begin no list of parameters.
_BLOCK = {")", ";", "}", "{", "", "else", "try", "finally", "do", "static", ">"}
_ASKS = {"if", "for", "while", "switch", "with"}


@dataclass
class NameUses:
    """Where a script's names stand for variables.

    Attributes:
        tokens: the script.
        plain: tokens that name a variable.
        bare: those that name a property with it: ``{ width }``.
        declared: names that the script declares.
        shared: names that other scripts know: imported or exported.
    """

    tokens: Sequence[Piece]
    plain: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._texts = [piece.text if piece.kind != "string" else "''" for piece in self.tokens]
        self._brackets()
        for i, piece in enumerate(self.tokens):
            if piece.kind == "word" and _NAME.fullmatch(piece.text) and piece.text not in WORDS:
                self._sort(i)
        for i, text in enumerate(self._texts):
            self._read(i, text)
        self._extents = self._all_extents()

    def meet(self, one: str, other: str) -> bool:
        """Whether two names are known in the same place: then they need different letters."""
        (a, b), (c, d) = self._extents[one], self._extents[other]
        return a <= d and c <= b

    def _at(self, i: int) -> str:
        return self._texts[i] if 0 <= i < len(self._texts) else ""

    def _all_extents(self) -> dict[str, tuple[int, int]]:
        """For each name the smallest block, with the parameters of its function, that all its uses stand in."""
        blocks = [(0, len(self._texts))]
        for begin, end in self._partner.items():
            if begin < end and self._kinds.get(begin) == "block":
                blocks.append((self._function(begin), end))
        blocks.sort(key=lambda block: block[1] - block[0])
        spans: dict[str, tuple[int, int]] = {}
        for i in sorted(self.plain | self.bare):
            spans[self._texts[i]] = (spans.get(self._texts[i], (i, i))[0], i)
        around = {span: next(b for b in blocks if b[0] <= span[0] and span[1] <= b[1]) for span in spans.values()}
        return {name: around[span] for name, span in spans.items()}

    def _function(self, begin: int) -> int:
        """Where the parameters begin of a function with its body at a place; the place itself if there are none."""
        before = begin - 3 if self._at(begin - 1) == ">" and self._at(begin - 2) == "=" else begin - 1
        if self._at(before) == ")":
            return self._partner[before]
        return before if before != begin - 1 else begin

    def _brackets(self) -> None:
        """Each bracket's partner, and for each token the bracket around it with its kind."""
        self._partner: dict[int, int] = {}
        self._around: list[str] = []
        self._kinds: dict[int, str] = {}
        stack: list[tuple[int, str]] = []
        for i, (kind, text, _) in enumerate(self.tokens):
            closes = text in {")", "]", "}"} if kind == "sign" else kind == "string" and text[0] == "}"
            if closes:
                begin = stack.pop()[0]
                self._partner[begin], self._partner[i] = i, begin
            self._around.append(stack[-1][1] if stack else "block")
            if kind == "sign" and text in {"(", "[", "{"}:
                self._kinds[i] = self._kind(i) if text == "{" else "list"
                stack.append((i, self._kinds[i]))
            elif kind == "string" and text.endswith("${") and text[0] in "`}":
                stack.append((i, "list"))

    def _kind(self, i: int) -> str:
        """What a brace opens: a class, a block or an object; a pattern is like an object."""
        begin = i - 1
        while _NAME.fullmatch(self._at(begin)) and self._at(begin) not in {"class", "return", "static"}:
            begin -= 1
        if self._at(begin) == "class":
            return "class"
        return "block" if self._at(i - 1) in _BLOCK else "object"

    def _sort(self, i: int) -> None:
        """What the name at a place is."""
        before, after, around = self._at(i - 1), self._at(i + 1), self._around[i]
        spread = before == "." and self._at(i - 2) == "." == self._at(i - 3)
        if (before == "." and not spread) or (around == "class" and self._begins(i, {"{", "}", ";", "static"})):
            return
        if around == "object" and self._begins(i, {"{", ","}):
            if after in {",", "}"} or (after == "=" and self._at(i + 2) != ">"):
                self.bare.add(i)
            return
        self.plain.add(i)

    def _begins(self, i: int, first: set[str]) -> bool:
        """Whether a member of a class or an object begins at a place, maybe after get, set, async or a star."""
        before = self._at(i - 1)
        return before in first or (before in {"get", "set", "async", "*"} and self._begins(i - 1, first))

    def _read(self, i: int, text: str) -> None:
        """Notes what a word declares, brings in or gives away."""
        after = self._at(i + 1)
        if text == "import" and after not in {"(", "."}:
            end = next(k for k in range(i, len(self._texts)) if self.tokens[k].kind == "string")
            self.shared.update(self._texts[i:end])
        elif text == "export":
            end = self._partner[i + 1] if after == "{" else self._head(i + 1)
            self.shared.update(self._texts[i:end])
        elif text in {"const", "let", "var"}:
            self._list(i + 1)
        elif text in {"function", "class"} and _NAME.fullmatch(after):
            self.declared.add(after)
        elif text == "(" and i in self._partner and self._takes(i):
            self._patterns(i)
        elif text == "=" and after == ">" and _NAME.fullmatch(self._at(i - 1)):
            self.declared.add(self._at(i - 1))

    def _head(self, i: int) -> int:
        """Where what is exported has been named: before a value or a body; all of several."""
        while self._at(i) not in {"=", "(", "{", "extends"}:
            i += 1
        return i

    def _takes(self, i: int) -> bool:
        """Whether a bracket holds parameters."""
        end, before = self._partner[i], self._at(i - 1)
        arrow = self._at(end + 1) == "=" and self._at(end + 2) == ">"
        return arrow or (self._at(end + 1) == "{" and before not in _ASKS)

    def _list(self, i: int) -> None:
        """Declarations from a place on: names or patterns with or without values."""
        while True:
            i = self._past_value(self._pattern(i))
            if self._at(i) != ",":
                return
            i += 1

    def _patterns(self, i: int) -> None:
        """What the patterns in a bracket declare."""
        end, i = self._partner[i], i + 1
        while i < end:
            i = self._past_value(self._pattern(i)) + 1

    def _pattern(self, i: int) -> int:
        """Declares what stands at a place; gives the place after it."""
        while self._at(i) in {".", ","}:
            i += 1
        if self._at(i) in {"[", "{"}:
            self._patterns(i)
            return self._partner[i] + 1
        if self._at(i + 1) == ":":
            return self._pattern(i + 2)
        if _NAME.fullmatch(self._at(i)):
            self.declared.add(self._at(i))
            return i + 1
        return i

    def _past_value(self, i: int) -> int:
        """The place after a value that a pattern may have."""
        if self._at(i) != "=":
            return i
        while self._at(i) not in {",", ";", ")", "]", "}", ""}:
            i = self._partner[i] + 1 if self._at(i) in {"(", "[", "{"} or self._hole(i) else i + 1
        return i

    def _hole(self, i: int) -> bool:
        return self.tokens[i].kind == "string" and self.tokens[i].text.endswith("${")

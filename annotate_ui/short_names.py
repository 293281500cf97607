"""Short names for what a script calls by long ones, where no other script and no page can see them.

A name is renamed everywhere in its module at once, or not at all: it must be declared there, and be neither imported,
exported, nor one that browsers have something under. Names of properties stay; where an object takes a variable by its
name alone, ``{ width }``, the property's name is written out: ``{ width: a }``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from .script_names import WORDS, NameUses
from .script_tokens import Piece

_PRIVATE = re.compile(r"#[A-Za-z_$][\w$]*")
#: What browsers have under names that a person would give to a variable.
GLOBAL = frozenset("""
    addEventListener alert atob blur btoa caches cancelAnimationFrame cancelIdleCallback clearInterval clearTimeout
    close closed confirm console crypto devicePixelRatio dispatchEvent document event external fetch find focus frames
    getComputedStyle history indexedDB innerHeight innerWidth isFinite isNaN isSecureContext length localStorage
    location matchMedia name navigator onerror onmessage open opener origin parent parseFloat parseInt performance
    postMessage print prompt queueMicrotask removeEventListener reportError requestAnimationFrame requestIdleCallback
    screen scroll scrollX scrollY self sessionStorage setInterval setTimeout status stop structuredClone toolbar top
    visualViewport window
""".split())  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def short_names(tokens: Sequence[Piece]) -> list[Piece]:
    """The same tokens with short names for variables and for what begins with ``#`` in a class."""
    uses = NameUses(tokens)
    counts = Counter(tokens[i].text for i in (*uses.plain, *uses.bare))
    more = Counter(tokens[i].text for i in uses.bare)
    worth = [name for name in uses.declared - uses.shared - GLOBAL if (len(name) - 1) * counts[name] > 2 * more[name]]
    taken = {piece.text for piece in tokens if piece.kind == "word"}
    short: dict[str, str] = {}
    for name in sorted(worth, key=lambda name: (-counts[name], name)):
        near = {short[other] for other in short if uses.meet(name, other)}
        short[name] = next(_free(taken | near))
    hidden = dict.fromkeys(piece.text for piece in tokens if piece.kind == "word" and _PRIVATE.fullmatch(piece.text))
    short |= {name: f"#{letters}" for name, letters in zip(hidden, _free(set()), strict=False)}
    return [piece._replace(text=_renamed(i, piece.text, short, uses)) for i, piece in enumerate(tokens)]


def _renamed(i: int, text: str, short: dict[str, str], uses: NameUses) -> str:
    if i in uses.bare and text in short:
        return f"{text}:{short[text]}"
    return short.get(text, text) if i in uses.plain or text.startswith("#") else text


def _free(taken: set[str]) -> Iterator[str]:
    """a, b, ..., Z, aa, ab, ...; none that is taken or a word of the language."""
    yield from (a for a in _LETTERS if a not in taken)
    yield from (a + b for a in _LETTERS for b in _LETTERS if a + b not in taken | WORDS)

"""What licences allow, read from their addresses and names as the source gives them; what says nothing allows nothing.

There is no table of a source's ids here: ids change their meaning, addresses of licences do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import ParamsError
from .found import Licence

#: Whether a photo under a licence may come in; None: the source named none.
Accepts = Callable[[Licence | None], bool]

_ADDRESS = re.compile(r"\s*(?:https?:)?//(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)", re.I)
_SLUG = re.compile(r"(?:cc[ -]?)?(by(?:-(?:nc|nd|sa))*)(?:[ -]\d.*)?", re.I)
_PART = "(?:share ?alike|non ?commercial|no ?derivs|no ?derivatives)"
_NAME = re.compile(rf"(?:creative commons )?attribution((?:[ -]+{_PART})*)(?: licen[sc]e)?(?:[ ,-]*\d.*)?", re.I)
_NAMED = {"sharealike": "sa", "noncommercial": "nc", "noderivs": "nd", "noderivatives": "nd"}
_FREE = re.compile(
    r"(?:cc[ -]?0|public domain|pdm?\b|no known (?:copyright )?restrictions|united states government)", re.I
)
#: Words that a choice of licences may have.
CHOICES = ("changes", "commercial", "any")
_SLUGS = ("cc0", "pdm", "by", "by-sa", "by-nc", "by-nc-sa", "by-nd", "by-nc-nd")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a licence allows.

    Attributes:
        slug: ``by-nc-sa`` and the like; ``pdm`` for what has no restrictions, ``cc0`` where it was waived.
        changes: changed copies may be passed on.
        commercial: for money, too.
        credit: the author must be named.
    """

    slug: str
    changes: bool
    commercial: bool
    credit: bool


def rights_of(licence: Licence | None) -> Rights | None:
    """What a licence allows; None if it allows nothing that we know of, or is none that we understand.

    >>> rights_of(Licence("4", "Attribution License", "https://creativecommons.org/licenses/by/2.0/"))
    Rights(slug='by', changes=True, commercial=True, credit=True)
    >>> rights_of(Licence("0", "All Rights Reserved")) is None
    True
    """
    slug = licence and (_by_address(licence.url) or _by_words(licence.name) or _by_words(licence.id))
    if not slug:
        return None
    parts = slug.split("-")
    return Rights(slug, "nd" not in parts, "nc" not in parts, "by" in parts)


def choose_licences(words: str) -> Accepts:
    """Which licences to take, from words of the command line.

    Args:
        words: ``changes`` (changed copies may be passed on, so no-derivatives are out), ``commercial`` (that, and for
            money), ``any`` (every licence that is understood), or slugs such as ``cc0,by,by-sa``. A photo whose
            licence the source does not tell never comes in.

    Raises:
        ParamsError: another word.

    >>> choose_licences("by,by-nd")(Licence("6", url="https://creativecommons.org/licenses/by-nd/2.0/"))
    True
    """
    chosen = [word.strip().lower() for word in words.split(",") if word.strip()]
    wrong = [word for word in chosen if word not in (*CHOICES, *_SLUGS)]
    if wrong or not chosen:
        hint = f"give {', '.join(CHOICES)} or a list of {', '.join(_SLUGS)}"
        raise ParamsError("licenses", (wrong or [words])[0], hint)
    return lambda licence: any(_fits(rights_of(licence), word) for word in chosen)


def _fits(rights: Rights | None, word: str) -> bool:
    if rights is None:
        return False
    if word == "changes":
        return rights.changes
    if word == "commercial":
        return rights.changes and rights.commercial
    return word in ("any", rights.slug)


def _by_address(url: str) -> str | None:
    match = _ADDRESS.match(url)
    if match is None:
        return None
    name = match[2].lower().rstrip("-")
    if match[1].lower() == "publicdomain":
        return "cc0" if name == "zero" else "pdm"
    return name if name in _SLUGS else None


def _by_words(text: str) -> str | None:
    """The slug that a name or an id of a licence means; all of it must be understood."""
    text = " ".join(text.split())
    if match := _SLUG.fullmatch(text):
        return _ordered(set(match[1].lower().split("-")))
    if match := _NAME.fullmatch(text):
        words = re.findall("sharealike|noncommercial|noderiv(?:ative)?s", match[1].lower().replace(" ", ""))
        return _ordered({"by", *(_NAMED[word] for word in words)})
    if _FREE.match(text):
        return "cc0" if re.search(r"cc[ -]?0", text, re.I) else "pdm"
    return None


def _ordered(parts: set[str]) -> str | None:
    slug = "-".join(part for part in ("by", "nc", "nd", "sa") if part in parts)
    return slug if slug in _SLUGS else None

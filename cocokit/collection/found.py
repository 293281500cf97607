"""What sources find: candidates with their licences and dates, on pages; and the queries that they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

#: How a query came to be; the filter's page for single categories is another one (PROTOCOL 1).
Kind = Literal["pair", "scene", "single"]


@dataclass(frozen=True, slots=True)
class Query:
    """What a source is asked.

    Attributes:
        words: what a photo should show, each a word or several.
        kind: two categories, a category in a scene, or anything else.
    """

    words: tuple[str, ...]
    kind: Kind = "single"

    @property
    def text(self) -> str:
        """As people read it.

        >>> Query(("dog", "car"), "pair").text
        'dog + car'
        """
        return " + ".join(self.words)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as the source tells it; nothing of it is looked up in a table of ours.

    Attributes:
        id: the source's own: a number, a slug, a short name.
        name: for people; may be empty.
        url: its text; may be empty.
    """

    id: str
    name: str = ""
    url: str = ""

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return {"id": self.id, "name": self.name, "url": self.url}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo that a source has found, before anybody has looked at it.

    Attributes:
        source, id: who has it and under which id there.
        url: where the photo itself lies; a path for a folder.
        licence: None if the source does not say.
        author: name for the credit, plain text; empty if not known.
        photographer: who counts as one photographer at this source; None if not known.
        landing_page: the page that shows it to people.
        taken: when; None if not known to the day and hour.
        width, height: px of the photo at ``url`` if the source says so, otherwise 0.
        more: what else is worth keeping.
    """

    source: str
    id: str
    url: str
    licence: Licence | None = None
    author: str = ""
    photographer: str | None = None
    landing_page: str = ""
    taken: datetime | None = None
    width: int = 0
    height: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in everything that is written: ``source:id``."""
        return f"{self.source}:{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what a query finds.

    Attributes:
        candidates: in the source's order; the same one may come again on another page.
        next: what to ask for the next page with, or None behind the last.
        unusable: (id, reason) of entries that cannot be a candidate, such as those without an address.
    """

    candidates: tuple[Candidate, ...]
    next: str | None
    unusable: tuple[tuple[str, str], ...] = ()

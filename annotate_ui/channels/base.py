"""What every channel answers: who comes, who may frame the page, and how a worker's visit ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who opened a channel's address.

    Attributes:
        external_id: how the channel names them.
        preview: they only look.
        session: what the channel needs again when the visit ends.
    """

    external_id: str
    preview: bool = False
    session: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a visit ends.

    Attributes:
        code: to be copied, or None.
        return_url: where to go on, or None.
        form: fields that go to ``return_url`` by POST; None: it is followed as a link.
    """

    code: str | None = None
    return_url: str | None = None
    form: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The members that a page gets."""
        known = {"code": self.code, "return_url": self.return_url, "form": dict(self.form) if self.form else None}
        return {name: value for name, value in known.items() if value is not None}


class Channel(Protocol):
    """One way by which workers come."""

    @property
    def frame_hosts(self) -> tuple[str, ...]:
        """Origins that may frame the worker's page."""
        ...

    @property
    def form_hosts(self) -> tuple[str, ...]:
        """Origins that the worker's page may send a form to."""
        ...

    @property
    def asks_nickname(self) -> bool:
        """Whether a worker may choose a name."""
        ...

    @property
    def answers(self) -> int | None:
        """How many answers a visit is for; None: as many as there are."""
        ...

    @property
    def turns(self) -> bool:
        """Whether a worker gets tasks of every stage in turn."""
        ...

    def arrive(self, parameters: Mapping[str, str]) -> Arrival:
        """Who comes, by the parameters of the address; raises RefusedError if they say nobody."""
        ...

    def end(self, session: Mapping[str, str]) -> Ending:
        """How a visit ends that began with ``session``."""
        ...

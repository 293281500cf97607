"""Who asks the worker API: a bearer token in a header, and the campaign that it is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response

from cocokit.campaign.channels import ChannelRecord
from cocokit.campaign.engine import Engine
from cocokit.errors import GoneError

from .channels import Channel, open_channel
from .limits import read_token
from .site import site
from .tokens import Bearer

P = ParamSpec("P")


class Asking:
    """One request of a worker.

    Attributes:
        bearer: who asks.
        engine: of their campaign.
    """

    def __init__(self, bearer: Bearer) -> None:
        self.bearer = bearer
        self.engine: Engine = site().engine(bearer.campaign)

    @property
    def worker(self) -> int:
        """The worker's id."""
        return self.bearer.worker

    def channel(self) -> Channel:
        """How the worker came; raises NotFoundError if that way is gone."""
        return open_channel(self._record())

    def is_revoked(self) -> bool:
        """Whether nobody is to come that way any more."""
        return bool(self._record().settings.get("revoked"))

    def _record(self) -> ChannelRecord:
        return site().channel(self.bearer.campaign, self.bearer.channel)


View = Callable[Concatenate[Asking, P], Response]


def asked(view: View[P]) -> Callable[P, Response]:
    """A view that only a worker with a good token reaches."""
    return _guarded(view, previews=False)


def asked_or_preview(view: View[P]) -> Callable[P, Response]:
    """A view that workers reach, and those who only look."""
    return _guarded(view, previews=True)


def _guarded(view: View[P], *, previews: bool) -> Callable[P, Response]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        bearer = read_token()
        if bearer.preview and not previews:
            raise GoneError("worker", "only looks so far", "accept the task to begin")
        return view(Asking(bearer), *args, **kwargs)

    guarded.asks_for = "preview" if previews else "worker"  # type: ignore[attr-defined]
    return guarded

"""Who asks the worker API: a bearer token in a header, and the campaign that it is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, request

from cocokit.campaign.engine import Engine
from cocokit.errors import GoneError

from .channels import Channel, open_channel
from .site import site
from .tokens import Bearer, TokenError

P = ParamSpec("P")
_SCHEME = "Bearer "


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
        return open_channel(site().channel(self.bearer.campaign, self.bearer.channel))


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
        word = request.headers.get("Authorization", "")
        if not word.startswith(_SCHEME):
            raise TokenError("Who asks is not known; open the link again to go on.")
        bearer = site().tokens.read_bearer(word.removeprefix(_SCHEME))
        if bearer.preview and not previews:
            raise GoneError("worker", "only looks so far", "accept the task to begin")
        return view(Asking(bearer), *args, **kwargs)

    guarded.asks_for = "preview" if previews else "worker"  # type: ignore[attr-defined]
    return guarded

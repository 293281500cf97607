"""Where photos come from: a file per source, each with the same two things to be asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from ...errors import DataError, NotFoundError
from ..found import Candidate, Page, Query
from ..licences import Accepts
from ..limits import Clock
from ..web import Web

#: Sources on the web: the module and the class of each.
WEB = {
    "flickr": ("flickr", "Flickr"),
    "openverse": ("openverse", "Openverse"),
    "commons": ("commons", "Commons"),
}


class Source(Protocol):
    """A place that photos come from.

    Attributes:
        name: stands before the ids of its photos.
        near: asking it costs nothing, so that every run reads all of its pages, and finds what is new.
    """

    name: str
    near: bool

    def search(self, query: Query, cursor: str | None) -> Page:
        """A page of what a query finds.

        Args:
            query: what is searched.
            cursor: the last page's ``next``; None for the first page.

        Raises:
            UnreachableError: it does not answer.
            PauseError: it wants a long pause.
            CocokitError: it refuses us.
        """
        ...

    def fetch(self, candidate: Candidate, folder: str) -> str:
        """The path of a file with the photo; one that was fetched lies in ``folder``, which is ours.

        Raises:
            DataError: what came is not the photo.
            UnreachableError, PauseError: as for :meth:`search`.
        """
        ...


def web_source(
    name: str, *, base: str | None = None, key: str | None = None, accepts: Accepts, clock: Clock, seconds: float = 60.0
) -> Source:
    """A source on the web.

    Args:
        name: of :data:`WEB`.
        base: address of its interface; None for the source's own.
        key: a key or a token, where the source wants one.
        accepts: which licences are wanted; a source that can be asked for some of them only is.
        clock: tells the time and waits.
        seconds: the longest that one request may take.

    Raises:
        NotFoundError: no such source.
        ParamsError: a key is missing.
    """
    if name not in WEB:
        raise NotFoundError(f"there is no source {name}; give a folder, or one of {', '.join(WEB)}")
    module, kind = WEB[name]
    made: Source = getattr(import_module(f"{__name__}.{module}"), kind)(base, key, accepts, clock, seconds)
    return made


def download(web: Web, candidate: Candidate, folder: str, refuse: Mapping[str, str]) -> str:
    """Fetch a photo into a folder.

    Args:
        web: asks.
        candidate: whose address is asked for.
        folder: of files that are still on the way.
        refuse: parts of the address that we end at, such as that of a picture that says "removed", and what they mean.

    Raises:
        DataError, UnreachableError, PauseError: as for :meth:`Source.fetch`.
    """
    reply = web.photo(candidate.url)
    for part, why in refuse.items():
        if part in reply.url:
            raise DataError(candidate.key, "", why, "")
    path = os.path.join(folder, "fetched")
    try:
        with open(path, "wb") as file:
            file.write(reply.data)
    except OSError as error:  # a full disk is no fault of the photo: no DataError, which would blame it
        raise OSError(error.errno, error.strerror, path) from error
    return path

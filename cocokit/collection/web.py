"""Requests to a source: one at a time, never faster than it allows, again when that can help."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from .. import __version__
from ..errors import CocokitError, DataError
from .limits import Limits

#: Replies worth another try.
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_CHUNK = 1 << 16
#: Bytes of the largest reply that is taken.
MOST = 200_000_000

#: Looks at parsed JSON: None if it is fine, or why to ask again; raises what cannot be helped.
Check = Callable[[Any], str | None]


def agent() -> str:
    """Who we say we are; sources ask for a name, and for an address to complain to: ``COCOKIT_CONTACT``."""
    contact = os.environ.get("COCOKIT_CONTACT", "")
    known = contact.isascii() and contact.isprintable() and contact
    return f"cocokit/{__version__} ({f'{contact}; ' if known else ''}collection of photographs for annotation)"


class UnreachableError(CocokitError):
    """A source did not give what was asked for, however often; its text is one sentence.

    Attributes:
        gone: it says that there is no such thing, so that asking again is of no use.
    """

    def __init__(self, sentence: str, *, gone: bool = False) -> None:
        super().__init__(sentence)
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the address in the end, headers, bytes."""

    url: str
    headers: Mapping[str, str]
    data: bytes


class Web:
    """Asks a source.

    Args:
        limits: of its interface.
        photos: of where its photos lie.
        seconds: the longest that one request may take, from the first byte out to the last byte in.
        headers: sent with every request to the interface, such as a token; never to where the photos lie.
    """

    def __init__(
        self, limits: Limits, photos: Limits, *, seconds: float = 60.0, headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._limits, self._photos, self._seconds = limits, photos, seconds
        self._headers = dict(headers or {})
        self._opener = OpenerDirector()
        # No handler for files and for FTP: addresses come from strangers.
        for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPRedirectHandler, HTTPDefaultErrorHandler,
                        HTTPErrorProcessor):  # fmt: skip
            self._opener.add_handler(handler())

    def json(self, url: str, query: Mapping[str, str], check: Check) -> Any:
        """Ask the interface.

        Args:
            url: without the query.
            query: names and values.
            check: what the value must be like.

        Raises:
            UnreachableError: it did not answer, or not with JSON that is fine.
            PauseError: it wants a long pause.
        """

        def read(reply: Reply) -> Any:
            try:
                value = json.loads(reply.data)
            except (ValueError, RecursionError) as error:
                raise _Again(f"the reply is no JSON ({error})") from None
            if why := check(value):
                raise _Again(why)
            return value

        return self._asked(f"{url}?{urlencode(query)}", self._limits, self._headers, read, url)

    def photo(self, url: str) -> Reply:
        """Fetch a photo.

        Raises:
            UnreachableError: it did not come.
            DataError: what came is no photo.
            PauseError: a long pause is wanted.
        """
        reply: Reply = self._asked(url, self._photos, {}, _photo, url)
        return reply

    def _asked(
        self, url: str, limits: Limits, headers: Mapping[str, str], read: Callable[[Reply], Any], name: str
    ) -> Any:
        if not _on_the_web(url):
            raise UnreachableError(f"{name}: is no address on the web")
        why = ""
        for attempt in range(1, limits.attempts + 1):
            limits.before()
            said: Mapping[str, str] = {}
            try:
                reply = self._once(url, headers)
                said = reply.headers
                limits.after(said)
                return read(reply)
            except _Again as error:
                why = str(error)
                limits.failed(attempt, error.headers or said)
        raise UnreachableError(f"{name}: {why}, {limits.attempts} times")

    def _once(self, url: str, headers: Mapping[str, str]) -> Reply:
        request = Request(url, headers={"User-Agent": agent()})
        for name, value in headers.items():
            request.add_unredirected_header(name, value)  # a token is not for wherever we are sent on
        end = time.monotonic() + self._seconds
        try:
            with self._opener.open(request, timeout=self._seconds) as response:
                data = bytearray()
                while chunk := response.read1(_CHUNK):
                    data += chunk
                    if len(data) > MOST:
                        raise UnreachableError(f"{url}: is larger than {MOST:,} bytes")
                    if time.monotonic() > end:
                        raise _Again(f"the reply takes longer than {self._seconds:g} s")
                _refuse_short(response.headers, len(data))
                return Reply(response.url, dict(response.headers.items()), bytes(data))
        except HTTPError as error:
            with error:
                if error.code in _AGAIN:
                    raise _Again(f"status {error.code}", dict(error.headers.items())) from None
                gone = error.code in (404, 410)
                raise UnreachableError(f"{url.partition('?')[0]}: status {error.code}", gone=gone) from None
        except (http.client.InvalidURL, UnicodeError) as error:
            raise UnreachableError(f"{url}: is no address on the web ({error})") from None
        except (URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise _Again(str(reason)) from None


class _Again(Exception):  # noqa: N818 - not an error yet
    """Why to try again."""

    def __init__(self, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.headers = headers


def _on_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _refuse_short(headers: Message, count: int) -> None:
    """A connection that was cut looks like an end; only the length tells."""
    length = headers.get("Content-Length", "")
    if length.isdecimal() and count != int(length):
        raise _Again(f"{count:,} of {int(length):,} bytes came")


def _photo(reply: Reply) -> Reply:
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith(("image/", "application/octet-stream", "binary/octet-stream")):
        raise DataError(reply.url, "", f"is {kind} and no photo", "")
    return reply

"""Requests as they arrive at waitress: whoever is not signed in cannot fill the disk with what will be refused anyway.

Waitress keeps a whole body before the application sees its first line. So a long one is refused by its headers, unless
a signed-in requester sends photos; one without a length is refused as soon as it has grown too long.
"""

from __future__ import annotations

import re
from copy import copy
from http.cookies import CookieError, SimpleCookie
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from cocokit.campaign.accounts import find_login

from .guard import COOKIE
from .site import Site
from .uploads import MOST_REQUEST

#: Bytes of the longest body: somewhat more than the application takes, whose own refusals are in plain words.
MOST_BODY = 16_000_000
_PHOTOS = re.compile(r"/dash/setup/[a-z0-9]{12}/photos")


def channel_of(app: Flask) -> type[HTTPChannel]:
    """The kind of connection that a server of an application makes."""
    site: Site = app.extensions["cocokit"]

    class Parser(HTTPRequestParser):  # type: ignore[misc, unused-ignore]
        """One request."""

        def __init__(self, adj: Any) -> None:
            super().__init__(adj)
            self.adj: Any = copy(adj)

        def parse_header(self, header_plus: bytes) -> None:
            """Read the headers, which say how long a body may be."""
            super().parse_header(header_plus)
            allowed = MOST_REQUEST if _PHOTOS.fullmatch(self.path) and _is_known(site, self.headers) else MOST_BODY
            self.adj.max_request_body_size = allowed

    class Connection(HTTPChannel):  # type: ignore[misc, unused-ignore]
        """One connection."""

        parser_class = Parser

    return Connection


def _is_known(site: Site, headers: dict[str, Any]) -> bool:
    """Whether an account is signed in that asks; what it may do is looked at later."""
    try:
        cookie = SimpleCookie(headers.get("COOKIE", "")).get(COOKIE)
    except CookieError:
        return False
    token = cookie.value if cookie else ""
    return 0 < len(token) < 200 and find_login(site.database, token, site.clock.now()) is not None

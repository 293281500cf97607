"""How often one worker, or one address, may ask; all processes of a server count together (:mod:`.counters`).

Whoever has no good token is known by the address alone: a header that anybody can make up buys no count of its own.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import ClassVar

from flask import Flask, request
from flask_limiter import Limiter
from limits.storage import Storage

from .counters import Counters
from .site import site
from .tokens import Bearer, TokenError

#: Of a worker, whatever tokens they have; a page saves every 5 s and asks a few times per answer.
OF_A_WORKER = "30 per second; 600 per minute"
#: Of an address: a whole class may come from one.
OF_AN_ADDRESS = "600 per minute"
OF_PICTURES = "200 per second; 6000 per minute"
#: How a worker's token is sent.
SCHEME = "Bearer "
#: Who has one address of IPv6 has all that begin with these bits.
_BITS = 64


def read_token() -> Bearer:
    """Who asks by the token of this request; raises TokenError."""
    word = request.headers.get("Authorization", "")
    if not word.startswith(SCHEME):
        raise TokenError("Who asks is not known; open the link again to go on.")
    return site().tokens.read_bearer(word.removeprefix(SCHEME))


def address_of(text: str | None) -> str:
    """An address as it is counted: all of a network's IPv6 addresses are one.

    >>> address_of("192.0.2.7"), address_of("2001:db8:1:2:3::7"), address_of("::ffff:192.0.2.7"), address_of(None)
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7', 'nowhere')
    """
    try:
        found = ip_address((text or "").partition("%")[0])
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ip_network((found, _BITS), strict=False).network_address)
    return str(found)


def by_worker() -> str:
    """Who asks: the worker if their token is good, otherwise the address."""
    try:
        bearer = read_token()
    except TokenError:
        return _by_address()
    return _by_address() if bearer.preview else f"worker {bearer.campaign} {bearer.worker}"


def _by_address() -> str:
    return f"from {address_of(request.remote_addr)}"


class SharedCounts(Storage):
    """Where the limiter counts: the table of the application that answers."""

    STORAGE_SCHEME: ClassVar[list[str] | None] = ["cocokit"]  # type: ignore[misc]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong."""
        return OSError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a request; how many there were."""
        return _counters().add(key, expiry, amount)

    def get(self, key: str) -> int:
        """How many there were."""
        return _counters().read(key)[0]

    def get_expiry(self, key: str) -> float:
        """When the window ends, s since 1970."""
        return _counters().read(key)[1]

    def check(self) -> bool:
        """The table is there."""
        return _counters().read("")[0] >= 0

    def reset(self) -> int | None:
        """Forget everything."""
        _counters().clear()
        return None

    def clear(self, key: str) -> None:
        """Forget one."""
        _counters().clear(key)


def _counters() -> Counters:
    return site().counters


limiter = Limiter(_by_address, storage_uri="cocokit://", strategy="fixed-window", headers_enabled=False)


def register_limits(app: Flask) -> None:
    """Count requests from now on."""
    limiter.init_app(app)

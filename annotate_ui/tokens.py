"""Signed words: who may come, who has come, which picture may be fetched. Each purpose has its own salt.

A worker's token is a bearer token, never a cookie: a page in a panel's frame may keep none.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

#: How long a worker's token, and the entry that gives a new one, are good, s.
TOKEN_S, ENTRY_S = 12 * 3600, 60 * 24 * 3600
#: A picture's address changes with the hour and is good for some more.
_HOUR_MS, _HOURS = 3600 * 1000, 30
_LONGEST = 4096


class TokenError(Exception):
    """A token that is forged, over, or of another purpose; the text is for the worker."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may join: what a page's link stands for.

    Attributes:
        campaign, channel, external_id: as the campaign knows the worker.
        preview: may look, and neither join nor take a task.
        session: what the channel needs to finish, such as a panel's own ids.
    """

    campaign: int
    channel: str
    external_id: str
    preview: bool = False
    session: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who is asking; ``worker`` is 0 in a preview, ``before`` how many answers they had when their visit began."""

    worker: int
    campaign: int
    channel: str
    before: int = 0
    preview: bool = False
    session: dict[str, str] = field(default_factory=dict)


class Tokens:
    """Makes and reads signed words with one secret key."""

    def __init__(self, secret: str) -> None:
        options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._invite = URLSafeSerializer(secret, salt="cocokit invite", signer_kwargs=options)
        self._entry = URLSafeTimedSerializer(secret, salt="cocokit entry", signer_kwargs=options)
        self._bearer = URLSafeTimedSerializer(secret, salt="cocokit worker", signer_kwargs=options)
        key = hmac.new(secret.encode(), b"cocokit media", hashlib.sha256).digest()
        self._media = hmac.new(key, digestmod=hashlib.sha256)

    def invite(self, campaign: int, channel: str, nonce: str) -> str:
        """The word of an invite link; it is good until its channel has another nonce."""
        return _text(self._invite.dumps([campaign, channel, nonce]))

    def read_invite(self, word: str) -> tuple[int, str, str]:
        """(campaign, channel, nonce) of an invite."""
        found = _load(self._invite, word, None)
        return found[0], found[1], found[2]

    def entry(self, entry: Entry) -> str:
        """The word that a page joins with."""
        return _text(self._entry.dumps(
            [entry.campaign, entry.channel, entry.external_id, entry.preview, entry.session]
        ))  # fmt: skip

    def read_entry(self, word: str) -> Entry:
        """Who may join; raises TokenError."""
        return Entry(*_load(self._entry, word, ENTRY_S))

    def bearer(self, bearer: Bearer) -> str:
        """The token of a worker who has joined."""
        return _text(self._bearer.dumps(
            [bearer.worker, bearer.campaign, bearer.channel, bearer.before, bearer.preview, bearer.session]
        ))  # fmt: skip

    def read_bearer(self, word: str) -> Bearer:
        """Who is asking; raises TokenError."""
        return Bearer(*_load(self._bearer, word, TOKEN_S))

    def media(self, what: str, now: int) -> str:
        """The signature of a picture's address; the same one within an hour, so that browsers can keep the picture."""
        hour = now // _HOUR_MS
        return f"{hour:x}-{self._sign(what, hour)}"

    def is_media(self, what: str, word: str, now: int) -> bool:
        """Whether a signature belongs to a picture and is not over."""
        hour_text, _, signature = word.partition("-")
        try:
            hour = int(hour_text, 16) if len(hour_text) < 12 else -1
        except ValueError:
            return False
        fresh = 0 <= now // _HOUR_MS - hour <= _HOURS
        return fresh and hmac.compare_digest(signature.encode(), self._sign(what, hour).encode())

    def _sign(self, what: str, hour: int) -> str:
        mac = self._media.copy()
        mac.update(f"{hour:x} {what}".encode())
        return urlsafe_b64encode(mac.digest()[:15]).decode()


def _load(serializer: URLSafeSerializer | URLSafeTimedSerializer, word: str, age: int | None) -> Any:
    if len(word) > _LONGEST:
        raise TokenError("The link is too long to be one of ours; open the whole link again.")
    try:
        if isinstance(serializer, URLSafeTimedSerializer):
            return serializer.loads(word, max_age=age)
        return serializer.loads(word)
    except SignatureExpired:
        raise TokenError("Your session is over; open the link again to go on.") from None
    except BadData:
        raise TokenError("The link is not complete or not ours; open it again as you got it.") from None


def _text(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode()

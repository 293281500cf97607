"""The invite link: whoever has it may work, under a name of their own if they like. One word revokes it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cocokit.campaign.channels import ChannelRecord, change_channel
from cocokit.campaign.opening import Database
from cocokit.errors import CocokitError, ParamsError

from .base import Arrival, Ending


@dataclass(frozen=True, slots=True)
class LinkChannel:
    """An invite link.

    Attributes:
        answers: how many answers a visit is for, or None.
        code: whether workers get a code at the end, by which they can be paid.
        turns: whether the stages take turns, instead of what is nearest to its end coming first.
    """

    answers: int | None = None
    code: bool = False
    turns: bool = False
    frame_hosts: tuple[str, ...] = ()
    form_hosts: tuple[str, ...] = ()
    asks_nickname: bool = True

    def arrive(self, parameters: Mapping[str, str]) -> Arrival:
        """Somebody new; the page keeps its entry and comes back with it."""
        name = secrets.token_urlsafe(12)
        return Arrival(name, session={"code": _code(name)} if self.code else {})

    def end(self, session: Mapping[str, str]) -> Ending:
        """Thanks, and the code if there is one."""
        return Ending(session.get("code"))


def _code(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8].upper()


def link_channel(settings: Mapping[str, Any]) -> LinkChannel:
    """A link by its settings.

    Raises:
        ParamsError: a number that cannot work.
    """
    answers = settings.get("answers")
    if answers is not None and (type(answers) is not int or answers < 1):
        raise ParamsError("answers", answers, "a whole number from 1 is needed")
    return LinkChannel(answers, bool(settings.get("code")), bool(settings.get("turns")))


def link_settings(answers: int | None = None, code: bool = False, turns: bool = False) -> dict[str, Any]:
    """The settings of a new link; its word is what :meth:`Tokens.invite` signs."""
    return {"word": secrets.token_urlsafe(9), "revoked": False, "answers": answers, "code": code, "turns": turns}


def rotate(database: Database, channel: ChannelRecord) -> ChannelRecord:
    """Another address for a link; the old one lets nobody in any more.

    Raises:
        CocokitError: it is no link.
    """
    if channel.kind != "link":
        raise CocokitError(f"channel {channel.name} is a {channel.kind}; only the address of a link can be changed")
    return change_channel(database, channel, word=secrets.token_urlsafe(9), revoked=False)

"""The page of channels: each with the address that is to be pasted somewhere, and what a form for a new one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cocokit.campaign.channels import ChannelRecord, count_workers, list_channels
from cocokit.errors import ParamsError

from .channels.panel import PROLIFIC
from .hits import ids_of
from .serving import path_of
from .site import site

#: What can be added: its word -> (title, where its address goes).
FORMS = {
    "link": ("Invite link", "Send the address to people whom you know"),
    "prolific": ("Prolific", "Paste the address into the study as its URL, and the code as its completion code"),
    "panel": ("Another panel", "Paste the address into the panel, with its own words for the person in it"),
    "mturk": ("Mechanical Turk", "The HITs that you post carry this address with them"),
}
_FIRST_NAMES = {"link": "invite", "prolific": "prolific", "panel": "panel", "mturk": "turk"}


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as the page shows it.

    Attributes:
        channel: its row.
        form: which of :data:`FORMS` it is.
        address: to be pasted, or sent.
        code: what workers bring back, or "".
        workers: how many came by it.
        hits: how many HITs were posted.
    """

    channel: ChannelRecord
    form: str
    address: str
    code: str
    workers: int
    hits: int

    @property
    def is_open(self) -> bool:
        """Whether it lets workers in."""
        return not self.channel.settings.get("revoked")


def ways(campaign: int, host_url: str) -> list[Way]:
    """Every channel of a campaign, the oldest first."""
    counts = count_workers(site().database, campaign)
    return [_way(one, host_url, counts.get(one.name, 0)) for one in list_channels(site().database, campaign)]


def worker_links(campaign: int, host_url: str) -> list[tuple[ChannelRecord, str]]:
    """The channels that are open, each with the address that workers get."""
    open_ones = [one for one in list_channels(site().database, campaign) if not one.settings.get("revoked")]
    return [(one, host_url.rstrip("/") + path_of(site().tokens, one)) for one in open_ones]


def _way(channel: ChannelRecord, host_url: str, workers: int) -> Way:
    settings, form = channel.settings, channel.kind
    if settings.get("preset") == "prolific":
        form = "prolific"
    address = host_url.rstrip("/") + path_of(site().tokens, channel) + _parameters(channel)
    code = settings.get("code")
    said = code if isinstance(code, str) else "one for each worker" if code else ""
    return Way(channel, form, address, said, workers, len(ids_of(channel)))


def _parameters(channel: ChannelRecord) -> str:
    """The parameters that a panel fills in, as it wants them written where that is known."""
    if channel.kind != "panel":
        return ""
    settings = channel.settings
    is_prolific = settings.get("preset") == "prolific"
    if is_prolific:
        settings = {**PROLIFIC, **settings}
    names = [settings.get("worker"), settings.get("visit"), settings.get("return_parameter"), *settings.get("also", [])]
    known = [name for name in names if name]
    hole = "{{%%%s%%}}" if is_prolific else "{%s}"
    return "?" + "&".join(f"{name}={hole % name}" for name in known)


def read_form(form: Mapping[str, str]) -> tuple[str, str, dict[str, Any]]:
    """(name, kind, settings) of the channel that a form asks for.

    Raises:
        ParamsError: a value that cannot work.
    """
    word = form.get("kind", "")
    if word not in FORMS:
        raise ParamsError("kind", word, f"give {', '.join(FORMS)}")
    values = {name: text.strip() for name, text in form.items() if text.strip()}
    settings: dict[str, Any] = {}
    if answers := values.get("answers"):
        if not (answers.isascii() and answers.isdecimal() and len(answers) < 10):
            raise ParamsError("answers", answers, "a whole number from 1 is needed")
        settings["answers"] = int(answers)
    if word == "link":
        settings |= {"code": "code" in values}
    elif word == "prolific":
        settings |= {"preset": "prolific", **_some(values, "code")}
    elif word == "panel":
        settings |= _some(values, "worker", "visit", "code", "return_url")
        if host := urlsplit(values.get("return_url", "")).netloc:
            settings["return_hosts"] = [host.lower()]
    else:
        settings |= {"sandbox": "real" not in values}
    kind = {"prolific": "panel"}.get(word, word)
    return values.get("name", _FIRST_NAMES[word]), kind, settings


def _some(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: values[name] for name in names if name in values}

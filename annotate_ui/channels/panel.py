"""Any panel that opens an address with parameters and wants its people back with a code; Prolific's names preset."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import quote, urlsplit

from cocokit.errors import ParamsError, RefusedError

from .base import Arrival, Ending

_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[0-9]{1,5})?")
_HOLE = re.compile(r"\{(\w+)\}")
_LONGEST = 200

#: What Prolific calls things.
PROLIFIC: dict[str, Any] = {
    "worker": "PROLIFIC_PID", "visit": "SESSION_ID", "also": ["STUDY_ID"],
    "return_url": "https://app.prolific.com/submissions/complete?cc={code}", "return_hosts": ["app.prolific.com"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PanelChannel:
    """A panel.

    Attributes:
        worker: the parameter that names the person.
        visit: the parameter that names their visit, or "": a visit is then everything that they ever do.
        also: further parameters that are kept for ``return_url``.
        code: what the person brings back, or "".
        return_url: where they go at the end; ``{code}`` and ``{PARAMETER}`` are filled in. Or "".
        return_parameter: a parameter whose value is the address to go to, instead of ``return_url``; or "".
        return_hosts: the hosts that either may lead to.
        frame_from: hosts of pages that may frame the worker's page.
        answers: how many answers a visit is for, or None.

    Raises:
        ParamsError: settings that cannot work.
    """

    worker: str
    visit: str = ""
    also: tuple[str, ...] = ()
    code: str = ""
    return_url: str = ""
    return_parameter: str = ""
    return_hosts: tuple[str, ...] = ()
    frame_from: tuple[str, ...] = ()
    answers: int | None = None
    asks_nickname: bool = field(default=False, init=False)
    form_hosts: tuple[str, ...] = field(default=(), init=False)
    turns: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        for name in ("worker", "visit", "return_parameter"):
            _check_parameter(name, getattr(self, name), empty=name != "worker")
        for name in self.also:
            _check_parameter("also", name)
        for name in ("return_hosts", "frame_from"):
            for host in getattr(self, name):
                if not _HOST.fullmatch(host):
                    raise ParamsError(name, host, "a host is needed, such as app.prolific.com")
        if self.answers is not None and (type(self.answers) is not int or self.answers < 1):
            raise ParamsError("answers", self.answers, "a whole number from 1 is needed")
        if self.return_url:
            self._check_return_url()

    @property
    def frame_hosts(self) -> tuple[str, ...]:
        """Origins that may frame the worker's page."""
        return tuple(f"https://{host}" for host in self.frame_from)

    def arrive(self, parameters: Mapping[str, str]) -> Arrival:
        """Whom the panel sends."""
        found = {name: parameters[name] for name in self._wanted() if name in parameters}
        for name, value in found.items():
            if not value or len(value) > _LONGEST or not value.isprintable():
                raise RefusedError(name, "is no text that can be kept", "open the study from the panel again")
        if self.worker not in found or (self.visit and self.visit not in found):
            missing = self.worker if self.worker not in found else self.visit
            raise RefusedError(missing, "is missing in the address", "open the study from the panel again")
        if self.return_parameter in found and not self._may_return(found[self.return_parameter]):
            raise RefusedError(self.return_parameter, "leads to a host that is not allowed", "ask the requester")
        session = {name: value for name, value in found.items() if name != self.worker}
        return Arrival(found[self.worker], session={**session, "visit": found.get(self.visit, "")})

    def end(self, session: Mapping[str, str]) -> Ending:
        """The code, and where to go with it."""
        if target := session.get(self.return_parameter):
            return Ending(self.code or None, target if self._may_return(target) else None)
        values = {**session, "code": self.code}
        url = _HOLE.sub(lambda hole: quote(values.get(hole[1], ""), safe=""), self.return_url)
        return Ending(self.code or None, url or None)

    def _wanted(self) -> list[str]:
        return [name for name in (self.worker, self.visit, self.return_parameter, *self.also) if name]

    def _check_return_url(self) -> None:
        if not self._may_return(_HOLE.sub("x", self.return_url)):
            raise ParamsError("return_url", self.return_url, "https and one of return_hosts are needed")
        if "{" in urlsplit(self.return_url).netloc:
            raise ParamsError("return_url", self.return_url, "its host must be written out")
        known = {"code", self.visit, *self.also}
        for hole in _HOLE.findall(self.return_url):
            if hole not in known:
                raise ParamsError("return_url", self.return_url, f"there is no {{{hole}}}; name it in also")

    def _may_return(self, url: str) -> bool:
        """Whether an address is of an allowed host, by https, without a user's name in it."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        plain = all(33 <= ord(c) < 127 and c != "\\" for c in url)
        return plain and parts.scheme == "https" and parts.netloc.lower() in self.return_hosts


def panel_channel(settings: Mapping[str, Any]) -> PanelChannel:
    """A panel by its settings, on top of a preset if they name one.

    Raises:
        ParamsError: an unknown setting, or one that cannot work.
    """
    given = {name: value for name, value in settings.items() if name not in ("preset", "revoked")}
    if settings.get("preset") == "prolific":
        given = {**PROLIFIC, **given}
    known = {entry.name: entry for entry in fields(PanelChannel) if entry.init}
    for name, value in given.items():
        if name not in known:
            raise ParamsError(name, value, f"there is no such setting; known are preset, {', '.join(known)}")
        _check_kind(name, str(known[name].type), value)
    if "worker" not in given:
        raise ParamsError("worker", None, "the name of the parameter that names the person is needed")
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    return PanelChannel(**values)


def _check_kind(name: str, kind: str, value: object) -> None:
    if kind.startswith("tuple"):
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ParamsError(name, value, "a list of texts is needed")
    elif kind == "str" and not isinstance(value, str):
        raise ParamsError(name, value, "a text is needed")


def _check_parameter(setting: str, name: str, *, empty: bool = False) -> None:
    if not (empty and not name) and not _PARAMETER.fullmatch(name):
        raise ParamsError(setting, name, "the name of a parameter is needed, such as PROLIFIC_PID")

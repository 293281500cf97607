"""Amazon Mechanical Turk's ExternalQuestion: the marketplace frames the page and waits for a form at one of its hosts.

Who only previews a task sees it read-only: no worker is made and no task is taken. The host that the form goes to
comes as a parameter of the address, and only the marketplace's own two are believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cocokit.errors import ParamsError, RefusedError

from .base import Arrival, Ending

#: Where finished work is sent to, in production and in the sandbox.
SUBMIT_HOSTS = ("https://www.mturk.com", "https://workersandbox.mturk.com")
_FRAMES = ("https://worker.mturk.com", *SUBMIT_HOSTS)
_NOT_ACCEPTED = "ASSIGNMENT_ID_NOT_AVAILABLE"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class MTurkChannel:
    """A HIT type of the marketplace; ``answers`` is how many answers one assignment there is for."""

    answers: int | None = 10
    frame_hosts: tuple[str, ...] = _FRAMES
    form_hosts: tuple[str, ...] = SUBMIT_HOSTS
    asks_nickname: bool = False
    turns: bool = False

    def arrive(self, parameters: Mapping[str, str]) -> Arrival:
        """A previewer, or a worker with an accepted assignment."""
        assignment = parameters.get("assignmentId", "")
        if assignment in ("", _NOT_ACCEPTED):
            return Arrival("preview", preview=True)
        host = parameters.get("turkSubmitTo", "").rstrip("/")
        if host not in SUBMIT_HOSTS:
            raise RefusedError("turkSubmitTo", "is no host of the marketplace", "open the task there again")
        session = {"visit": assignment, "hit": parameters.get("hitId", ""), "submit_to": host}
        worker = parameters.get("workerId", "")
        for name, value in (("workerId", worker), ("assignmentId", assignment), ("hitId", session["hit"])):
            if not value or len(value) > _LONGEST or not (value.isascii() and value.isalnum()):
                raise RefusedError(name, "is none of the marketplace's ids", "open the task there again")
        return Arrival(worker, session=session)

    def end(self, session: Mapping[str, str]) -> Ending:
        """The form that tells the marketplace that the assignment is done."""
        host = session.get("submit_to", "")
        if host not in SUBMIT_HOSTS:
            return Ending()
        return Ending(None, f"{host}/mturk/externalSubmit", {"assignmentId": session["visit"], "done": "1"})


def mturk_channel(settings: Mapping[str, Any]) -> MTurkChannel:
    """A channel by its settings: ``answers``, and ``sandbox``; what else is there :mod:`..hits` keeps.

    Raises:
        ParamsError: a number that cannot work.
    """
    answers = settings.get("answers", 10)
    if type(answers) is not int or answers < 1:
        raise ParamsError("answers", answers, "a whole number from 1 is needed")
    if type(settings.get("sandbox", True)) is not bool:
        raise ParamsError("sandbox", settings["sandbox"], "true or false is needed")
    known = {"answers", "sandbox", "hits", "batches", "revoked"}
    for name in settings.keys() - known:
        raise ParamsError(name, settings[name], "there is no such setting; known are answers and sandbox")
    return MTurkChannel(answers)

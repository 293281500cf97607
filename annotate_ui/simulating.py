"""Simulations of plans, each in a thread of its own beside the pages, with how far it is.

What is known of one lies in its plan's folder, so that every process of the server tells the same. Whoever runs one
holds a lock on a file there, which the system lets go if the process ends: one that nobody runs any more is seen.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from cocokit.atomic import write_text
from cocokit.crowd.planning import Plan as Simulation
from cocokit.crowd.planning import run_plan
from cocokit.crowd.reporting import summary
from cocokit.errors import CocokitError, DataError

from .file_locks import held

_log = logging.getLogger(__name__)
_STATE, _LOCK, _TURN = "simulation.json", "simulation.lock", "simulations.lock"
_ENDED = "The server was stopped while it ran. Simulate again."


@dataclass
class Running:
    """A simulation: ``state`` is running, done or failed."""

    state: str = "running"
    done: int = 0
    total: int = 0
    sentence: str = ""
    result: dict[str, Any] = field(default_factory=dict)


class Simulations:
    """The simulations of a workspace, the last one of each plan; one runs at a time, whichever process it is in."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find(self, word: str) -> Running | None:
        """The last simulation of a plan, or None."""
        path = self._place(word, _STATE)
        if not os.path.isfile(path):
            return None
        with open(path, encoding="utf-8") as file:
            found = Running(**json.load(file))
        if found.state == "running":
            with held(self._place(word, _LOCK), wait=False) as is_free:
                if is_free:  # nobody runs it
                    return self._keep(word, self._newest(word))
        return found

    def start(self, word: str, plan: Simulation) -> Running:
        """Begin one; a plan that is being simulated keeps on."""
        known = self.find(word)
        if known is not None and known.state == "running":
            return known
        ready, asked = threading.Event(), time.time_ns()
        what = (word, plan, ready, asked)
        threading.Thread(target=self._run, args=what, daemon=True, name=f"simulation {word}").start()
        ready.wait(10)
        return self.find(word) or Running()

    def _newest(self, word: str) -> Running:
        """What is kept, read under the lock: whoever ran it may just have written its end."""
        with open(self._place(word, _STATE), encoding="utf-8") as file:
            kept = Running(**json.load(file))
        return kept if kept.state != "running" else Running("failed", kept.done, kept.total, _ENDED)

    def _run(self, word: str, plan: Simulation, ready: threading.Event, asked: int) -> None:
        state = self._place(word, _STATE)
        with held(self._place(word, _LOCK)):
            if os.path.isfile(state) and os.stat(state).st_mtime_ns >= asked:  # another process was quicker
                ready.set()
                return
            running = self._keep(word, Running())
            ready.set()
            with held(os.path.join(self.folder, _TURN)):
                self._simulate(word, plan, running)

    def _simulate(self, word: str, plan: Simulation, running: Running) -> None:
        def progress(done: int, total: int) -> None:
            running.done, running.total = done, total
            self._keep(word, running)

        try:
            _, results = run_plan(plan, progress=progress)
            running.result, running.state = json.loads(json.dumps(summary(results), default=float)), "done"
        except CocokitError as error:
            running.sentence, running.state = str(error), "failed"
        except Exception:  # the edge of a thread: what is not told here is told to nobody
            _log.exception("a simulation failed")
            running.sentence, running.state = "It failed on our side; the server's log says why.", "failed"
        self._keep(word, running)

    def _keep(self, word: str, running: Running) -> Running:
        with self._while_there(word):
            write_text(self._place(word, _STATE), json.dumps(asdict(running)))
        return running

    @contextlib.contextmanager
    def _while_there(self, word: str) -> Iterator[None]:
        """A plan may be forgotten while it is simulated."""
        try:
            yield
        except DataError:
            if os.path.isdir(os.path.join(self.folder, word)):
                raise

    def _place(self, word: str, name: str) -> str:
        return os.path.join(self.folder, word, name)

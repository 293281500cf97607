"""Simulations of plans, each in a thread of its own beside the pages: one at a time, with how far it is."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Any

from cocokit.crowd.planning import Plan as Simulation
from cocokit.crowd.planning import run_plan
from cocokit.crowd.reporting import summary
from cocokit.errors import CocokitError

_log = logging.getLogger(__name__)


@dataclass
class Running:
    """A simulation: ``state`` is running, done or failed."""

    state: str = "running"
    done: int = 0
    total: int = 0
    sentence: str = ""
    result: dict[str, Any] = field(default_factory=dict)


class Simulations:
    """The simulations of one application, the last one of each plan."""

    def __init__(self) -> None:
        self._known: dict[str, Running] = {}
        self._lock = threading.Lock()

    def find(self, word: str) -> Running | None:
        """The last simulation of a plan, or None."""
        return self._known.get(word)

    def start(self, word: str, plan: Simulation) -> Running:
        """Begin one; a plan that is being simulated keeps on."""
        known = self._known.get(word)
        if known is not None and known.state == "running":
            return known
        running = self._known[word] = Running()
        threading.Thread(target=self._run, args=(running, plan), daemon=True, name=f"simulation {word}").start()
        return running

    def _run(self, running: Running, plan: Simulation) -> None:
        def progress(done: int, total: int) -> None:
            running.done, running.total = done, total

        with self._lock:
            try:
                _, results = run_plan(plan, progress=progress)
                running.result, running.state = summary(results), "done"
            except CocokitError as error:
                running.sentence, running.state = str(error), "failed"
            except Exception:
                _log.exception("a simulation failed")
                running.sentence, running.state = "It failed on our side; the server's log says why.", "failed"

"""What the tests against the real server share: a clock that can jump, a server that can stop, and what was stored."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cocokit.pipeline.leases import SteadyClock
from tests.annotate_ui.site import Site, attach, close, serving

#: What a browser says of a network that a test takes away, and of a refusal that it provokes.
BROKEN = ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET",
          "status of 401", "status of 409", "status of 503"]  # fmt: skip


class Jumping:
    """The machine's clock, which a test sets forward."""

    def __init__(self) -> None:
        self.steady, self.ahead = SteadyClock(), 0

    def now(self) -> int:
        """The time, ms since 1970 UTC."""
        return self.steady.now() + self.ahead


class Server:
    """A campaign on a port that stays the same however often its server is started anew.

    Args:
        workspace: one that was built; it is copied.
        folder: where to.
    """

    def __init__(self, workspace: Path, folder: Path) -> None:
        shutil.copytree(workspace, folder)
        self.folder, self.clock, self._port = folder, Jumping(), 0
        self.site: Site
        self.start()

    @property
    def link(self) -> str:
        """The invite link."""
        return self.site.invite

    def start(self) -> None:
        """Starts: on the port from before."""
        self._stack = ExitStack()
        self.site = attach(self.folder, clock=self.clock, config={"limits": False})
        self._stack.callback(close, self.site)
        self._stack.enter_context(serving(self.site, self._port))
        self._port = int(self.site.url.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Stops: nobody listens any more."""
        self._stack.close()

    def answers(self) -> list[tuple[str, str, str]]:
        """(stage, state, payload) of what the workers of the invite link have sent, the oldest first."""
        return self._ask("SELECT stage, state, payload FROM answer WHERE worker_id IN (SELECT worker_id FROM "
                         "worker_identity WHERE channel <> 'scripted') ORDER BY id")  # fmt: skip

    def _ask(self, query: str) -> Any:
        with sqlite3.connect(self.folder / "cocokit.db") as database:
            return database.execute(query).fetchall()

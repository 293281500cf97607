"""Runs the versions in one transaction: a database is carried all the way, or stays as it was."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from cocokit.store.database import Database

_ONE_AT_A_TIME = threading.Lock()


def run(database: Database, to: str, *, down: bool = False) -> None:
    """Carry a database up or down to a version, or down to "base"."""
    # What is imported as alembic.op belongs to one migration of this process at a time.
    with _ONE_AT_A_TIME:
        _run(database, to, down)


def _run(database: Database, to: str, down: bool) -> None:
    script = ScriptDirectory(os.path.dirname(os.path.abspath(__file__)))
    # Alembic has no public name for the versions between two, outside of its command line.
    between: Callable[[str, Any], Any] = script._downgrade_revs if down else script._upgrade_revs
    with EnvironmentContext(Config(), script) as environment, database.rebuild() as tx:
        environment.configure(connection=tx, fn=lambda at, _: between(to, at), transactional_ddl=True)
        environment.run_migrations()

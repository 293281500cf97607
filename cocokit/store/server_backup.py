"""Backups of PostgreSQL by its own programs, pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import subprocess

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from ..errors import CocokitError, DataError
from .database import Database

#: Not among the arguments, which everybody on the machine may read.
_PASSWORD = "PGPASSWORD"


def dump(database: Database, path: str) -> None:
    """Write a database into a file, in PostgreSQL's custom format.

    Raises:
        CocokitError: pg_dump is missing, or does not succeed.
    """
    plain = ["--format=custom", "--no-owner", "--no-privileges", "--exclude-schema=before_restore_*"]
    _run("pg_dump", [*plain, f"--file={path}"], database)


def version(path: str) -> str:
    """The version of the tables in a backup, all of which is read on the way.

    Raises:
        DataError: it is damaged, or no campaign's.
        CocokitError: pg_restore is missing.
    """
    try:
        _run("pg_restore", [f"--file={os.devnull}", path])
        lines = _run("pg_restore", ["--data-only", "--table=alembic_version", "--file=-", path]).splitlines()
    except _FailedError as error:
        raise DataError(path, "", f"it is damaged ({error.reason})", "give another backup") from None
    start = next((i for i, line in enumerate(lines) if line.startswith("COPY public.alembic_version ")), None)
    if start is None or lines[start + 1] == "\\.":
        raise DataError(path, "", "it is no campaign's database", "give another backup")
    return lines[start + 1]


def load(database: Database, path: str, kept: str) -> str | None:
    """Put a backup in the place of what is in a database, which is kept as another schema; its name, if there was any.

    Raises:
        CocokitError: somebody else is connected, or pg_restore does not succeed; nothing has changed.
    """
    with database.rebuild() as tx:
        others = tx.scalar(text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ))  # fmt: skip
        if others:
            raise CocokitError(f"{database}: {others} other connections are open; stop what uses the database first")
        filled = bool(inspect(tx).get_table_names())
        if filled:
            tx.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {kept}")
            tx.exec_driver_sql("CREATE SCHEMA public")
    database.close()
    try:
        plain = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        _run("pg_restore", [*plain, path], database)
    except BaseException:
        if filled:
            with database.rebuild() as tx:
                tx.exec_driver_sql("DROP SCHEMA public CASCADE")
                tx.exec_driver_sql(f"ALTER SCHEMA {kept} RENAME TO public")
        raise
    return f"schema {kept}" if filled else None


class _FailedError(CocokitError):
    """A program of PostgreSQL did not succeed; ``reason`` is what it said."""

    def __init__(self, program: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{program}: {reason}; nothing was changed")


def _run(program: str, arguments: list[str], database: Database | None = None) -> str:
    """Run a program of PostgreSQL on a database; what it prints."""
    found = shutil.which(program)
    if found is None:
        raise CocokitError(f"{program} is missing: install PostgreSQL's client programs (postgresql-client)")
    environment = dict(os.environ)
    if database is not None:
        url = make_url(database.url)
        if url.password is not None:
            environment[_PASSWORD] = str(url.password)
        plain = url.set(drivername="postgresql")._replace(password=None)
        arguments = [f"--dbname={plain.render_as_string(hide_password=False)}", *arguments]
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        raise _FailedError(program, said[0].removeprefix(f"{program}: ").removeprefix("error: "))
    return done.stdout

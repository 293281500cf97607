"""Databases for tests: files of SQLite, and a PostgreSQL server that the tests start and stop themselves.

The server listens on a free port of this machine, as an unprivileged user, with a password of its own. It dies with the
process that started it, however that ends: a shell beside it waits for the end of a pipe that only we hold.
``COCOKIT_TEST_POSTGRES=postgresql+psycopg://user@host/name`` uses another server, whose user may create databases.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from cocokit.store.database import Database, sqlite_url

MISSING = "NO POSTGRESQL: its tests are skipped; install the package postgresql, or set COCOKIT_TEST_POSTGRES=url"
#: Waits for the end of its input, then stops the server by its pid and removes its folder.
_KEEPER = """
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
while read -r _ <&3; do :; done
kill -INT $server; wait $server; rm -rf "$folder"
"""
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "128MB",
    "autovacuum": "off",  # its moments are not ours, and would change plans and timings
}
_START_S, _TRIES = 60.0, 3


class Server:
    """A PostgreSQL server with a template of the newest tables; each database that it gives is fresh."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._word = f"cocokit_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._made = 0
        self._admin: Engine = create_engine(url, isolation_level="AUTOCOMMIT")

    @contextlib.contextmanager
    def database(self, *, tables: bool = True) -> Iterator[str]:
        """The URL of a database of its own, with the newest tables or with none; removed afterwards."""
        name = f"{self._word}_{self._made}"
        self._made += 1
        with self._admin.connect() as admin:
            admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {self._template() if tables else 'template0'}"))
        try:
            yield self._of(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected; nothing if the server is gone."""
        with contextlib.suppress(OperationalError), self._admin.connect() as admin:
            _wait_until_left(admin, name)
            admin.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def close(self) -> None:
        """Remove what lies on the server and let go of it."""
        self.drop(f"{self._word}_tables")
        self._admin.dispose()

    def _of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _template(self) -> str:
        name = f"{self._word}_tables"
        with self._admin.connect() as admin:
            if not admin.scalar(text("SELECT count(*) FROM pg_database WHERE datname = :name"), {"name": name}):
                admin.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
                made = Database(self._of(name), durable=False)
                made.create_tables()
                made.close()
        return name


def _wait_until_left(admin: Connection, name: str) -> None:
    """Give connections that were just closed a moment to end: DROP itself looks again only after 100 ms."""
    for _ in range(20):
        if not admin.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name"), {"name": name}):
            return
        time.sleep(0.002)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server of our own, or that of ``COCOKIT_TEST_POSTGRES``; skips the test where there is none."""
    elsewhere = os.environ.get("COCOKIT_TEST_POSTGRES")
    with contextlib.nullcontext(make_url(elsewhere)) if elsewhere else own_server() as url:
        found = Server(url)
        try:
            yield found
        finally:
            found.close()


@contextlib.contextmanager
def own_server() -> Iterator[URL]:
    """Start a server, and stop it; the URL of its maintenance database. Skips the test where none is installed."""
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="cocokit-pg-"))  # short: a socket's path has 107 bytes at most
    if owner:
        shutil.chown(folder, owner)
    password = secrets.token_hex(8)
    _init(programs, folder, owner, password)
    for attempt in range(_TRIES):
        port = _free_port()
        keeper = _start(programs, folder, owner, port)
        url = URL.create("postgresql+psycopg", "cocokit", password, "127.0.0.1", port, "postgres")
        if _answers(url, keeper):
            break
        log = (folder / "log").read_text(errors="replace")
        assert attempt < _TRIES - 1, f"PostgreSQL does not start:\n{log}"  # else somebody else took the port
    try:
        yield url
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(_START_S)


def _programs() -> Path | None:
    """The folder of initdb and postgres: Debian keeps them out of PATH, one folder per version."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _owner() -> str | None:
    """Who runs the server: it refuses root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _init(programs: Path, folder: Path, owner: str | None, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if owner:
        shutil.chown(secret, owner)
    words = [programs / "initdb", "-D", folder / "data", "-U", "cocokit", "-A", "password", "--pwfile", secret]
    words += ["-E", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run(words, user=owner, extra_groups=[] if owner else None, cwd=folder, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def _start(programs: Path, folder: Path, owner: str | None, port: int) -> subprocess.Popen[bytes]:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder), "port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    words = ["/bin/sh", "-c", _KEEPER, "keeper", folder, programs / "postgres", "-D", folder / "data", *options]
    with open(folder / "log", "wb") as log:
        return subprocess.Popen(words, user=owner, extra_groups=[] if owner else None, cwd=folder, stdout=log,
                                stderr=log, stdin=subprocess.PIPE, start_new_session=True)  # fmt: skip


def _answers(url: URL, keeper: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False if it has ended instead."""
    engine = create_engine(url)
    end = time.monotonic() + _START_S
    try:
        while time.monotonic() < end and keeper.poll() is None:
            with contextlib.suppress(OperationalError), engine.connect():
                return True
            time.sleep(0.02)
        return False
    finally:
        engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def sqlite_template(folder: Path) -> Path:
    """A file with the newest tables, to be copied."""
    path = folder / "template.db"
    made = Database(sqlite_url(path), durable=False)
    made.create_tables()
    made.close()  # the last connection to close writes the log into the file
    return path

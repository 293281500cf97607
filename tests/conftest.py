"""What every test may ask for: the shared real data, where it lies beside the clone, and databases.

A test of ``database`` or ``blank`` runs on SQLite and on PostgreSQL. For one of them alone:
``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cocokit import compiled

if TYPE_CHECKING:
    from cocokit.store.database import Database
    from tests.databases import Server

_ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl+C, and so would all that they start."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def shared_data() -> Path:
    """The folder of shared real data: ``COCOKIT_SHARED_DATA``, or ``../shared/data`` beside the clone.

    Skips the calling test, with the reason, where the folder does not exist.
    """
    folder = Path(os.environ.get("COCOKIT_SHARED_DATA") or _ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"shared data are not at {folder} (set COCOKIT_SHARED_DATA)")
    return folder


@pytest.fixture(name="shared_data")
def shared_data_fixture() -> Path:
    """The folder of shared real data, or a skip."""
    return shared_data()


@pytest.fixture(scope="session", autouse=True)
def _compiled_kernels() -> None:
    """Kernels are compiled before the first test, so that the note about it is in no test's captured output."""
    compiled.backend_name()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for all tests of this process, or a loud skip."""
    from tests.databases import server

    with server() as found:
        yield found


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with the newest tables."""
    from tests.databases import sqlite_template

    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database with the newest tables and no rows."""
    if request.param == "sqlite":
        from cocokit.store.database import sqlite_url

        path = tmp_path / "cocokit.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield sqlite_url(path)
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without tables."""
    if request.param == "sqlite":
        from cocokit.store.database import sqlite_url

        yield sqlite_url(tmp_path / "blank.db")
    else:
        with request.getfixturevalue("postgres").database(tables=False) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the newest tables and no rows."""
    from cocokit.store.database import Database

    opened = Database(database_url, durable=False)
    yield opened
    opened.close()


@pytest.fixture
def blank(blank_url: str) -> Iterator[Database]:
    """A database without tables."""
    from cocokit.store.database import Database

    opened = Database(blank_url, durable=False)
    yield opened
    opened.close()

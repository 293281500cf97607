"""What can befall a database: one sentence with a remedy, and the database is whole afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cocokit.errors import CocokitError
from cocokit.store import engines
from cocokit.store.database import Database, Transaction, sqlite_url
from tests.cocokit.store.test_database import add_campaign, campaigns
from tests.databases import Server, own_server
from tests.test_packaging import ROOT

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_SERVER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a file."""
    database = Database(sqlite_url(path))
    with database.read() as tx:
        found = tx.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    database.close()
    return list(found) == ["ok"]


def one_sentence(error: BaseException, remedy: str) -> None:
    """The message is one line that names the database and ends with the remedy; no password is in it."""
    said = str(error)
    assert "\n" not in said
    assert re.search(remedy, said), said
    assert not re.search(r":[0-9a-f]{16}@", said)


def test_two_writers_queue(database: Database) -> None:
    """Each reads, thinks and writes; on SQLite the second waits, on PostgreSQL it locks the row."""
    with database.write() as tx:
        key = add_campaign(tx)

    def count_up() -> None:
        for _ in range(20):
            with database.write() as tx:
                lock = "" if database.is_sqlite else " FOR UPDATE"
                seed = tx.execute(text(f"SELECT seed FROM campaign WHERE id = {key}{lock}")).scalar_one()
                time.sleep(0.001)
                tx.execute(text(f"UPDATE campaign SET seed = {seed + 1} WHERE id = {key}"))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert tx.execute(text("SELECT seed FROM campaign")).scalar_one() == 80


@ON_SQLITE
def test_whoever_writes_for_too_long_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    hasty = Database(database.url)
    with database.write() as tx:
        add_campaign(tx)
        with pytest.raises(CocokitError) as caught:
            hasty.run(add_campaign)
        assert campaigns(hasty) == 0  # reading goes on beside a writer
    one_sentence(caught.value, r"cocokit\.db: database is locked; another process has been writing .*: wait for it or")
    assert hasty.run(lambda tx: add_campaign(tx, "b")) > 0
    hasty.close()


@contextlib.contextmanager
def closed_folder() -> Iterator[Path]:
    """A folder with a database, in which nobody may write; root is somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = Database(sqlite_url(folder / "a.db"))
        made.create_tables()
        made.run(add_campaign)
        made.close()
        (folder / "a.db").chmod(0o444)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_folder_that_may_not_be_written_is_one_sentence() -> None:
    with closed_folder() as folder:
        for name in ("a.db", "new.db"):
            database = Database(sqlite_url(folder / name))
            with pytest.raises(CocokitError) as caught:
                database.run(add_campaign)
            database.close()
            one_sentence(caught.value, rf"{name}: .*(readonly|unable to open).*; .*folder")
        database = Database(sqlite_url(folder / "nowhere" / "a.db"))
        with pytest.raises(CocokitError, match="does its folder exist"):
            database.has_tables()
    assert not (folder / "new.db").exists()


@pytest.mark.parametrize("data", [b"not a database at all, but long enough to look at" * 10])
def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.db").write_bytes(data)
    database = Database(sqlite_url(tmp_path / "a.db"))
    with pytest.raises(CocokitError) as caught:
        database.has_tables()
    one_sentence(caught.value, "file is not a database; the file is no SQLite database: give another one")
    assert (tmp_path / "a.db").read_bytes() == data


@ON_SQLITE
def test_a_full_database_is_one_sentence_and_stays_whole(database: Database) -> None:
    database.run(add_campaign)

    def too_much(tx: Transaction) -> None:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        for n in range(100):
            add_campaign(tx, f"{n}" + "x" * 10_000)

    with pytest.raises(CocokitError) as caught:
        database.run(too_much)
    one_sentence(caught.value, "database or disk is full; the disk is full: make room; what was committed is safe")
    assert campaigns(database) == 1
    assert database.path
    assert whole(Path(database.path))


#: Writes until the files may not grow any more; prints how many were acknowledged, and the sentence.
FILLER = """
import resource, sys
from sqlalchemy import text
from cocokit.errors import CocokitError
from cocokit.store.database import Database
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
database, done = Database(sys.argv[1]), 0
try:
    while done < 1000:
        name = str(done) + "x" * 20_000
        database.run(lambda tx: tx.execute(text(
            "INSERT INTO campaign (name, state, document, seed, salt, created_at) VALUES (:n, '', '', 0, '', 0)"
        ), {"n": name}))
        done += 1
except CocokitError as error:
    print(done, error)
"""


@ON_SQLITE
def test_a_quota_is_one_sentence_and_nothing_acknowledged_is_lost(database: Database) -> None:
    words = [sys.executable, "-c", FILLER, database.url]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    acknowledged, _, sentence = done.stdout.partition(" ")
    assert int(acknowledged) > 10
    one_sentence(Exception(sentence.strip()), "(?i)(disk I/O error|full); .*what was committed is safe")
    assert campaigns(database) == int(acknowledged)
    assert database.path
    assert whole(Path(database.path))


@ON_SERVER
def test_a_deadlock_is_run_again_until_both_are_done(database: Database) -> None:
    with database.write() as tx:
        first, second = add_campaign(tx, "a"), add_campaign(tx, "b")
    meet = threading.Barrier(2)
    tries: list[int] = []

    def swap(one: int, other: int) -> None:
        def work(tx: Transaction) -> None:
            tries.append(one)
            tx.execute(text(f"UPDATE campaign SET seed = seed + 1 WHERE id = {one}"))
            if len(tries) <= 2:
                meet.wait(10)  # both have one row and want the other
            tx.execute(text(f"UPDATE campaign SET seed = seed + 1 WHERE id = {other}"))

        database.run(work)

    threads = [threading.Thread(target=swap, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(tries) == 3  # the server ended one of them, which came again
    with database.read() as tx:
        assert tx.execute(text("SELECT seed FROM campaign")).scalars().all() == [2, 2]


@ON_SERVER
def test_who_always_loses_is_told_so(database: Database) -> None:
    tries = []

    def lose(tx: Transaction) -> None:
        tries.append(1)
        tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(CocokitError) as caught:
        database.run(lose)
    one_sentence(caught.value, "deadlock detected; others change the same rows all the time: try again")
    assert len(tries) == 5


@ON_SERVER
def test_a_connection_that_was_ended_is_one_sentence_and_the_next_works(database: Database) -> None:
    def ended(tx: Transaction) -> None:
        me = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other = Database(database.url)
        with other.write() as killer:
            killer.execute(text(f"SELECT pg_terminate_backend({me})"))
        other.close()
        time.sleep(0.1)
        add_campaign(tx)

    with pytest.raises(CocokitError) as caught:
        database.run(ended)
    one_sentence(caught.value, "terminating connection .*; .*start it again; what was committed is safe")
    assert campaigns(database) == 0
    assert database.run(add_campaign) > 0


@ON_SERVER
def test_a_connection_that_ended_while_nobody_used_it_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_TRUSTED_S", -1.0)  # as if it had been idle for long
    with database.read() as tx:
        before = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = Database(database.url)
    with other.write() as killer:
        killer.execute(text(f"SELECT pg_terminate_backend({before})"))
    other.close()
    time.sleep(0.1)
    with database.read() as tx:
        assert tx.execute(text("SELECT pg_backend_pid()")).scalar_one() != before


@pytest.mark.skipif("COCOKIT_TEST_POSTGRES" in os.environ, reason="somebody else's server is not stopped")
def test_a_server_that_stops_is_one_sentence(postgres: Server) -> None:
    with own_server() as url:
        database = Database(url.render_as_string(hide_password=False))
        database.create_tables()

        def stopped(tx: Transaction) -> None:
            add_campaign(tx)
            stop_server(tx)
            add_campaign(tx, "b")

        with pytest.raises(CocokitError) as caught:
            database.run(stopped)
        one_sentence(caught.value, "(start it again|is the server running)")
        with pytest.raises(CocokitError) as caught:
            database.has_tables()
        one_sentence(caught.value, "is the server running, and are address, name and password right")
        database.close()


def stop_server(tx: Transaction) -> None:
    """Stop the server at once, by its pid."""
    folder = tx.execute(text("SHOW data_directory")).scalar_one()
    pid = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    end = time.monotonic() + 10
    while (Path(folder) / "postmaster.pid").exists() and time.monotonic() < end:
        time.sleep(0.02)


@ON_SERVER
def test_a_wrong_name_or_password_is_one_sentence(database: Database) -> None:
    for part, wrong in ((r"/[^/]*$", "/nowhere"), (r"//[^:@/]*", "//wr0ng"), (r":\d+/", ":1/")):
        other = Database(re.sub(part, wrong, database.url))
        with pytest.raises(CocokitError) as caught:
            other.has_tables()
        one_sentence(caught.value, "is the server running, and are address, name and password right")
        other.close()


def test_a_mistake_of_our_own_is_not_dressed_up(database: Database) -> None:
    with pytest.raises(Exception, match="nonsense") as caught, database.read() as tx:
        tx.execute(text("SELECT nonsense FROM campaign"))
    assert not isinstance(caught.value, CocokitError)
    assert database.is_sqlite or isinstance(caught.value, ProgrammingError)


def test_a_path_with_odd_characters_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a?b%20#\u00fc .db"
    database = Database(sqlite_url(path))
    database.create_tables()
    assert database.path == str(path)
    database.close()
    assert path.exists()

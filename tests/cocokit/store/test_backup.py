"""Backups: what is saved while others write is one moment, and nothing is lost when it is put back."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from cocokit import migrations
from cocokit.errors import CocokitError, DataError
from cocokit.migrations import require_known
from cocokit.store.backup import backup, has_campaign, restore
from cocokit.store.database import Database, sqlite_url
from tests.cocokit.store.test_database import add_campaign, campaigns
from tests.migrations.rows import contents, fill


@pytest.fixture
def full(blank: Database) -> Database:
    """A database of the newest version with awkward rows in every table."""
    migrations.upgrade(blank)
    fill(blank)
    return blank


def put_back(database: Database, path: Path, *, force: bool = False) -> str | None:
    return restore(database, str(path), check=require_known, force=force)


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if not p.name.endswith(("-wal", "-shm"))}


def test_what_was_saved_comes_back_to_the_last_bit(full: Database, tmp_path: Path) -> None:
    before, path = contents(full), tmp_path / "a.backup"
    assert backup(full, str(path)) == path.stat().st_size
    with full.write() as tx:
        tx.execute(text("UPDATE task SET rank = 7"))
    full.close()
    kept = put_back(full, path, force=True)
    assert contents(full) == before
    assert migrations.status(full).pending == ()
    with pytest.raises(Exception, match="append-only"), full.write() as tx:
        tx.execute(text("DELETE FROM event"))
    assert kept is not None
    if full.is_sqlite:
        old = Database(sqlite_url(kept))
        assert {row[12] for row in contents(old)["task"]} == {7}
        old.close()
    else:
        with full.read() as tx:
            schema = kept.removeprefix("schema ")
            assert schema in inspect(tx).get_schema_names()
            assert tx.execute(text(f"SELECT min(rank) FROM {schema}.task")).scalar() == 7


def test_a_campaign_is_not_replaced_without_force(full: Database, tmp_path: Path) -> None:
    path, before = tmp_path / "a.backup", contents(full)
    backup(full, str(path))
    full.close()
    with pytest.raises(CocokitError, match="there is a campaign in it; with --force the backup takes its place"):
        put_back(full, path)
    assert contents(full) == before
    assert not [name for name in names(tmp_path) if "before" in name or name.endswith(".part")]


def test_an_empty_database_takes_a_backup_without_force(full: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    backup(full, str(path))
    before = contents(full)
    migrations.downgrade(full, "base")
    full.close()
    put_back(full, path)
    assert contents(full) == before


def test_a_second_backup_does_not_take_the_place_of_the_first(full: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    backup(full, str(path))
    with pytest.raises(DataError, match="it exists already; give another name, or --force"):
        backup(full, str(path))
    backup(full, str(path), force=True)
    with pytest.raises(DataError, match="cannot be written: No such file or directory"):
        backup(full, str(tmp_path / "nowhere" / "b"))


def wrong_magic(data: bytes) -> bytes:
    return b"x" + data[1:]


def short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def scrambled(data: bytes) -> bytes:
    return data[:5000] + bytes(byte ^ 0x5A for byte in data[5000:-100]) + data[-100:]


def nothing(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("change", [wrong_magic, short, scrambled, nothing])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    full: Database, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path, before = tmp_path / "a.backup", contents(full)
    backup(full, str(path))
    path.write_bytes(change(path.read_bytes()))
    full.close()
    files = names(tmp_path)
    with pytest.raises(CocokitError, match=r"a\.backup: .*(damaged|no backup|no campaign)"):
        put_back(full, path, force=True)
    assert contents(full) == before
    assert names(tmp_path) == files


def test_a_backup_of_a_newer_version_is_refused(full: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with full.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(full, str(path))
    full.close()
    with pytest.raises(CocokitError, match=r"a\.backup: its version 9999 is newer than this program's"):
        put_back(full, path, force=True)


def test_a_database_without_a_version_is_no_backup(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    backup(database, str(path))
    database.close()
    with pytest.raises(DataError, match="it is no campaign's database"):
        put_back(database, path)


def test_a_database_that_others_use_is_not_replaced(full: Database, tmp_path: Path) -> None:
    path, before = tmp_path / "a.backup", contents(full)
    backup(full, str(path))
    full.close()
    other = Database(full.url)
    try:
        with other.read() as tx:
            tx.execute(text("SELECT 1 FROM campaign"))
            with pytest.raises(CocokitError, match="another process has it open|other connections are open"):
                put_back(full, path, force=True)
    finally:
        other.close()
    assert contents(full) == before


@pytest.mark.parametrize("blank_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("data", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_what_cannot_be_read_is_replaced_with_force_and_kept(full: Database, tmp_path: Path, data: bytes) -> None:
    path, before = tmp_path / "a.backup", contents(full)
    backup(full, str(path))
    full.close()
    assert full.path is not None
    Path(full.path).write_bytes(data)
    with pytest.raises(CocokitError):
        put_back(full, path)
    kept = put_back(full, path, force=True)
    assert contents(full) == before
    assert kept is not None
    assert Path(kept).read_bytes() == data


@pytest.mark.parametrize("blank_url", ["sqlite"], indirect=True)
def test_kinds_are_not_mixed(full: Database, tmp_path: Path) -> None:
    (tmp_path / "p.backup").write_bytes(b"PGDMP" + bytes(100))
    with pytest.raises(DataError, match="it is a backup of PostgreSQL; this database is SQLite's"):
        put_back(full, tmp_path / "p.backup")
    with pytest.raises(DataError, match="it is the database itself"):
        backup(full, str(full.path), force=True)
    memory = Database("sqlite://")
    with pytest.raises(CocokitError, match="in memory has no backup"):
        backup(memory, str(tmp_path / "m"))
    memory.close()


def test_a_backup_while_others_write_is_one_moment(database: Database, tmp_path: Path) -> None:
    """Campaigns and their events are written in pairs; no backup has one without the other."""
    stop = threading.Event()
    with database.write() as tx:  # enough pages that a backup takes a while
        for n in range(200):
            add_campaign(tx, "x" * 20_000 + str(n))

    def write() -> None:
        n = 0
        while not stop.is_set():
            with database.write() as tx:
                key = add_campaign(tx, str(n))
                tx.execute(text(f"INSERT INTO event (campaign_id, kind, data, at) VALUES ({key}, 'a', '', 0)"))
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = [backup(database, str(tmp_path / f"{n}.backup")) for n in range(5)]
    finally:
        stop.set()
        writer.join()
    assert len(sizes) == 5
    assert campaigns(database) > 200
    if database.is_sqlite:
        for n in range(5):
            saved = sqlite3.connect(tmp_path / f"{n}.backup")
            pairs = saved.execute("SELECT count(*) - 200, (SELECT count(*) FROM event) FROM campaign").fetchone()
            saved.close()
            assert pairs[0] == pairs[1]


def test_a_missing_program_is_one_sentence(
    full: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if full.is_sqlite:
        assert backup(full, str(tmp_path / "a")) > 0
        return
    with pytest.raises(CocokitError, match="pg_dump is missing: install PostgreSQL's client programs"):
        backup(full, str(tmp_path / "a"))
    assert os.listdir(tmp_path) == []


def test_a_campaign_is_noticed(database: Database) -> None:
    assert not has_campaign(database)
    database.run(add_campaign)
    assert has_campaign(database)

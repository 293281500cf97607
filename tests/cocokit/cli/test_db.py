"""``cocokit db``: which database, what is said and with which exit code, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from cocokit import migrations
from cocokit.store.database import Database, sqlite_url
from tests.cocokit.cli.data import Folder, check_sentence
from tests.cocokit.store.test_database import add_campaign, campaigns


@pytest.fixture
def place(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A workspace with nothing but its settings."""
    monkeypatch.delenv("COCOKIT_DATABASE", raising=False)
    folder.write("cocokit.toml", "")
    return folder


def opened(path: Path) -> Database:
    return Database(sqlite_url(path))


def put_campaign(path: Path, name: str = "a") -> None:
    database = opened(path)
    database.run(lambda tx: add_campaign(tx, name))
    database.close()


def count(path: Path) -> int:
    database = opened(path)
    found = campaigns(database)
    database.close()
    return found


def test_without_a_workspace_the_remedy_is_named(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COCOKIT_DATABASE", raising=False)
    for words in (["migrate"], ["status"], ["backup", "x"]):
        check_sentence(folder, folder.run("db", *words), ["no cocokit.toml here", "run cocokit init DIR", "--db URL"])


def test_a_workspace_goes_from_nothing_to_a_backup_and_back(place: Folder) -> None:
    assert place.run("db", "status").exit_code == 1  # no file yet
    head = migrations.HEAD
    made = place.run("db", "migrate")
    assert (made.exit_code, "from nothing to version" in made.stdout) == (0, True)
    assert f"version {head}, the newest; no campaign in it" in place.run("db", "status").stdout
    put_campaign(place.path / "cocokit.db")
    assert "a.backup, " in place.run("db", "backup", "a.backup").stdout
    put_campaign(place.path / "cocokit.db", "b")
    check_sentence(place, place.run("db", "restore", "a.backup"), ["there is a campaign in it", "--force"])
    assert count(place.path / "cocokit.db") == 2
    assert "the old one is kept: " in place.run("db", "restore", "a.backup", "--force").stdout
    assert count(place.path / "cocokit.db") == 1
    (kept,) = place.path.glob("cocokit.db.before_restore_*")
    assert count(kept) == 2


def test_json_has_the_same(place: Folder) -> None:
    def said(*words: str) -> dict[str, object]:
        result = place.run("db", *words, "--json")
        assert result.stdout.count("\n") == 1
        found: dict[str, object] = json.loads(result.stdout)
        return found

    path, head = str(place.path / "cocokit.db"), migrations.HEAD
    assert said("migrate") == {"database": path, "from": None, "to": head, "copy": None}
    assert said("migrate") == {"database": path, "from": head, "to": head, "copy": None}
    assert said("status") == {"database": path, "current": head, "head": head, "pending": [], "has_campaign": False}
    saved = said("backup", "a")
    assert saved == {"database": path, "file": "a", "bytes": (place.path / "a").stat().st_size}
    kept = said("restore", "a")["kept"]
    assert isinstance(kept, str)
    assert kept.startswith(f"{path}.before_restore_")
    error = said("restore", "nothing")
    assert (error["exit_code"], error["reason"]) == (1, "cannot be read: No such file or directory")


def test_an_old_database_is_copied_carried_up_and_reported(place: Folder) -> None:
    path = place.path / "cocokit.db"
    database = opened(path)
    migrations.upgrade(database, "0001")
    database.run(add_campaign)
    database.close()
    status = place.run("db", "status")
    assert (status.exit_code, "version 0001; to come: 0002" in status.stdout) == (3, True)
    done = place.run("db", "migrate")
    assert "from 0001 to version" in done.stdout
    assert place.run("db", "status").exit_code == 0
    copy = opened(place.path / f"cocokit.db.before_{migrations.HEAD}")
    assert migrations.status(copy).current == "0001"
    assert campaigns(copy) == 1
    copy.close()


def test_a_newer_database_is_refused_by_all(place: Folder) -> None:
    place.run("db", "migrate")
    database = opened(place.path / "cocokit.db")
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for words in (["migrate"], ["status"]):
        check_sentence(place, place.run("db", *words), ["version 9999 is newer", "install the newer cocokit"])


def test_the_flag_beats_the_variable_and_the_variable_beats_the_file(
    place: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write("cocokit.toml", 'database = "three.db"\n')
    for name, words in (("one.db", ["--db", "one.db"]), ("two.db", []), ("three.db", [])):
        monkeypatch.setenv("COCOKIT_DATABASE", "two.db" if name != "three.db" else "")
        assert place.run("db", "migrate", *words).exit_code == 0
        assert (place.path / name).exists()
    url = sqlite_url(place.path / "four.db")
    assert place.run("db", "migrate", "--db", url).exit_code == 0
    assert (place.path / "four.db").exists()
    check_sentence(place, place.run("db", "status", "--db", "mysql://x/y"), ["mysql://x/y", "use sqlite:///file.db"])
    check_sentence(place, place.run("db", "status", "--db", "nowhere.db"), ["nowhere.db: there is no such database"])
    assert not (place.path / "nowhere.db").exists()


@pytest.mark.parametrize("blank_url", ["postgresql"], indirect=True)
def test_a_server_is_looked_after_too(place: Folder, blank_url: str) -> None:
    at = ["--db", blank_url]
    for words in (["migrate"], ["status"], ["backup", "a"], ["restore", "a"]):
        result = place.run("db", *words, *at)
        assert result.exit_code == 0, result.stderr
        assert (make_url(blank_url).password or "***") not in result.stdout.replace("***@", "")
    assert not (place.path / "cocokit.db").exists()

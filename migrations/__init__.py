"""Numbered versions of the tables, and how a database is carried from one to the next.

Alembic does the work and is imported when there is some: every command asks for the version, few carry a database.
"""

from __future__ import annotations

from dataclasses import dataclass

from cocokit.errors import CocokitError, NotFoundError
from cocokit.store.database import Database

#: Every version, oldest first; tests hold it to the files in versions/.
VERSIONS = ("0001", "0002", "0003", "0004")
HEAD = VERSIONS[-1]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands.

    Attributes:
        current: its version, None if it has no tables.
        head: the newest version that this program knows.
        pending: the versions between, oldest first.
    """

    current: str | None
    head: str
    pending: tuple[str, ...]


def status(database: Database) -> Status:
    """Where a database stands.

    Raises:
        CocokitError: it is newer than this program, or has tables that no version made.
    """
    with database.read() as tx:
        current = database.version(tx)
    if current is None:
        if database.has_tables():
            reason = "it has a campaign's tables but no version, so that nothing says how to carry it up"
            raise CocokitError(f"{database}: {reason}; restore a backup, or start with an empty database")
        return Status(None, HEAD, VERSIONS)
    require_known(current, str(database))
    return Status(current, HEAD, VERSIONS[VERSIONS.index(current) + 1 :])


def require_known(version: str, name: str) -> None:
    """Refuse a version that this program does not know.

    Raises:
        CocokitError: it is newer; ``name`` stands in the sentence for the database.
    """
    if version not in VERSIONS:
        reason = f"its version {version} is newer than this program's {HEAD}"
        raise CocokitError(f"{name}: {reason}; install the newer cocokit that wrote it, or restore a backup")


def require_newest(database: Database) -> None:
    """Refuse a database that this program cannot work with as it is.

    Raises:
        CocokitError: as :func:`status`; or it has no tables, or those of an older version.
    """
    found = status(database)
    if found.current is None:
        raise CocokitError(f"{database}: it has no tables yet; run cocokit db migrate")
    if found.pending:
        reason = f"its version {found.current} is older than this program's {HEAD}"
        raise CocokitError(f"{database}: {reason}; run cocokit db migrate")


def upgrade(database: Database, to: str = "head") -> Status:
    """Carry a database up, an empty one from nothing; all the way or not at all. Nothing happens if it is there.

    Raises:
        CocokitError: as :func:`status`.
        NotFoundError: there is no version of that name.
    """
    target = _known(HEAD if to == "head" else to)
    if target in status(database).pending:
        _run(database, target)
    return status(database)


def downgrade(database: Database, to: str) -> Status:
    """Carry a database down to a version, or to "base": no tables at all.

    Raises:
        CocokitError: as :func:`status`.
        NotFoundError: there is no version of that name.
    """
    at = status(database).current
    if at is not None and (to == "base" or _known(to) < at):
        _run(database, to, down=True)
    return status(database)


def _known(version: str) -> str:
    if version not in VERSIONS:
        raise NotFoundError(f"there is no version {version!r} of the tables; there are {', '.join(VERSIONS)}")
    return version


def _run(database: Database, to: str, *, down: bool = False) -> None:
    from .runner import run

    run(database, to, down=down)

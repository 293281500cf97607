"""Who may see the dashboard, and at which browsers they are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from .database import Transaction
from .models import AccountRow, LoginRow

#: The role of an account that was taken away; its row stays, for the audit log names it.
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may see the dashboard.

    Attributes:
        id, name: who.
        role: owner, reviewer or viewer.
        password_hash: "" as long as no password was chosen.
        failed: wrong passwords since the last right one.
        locked_until: ms, or None.
        created_at: ms.
    """

    id: int
    name: str
    role: str
    password_hash: str = field(repr=False)
    failed: int
    locked_until: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Login:
    """An account at a browser; times in ms."""

    id: int
    account: Account
    created_at: int
    seen_at: int
    expires_at: int


_COLUMNS = (AccountRow.id, AccountRow.name, AccountRow.role, AccountRow.password_hash, AccountRow.failed,
            AccountRow.locked_until, AccountRow.created_at)  # fmt: skip


def find_account(
    tx: Transaction, name: str | None = None, account_id: int | None = None, *, lock: bool = False
) -> Account | None:
    """An account by its name or its id, or None; those that were taken away are not found."""
    query = select(*_COLUMNS).where(AccountRow.role != REMOVED)
    query = query.where(AccountRow.name == name) if name is not None else query.where(AccountRow.id == account_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Account(*row)


def accounts_of(tx: Transaction) -> list[Account]:
    """Every account, the oldest first."""
    query = select(*_COLUMNS).where(AccountRow.role != REMOVED).order_by(AccountRow.id)
    return [Account(*row) for row in tx.execute(query)]


def add_account(tx: Transaction, name: str, role: str, now: int) -> int:
    """A new account without a password; its id."""
    statement = insert(AccountRow).values(name=name, role=role, password_hash="", created_at=now)
    return tx.execute(statement.returning(AccountRow.id)).scalar_one()


def change_account(tx: Transaction, account_id: int, **columns: Any) -> None:
    """Write some columns of an account."""
    tx.execute(update(AccountRow).where(AccountRow.id == account_id).values(**columns))


def add_login(tx: Transaction, token_hash: str, account_id: int, now: int, expires_at: int) -> None:
    """An account is signed in from now on."""
    tx.execute(insert(LoginRow).values(
        token_hash=token_hash, account_id=account_id, created_at=now, seen_at=now, expires_at=expires_at
    ))  # fmt: skip


def find_login(tx: Transaction, token_hash: str) -> Login | None:
    """The login that a token belongs to, or None."""
    query = select(*_COLUMNS, LoginRow.id, LoginRow.created_at, LoginRow.seen_at, LoginRow.expires_at)
    query = query.join(LoginRow, LoginRow.account_id == AccountRow.id)
    row = tx.execute(query.where(LoginRow.token_hash == token_hash, AccountRow.role != REMOVED)).one_or_none()
    return None if row is None else Login(row[7], Account(*row[:7]), *row[8:])


def seen_login(tx: Transaction, login_id: int, now: int, expires_at: int) -> None:
    """Somebody is still there."""
    tx.execute(update(LoginRow).where(LoginRow.id == login_id).values(seen_at=now, expires_at=expires_at))


def count_logins(tx: Transaction, account_id: int, now: int) -> int:
    """At how many browsers an account is signed in."""
    query = select(func.count()).select_from(LoginRow)
    return tx.execute(query.where(LoginRow.account_id == account_id, LoginRow.expires_at > now)).scalar_one()


def drop_login(tx: Transaction, token_hash: str) -> None:
    """Sign out at one browser."""
    tx.execute(delete(LoginRow).where(LoginRow.token_hash == token_hash))


def drop_logins(tx: Transaction, account_id: int) -> None:
    """Sign out everywhere."""
    tx.execute(delete(LoginRow).where(LoginRow.account_id == account_id))


def drop_old_logins(tx: Transaction, now: int) -> None:
    """Forget what is over."""
    tx.execute(delete(LoginRow).where(LoginRow.expires_at <= now))

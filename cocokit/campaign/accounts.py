"""Accounts of the dashboard: who there is, signing in and out, and waiting after wrong passwords.

A password is counted as wrong before it is looked at, so that many tries at once are no more than many in a row.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from ..errors import CocokitError, NotFoundError
from ..store import accounts as store
from ..store.accounts import Account, Login
from ..store.audit_log import add_entry
from ..store.database import Database, Transaction
from .words import is_word

__all__ = ["ROLES", "Account", "Login", "SignInError", "add_account", "choose_password", "find_account", "find_login",
           "list_accounts", "open_login", "owner", "remove_account", "sign_in", "sign_out",
           "sign_out_everywhere"]  # fmt: skip

#: From the one who may see everything to the one who may do everything.
ROLES = ("viewer", "reviewer", "owner")
#: Wrong passwords before an account waits; how long at first, and at most, ms.
TRIES, _FIRST_MS, _MOST_MS = 5, 30_000, 3_600_000
#: A login is over when nobody was there for so long, or after so long whatever happens, ms.
IDLE_MS, LOGIN_MS = 12 * 3_600_000, 14 * 24 * 3_600_000
_SEEN_MS = 300_000
#: Characters of a name, and of a password.
LONGEST_NAME, SHORTEST_PASSWORD, LONGEST_PASSWORD = 60, 10, 200


class SignInError(CocokitError):
    """Nobody is signed in; the text is for whoever tried, and is the same whatever was wrong."""


def wait_ms(failed: int) -> int:
    """How long an account waits after so many wrong passwords.

    >>> [wait_ms(n) // 1000 for n in (4, 5, 6, 7, 40)]
    [0, 30, 60, 120, 3600]
    """
    return 0 if failed < TRIES else int(min(_FIRST_MS * 2 ** min(failed - TRIES, 20), _MOST_MS))


def list_accounts(database: Database) -> list[Account]:
    """Every account, the oldest first."""
    with database.read() as tx:
        return store.accounts_of(tx)


def find_account(database: Database, account_id: int) -> Account | None:
    """An account by its id, or None."""
    with database.read() as tx:
        return store.find_account(tx, account_id=account_id)


def owner(database: Database, now: int) -> Account:
    """The first owner, made if there is no account at all."""
    known = list_accounts(database)
    if not known:
        return add_account(database, "owner", "owner", now)
    return next(account for account in known if account.role == "owner")


def add_account(database: Database, name: str, role: str, now: int, by: int | None = None) -> Account:
    """A new account; its holder chooses a password through a link.

    Raises:
        CocokitError: the name is taken or no name, or there is no such role.
    """
    name = " ".join(name.split())
    if not is_word(name) or len(name) > LONGEST_NAME:
        raise CocokitError(f"account {name!r}: a name has 1 to {LONGEST_NAME} printable characters; choose another")
    if role not in ROLES:
        raise CocokitError(f"account {name}: there is no role {role!r}; use {', '.join(ROLES)}")

    def work(tx: Transaction) -> Account:
        if store.find_account(tx, name) is not None:
            raise CocokitError(f"account {name}: there is one of this name already; choose another name")
        key = store.add_account(tx, name, role, now)
        add_entry(tx, now, by, "account.add", {"account": name, "role": role})
        made = store.find_account(tx, account_id=key)
        assert made is not None
        return made

    return database.run(work)


def remove_account(database: Database, name: str, now: int, by: int | None = None) -> None:
    """Take an account away; it is signed out everywhere, and what it did stays in the audit log.

    Raises:
        NotFoundError: there is none of this name.
        CocokitError: it is the last owner.
    """

    def work(tx: Transaction) -> None:
        found = store.find_account(tx, name)
        if found is None:
            raise NotFoundError(f"there is no account {name!r}; see: cocokit accounts list")
        owners = [account for account in store.accounts_of(tx) if account.role == "owner"]
        if found.role == "owner" and len(owners) == 1:
            raise CocokitError(f"account {name} is the only owner; make another owner first")
        store.drop_logins(tx, found.id)
        store.change_account(tx, found.id, role=store.REMOVED, name=f"{name} (removed {found.id})", password_hash="")
        add_entry(tx, now, by, "account.remove", {"account": name})

    database.run(work)


def choose_password(database: Database, account_id: int, password_hash: str, now: int) -> None:
    """An account has a new password: it is signed out everywhere, and waits for nothing."""

    def work(tx: Transaction) -> None:
        store.change_account(tx, account_id, password_hash=password_hash, failed=0, locked_until=None)
        store.drop_logins(tx, account_id)
        add_entry(tx, now, account_id, "account.password", {})

    database.run(work)


def sign_in(database: Database, name: str, is_right: Callable[[str], bool], now: int) -> Account:
    """Who a name and a password belong to.

    Args:
        database: where the accounts are.
        name: as typed.
        is_right: whether the password fits a hash; it is called whether or not there is such an account.
        now: ms.

    Raises:
        SignInError: a wrong name or password, or the account has to wait.
    """

    def count(tx: Transaction) -> Account | None:
        found = store.find_account(tx, name, lock=True)
        if found is not None and (found.locked_until is None or found.locked_until <= now):
            failed = found.failed + 1
            until = now + wait_ms(failed) if failed >= TRIES else None
            store.change_account(tx, found.id, failed=failed, locked_until=until)
        return found

    found = database.run(count)
    waits = found is not None and found.locked_until is not None and found.locked_until > now
    right = is_right(found.password_hash if found is not None and not waits else "")
    if found is None or waits or not right:
        raise SignInError("This name and password do not fit, or the account waits after too many tries. Try again "
                          "in a moment.")  # fmt: skip
    database.run(lambda tx: store.change_account(tx, found.id, failed=0, locked_until=None))
    return found


def open_login(database: Database, account: Account, now: int, old: str | None = None) -> str:
    """A token for an account that has signed in; one from before is no good any more."""
    token = secrets.token_urlsafe(32)

    def work(tx: Transaction) -> None:
        store.drop_old_logins(tx, now)
        if old:
            store.drop_login(tx, _hash(old))
        store.add_login(tx, _hash(token), account.id, now, now + IDLE_MS)
        add_entry(tx, now, account.id, "account.sign_in", {})

    database.run(work)
    return token


def find_login(database: Database, token: str, now: int) -> Login | None:
    """The login of a token that is good, or None."""
    with database.read() as tx:
        found = store.find_login(tx, _hash(token))
    if found is None or found.expires_at <= now or found.created_at + LOGIN_MS <= now:
        return None
    if now - found.seen_at > _SEEN_MS:
        database.run(lambda tx: store.seen_login(tx, found.id, now, now + IDLE_MS))
    return found


def sign_out(database: Database, token: str) -> None:
    """A token is no good any more."""
    database.run(lambda tx: store.drop_login(tx, _hash(token)))


def sign_out_everywhere(database: Database, account: Account, now: int) -> None:
    """No token of an account is good any more."""

    def work(tx: Transaction) -> None:
        store.drop_logins(tx, account.id)
        add_entry(tx, now, account.id, "account.sign_out_everywhere", {})

    database.run(work)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

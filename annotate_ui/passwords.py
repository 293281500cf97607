"""Passwords of accounts: kept as scrypt hashes, chosen through a link that is good once."""

from __future__ import annotations

import hashlib
from functools import cache

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.security import check_password_hash, generate_password_hash

from cocokit.campaign.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, Account, find_account, list_accounts, owner
from cocokit.campaign.opening import Database
from cocokit.errors import NotFoundError

from .tokens import TokenError

#: How long a link to choose a password is good, s.
LINK_S = 3 * 24 * 3600


def make_hash(password: str) -> str:
    """What is kept of a password: scrypt with a salt."""
    return generate_password_hash(password, "scrypt")


def is_right(password: str, known: str) -> bool:
    """Whether a password fits a hash; it takes as long where there is no hash."""
    if len(password) > LONGEST_PASSWORD:
        return False
    return check_password_hash(known or _nobody(), password) and bool(known)


def fault_of(password: str, again: str) -> str | None:
    """What is wrong with a new password, as a sentence; None if nothing."""
    if password != again:
        return "The two are not the same. Type the same password twice."
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"This one has {len(password)} characters. Choose one of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}."
    if len(set(password)) < 5:
        return "This one is easy to guess. Use more different characters."
    return None


class Links:
    """Links with which an account chooses its password; one is over as soon as it was used.

    Args:
        secret: the instance's key.
    """

    def __init__(self, secret: str) -> None:
        options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._words = URLSafeTimedSerializer(secret, salt="cocokit password", signer_kwargs=options)

    def path(self, account: Account) -> str:
        """The path of an account's link."""
        word = self._words.dumps([account.id, _fingerprint(account)])
        return f"/dash/welcome/{word if isinstance(word, str) else word.decode()}"

    def read(self, database: Database, word: str) -> Account:
        """Whose link it is; raises TokenError if it is not ours, was used, or is too old."""
        try:
            key, fingerprint = self._words.loads(word, max_age=LINK_S) if len(word) < 1000 else (0, "")
        except BadData:
            key, fingerprint = 0, ""
        account = find_account(database, key) if key else None
        if account is None or _fingerprint(account) != fingerprint:
            raise TokenError("This link was used already, or is too old. Ask an owner for a new one: "
                             "cocokit accounts link NAME.")  # fmt: skip
        return account


def link_of(database: Database, secret: str, name: str) -> str:
    """The path of the link of an account by its name; raises NotFoundError."""
    for account in list_accounts(database):
        if account.name == name:
            return Links(secret).path(account)
    raise NotFoundError(f"there is no account {name!r}; see: cocokit accounts list")


def first_link(database: Database, secret: str, now: int) -> str | None:
    """The path of the first owner's link, as long as they have no password; made if there is none."""
    account = owner(database, now)
    return None if account.password_hash else Links(secret).path(account)


def _fingerprint(account: Account) -> str:
    return hashlib.sha256(f"{account.name} {account.password_hash}".encode()).hexdigest()[:24]


@cache
def _nobody() -> str:
    return generate_password_hash("nobody has this password", "scrypt")

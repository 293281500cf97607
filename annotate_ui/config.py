"""What an instance of the application needs: its workspace, its database, its secret key, and who may frame it."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cocokit.config import find_settings_file, load_settings
from cocokit.errors import CocokitError, NotFoundError, ParamsError
from cocokit.imageio import MOST_PIXELS

#: The key's file in a workspace, readable by its owner alone.
KEY_FILE = "secret.key"
_SHORTEST_KEY = 32
#: Keys that stand in somebody's tutorial.
_KNOWN = frozenset(b * 32 for b in ("0", "a", "x")) | {"changeme" * 4, "secret" * 6, "development-key-do-not-use-it!!!"}


@dataclass(frozen=True, slots=True)
class Config:
    """One instance.

    Attributes:
        database: URL of the database.
        workspace: folder with the secret key and the caches.
        images: folder of the photos.
        secret: signs everything; None reads it from the workspace, where it is made the first time.
        limits: whether requests are counted and slowed down.
        frame_hosts: hosts that may frame workers' pages, beside those of the campaign's channels.
        fresh: read scripts and styles anew at every request, for whoever writes them.
        proxies: how many proxies stand before this server and may name the address of a client.
        most_pixels: photos with more are refused before they are decoded.
    """

    database: str
    workspace: str
    images: str
    secret: str | None = field(default=None, repr=False)
    limits: bool = True
    frame_hosts: tuple[str, ...] = ()
    fresh: bool = False
    proxies: int = 0
    most_pixels: int = MOST_PIXELS

    @property
    def cache(self) -> str:
        """Folder of pictures that can be made again."""
        return os.path.join(self.workspace, "cache")

    def with_secret(self) -> Config:
        """The same with the key read or made; raises ParamsError if it is short or well known."""
        secret = self.secret or read_key(os.path.join(self.workspace, KEY_FILE))
        check_key(secret)
        return replace(self, secret=secret)


def find_config(environ: Mapping[str, str] | None = None, start: str = ".", database: str | None = None) -> Config:
    """The instance of the workspace that a folder lies in.

    ``COCOKIT_SECRET_KEY`` goes before the workspace's file, ``COCOKIT_PROXIES`` counts the proxies before the server.

    Args:
        environ: variables; None means the process's own.
        start: folder from which ``cocokit.toml`` is looked for, upwards.
        database: URL or file that goes before everything else.

    Raises:
        NotFoundError: there is no workspace.
        ParamsError: a setting that cannot work.
    """
    variables = os.environ if environ is None else environ
    path = find_settings_file(start)
    if path is None:
        raise NotFoundError("no workspace: there is no cocokit.toml here or in a folder above; run cocokit init DIR")
    folder = os.path.dirname(path)
    settings = load_settings({"database": database}, start, variables)
    place = settings.database or os.path.join(folder, "cocokit.db")
    proxies = variables.get("COCOKIT_PROXIES", "0")
    if not proxies.isdecimal():
        raise ParamsError("COCOKIT_PROXIES", proxies, "a whole number is needed")
    return Config(
        place, folder, settings.images or os.path.join(folder, "images"),
        secret=variables.get("COCOKIT_SECRET_KEY") or None, proxies=int(proxies),
        most_pixels=settings.max_pixels,
    )  # fmt: skip


def read_key(path: str) -> str:
    """The key in a file, which is made if it is not there; several processes may start at once.

    Raises:
        CocokitError: a file that others may read, or that cannot be read.
    """
    try:
        if not os.path.exists(path):
            _make_key(path)
        if os.name == "posix" and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            raise CocokitError(f"{path}: others may read the secret key; run chmod 600 {path}, or delete it")
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = f"the secret key cannot be read ({error})"
        raise CocokitError(f"{path}: {reason}; delete the file, or set its owner") from None


def _make_key(path: str) -> None:
    """Write a new key; whoever is first wins."""
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".key")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        os.unlink(name)


def check_key(key: str) -> None:
    """Refuse a key that somebody could guess.

    Raises:
        ParamsError: shorter than 32 characters, well known, or made of few characters.
    """
    if len(key) < _SHORTEST_KEY or key in _KNOWN or len(set(key)) < 10:
        hint = "that many random characters are needed; leave it out, and the workspace makes a key"
        raise ParamsError("secret key", f"{len(key)} characters", f"at least {_SHORTEST_KEY} and {hint}")

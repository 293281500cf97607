"""The file that holds compiled kernels: its name, its folders, its bytes, and the process that makes it.

It starts with one line of text (``cocokit kernels``, the format and a checksum of all that follows), then one line for
each kernel (its name and its symbol), an empty line, and the relocatable object. Files are written under another name
and renamed, so that there is never half of one; the checksum finds damage, and the folder's owner and mode guard
against others, since code is loaded from here. Every start of the program passes through here: what only the first
one needs (subprocess, tempfile) is imported where it is used.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from .errors import KernelError

#: The folder of the package.
HERE = os.path.dirname(os.path.abspath(__file__))
_FORMAT = 3
#: Objects of other versions, and what killed compilers left, are removed when they have lain for so long.
_STALE_SECONDS = 30 * 24 * 3600
#: What the compiling process runs: this very cocokit, whichever others are installed.
_BUILD = """
import sys
sys.path.insert(0, sys.argv[1])
import cocokit
del sys.path[0]
from cocokit.compiled import build
build(*sys.argv[2:])
"""


def name(sources: Iterable[str]) -> str:
    """File name of the object that belongs to these source files and this platform.

    The digest tells versions of the sources apart, by checksum and length; it is no guard against malice.

    Raises:
        OSError: a source file cannot be read.
    """
    crc, size = zlib.crc32(bytes([_FORMAT])), 0
    for path in sources:
        with open(path, "rb") as f:
            text = f.read()
        crc, size = zlib.crc32(text, crc), size + len(text)
    return f"kernels-{sys.platform}-{_machine()}-{crc:08x}{size:06x}.o"


def _machine() -> str:
    if hasattr(os, "uname"):
        return os.uname().machine
    import platform

    return platform.machine()


# ---------------------------------------------------------------- folders


def _folders() -> list[str]:
    """Where an object may lie, in the order of preference; none of them needs to exist."""
    home = os.path.expanduser("~")
    usual = {
        "darwin": os.path.join(home, "Library", "Caches"),
        "win32": os.environ.get("LOCALAPPDATA", os.path.join(home, "AppData", "Local")),
    }.get(sys.platform, os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"))
    named = os.environ.get("COCOKIT_CACHE_DIR")
    temporary = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"
    folders = [os.path.join(usual, "cocokit"), os.path.join(temporary, f"cocokit-{_user()}")]
    return [named, *folders] if named else folders


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _private(folder: str) -> bool:
    """Code is loaded from here, so the folder must be ours and nobody else may write into it."""
    try:
        stat = os.stat(folder)
    except OSError:
        return False
    return not hasattr(os, "getuid") or (stat.st_uid == _user() and not stat.st_mode & 0o022)


def cached(file: str) -> list[str]:
    """Where an object of this name may be read from: its paths in the cache folders that are this user's own."""
    return [os.path.join(folder, file) for folder in _folders() if _private(folder)]


def writable_folder() -> str:
    """The first cache folder that is, or can be made, a writable folder of this user's own.

    Raises:
        KernelError: there is none.
    """
    import tempfile

    for folder in _folders():
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        if _private(folder):
            return folder
    raise KernelError("no writable folder for compiled kernels; set COCOKIT_CACHE_DIR to one")


# ---------------------------------------------------------------- bytes


def read(path: str) -> tuple[dict[str, str], bytes]:
    """Symbol of each kernel, and the object's bytes.

    Raises:
        KernelError: the file is not a kernel object, or is damaged.
        OSError: it cannot be read.
    """
    with open(path, "rb") as f:
        first, _, rest = f.read().partition(b"\n")
    words = first.split()
    if words[:3] != [b"cocokit", b"kernels", b"%d" % _FORMAT] or len(words) != 4:
        raise KernelError(f"{path} is not a kernel object of this version")
    if words[3] != b"%08x" % zlib.crc32(rest):
        raise KernelError(f"{path} is damaged (its checksum differs)")
    head, _, code = rest.partition(b"\n\n")
    lines = (line.split() for line in head.decode().splitlines() if not line.startswith("#"))
    return {kernel: symbol for kernel, symbol in lines}, code


def write(
    path: str, symbols: dict[str, str], code: bytes, versions: dict[str, str], check: Callable[[str], None]
) -> None:
    """Write an object file whole or not at all.

    Args:
        path: where it goes; an old file there is replaced.
        symbols: symbol of each kernel.
        code: the relocatable object.
        versions: what it was made with, kept as comments.
        check: called with the path of the file before it gets its name; what it raises keeps the file out.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    import tempfile

    lines = [*(f"# {k} {v}" for k, v in versions.items()), *(f"{k} {v}" for k, v in symbols.items())]
    rest = "\n".join(lines).encode() + b"\n\n" + code
    handle, partial = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix="kernels-", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(b"cocokit kernels %d %08x\n" % (_FORMAT, zlib.crc32(rest)) + rest)
        os.chmod(partial, 0o644)
        check(partial)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


# ---------------------------------------------------------------- the process that compiles


@contextmanager
def lock(path: str) -> Iterator[None]:
    """One compiler at a time where the file system has flock; elsewhere two may work and the last rename wins."""
    with open(path, "ab") as f:
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(f, fcntl.LOCK_EX)
        yield


def build_apart(path: str, modules: Iterable[str]) -> None:
    """Compile in a process of its own, which keeps Numba's memory and time, and its settings, out of this one.

    Raises:
        KernelError: no process can be started, or it fails.
        OSError: as from starting a process.
    """
    import subprocess
    import time

    if not sys.executable or getattr(sys, "frozen", False):
        raise KernelError("this Python cannot start another one")
    _say("cocokit: compiling its kernels, once (about 20 seconds) ...")
    start = time.perf_counter()
    # -P: a numba.py or eval.py in the working folder is not ours. The object does not depend on NUMBA_* settings.
    env = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    command = [sys.executable, "-P", "-c", _BUILD, os.path.dirname(HERE), path, *modules]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        _say(" failed\n")
        raise KernelError(f"compiling failed with status {done.returncode}: {last}")
    _say(f" done in {time.perf_counter() - start:.0f} s\n")
    _tidy(os.path.dirname(path))


def _say(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _tidy(folder: str) -> None:
    """Remove old objects and leftovers, which newer versions of the kernels never read."""
    import time

    oldest = time.time() - _STALE_SECONDS
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # another process may tidy at the same time
            if entry.name.startswith("kernels-") and entry.stat().st_mtime < oldest:
                os.unlink(entry.path)

"""A folder is written whole or not at all: beside its place first, then renamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence

from .errors import DataError

#: The unfinished folders of this process.
_AT_WORK: set[str] = set()
#: What a disk says that has no locks, as some on networks have none: it is written to without.
_NO_LOCKS = (errno.ENOLCK, errno.EBADF, errno.EINVAL, errno.ENOTSUP)


@contextlib.contextmanager
def atomic_folder(
    path: str | os.PathLike[str], mark: str, last: Sequence[Callable[[], object]] = ()
) -> Iterator[str]:
    """A new folder to write files into; it takes the place of ``path`` when the block ends without an exception.

    After an exception the old folder is as it was, and no parent that was made is left. A process that is killed leaves
    at most a hidden folder beside ``path``, which the next call removes; if it was killed between the two renames, the
    next call, or a person, finds the old folder under ``.NAME.old``. Of two processes or threads that write one folder
    at once, the later one's stays. An error of the system that names a file elsewhere goes through as it is; one of our
    own that names a file in the new folder names the file that it would have become.

    Args:
        path: the folder; its parents are made.
        mark: a file that a folder of ours has: only such a folder, or an empty one, is replaced.
        last: calls, put there by the end of the block, that are made just before the new folder takes its place while
            no other process can exchange it: what they write elsewhere fits the folder that stays.

    Raises:
        DataError: something else is in the way, the disk is full, ...
    """
    target = os.path.realpath(path)
    above, name = os.path.split(target)
    old = os.path.join(above, f".{name}.old")
    part = os.path.join(above, f".{name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with _parents(above):
            with _alone(above):
                _recover(above, name, old, target)
                _refuse_others(os.fspath(path), target, mark)
                os.mkdir(part)
                _AT_WORK.add(part)
            try:
                yield part
                _flush(part)
                with _alone(above):
                    _refuse_others(os.fspath(path), target, mark)
                    _call(last, part)
                    _swap(part, target, old)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            finally:
                _AT_WORK.discard(part)
    except DataError as error:
        if not error.path.startswith(part + os.sep):
            raise
        raise error.renamed({error.path: os.path.join(os.fspath(path), error.path[len(part) + 1 :])}) from error
    except OSError as error:
        if not _is_ours(error, (above, target, old, part)):
            raise
        remedy = "choose a folder that you may write to, on a disk with room"
        raise DataError(os.fspath(path), "", f"cannot be written: {error.strerror or error}", remedy) from error


@contextlib.contextmanager
def added_files(path: str | os.PathLike[str]) -> Iterator[str]:
    """A place to write files that come into a folder when the block ends without an exception, beside what it has.

    After an exception none of them is there, and no folder that was made.

    Raises:
        DataError: the folder is a file, closed to us, the disk is full, ...
    """
    target = os.path.realpath(path)
    part = os.path.join(target, f".cocokit-{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with _parents(target):
            os.mkdir(part)
            try:
                yield part
                for name in sorted(os.listdir(part)):
                    os.replace(os.path.join(part, name), os.path.join(target, name))
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        if not _is_ours(error, (target, part)):
            raise
        remedy = "choose a folder that you may write to, on a disk with room"
        raise DataError(os.fspath(path), "", f"cannot be written: {error.strerror or error}", remedy) from error


def inside(folder: str | os.PathLike[str], name: str | None, image_id: int) -> str:
    """The path of an image's file in a folder. Raises DataError for a name that is missing or leads out of it."""
    root = os.path.realpath(folder)
    if not name:
        raise DataError(os.fspath(folder), "", f"image {image_id} has no file_name", "write it into the dataset")
    path = os.path.normpath(os.path.join(root, name))
    if not path.startswith(root + os.sep) or "\0" in name:
        reason = f"the file name {name!r} of image {image_id} leads out of the folder"
        raise DataError(os.fspath(folder), "", reason, "file names are relative to the folder of the images")
    return path


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Let no other process exchange folders in ``folder`` for as long as the block takes; the lock leaves no file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _parents(folder: str) -> Iterator[None]:
    """Make a folder and its parents; after an exception those that were made go again."""
    made, missing = list[str](), folder
    while not os.path.lexists(missing):
        made.append(missing)
        missing = os.path.dirname(missing)
    try:
        os.makedirs(folder, exist_ok=True)
        yield
    except BaseException:
        for each in made:
            with contextlib.suppress(OSError):  # somebody has put something there meanwhile
                os.rmdir(each)
        raise


def _is_ours(error: OSError, folders: tuple[str, ...]) -> bool:
    """Whether an error names one of the folders or a file in it, or nothing at all, as a full disk does."""
    if not isinstance(error.filename, str):
        return True
    found = os.path.realpath(error.filename)
    return found in folders or any(found.startswith(folder + os.sep) for folder in folders[1:])


def _recover(above: str, name: str, old: str, target: str) -> None:
    """Put right what a process left that was killed."""
    if os.path.isdir(old):
        if os.path.exists(target):
            shutil.rmtree(old)
        else:
            os.rename(old, target)
    left = re.compile(rf"\.{re.escape(name)}\.(\d+)(-[0-9a-f]+)?\.part")
    for entry in os.listdir(above):
        match, path = left.fullmatch(entry), os.path.join(above, entry)
        if match and path not in _AT_WORK and not _runs(int(match[1])):
            shutil.rmtree(path)


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False  # what threads of ours are writing is known
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refuse_others(path: str, target: str, mark: str) -> None:
    if os.path.lexists(target) and not os.path.isdir(target):
        raise DataError(path, "", "is a file", "give a folder")
    if os.path.isdir(target) and os.listdir(target) and not os.path.isfile(os.path.join(target, mark)):
        remedy = "give a new folder, or an earlier one of this kind"
        raise DataError(path, "", f"has other files in it, and no {mark}", remedy)


def _flush(folder: str) -> None:
    """What is renamed must be on the disk."""
    for root, _, names in os.walk(folder, topdown=False):
        for entry in [*sorted(names), "."]:
            _sync(os.path.join(root, entry))


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _call(last: Sequence[Callable[[], object]], part: str) -> None:
    for call in last:
        call()
    if last:
        _sync(part)  # a file that they took away must not come back


def _swap(part: str, target: str, old: str) -> None:
    if os.path.isdir(target):
        os.rename(target, old)
        try:
            os.rename(part, target)
        except OSError:
            os.rename(old, target)
            raise
        shutil.rmtree(old)
    else:
        os.rename(part, target)

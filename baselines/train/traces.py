"""The folder of a run: made when nothing can be refused any more, put right after a crash, one training's at a time."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import json
import os
from collections.abc import Iterator

from cocokit.atomic import write_text
from cocokit.errors import DataError

from .config import TrainConfig
from .log import Log
from .settings import to_json

#: The file of a run with its settings, for people.
CONFIG = "config.json"


def begin(folder: str, config: TrainConfig, log: Log, step: int) -> None:
    """Make a run's folder, or put right what a crash left in it.

    Args:
        folder: of the run.
        config: of the training that begins or goes on.
        log: in the folder; lines about later steps are dropped.
        step: how many steps are done; -1 for a new training.

    Raises:
        DataError: the folder cannot be made or written to.
    """
    for left in glob.glob(os.path.join(glob.escape(folder), "cocokit-*.part")):
        with contextlib.suppress(OSError):
            os.unlink(left)
    write_text(os.path.join(folder, CONFIG), json.dumps(to_json(config), indent=1) + "\n")
    log.forget_after(step)


@contextlib.contextmanager
def alone(folder: str) -> Iterator[None]:
    """Make a folder, and let no other training write into it for as long as the block takes; the lock leaves no file.

    Raises:
        DataError: the folder cannot be made, or another training writes into it.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        reason = f"cannot be made: {error.strerror or error}"
        raise DataError(folder, "", reason, "choose a folder that you may write to") from error
    try:
        with contextlib.suppress(OSError):  # a disk without locks, as some on networks are: nobody can be kept out
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                reason, remedy = "another training writes into it", "wait until it has ended, or give -o a new folder"
                raise DataError(folder, "", reason, remedy) from error
        yield
    finally:
        os.close(handle)

"""A photo is taken down: its files, its annotations, its lines; what stays is that it must never come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from ..errors import NotFoundError, ParamsError
from .keeping import discard
from .ledger import Ledger
from .limits import Clock


@dataclass(frozen=True, slots=True)
class Takedown:
    """What was removed.

    Attributes:
        key: of the photo.
        sha256: of the photo that the collection had; None if it had none.
        files: how many of the collection's files went.
        images, annotations: how many rows of dataset files went, by path.
    """

    key: str
    sha256: str | None
    files: int
    images: dict[str, int]
    annotations: dict[str, int]


def take_down(
    key: str, reason: str, folder: str, datasets: Sequence[str] = (), *, known: bool = False, clock: Clock | None = None
) -> Takedown:
    """Remove a photo from a collection and from dataset files; it is never fetched again.

    What is done first is the tombstone, so that a call that is killed can be made again, and ends what it began.

    Args:
        key: ``source:id``.
        reason: why; it stays in the ledger.
        folder: the collection.
        datasets: COCO files that may have it, written anew without it.
        known: somebody else has it, so that it is no mistake if neither the collection nor a dataset does.
        clock: tells the time.

    Raises:
        ParamsError: no such key can be, or no reason.
        NotFoundError: neither the collection nor a dataset has ever heard of it.
        DataError: a dataset cannot be read or written.
    """
    if not all(key.partition(":")):
        raise ParamsError("id", key, "give SOURCE:ID, such as flickr:2345678901")
    if not reason.strip():
        raise ParamsError("reason", reason, "say why")
    with Ledger(folder) as ledger:
        opened = {path: Dataset.open(path, cache=False) for path in datasets}
        rows = {path: rows_of(dataset, key) for path, dataset in opened.items()}
        if not known and not ledger.knows(key) and not any(len(found) for found in rows.values()):
            raise NotFoundError(f"{key}: neither {folder} nor a dataset has it")
        if key not in ledger.tombstones:
            now = datetime.fromtimestamp((clock or Clock()).now(), UTC)
            ledger.bury(key, reason.strip(), now.isoformat(timespec="seconds"))
        files = sweep(ledger, folder)
        images, annotations = {}, {}
        for path, dataset in opened.items():
            if len(rows[path]):
                less = without_images(dataset, rows[path])
                less.write(path)
                images[path] = len(dataset.images) - len(less.images)
                annotations[path] = len(dataset.annotations) - len(less.annotations)
        return Takedown(key, ledger.tombstones[key].get("sha256"), files, images, annotations)


def sweep(ledger: Ledger, folder: str) -> int:
    """Remove the files and the lines of all that was taken down; how many files that were."""
    files = sum(discard(folder, row["sha256"]) for row in ledger.tombstones.values() if "sha256" in row)
    ledger.compact()
    return files


def rows_of(dataset: Dataset, key: str) -> Int64:
    """(M,) int64 rows of the images that came from a source under an id (members ``source`` and ``source_id``)."""
    found = []
    for row in range(len(dataset.images) if dataset.images.extras is not None else 0):
        more = dataset.image(row).extras
        if f"{more.get('source')}:{more.get('source_id')}" == key:
            found.append(row)
    return np.array(found, np.int64)


def without_images(dataset: Dataset, rows: Int64) -> Dataset:
    """A dataset less some images and their annotations.

    Args:
        dataset: stays as it is.
        rows: (M,) int64, of images.
    """
    gone = dataset.images.id[rows]
    stay = np.ones(len(dataset.annotations), np.bool_)
    if dataset.annotations.image_id is not None:
        stay = ~(np.isin(dataset.annotations.image_id, gone) & dataset.annotations.has(Field.IMAGE_ID))
    images = np.setdiff1d(np.arange(len(dataset.images)), rows)
    return dataset.take(images, np.flatnonzero(stay))

"""A dataset file opened: its columns from the cache beside it or from its bytes, and the file kept at hand."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .columns import Ragged, Segmentations
from .dataset import Dataset
from .origin import Origin, Source


def open_dataset(path: str | os.PathLike[str], cache: bool = True) -> Dataset:
    """See :meth:`cocokit.dataset.Dataset.open`."""
    from . import cache as caches
    from .chunks import Odd

    try:
        source = Source(path)
    except (Odd, OSError):  # the reader that can say what is wrong decides
        return _protected(Dataset.read(path))
    kept = caches.load(source) if cache else None
    dataset = Dataset.read(path) if kept is None else kept
    if source.replaced():  # while we read it
        return open_dataset(path, cache)
    source.unchanged()
    dataset.origin = Origin.of_all(source, len(dataset.images), len(dataset.annotations))
    if kept is None and cache:
        caches.save(dataset, source)
    return _protected(dataset)


def _protected(dataset: Dataset) -> Dataset:
    """The same dataset with columns that cannot be written to: what stands in them must be what the file says."""
    for table in (dataset.images, dataset.annotations):
        for name in type(table).__slots__:
            _protect(getattr(table, name))
    return dataset


def _protect(column: Any) -> None:
    if isinstance(column, np.ndarray):
        column.flags.writeable = False
    elif isinstance(column, Ragged | Segmentations):
        for name in type(column).__slots__:
            _protect(getattr(column, name))

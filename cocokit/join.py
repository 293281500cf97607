"""Columns of several parts, one after the other, as columns of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .columns import Annotations, Int64, Ragged, Segmentations


def join_ragged(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts in order, copied; at least one part."""
    return Ragged(np.concatenate([part.values for part in parts]), _join_offsets([part.offsets for part in parts]))


def join_segmentations(parts: Sequence[Segmentations]) -> Segmentations:
    """The outlines of all parts in order, copied; at least one part."""
    return Segmentations(
        kind=np.concatenate([part.kind for part in parts]),
        size=np.concatenate([part.size for part in parts]),
        rings=_join_offsets([part.rings for part in parts]),
        xy=join_ragged([part.xy for part in parts]),
        text=join_ragged([part.text for part in parts]),
        counts=join_ragged([part.counts for part in parts]),
    )


def join_annotations(parts: Sequence[Annotations]) -> Annotations:
    """The rows of all parts in order, copied; a column that one part lacks is left out. At least one part."""
    columns = {name: [getattr(part, name) for part in parts] for name in Annotations.__slots__}
    return Annotations(**{name: _join(values) for name, values in columns.items()})


def _join(values: list[Any]) -> Any:
    first = values[0]
    if any(value is None for value in values):
        return None
    if isinstance(first, Ragged):
        return join_ragged(values)
    if isinstance(first, Segmentations):
        return join_segmentations(values)
    if isinstance(first, list):
        return [item for value in values for item in value]
    return np.concatenate(values)


def _join_offsets(parts: Sequence[Int64]) -> Int64:
    """Offsets of rows that follow each other, each part's own beginning at 0."""
    lengths = np.concatenate([np.diff(part) for part in parts])
    made = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=made[1:])
    return made

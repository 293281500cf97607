"""Members that no column holds: which of them a format keeps, and which it loses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..columns import Ragged
from ..dataset import Dataset
from .base import Loss

#: Whether a format holds one member, by name and value.
Keeps = Callable[[str, Any], bool]


def filled(extras: Ragged | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row, members) of the rows that have any."""
    if extras is not None:
        for row in np.flatnonzero(np.diff(extras.offsets)).tolist():
            yield row, json.loads(b"{" + extras[row].tobytes() + b"}")


def members_lost(*kept: str, keeps: Keeps | None = None) -> Loss:
    """Members of annotations that a format does not hold.

    Args:
        kept: the names of those that it holds.
        keeps: whether it holds the value of one of these; None means any.
    """

    def strange(name: str, value: Any) -> bool:
        return name not in kept or not (keeps is None or keeps(name, value))

    def count(dataset: Dataset) -> int:
        found = filled(dataset.annotations.extras)
        return sum(any(strange(name, value) for name, value in members.items()) for _, members in found)

    but = f", but for {' and '.join(kept)}" if kept else ""
    return Loss("annotation members", f"members that COCO does not name are left out{but}", count)

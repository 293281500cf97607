"""Tables put below each other, whatever columns each of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..columns import Annotations, Images, Ragged, join_annotations, join_ragged
from ..rle import segmentations

_WHOLE = ("id", "image_id", "category_id", "num_keypoints")
_FLAGS = ("iscrowd", "ignore")


def join_tables(parts: Sequence[Annotations]) -> Annotations:
    """All rows in order, copied; a column that some part lacks is filled with what stands for an absent value."""
    names = [name for name in Annotations.__slots__ if any(getattr(part, name) is not None for part in parts)]
    return join_annotations([_filled(part, names) for part in parts])


def join_images(parts: Sequence[Images]) -> Images:
    """All images in order, copied; at least one part."""
    named = any(part.file_name is not None for part in parts)
    extra = any(part.extras is not None for part in parts)
    return Images(
        id=np.concatenate([part.id for part in parts]),
        width=np.concatenate([part.width for part in parts]),
        height=np.concatenate([part.height for part in parts]),
        file_name=[name for part in parts for name in part.file_name or [None] * len(part)] if named else None,
        extras=join_ragged([_no_text(len(part)) if part.extras is None else part.extras for part in parts])
        if extra else None,
    )  # fmt: skip


def _filled(part: Annotations, names: Sequence[str]) -> Annotations:
    missing = [name for name in names if getattr(part, name) is None]
    return replace(part, **{name: _absent(name, len(part)) for name in missing})


def _absent(name: str, count: int) -> Any:
    """A column of absent values."""
    if name in _WHOLE:
        return np.zeros(count, np.int64)
    if name in _FLAGS:
        return np.zeros(count, np.uint8)
    if name == "bbox":
        return np.zeros((count, 4))
    if name == "captions":
        return [None] * count
    if name == "segmentation":
        return segmentations([None] * count)
    if name == "keypoints":
        return Ragged(np.empty(0), np.zeros(count + 1, np.int64))
    return _no_text(count) if name == "extras" else np.zeros(count)


def _no_text(count: int) -> Ragged:
    return Ragged(np.empty(0, np.uint8), np.zeros(count + 1, np.int64))

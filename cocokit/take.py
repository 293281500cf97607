"""Some rows of columns, as new columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Annotations, Images, Int64, Ragged, Segmentations


def take_ragged(ragged: Ragged, rows: Int64) -> Ragged:
    """The given rows of a Ragged, copied; ``rows`` is (M,) int64, in any order, repeats allowed."""
    offsets, index = _spread(ragged.offsets, rows)
    return Ragged(ragged.values[index], offsets)


def take_segmentations(outlines: Segmentations, rows: Int64) -> Segmentations:
    """The given rows of outlines, copied."""
    rings, index = _spread(outlines.rings, rows)
    xy = take_ragged(outlines.xy, index)
    text, counts = take_ragged(outlines.text, rows), take_ragged(outlines.counts, rows)
    return Segmentations(outlines.kind[rows], outlines.size[rows], rings, xy, text, counts)


def take_annotations(annotations: Annotations, rows: Int64) -> Annotations:
    """The given rows of annotations, copied."""
    return Annotations(**{name: _take(getattr(annotations, name), rows) for name in Annotations.__slots__})


def take_images(images: Images, rows: Int64) -> Images:
    """The given rows of images, copied."""
    return Images(**{name: _take(getattr(images, name), rows) for name in Images.__slots__})


def _take(column: Any, rows: Int64) -> Any:
    if column is None:
        return None
    if isinstance(column, Ragged):
        return take_ragged(column, rows)
    if isinstance(column, Segmentations):
        return take_segmentations(column, rows)
    if isinstance(column, list):
        return [column[i] for i in rows.tolist()]
    return column[rows]


def _spread(offsets: Int64, rows: Int64) -> tuple[Int64, Int64]:
    """New offsets of the chosen rows, and the positions of all their values."""
    lengths = offsets[rows + 1] - offsets[rows]
    made = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=made[1:])
    return made, np.repeat(offsets[rows] - made[:-1], lengths) + np.arange(made[-1])

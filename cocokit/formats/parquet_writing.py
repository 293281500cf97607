"""Columns of annotations and images as Arrow tables, without a Python object per row but for texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ..columns import (
    KIND_COUNTS,
    KIND_NONE,
    KIND_POLYGONS,
    KIND_RLE,
    Annotations,
    Bools,
    Field,
    Images,
    Int64,
    Ragged,
    Segmentations,
    offsets_of,
    take_ragged,
    take_segmentations,
)
from ..errors import DataError

#: Columns of one number a row: the bit and the type of each.
NUMBERS = {
    "id": (Field.ID, pa.int64()),
    "image_id": (Field.IMAGE_ID, pa.int64()),
    "category_id": (Field.CATEGORY_ID, pa.int64()),
    "area": (Field.AREA, pa.float64()),
    "iscrowd": (Field.ISCROWD, pa.bool_()),
    "ignore": (Field.IGNORE, pa.bool_()),
    "score": (Field.SCORE, pa.float64()),
    "num_keypoints": (Field.NUM_KEYPOINTS, pa.int64()),
}


def table_of_images(images: Images) -> pa.Table:
    """The table of images."""
    columns = {"id": pa.array(images.id), "width": pa.array(images.width), "height": pa.array(images.height)}
    if images.file_name is not None:
        columns["file_name"] = strings(images.file_name)
    if images.extras is not None:
        columns["extras"] = _objects(images.extras)
    return pa.table(columns)


def table_of_annotations(a: Annotations) -> pa.Table:
    """The table of annotations."""
    columns: dict[str, pa.Array] = {}
    for name, (field, kind) in NUMBERS.items():
        values = getattr(a, name)
        if values is not None:
            values = values.astype(np.bool_) if kind == pa.bool_() else values
            columns[name] = pa.array(np.ascontiguousarray(values), kind, mask=~a.has(field))
    if a.bbox is not None:
        flat = np.ascontiguousarray(a.bbox).reshape(-1)
        columns["bbox"] = _lists(Ragged(flat, 4 * np.arange(len(a) + 1)), a.has(Field.BBOX))
    if a.segmentation is not None:
        columns |= _outlines(a.segmentation, a.has(Field.SEGMENTATION))
    if a.keypoints is not None:
        columns["keypoints"] = _lists(a.keypoints, a.has(Field.KEYPOINTS))
    if a.captions is not None:
        columns["caption"] = strings(a.captions)
    if a.extras is not None:
        columns["extras"] = _objects(a.extras)
    # a table without columns would forget how many rows it has
    return pa.table(columns or {"id": pa.nulls(len(a), pa.int64())})


def _outlines(outlines: Segmentations, has: Bools) -> dict[str, pa.Array]:
    """Four columns: a row has polygons, or the size and either form of an RLE."""
    kind = outlines.kind
    drawn = has & ((kind == KIND_POLYGONS) | (kind == KIND_NONE))
    masked = has & ~drawn
    chosen = take_segmentations(outlines, np.flatnonzero(drawn))
    rings = pa.LargeListArray.from_arrays(pa.array(chosen.xy.offsets), pa.array(chosen.xy.values))
    sizes = Ragged(np.ascontiguousarray(outlines.size).reshape(-1), 2 * np.arange(len(kind) + 1))
    return {
        "polygons": pa.LargeListArray.from_arrays(_offsets(np.diff(chosen.rings), drawn), rings),
        "rle_size": _lists(sizes, masked),
        "rle_counts": _texts(outlines.text, has & (kind == KIND_RLE)),
        "rle_runs": _lists(outlines.counts, has & (kind == KIND_COUNTS)),
    }


def _offsets(lengths: Int64, has: Bools) -> pa.Array:
    """Offsets of lists that only some rows have; null for the others. ``lengths`` are those of the rows that have."""
    all_lengths = np.zeros(len(has), np.int64)
    all_lengths[has] = lengths
    return pa.array(offsets_of(all_lengths), mask=np.append(~has, False))


def _lists(ragged: Ragged, has: Bools) -> pa.Array:
    chosen = take_ragged(ragged, np.flatnonzero(has))
    return pa.LargeListArray.from_arrays(_offsets(np.diff(chosen.offsets), has), pa.array(chosen.values))


def _texts(ragged: Ragged, has: Bools) -> pa.Array:
    """Rows of bytes as strings. Raises DataError for bytes that are none."""
    texts: list[str | None] = [None] * len(has)
    try:
        for row in np.flatnonzero(has).tolist():
            texts[row] = ragged[row].tobytes().decode()
    except UnicodeDecodeError:
        raise DataError("dataset", "annotations", "has text that is not UTF-8", "Parquet holds UTF-8 only") from None
    return strings(texts)


def _objects(extras: Ragged) -> pa.Array:
    """Raw members as JSON objects; null where there are none."""
    texts = [extras[row].tobytes() for row in range(len(extras))]
    return strings([f"{{{text.decode()}}}" if text else None for text in texts])


def strings(values: Sequence[str | None]) -> pa.Array:
    """Strings or nulls. Raises DataError for a text that UTF-8 cannot hold."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError as error:
        raise DataError("dataset", "", f"has a text that is not UTF-8: {error.object[:40]!r}", "rename it") from None

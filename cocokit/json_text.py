"""Columns to JSON text, byte for byte the same for the same columns.

Members come in the order of :class:`cocokit.columns.Field` (box, then area, ...), then the members that no column
holds, as they were. Numbers that are whole are written as integers, all others by ``repr``, which reads back to the
same bits; NaN and infinities as Python's json writes them. Text is not escaped beyond need.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .columns import (
    KIND_COUNTS,
    KIND_POLYGONS,
    KIND_RLE,
    Annotations,
    CategoryRow,
    Field,
    Float64,
    Images,
    Ragged,
    Segmentations,
)

#: Rows that are turned into text at once; bounds the memory of a writer.
BLOCK = 2048

_encode = json.JSONEncoder(ensure_ascii=False).encode


def number_texts(values: Float64) -> list[str]:
    """One JSON number for each of the (N,) values.

    >>> import numpy as np
    >>> number_texts(np.array([462.0, 0.1, -0.0, 1e300, np.nan]))
    ['462', '0.1', '-0.0', '1e+300', 'NaN']
    """
    with np.errstate(invalid="ignore"):
        whole = (values == np.floor(values)) & (np.abs(values) < 2.0**53) & ~((values == 0) & np.signbit(values))
        integers = np.where(whole, values, 0.0).astype(np.int64)
    texts = [
        str(i) if w else repr(f) for i, w, f in zip(integers.tolist(), whole.tolist(), values.tolist(), strict=True)
    ]
    for i in np.flatnonzero(~np.isfinite(values)).tolist():
        texts[i] = json.dumps(float(values[i]))
    return texts


def string_text(value: str) -> str:
    """A JSON string, unescaped where UTF-8 can hold it."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value)
    return _encode(value)


def annotation_texts(annotations: Annotations, start: int, stop: int) -> list[str]:
    """One JSON object for each row from ``start`` to ``stop``."""
    parts = []
    for field, make in _FIELDS:
        has = annotations.has(field)[start:stop]
        if not has.any():
            continue
        name = f'"{(field.name or "").lower()}":'
        made = make(annotations, start, stop)
        parts.append([name + text if yes else "" for text, yes in zip(made, has.tolist(), strict=True)])
    if annotations.extras is not None:
        parts.append(_raw(annotations.extras, start, stop))
    if not parts:
        return ["{}"] * (stop - start)
    return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*parts, strict=True)]


def image_texts(images: Images, start: int, stop: int) -> list[str]:
    """One JSON object for each image from ``start`` to ``stop``."""
    parts = [[f'"id":{i}' for i in images.id[start:stop].tolist()]]
    for name, column in (("width", images.width), ("height", images.height)):
        parts.append([f'"{name}":{v}' if v else "" for v in column[start:stop].tolist()])
    if images.file_name is not None:
        names = images.file_name[start:stop]
        parts.append(["" if name is None else f'"file_name":{string_text(name)}' for name in names])
    if images.extras is not None:
        parts.append(_raw(images.extras, start, stop))
    return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*parts, strict=True)]


def category_members(row: CategoryRow) -> dict[str, Any]:
    """The members of one category, as JSON has them."""
    members: dict[str, Any] = {"id": row.id}
    if row.name:
        members["name"] = row.name
    if row.supercategory is not None:
        members["supercategory"] = row.supercategory
    return members | row.other


def blocks(count: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of the blocks that cover ``count`` rows."""
    for start in range(0, count, BLOCK):
        yield start, min(start + BLOCK, count)


def _raw(extras: Ragged, start: int, stop: int) -> list[str]:
    return [extras[i].tobytes().decode("utf-8") for i in range(start, stop)]


def _integers(name: str) -> Callable[[Annotations, int, int], list[str]]:
    return lambda a, start, stop: list(map(str, getattr(a, name)[start:stop].tolist()))


def _numbers(name: str) -> Callable[[Annotations, int, int], list[str]]:
    return lambda a, start, stop: number_texts(getattr(a, name)[start:stop])


def _boxes(a: Annotations, start: int, stop: int) -> list[str]:
    assert a.bbox is not None
    texts = number_texts(a.bbox[start:stop].reshape(-1))
    return ["[" + ",".join(texts[i : i + 4]) + "]" for i in range(0, len(texts), 4)]


def _lists(rows: Ragged, start: int, stop: int) -> list[str]:
    first = int(rows.offsets[start])
    texts = _number_list(rows.values[first : rows.offsets[stop]])
    cuts = (rows.offsets[start : stop + 1] - first).tolist()
    return ["[" + ",".join(texts[i:j]) + "]" for i, j in itertools.pairwise(cuts)]


def _number_list(values: Any) -> list[str]:
    return number_texts(values) if values.dtype.kind == "f" else list(map(str, values.tolist()))


def _keypoints(a: Annotations, start: int, stop: int) -> list[str]:
    assert a.keypoints is not None
    return _lists(a.keypoints, start, stop)


def _captions(a: Annotations, start: int, stop: int) -> list[str]:
    assert a.captions is not None
    return ["" if text is None else string_text(text) for text in a.captions[start:stop]]


def _segmentations(a: Annotations, start: int, stop: int) -> list[str]:
    s = a.segmentation
    assert s is not None
    first = int(s.rings[start])
    rings = _lists(s.xy, first, int(s.rings[stop]))
    cuts = (s.rings[start : stop + 1] - first).tolist()
    kinds = s.kind[start:stop].tolist()
    polygons = (rings[i:j] for i, j in itertools.pairwise(cuts))
    return [
        "[" + ",".join(own) + "]" if kind <= KIND_POLYGONS else _rle(s, row, kind)
        for row, kind, own in zip(range(start, stop), kinds, polygons, strict=True)
    ]


def _rle(s: Segmentations, row: int, kind: int) -> str:
    height, width = s.size[row].tolist()
    if kind == KIND_RLE:
        counts = string_text(s.text[row].tobytes().decode("utf-8", "surrogatepass"))
    else:
        assert kind == KIND_COUNTS
        counts = "[" + ",".join(map(str, s.counts[row].tolist())) + "]"
    return f'{{"size":[{height},{width}],"counts":{counts}}}'


_FIELDS: tuple[tuple[Field, Callable[[Annotations, int, int], list[str]]], ...] = (
    (Field.ID, _integers("id")),
    (Field.IMAGE_ID, _integers("image_id")),
    (Field.CATEGORY_ID, _integers("category_id")),
    (Field.BBOX, _boxes),
    (Field.AREA, _numbers("area")),
    (Field.ISCROWD, _integers("iscrowd")),
    (Field.IGNORE, _integers("ignore")),
    (Field.SCORE, _numbers("score")),
    (Field.SEGMENTATION, _segmentations),
    (Field.KEYPOINTS, _keypoints),
    (Field.NUM_KEYPOINTS, _integers("num_keypoints")),
    (Field.CAPTION, _captions),
)

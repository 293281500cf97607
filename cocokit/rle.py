"""One mask at a time as COCO writes it: run-length encoded, column-major, background first.

An RLE is a dict ``{"size": [height, width], "counts": ...}``; ``counts`` is a compressed text (``str`` or ``bytes``,
PARITY K3) or an uncompressed list of run lengths. Every function here takes any of them, and gives texts as ``str``,
ready for JSON. Results are those of pycocotools 2.0.11 bit for bit; text that it decodes to garbage (X11) is refused.
Whole columns of masks are in :mod:`cocokit.masks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .columns import KIND_COUNTS, KIND_NONE, KIND_POLYGONS, KIND_RLE, Float64, Int64, Ragged, Segmentations
from .errors import DataError
from .kernels.overlap import merge_two
from .kernels.runs import EMPTY_RUNS, encode_texts
from .masks import STATUS_TEXT, Masks, Measures, UInt32, ends_to_runs, measure, runs_of

__all__ = [
    "Measures", "Rle", "area", "bbox", "compress", "decode", "encode", "from_bbox", "from_polygons", "iou", "measure",
    "merge", "runs", "runs_of", "segmentations", "uncompress",
]  # fmt: skip


class Rle(TypedDict):
    """A run-length encoded mask: ``size`` [height, width] px and ``counts``, compressed text or list of run lengths."""

    size: list[int]
    counts: str | bytes | list[int]


def encode(mask: ArrayLike) -> Rle:
    """The compressed RLE of a mask.

    Args:
        mask: (H, W) of any dtype; what is not zero is foreground (PARITY G6).

    >>> encode([[0, 1], [0, 1]])
    {'size': [2, 2], 'counts': '22'}
    >>> encode(np.zeros((0, 3)))
    {'size': [0, 3], 'counts': '0'}
    """
    pixels = np.asarray(mask) != 0
    if pixels.ndim != 2:
        raise DataError("mask", "", f"has shape {pixels.shape}", "give an array of height and width")
    flat = pixels.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat, prepend=False))
    return _written(np.append(changes, flat.size).astype(np.uint32), *pixels.shape)


def decode(rle: Rle) -> NDArray[np.bool_]:
    """The (H, W) bool mask of an RLE.

    Raises:
        DataError: the counts are damaged or do not sum to the image (PARITY H1, X11).

    >>> decode({"size": [2, 2], "counts": "22"}).astype(int).tolist()
    [[0, 1], [0, 1]]
    """
    lengths = runs(rle)
    h, w = _size(rle)
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return flat.reshape((h, w), order="F")


def area(rle: Rle) -> int:
    """Number of foreground pixels; raises DataError for damaged counts.

    >>> area({"size": [2, 2], "counts": "22"}), area({"size": [2, 2], "counts": "4"})
    (2, 0)
    """
    return int(_good(rle).measures.area[0])


def bbox(rle: Rle) -> list[float]:
    """The tight box [x, y, w, h] px; [0, 0, 0, 0] for an empty mask; raises DataError for damaged counts.

    >>> bbox({"size": [2, 2], "counts": "22"})
    [1.0, 0.0, 1.0, 2.0]
    """
    return [float(v) for v in _good(rle).measures.bbox[0]] if area(rle) else [0.0] * 4


def runs(rle: Rle) -> UInt32:
    """(R,) uint32 run lengths, background first; raises DataError for damaged counts."""
    ends = _ends(rle)
    return ends_to_runs(Ragged(ends, np.array([0, len(ends)], np.int64)))


def uncompress(rle: Rle) -> Rle:
    """The same mask with its counts as a list; raises DataError for damaged counts.

    >>> uncompress({"size": [2, 2], "counts": "22"})
    {'size': [2, 2], 'counts': [2, 2]}
    """
    return {"size": list(_size(rle)), "counts": runs(rle).tolist()}


def compress(rle: Rle) -> Rle:
    """The same mask with its counts as text; raises DataError for damaged counts.

    >>> compress({"size": [2, 2], "counts": [2, 2]})
    {'size': [2, 2], 'counts': '22'}
    """
    return _written(_ends(rle), *_size(rle))


def merge(rles: Sequence[Rle], intersect: bool = False) -> Rle:
    """Union, or intersection, of masks of one size.

    Args:
        rles: at least one.
        intersect: the intersection instead of the union.

    Raises:
        DataError: there is no mask, sizes differ (pycocotools gives an empty one, PARITY H2), or counts are damaged.

    >>> merge([{"size": [2, 2], "counts": [2, 2]}, {"size": [2, 2], "counts": [3, 1]}], intersect=True)
    {'size': [2, 2], 'counts': '31'}
    """
    sizes = sorted({_size(r) for r in rles})
    if len(sizes) != 1:
        found = ", ".join(map(str, sizes)) or "none"
        raise DataError("masks", "size", f"masks of one size are merged, these have {found}", "give masks of one image")
    merged = _ends(rles[0])
    for rle in rles[1:]:
        merged = merged_ends(merged, _ends(rle), intersect)
    return _written(merged, *sizes[0])


def merged_ends(a: UInt32, b: UInt32, intersect: bool) -> UInt32:
    """Ends of the union or intersection of two masks given as ends; ValueError where rleMerge would never return."""
    out = np.empty(len(a) + len(b) + 1, np.uint32)
    used = merge_two(np.ascontiguousarray(a), len(a), np.ascontiguousarray(b), len(b), out, int(intersect))
    if used < 0:
        raise ValueError("masks whose runs sum to different numbers cannot be merged")
    return out[:used]


def iou(dt: Sequence[Rle], gt: Sequence[Rle], iscrowd: ArrayLike) -> Float64:
    """(D, G) float64 IoU of every pair; 0 where boxes do not overlap (PARITY I1), -1 where sizes differ (I2).

    Args:
        dt: D masks.
        gt: G masks.
        iscrowd: (G,) true for crowd regions: their IoU is intersection over the detection's area (E1).

    >>> iou([{"size": [2, 2], "counts": "22"}], [{"size": [2, 2], "counts": "31"}], [False]).tolist()
    [[0.5]]
    >>> iou([], [], []).shape
    (0, 0)
    """
    crowd = np.ascontiguousarray(np.asarray(iscrowd, np.bool_), np.uint8)
    d, g = np.divmod(np.arange(len(dt) * len(gt)), max(len(gt), 1))
    pairs = Masks(segmentations(dt)).ious(d, Masks(segmentations(gt)), g, crowd)
    return pairs.reshape(len(dt), len(gt))


def from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """The union of polygons, drawn as rleFrPoly draws them (PARITY H3 to H5, K2).

    Args:
        polygons: rings x0, y0, x1, y1, ... px, origin at the outer corner of the top-left pixel; none is an empty mask.
        height: of the image, px.
        width: of the image, px.

    >>> from_polygons([[1, 0, 3, 0, 3, 2, 1, 2]], 2, 4)
    {'size': [2, 4], 'counts': '242'}
    >>> from_polygons([], 2, 4)
    {'size': [2, 4], 'counts': '8'}
    """
    drawn = Masks(segmentations([list(polygons)]), np.array([[height, width]], np.int64))
    return _written(drawn.ends(np.zeros(1, np.int64)).values, height, width)


def from_bbox(box: Sequence[float], height: int, width: int) -> Rle:
    """A box [x, y, w, h] px drawn as a polygon of four corners (PARITY H6).

    >>> from_bbox([1, 0, 2, 2], 2, 4)
    {'size': [2, 4], 'counts': '242'}
    """
    x0, y0, w, h = (float(v) for v in box)
    x1, y1 = x0 + w, y0 + h
    return from_polygons([[x0, y0, x0, y1, x1, y1, x1, y0]], height, width)


def segmentations(outlines: Sequence[Any]) -> Segmentations:
    """Outlines as COCO writes them -> columns.

    Args:
        outlines: N values of a ``segmentation`` field: lists of polygons, RLEs, or None.
    """
    n = len(outlines)
    kind, size = np.zeros(n, np.uint8), np.zeros((n, 2), np.int64)
    rings, texts, counts = [0], [b""] * n, [np.empty(0, np.int64)] * n
    xy: list[NDArray[Any]] = []
    for i, outline in enumerate(outlines):
        kind[i] = KIND_NONE
        if isinstance(outline, dict):
            size[i], written = outline["size"], outline["counts"]
            kind[i] = KIND_RLE if isinstance(written, (str, bytes)) else KIND_COUNTS
            if kind[i] == KIND_COUNTS:
                counts[i] = np.asarray(written, np.int64)
            else:
                texts[i] = written.encode() if isinstance(written, str) else written
        elif outline is not None and len(outline):
            kind[i] = KIND_POLYGONS
            xy += [np.asarray(ring, np.float64).reshape(-1) for ring in outline]
        rings.append(len(xy))
    blob = np.frombuffer(b"".join(texts), np.uint8)
    return Segmentations(kind, size, np.array(rings, np.int64), _ragged(xy, np.float64),
                         Ragged(blob, _offsets(texts)), _ragged(counts, np.int64))  # fmt: skip


def _ragged(rows: list[NDArray[Any]], dtype: type) -> Ragged:
    return Ragged(np.concatenate([np.empty(0, dtype), *rows]), _offsets(rows))


def _offsets(rows: Sequence[Any]) -> Int64:
    return np.cumsum([0, *map(len, rows)], dtype=np.int64)


def text_of(ends: Ragged) -> list[bytes]:
    """Compressed counts of decoded masks."""
    text = np.empty(7 * len(ends.values), np.uint8)
    offsets = np.empty(len(ends) + 1, np.int64)
    encode_texts(ends.values, ends.offsets, len(ends), text, offsets)
    blob = text[: offsets[-1]].tobytes()
    return [blob[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]


def _written(ends: UInt32, height: int, width: int) -> Rle:
    one = Ragged(np.ascontiguousarray(ends), np.array([0, len(ends)], np.int64))
    return {"size": [int(height), int(width)], "counts": text_of(one)[0].decode("ascii")}


def _size(rle: Rle) -> tuple[int, int]:
    h, w = rle["size"]
    return int(h), int(w)


def _ends(rle: Rle) -> UInt32:
    return np.asarray(_good(rle).ends(np.zeros(1, np.int64)).values, np.uint32)


def _good(rle: Rle) -> Masks:
    """The mask, measured and found to be undamaged."""
    masks = Masks(segmentations([rle]))
    status = int(masks.measures.status[0])
    if status > EMPTY_RUNS:
        h, w = _size(rle)
        total = int(masks.measures.total[0])
        raise DataError("mask", "counts", f"has {STATUS_TEXT[status]} (they sum to {total:,}, the image has {h * w:,})",
                        "write the mask again from its pixels")  # fmt: skip
    return masks

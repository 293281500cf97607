"""One mask at a time: run-length encoded, column-major, background first.

Every function takes a :class:`~cocokit.types.Rle`, or the dict ``{"size": [height, width], "counts": ...}`` of COCO's
JSON, with counts as compressed text (``str`` or ``bytes``, PARITY K3) or as a list of run lengths. Results are those of
pycocotools 2.0.11 bit for bit; text that it decodes to garbage (X11) is refused. Whole columns of masks are in
:mod:`cocokit.masks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .columns import (
    KIND_COUNTS,
    KIND_NONE,
    KIND_POLYGONS,
    KIND_RLE,
    Float64,
    Ragged,
    Segmentations,
    UInt32,
    offsets_of,
)
from .errors import DataError
from .kernels.overlap import merge_two
from .kernels.runs import EMPTY_RUNS, encode_texts
from .masks import STATUS_TEXT, Masks, Measures, ends_to_runs, measure, runs_of
from .types import Rle

__all__ = [
    "Measures", "Rle", "RleLike", "area", "bbox", "compress", "decode", "encode", "from_bbox", "from_polygons", "iou",
    "measure", "merge", "merged_ends", "runs", "runs_of", "segmentations", "text_of", "to_coco", "uncompress",
]  # fmt: skip

RleLike = Rle | Mapping[str, Any]
_FORM = 'an RLE is {"size": [height, width], "counts": text or run lengths}'
_MOST = 2**63 - 1
_FIRST = np.zeros(1, np.int64)


def encode(mask: ArrayLike) -> Rle:
    """The compressed RLE of a mask.

    Args:
        mask: (H, W) of any dtype; what is not zero is foreground (PARITY G6).

    Raises:
        DataError: the array is not two-dimensional.

    >>> encode([[0, 1], [0, 1]])
    Rle(height=2, width=2, counts=b'22')
    >>> encode(np.zeros((0, 3)))
    Rle(height=0, width=3, counts=b'0')
    """
    pixels = np.asarray(mask) != 0
    if pixels.ndim != 2:
        raise DataError("mask", "", f"has shape {pixels.shape}", "give an array of height and width")
    flat = pixels.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat, prepend=False))
    return _written(np.append(changes, flat.size).astype(np.uint32), pixels.shape[0], pixels.shape[1])


def decode(rle: RleLike) -> NDArray[np.bool_]:
    """The (H, W) bool mask of an RLE.

    Raises:
        DataError: the counts are damaged or do not sum to the image (PARITY H1, X11).

    >>> decode({"size": [2, 2], "counts": "22"}).astype(int).tolist()
    [[0, 1], [0, 1]]
    """
    height, width, _ = _parts(rle)
    lengths = runs(rle)
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return flat.reshape((height, width), order="F")


def area(rle: RleLike) -> int:
    """Number of foreground pixels; raises DataError for damaged counts.

    >>> area({"size": [2, 2], "counts": "22"}), area({"size": [2, 2], "counts": "4"})
    (2, 0)
    """
    return int(_good(rle).measures.area[0])


def bbox(rle: RleLike) -> tuple[float, float, float, float]:
    """The tight box (x, y, w, h) px; four zeros for an empty mask; raises DataError for damaged counts.

    >>> bbox({"size": [2, 2], "counts": "22"})
    (1.0, 0.0, 1.0, 2.0)
    """
    found = _good(rle).measures
    x, y, w, h = found.bbox[0].tolist() if found.area[0] else [0.0] * 4
    return x, y, w, h


def runs(rle: RleLike) -> UInt32:
    """(R,) uint32 run lengths, background first; raises DataError for damaged counts.

    >>> runs({"size": [2, 2], "counts": "22"}).tolist()
    [2, 2]
    """
    return ends_to_runs(_good(rle).ends(_FIRST))


def uncompress(rle: RleLike) -> Rle:
    """The same mask with its counts as run lengths; raises DataError for damaged counts.

    >>> uncompress({"size": [2, 2], "counts": "22"})
    Rle(height=2, width=2, counts=(2, 2))
    """
    height, width, _ = _parts(rle)
    return Rle(height, width, tuple(runs(rle).tolist()))


def compress(rle: RleLike) -> Rle:
    """The same mask with its counts as text; raises DataError for damaged counts.

    >>> compress({"size": [2, 2], "counts": [2, 2]})
    Rle(height=2, width=2, counts=b'22')
    """
    height, width, _ = _parts(rle)
    return _written(_ends(rle), height, width)


def to_coco(rle: RleLike) -> dict[str, Any]:
    """The dict that COCO's JSON has for a mask; counts as they are, text as ``str``.

    >>> to_coco(encode([[0, 1], [0, 1]]))
    {'size': [2, 2], 'counts': '22'}
    """
    height, width, counts = _parts(rle)
    if not isinstance(counts, bytes):
        return {"size": [height, width], "counts": list(counts)}
    if not counts.isascii():
        raise DataError("mask", "counts", "has characters that no compressed RLE has", "write the mask again")
    return {"size": [height, width], "counts": counts.decode()}


def merge(rles: Sequence[RleLike], intersect: bool = False) -> Rle:
    """Union, or intersection, of masks of one size.

    Args:
        rles: at least one.
        intersect: the intersection instead of the union.

    Raises:
        DataError: there is no mask, sizes differ (pycocotools gives an empty one, PARITY H2), or counts are damaged.

    >>> merge([{"size": [2, 2], "counts": [2, 2]}, {"size": [2, 2], "counts": [3, 1]}], intersect=True)
    Rle(height=2, width=2, counts=b'31')
    """
    sizes = sorted({_parts(r)[:2] for r in rles})
    if len(sizes) != 1:
        found = ", ".join(map(str, sizes)) or "none"
        raise DataError("masks", "size", f"masks of one size are merged, these have {found}", "give masks of one image")
    merged = _ends(rles[0])
    for rle in rles[1:]:
        merged = merged_ends(merged, _ends(rle), intersect)
    return _written(merged, *sizes[0])


def merged_ends(a: UInt32, b: UInt32, intersect: bool) -> UInt32:
    """Ends of the union or intersection of two masks of one size, as rleMerge makes it.

    Args:
        a: (E,) uint32 ends of the runs, px, column-major.
        b: (F,) uint32 likewise.
        intersect: the intersection instead of the union.

    Returns:
        (L,) uint32 ends, L at most E + F + 1.

    Raises:
        ValueError: the runs sum to different numbers, and rleMerge would never return.
    """
    out = np.empty(len(a) + len(b) + 1, np.uint32)
    used = merge_two(np.ascontiguousarray(a), len(a), np.ascontiguousarray(b), len(b), out, int(intersect))
    if used < 0:
        raise ValueError("masks whose runs sum to different numbers cannot be merged")
    return out[:used]


def iou(dt: Sequence[RleLike], gt: Sequence[RleLike], iscrowd: ArrayLike) -> Float64:
    """(D, G) float64 IoU of every pair; 0 where boxes do not overlap (PARITY I1), -1 where sizes differ (I2).

    Args:
        dt: D masks.
        gt: G masks.
        iscrowd: (G,) true for crowd regions: their IoU is intersection over the detection's area (E1).

    Raises:
        DataError: counts are damaged, or there is not one flag per ground truth.

    >>> iou([{"size": [2, 2], "counts": "22"}], [{"size": [2, 2], "counts": "31"}], [False]).tolist()
    [[0.5]]
    >>> iou([], [], []).shape
    (0, 0)
    """
    crowd = np.ascontiguousarray(np.asarray(iscrowd, np.bool_), np.uint8)
    if crowd.shape != (len(gt),):
        raise DataError("iscrowd", "", f"has shape {crowd.shape} for {len(gt)} masks", "give one flag per ground truth")
    d, g = np.divmod(np.arange(len(dt) * len(gt)), max(len(gt), 1))
    return _all_good(dt).ious(d, _all_good(gt), g, crowd).reshape(len(dt), len(gt))


def from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """The union of polygons, drawn as rleFrPoly draws them (PARITY H3 to H5, K2).

    Args:
        polygons: rings x0, y0, x1, y1, ... px, origin at the outer corner of the top-left pixel; none is an empty mask.
        height: of the image, px.
        width: of the image, px.

    >>> from_polygons([[1, 0, 3, 0, 3, 2, 1, 2]], 2, 4)
    Rle(height=2, width=4, counts=b'242')
    >>> from_polygons([], 2, 4)
    Rle(height=2, width=4, counts=b'8')
    """
    drawn = Masks(segmentations([list(polygons)]), np.array([[height, width]], np.int64))
    return _written(drawn.ends(_FIRST).values, height, width)


def from_bbox(box: Sequence[float], height: int, width: int) -> Rle:
    """A box (x, y, w, h) px drawn as a polygon of four corners (PARITY H6).

    >>> from_bbox([1, 0, 2, 2], 2, 4)
    Rle(height=2, width=4, counts=b'242')
    """
    x0, y0, w, h = (float(v) for v in box)
    x1, y1 = x0 + w, y0 + h
    return from_polygons([[x0, y0, x0, y1, x1, y1, x1, y0]], height, width)


def segmentations(outlines: Sequence[Any]) -> Segmentations:
    """Outlines -> columns.

    Args:
        outlines: N lists of polygons, RLEs, or None.
    """
    n = len(outlines)
    kind, size = np.zeros(n, np.uint8), np.zeros((n, 2), np.int64)
    rings, texts, counts = [0], [b""] * n, [np.empty(0, np.int64)] * n
    xy: list[NDArray[Any]] = []
    for i, outline in enumerate(outlines):
        kind[i] = KIND_NONE
        if isinstance(outline, (Rle, Mapping)):
            height, width, written = _parts(outline)
            size[i] = height, width
            if isinstance(written, bytes):
                kind[i], texts[i] = KIND_RLE, written
            else:
                kind[i], counts[i] = KIND_COUNTS, np.asarray(written, np.int64)
        elif outline is not None:
            made = _rings(outline)
            kind[i] = KIND_POLYGONS if made else KIND_NONE
            xy += made
        rings.append(len(xy))
    blob = np.frombuffer(b"".join(texts), np.uint8)
    return Segmentations(kind, size, np.array(rings, np.int64), _ragged(xy, np.float64),
                         Ragged(blob, offsets_of(map(len, texts))), _ragged(counts, np.int64))  # fmt: skip


def _rings(outline: Any) -> list[NDArray[Any]]:
    try:
        return [np.asarray(ring, np.float64).reshape(-1) for ring in outline]
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError("mask", "", f"is no list of polygons ({error})", "give rings x0, y0, x1, y1, ... px") from error


def text_of(ends: Ragged) -> list[bytes]:
    """Compressed counts of decoded masks."""
    text = np.empty(7 * len(ends.values), np.uint8)
    offsets = np.empty(len(ends) + 1, np.int64)
    encode_texts(ends.values, ends.offsets, len(ends), text, offsets)
    blob = text[: offsets[-1]].tobytes()
    return [blob[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]


def _ragged(rows: list[NDArray[Any]], dtype: type) -> Ragged:
    return Ragged(np.concatenate([np.empty(0, dtype), *rows]), offsets_of(map(len, rows)))


def _written(ends: UInt32, height: int, width: int) -> Rle:
    one = Ragged(np.ascontiguousarray(ends), np.array([0, len(ends)], np.int64))
    return Rle(int(height), int(width), text_of(one)[0])


def _parts(rle: RleLike) -> tuple[int, int, bytes | Sequence[int]]:
    """Height, width and counts, text as bytes."""
    if isinstance(rle, Rle):
        return rle.height, rle.width, rle.counts
    try:
        height, width = (_whole(v) for v in rle["size"])
        counts = rle["counts"]
        if isinstance(counts, (str, bytes)):
            return height, width, counts.encode("utf-8", "surrogatepass") if isinstance(counts, str) else counts
        return height, width, [_whole(v) for v in counts]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError("mask", "", f"is no RLE ({type(error).__name__}: {error})", _FORM) from error


def _whole(value: Any) -> int:
    number = int(value)
    if isinstance(value, (str, bytes)) or number != value or not -_MOST <= number <= _MOST:
        raise ValueError(f"{value!r} is no whole number of 64 bits")
    return number


def _ends(rle: RleLike) -> UInt32:
    return np.asarray(_good(rle).ends(_FIRST).values, np.uint32)


def _good(rle: RleLike) -> Masks:
    return _all_good([rle])


def _all_good(rles: Sequence[RleLike]) -> Masks:
    """Masks, measured and found to be undamaged."""
    masks = Masks(segmentations(rles))
    bad = np.flatnonzero(masks.measures.status > EMPTY_RUNS)
    if len(bad):
        row = int(bad[0])
        height, width = masks.size[row].tolist()
        raise DataError(
            "mask" if len(rles) == 1 else "masks", "counts" if len(rles) == 1 else f"[{row}].counts",
            f"has {STATUS_TEXT[int(masks.measures.status[row])]} (they sum to {int(masks.measures.total[row]):,}, the "
            f"image has {height * width:,})",
            "write the mask again from its pixels", len(bad),
        )  # fmt: skip
    return masks

"""``pycocotools.mask`` in cocokit: the same names, arguments, results and odd corners.

``from cocokit.eval.dropin import mask`` stands for ``from pycocotools import mask``. Where pycocotools raises a bare
``Exception`` this raises :class:`~cocokit.errors.CocokitError`; where it reads beyond its memory or never returns
(texts cut inside a number, masks whose runs sum to different numbers), this stops; and ``area`` takes more than 255
masks under NumPy 2.

RLEs are dicts of ``size`` [height, width] and compressed ``counts``, given as ``bytes`` and taken as ``str`` too
(PARITY K3). Damaged counts are taken as pycocotools takes them (X11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import KIND_POLYGONS, KIND_RLE, Bools, Float64, Int64, Ragged, Segmentations, UInt8, UInt32
from cocokit.errors import CocokitError
from cocokit.masks import Masks, ends_of, ends_to_runs, runs_to_ends
from cocokit.rle import merged_ends, text_of

__all__ = ["area", "decode", "encode", "frPyObjects", "iou", "merge", "toBbox"]

RleDict = dict[str, Any]


def encode(bimask: NDArray[Any]) -> Any:
    """RLEs of masks.

    Args:
        bimask: (H, W) for one RLE or (H, W, N) for a list of N; uint8 or bool in column-major (Fortran) order. A change
            of value begins a new run: 1 followed by 2 is foreground followed by background (PARITY G6).

    Raises:
        ValueError: another dtype or memory order. Arrays of other dimensions give None.
    """
    if len(bimask.shape) not in (2, 3):
        return None
    stack = bimask if len(bimask.shape) == 3 else bimask.reshape((*bimask.shape, 1), order="F")
    if stack.dtype not in (np.dtype(np.uint8), np.dtype(np.bool_)):
        raise ValueError(f"masks are uint8, these are {stack.dtype}; use mask.astype(np.uint8, order='F')")
    if not stack.flags.f_contiguous:
        raise ValueError("masks must be in Fortran order; use np.asfortranarray(mask)")
    h, w, n = stack.shape
    rles = [_written(_ends_of_pixels(stack[:, :, i].reshape(-1, order="F").view(np.uint8)), h, w) for i in range(n)]
    return rles if len(bimask.shape) == 3 else rles[0]


def decode(rleObjs: Any) -> UInt8:
    """Masks of RLEs: (H, W) uint8 of one, (H, W, N) of a list, column-major.

    Raises:
        ValueError: there are more pixels in the runs than in the masks (PARITY H1).
    """
    if type(rleObjs) is not list:
        return decode([rleObjs])[:, :, 0]
    if not rleObjs:
        raise ValueError("Invalid RLE mask representation: there is none")
    columns = _columns(rleObjs)
    h, w = columns.size[0].tolist()
    ends = _ends(columns)
    runs = ends_to_runs(ends)
    pixels = np.zeros(h * w * len(rleObjs), np.uint8)
    if int(runs.sum(dtype=np.int64)) > len(pixels):
        raise ValueError("Invalid RLE mask representation: its runs are longer than the mask")
    within = np.arange(len(runs)) - np.repeat(ends.offsets[:-1], np.diff(ends.offsets))
    flat = np.repeat((within % 2).astype(np.uint8), runs)
    pixels[: len(flat)] = flat
    return pixels.reshape((h, w, len(rleObjs)), order="F")


def merge(rleObjs: Sequence[RleDict], intersect: Any = 0) -> RleDict:
    """Union of RLEs, or their intersection; masks of different size give an empty RLE of size [0, 0] (PARITY H2)."""
    columns = _columns(rleObjs)
    both = _integer(intersect) != 0
    if not len(columns) or (columns.size != columns.size[0]).any():
        return {"size": [0, 0], "counts": b""}
    ends = _ends(columns)
    merged: UInt32 = ends[0]
    for i in range(1, len(ends)):
        merged = merged_ends(merged, ends[i], both)
    return _written(merged, *columns.size[0].tolist())


def area(rleObjs: Any) -> Any:
    """Foreground pixels: one uint32 of one RLE, (N,) uint32 of a list."""
    if type(rleObjs) is not list:
        return area([rleObjs])[0]
    return Masks(_columns(rleObjs)).measures.area.astype(np.int64).astype(np.uint32)


def toBbox(rleObjs: Any) -> Float64:
    """Boxes [x, y, w, h] px: (4,) float64 of one RLE, (N, 4) of a list."""
    if type(rleObjs) is not list:
        return np.asarray(toBbox([rleObjs])[0])
    return Masks(_columns(rleObjs)).measures.bbox


def iou(dt: Any, gt: Any, pyiscrowd: Any) -> Any:
    """IoU of every pair of two lists of RLEs, or of two sets of boxes [x, y, w, h].

    Args:
        dt: D RLEs, or boxes as a list of lists or as a (D, 4) array.
        gt: G of the same kind.
        pyiscrowd: (G,) 1 for crowd regions: their IoU is intersection over the detection's area (PARITY E1, E3).

    Returns:
        (D, G) float64, or ``[]`` when a side is empty (I5). Masks of different sizes give -1 (I2).

    Raises:
        AssertionError: there is not one flag per ground truth.
        CocokitError: the two sides are not of one kind (K4), or of none.
        TypeError, ValueError: other odd arguments, as in pycocotools.
    """
    crowd = np.array(pyiscrowd, dtype=np.uint8)
    if crowd.ndim != 1:
        raise ValueError(f"iscrowd has {crowd.ndim} dimensions; give one flag per ground truth")
    left, right = _side(dt), _side(gt)
    if len(crowd) != len(right):
        raise AssertionError("iou(iscrowd=) must have the same length as gt")
    if not len(left) or not len(right):
        return []
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return _box_ious(left, right, crowd != 0)
    if not isinstance(left, Segmentations) or not isinstance(right, Segmentations):
        raise CocokitError("dt and gt are of different kinds; give RLEs on both sides or boxes on both sides")
    d, g = np.divmod(np.arange(len(left) * len(right)), len(right))
    return np.asfortranarray(Masks(left).ious(d, Masks(right), g, crowd).reshape(len(left), len(right)))


def frPyObjects(pyobj: Any, h: Any, w: Any) -> Any:
    """RLEs of polygons, boxes or uncompressed RLEs.

    Args:
        pyobj: a list of polygons x0, y0, x1, y1, ... (more than four numbers in the first), a (N, 4) float64 array of
            boxes, or one or a list of uncompressed RLEs, which have sizes of their own.
        h: height of the image, px.
        w: width of the image, px.

    Raises:
        TypeError: the first polygon has four numbers and would be taken for a box (PARITY K1); boxes as a list.
        CocokitError: anything else.
    """
    if type(pyobj) is np.ndarray:
        return _from_boxes(pyobj, _integer(h), _integer(w))
    if type(pyobj) is dict and "counts" in pyobj and "size" in pyobj:
        return _from_counts([pyobj])[0]
    if type(pyobj) is list:
        first = len(pyobj[0])
        if first == 4:
            raise TypeError("four numbers are a box, and boxes are given as a float64 array of shape (N, 4)")
        if first > 4:
            return _from_polygons(pyobj, _integer(h), _integer(w))
        if type(pyobj[0]) is dict and "counts" in pyobj[0] and "size" in pyobj[0]:
            return _from_counts(pyobj)
    raise CocokitError(f"{type(pyobj).__name__} is none of polygons, boxes and uncompressed RLEs")


# ---------------------------------------------------------------- in and out


def _integer(value: Any) -> int:
    """A size as C takes it: floats are cut, what is negative overflows."""
    if not hasattr(value, "__int__"):
        raise TypeError(f"an integer is required, got {type(value).__name__}")
    return int(value)


def _length(value: Any) -> int:
    number = _integer(value)
    if number < 0:
        raise OverflowError(f"a size cannot be {number}")
    return number


def _columns(rles: Any) -> Segmentations:
    """Compressed RLEs as columns; what is not one raises as pycocotools does (KeyError, TypeError, IndexError)."""
    texts, sizes = [], []
    for rle in rles:
        text = rle["counts"]
        text = text.encode() if type(text) is str else text
        if not isinstance(text, bytes):
            raise TypeError(f"Expected bytes, got {type(text).__name__}; compress counts with frPyObjects first")
        texts.append(text)
        sizes.append([_length(rle["size"][0]), _length(rle["size"][1])])
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    n = len(texts)
    return _outlines(KIND_RLE, np.array(sizes, np.int64).reshape(n, 2),
                     text=Ragged(np.frombuffer(b"".join(texts), np.uint8), offsets))  # fmt: skip


def _outlines(kind: int, size: Int64, xy: Ragged | None = None, text: Ragged | None = None) -> Segmentations:
    n = len(size)
    none = np.zeros(n + 1, np.int64)
    return Segmentations(
        kind=np.full(n, kind, np.uint8),
        size=size,
        rings=none if xy is None else np.arange(n + 1),
        xy=xy or Ragged(np.empty(0), np.zeros(1, np.int64)),
        text=text or Ragged(np.empty(0, np.uint8), none),
        counts=Ragged(np.empty(0, np.int64), none),
    )


def _ends(columns: Segmentations) -> Ragged:
    return ends_of(columns, np.arange(len(columns)), columns.size)


def _ends_of_pixels(flat: UInt8) -> UInt32:
    changes = np.flatnonzero(np.diff(flat, prepend=np.uint8(0)))
    return np.append(changes, len(flat)).astype(np.uint32)


def _written(ends: UInt32, h: int, w: int) -> RleDict:
    one = Ragged(np.ascontiguousarray(ends), np.array([0, len(ends)], np.int64))
    return {"size": [int(h), int(w)], "counts": text_of(one)[0]}


def _side(objects: Any) -> Any:
    """One side of ``iou``: (N, 4) float64 boxes in memory order, or columns of RLEs."""
    if len(objects) == 0:
        return objects
    if type(objects) is np.ndarray:
        if objects.ndim == 1:
            objects = objects.reshape((objects[0], 1))  # by its first value (PARITY I6)
        if objects.ndim != 2 or objects.shape[1] != 4:
            raise CocokitError(f"an array of boxes has the shape (N, 4), this one {objects.shape}")
        return _as_in_memory(objects.astype(np.float64))
    if type(objects) is not list:
        raise CocokitError(f"{type(objects).__name__} is neither a list of RLEs nor boxes as a list or an array")
    if all([len(o) == 4 and type(o) in (list, np.ndarray) for o in objects]):  # every length is asked for
        boxes = np.array(objects, dtype=np.float64)
        if boxes.ndim != 2:
            raise ValueError(f"boxes have two dimensions, these {boxes.ndim}")
        return boxes
    if all(type(o) is dict for o in objects):
        return _columns(objects)
    raise CocokitError("a list holds either boxes of four numbers or RLEs")


def _as_in_memory(boxes: Float64) -> Float64:
    """The numbers in the order in which they lie in memory: C reads no strides."""
    return boxes.ravel(order="K").reshape(-1, 4)


def _box_ious(dt: Float64, gt: Float64, crowd: Bools) -> Float64:
    """(D, G) IoU of boxes in bbIou's order of operations (PARITY I4, I7)."""
    d, g = dt[:, None, :], gt[None, :, :]
    with np.errstate(all="ignore"):
        w = np.fmin(d[..., 2] + d[..., 0], g[..., 2] + g[..., 0]) - np.fmax(d[..., 0], g[..., 0])
        h = np.fmin(d[..., 3] + d[..., 1], g[..., 3] + g[..., 1]) - np.fmax(d[..., 1], g[..., 1])
        shared = w * h
        d_area, g_area = d[..., 2] * d[..., 3], g[..., 2] * g[..., 3]
        found = shared / np.where(crowd[None, :], d_area, d_area + g_area - shared)
    return np.asfortranarray(np.where((w <= 0) | (h <= 0), 0.0, found))


def _from_boxes(boxes: NDArray[Any], h: int, w: int) -> list[RleDict]:
    if boxes.dtype != np.float64 or boxes.ndim != 2:
        raise ValueError(f"boxes are float64 of shape (N, 4), these are {boxes.dtype} of shape {boxes.shape}")
    x0, y0, width, height = _as_in_memory(boxes)[: len(boxes)].T
    x1, y1 = x0 + width, y0 + height
    return _drawn(list(np.stack([x0, y0, x0, y1, x1, y1, x1, y0], axis=1)), h, w)


def _from_polygons(polygons: list[Any], h: int, w: int) -> list[RleDict]:
    rings = []
    for polygon in polygons:
        ring = np.array(polygon, dtype=np.float64, order="F")
        if ring.ndim != 1:
            raise ValueError(f"a polygon is a flat list of numbers, this one has {ring.ndim} dimensions")
        rings.append(ring)
    return _drawn(rings, h, w)


def _drawn(rings: list[Float64], h: int, w: int) -> list[RleDict]:
    size = np.tile(np.array([[_length(h), _length(w)]], np.int64), (len(rings), 1))
    offsets = np.cumsum([0, *map(len, rings)], dtype=np.int64)
    xy = Ragged(np.concatenate([np.empty(0), *rings]), offsets)
    masks = Masks(_outlines(KIND_POLYGONS, size, xy=xy), size)
    return [{"size": [h, w], "counts": t} for t in text_of(masks.ends(np.arange(len(rings))))]


def _from_counts(rles: list[RleDict]) -> list[RleDict]:
    written = []
    for rle in rles:
        counts = np.array(rle["counts"], dtype=np.uint32)
        if counts.ndim != 1:
            raise ValueError(f"uncompressed counts are a list of numbers, these have {counts.ndim} dimensions")
        ends = runs_to_ends(Ragged(counts, np.array([0, len(counts)], np.int64)))
        written.append(_written(ends, _length(rle["size"][0]), _length(rle["size"][1])))
    return written

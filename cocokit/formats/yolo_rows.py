"""What of a dataset becomes a line of labels, and its numbers: parts of the image's width and height."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..columns import (
    KIND_COUNTS,
    KIND_RLE,
    Bools,
    Field,
    Float64,
    Int64,
    Ragged,
    Segmentations,
    offsets_of,
    take_ragged,
    take_segmentations,
)
from ..dataset import Dataset
from ..errors import DataError
from ..ids import repeated, sizes_of_images
from ..places import counted, place
from .losses import rows_of_images

#: Decimals of a pixel to which coordinates are rounded, when they are written and when they are read.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Outlines:
    """Rings of M annotations.

    Attributes:
        rings: (M + 1,) int64: annotation i has the rings ``rings[i]`` to ``rings[i + 1]``, at least one.
        xy: rings of float64 px, three points and more.
        bare: rows among the M that had no such ring: traced masks and boxes.
        rounded, outside: (M,) bool: coordinates that were rounded, or moved to the border.
    """

    rings: Int64
    xy: Ragged
    bare: Int64
    rounded: Bools
    outside: Bools


def kept(dataset: Dataset, outlined: bool = False) -> Bools:
    """(N,) bool: what becomes a line: an instance with a category and a box, or an outline if that counts."""
    a = dataset.annotations
    shaped = a.has(Field.BBOX)
    if outlined and a.segmentation is not None:
        shaped = shaped | (good_rings(a.segmentation)[1] > 0) | is_rle(a.segmentation)
    single = np.ones(len(a), np.bool_) if a.iscrowd is None else a.iscrowd == 0
    return np.asarray(shaped & single & a.has(Field.CATEGORY_ID) & (rows_of_images(dataset) < len(dataset.images)))


def in_order(dataset: Dataset, keep: Bools) -> tuple[Int64, Int64]:
    """Rows that become lines, image by image, and (I + 1,) int64 how many of them come before each image.

    Raises:
        DataError: two images have one id.
    """
    twice = repeated(dataset.images.id)
    if len(twice):
        where = place("images", int(twice[0]), "id")
        raise DataError("dataset", where, f"{dataset.images.id[twice[0]]} is the id of another image too",
                        "cocokit check names them all", len(twice))  # fmt: skip
    rows = np.flatnonzero(keep)
    image = rows_of_images(dataset)[rows]
    order = np.argsort(image, kind="stable")
    return rows[order], offsets_of(np.bincount(image, minlength=len(dataset.images)))


def places_of_categories(dataset: Dataset, rows: Int64) -> Int64:
    """(M,) int64 place of each row's category, from 0. Raises DataError: a category that the dataset does not have."""
    known = np.array([row.id for row in dataset.categories], np.int64)
    assert dataset.annotations.category_id is not None or not len(rows)
    ids = np.empty(0, np.int64) if dataset.annotations.category_id is None else dataset.annotations.category_id[rows]
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], ids), max(len(known) - 1, 0))
    bad = np.flatnonzero(known[order][at] != ids) if len(known) else np.arange(len(ids))
    if len(bad):
        where = place("annotations", int(rows[bad[0]]), "category_id")
        reason = f"is {ids[bad[0]]}, which is none of the {counted(len(known), 'category')}"
        raise DataError("dataset", where, reason, "cocokit check names them all", len(bad))
    return np.asarray(order[at])


def sizes_of(dataset: Dataset, rows: Int64) -> Float64:
    """(M, 2) float64 [width, height] px of the rows' images. Raises DataError: an image that has none."""
    if not len(rows):
        return np.empty((0, 2))
    assert dataset.annotations.image_id is not None
    size = sizes_of_images(dataset.images, dataset.annotations.image_id[rows])[:, ::-1]
    bad = np.flatnonzero((size <= 0).any(axis=1))
    if len(bad):
        image = int(rows_of_images(dataset)[rows[bad[0]]])
        raise DataError("dataset", place("images", image), "has no width and height, which labels are relative to",
                        "add them", len(np.unique(dataset.annotations.image_id[rows[bad]])))  # fmt: skip
    return size.astype(np.float64)


def corners(dataset: Dataset, rows: Int64) -> Float64:
    """(M, 4) float64 [x0, y0, x1, y1] px of the rows' boxes, to a millionth. Raises DataError: NaN, a negative size."""
    assert dataset.annotations.bbox is not None
    box = dataset.annotations.bbox[rows]
    bad = np.flatnonzero(~np.isfinite(box).all(axis=1) | (box[:, 2:] < 0).any(axis=1))
    if len(bad):
        where = place("annotations", int(rows[bad[0]]), "bbox")
        raise DataError("dataset", where, f"is {box[bad[0]].tolist()}, which is no box", "cocokit check names them all",
                        len(bad))  # fmt: skip
    return np.round(np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1), DECIMALS)


def box_numbers(dataset: Dataset, rows: Int64) -> Float64:
    """(M, 4) float64 centre x, centre y, width, height as parts of the image, what lies outside of it cut away."""
    if not len(rows):
        return np.empty((0, 4))
    size = sizes_of(dataset, rows)
    box = np.clip(corners(dataset, rows), 0, np.tile(size, 2))
    return np.concatenate([(box[:, :2] + box[:, 2:]) / 2 / size, (box[:, 2:] - box[:, :2]) / size], axis=1)


def outlines_of(dataset: Dataset, rows: Int64) -> Outlines:
    """Rings of (M,) rows, to a millionth, outside parts moved to the border.

    An RLE is traced, without its holes; where there is no ring of three points it is the box.

    Raises:
        DataError: NaN, or a damaged RLE.
    """
    a, size = dataset.annotations, sizes_of(dataset, rows)
    if a.segmentation is None:
        start, length, row, pool = (np.empty(0, np.int64),) * 3 + (np.empty(0),)
    else:
        outlines = take_segmentations(a.segmentation, rows)
        good, _ = good_rings(outlines)
        start, length, pool = outlines.xy.offsets[:-1][good], np.diff(outlines.xy.offsets)[good], outlines.xy.values
        row = np.repeat(np.arange(len(rows)), np.diff(outlines.rings))[good]
    bare = np.flatnonzero(np.bincount(row, minlength=len(rows)) == 0)
    more = [(int(i), np.asarray(ring, np.float64)) for i in bare for ring in _other_rings(dataset, int(rows[i]))]
    if more:
        lengths = np.array([len(ring) for _, ring in more])
        start = np.concatenate([start, len(pool) + offsets_of(lengths)[:-1]])
        length, row = np.concatenate([length, lengths]), np.concatenate([row, [i for i, _ in more]])
        pool = np.concatenate([pool, *(ring for _, ring in more)])
        order = np.argsort(row, kind="stable")
        start, length, row = start[order], length[order], row[order]
    offsets = offsets_of(length)
    values = pool[np.repeat(start - offsets[:-1], length) + np.arange(offsets[-1])]
    _refuse_odd(values, offsets, rows[row])
    points, count = np.repeat(row, length // 2), len(rows)
    exact = values.reshape(-1, 2)
    rounded = np.round(exact, DECIMALS)
    clipped = np.clip(rounded, 0, size[points])
    return Outlines(
        rings=offsets_of(np.bincount(row, minlength=count)),
        xy=Ragged(clipped.reshape(-1), offsets),
        bare=bare,
        rounded=np.bincount(points, (exact != rounded).any(axis=1), count) > 0,
        outside=np.bincount(points, (rounded != clipped).any(axis=1), count) > 0,
    )


def ring_numbers(dataset: Dataset, rows: Int64, join: Callable[[Int64, Ragged], Ragged]) -> Ragged:
    """Ragged float64 of the (M,) rows: x, y, ... of one ring each, as parts of the image."""
    outlines = outlines_of(dataset, rows)
    found = join(outlines.rings, outlines.xy)
    size = np.repeat(sizes_of(dataset, rows), np.diff(found.offsets) // 2, axis=0)
    return Ragged((found.values.reshape(-1, 2) / size).reshape(-1), found.offsets)


def pose_numbers(dataset: Dataset, rows: Int64, points: int) -> Float64:
    """(M, L) float64 of (M,) rows: the box, then x, y as parts of the image and v of each keypoint; zeros without."""
    made = np.zeros((len(rows), 4 + 3 * points))
    made[:, :4] = box_numbers(dataset, rows)
    if dataset.annotations.keypoints is None or not len(rows):
        return made
    own = take_ragged(dataset.annotations.keypoints, rows)
    whole = np.flatnonzero(np.diff(own.offsets) == 3 * points)
    poses = own.values[own.offsets[whole, None] + np.arange(3 * points)].reshape(len(whole), points, 3)
    bad = np.flatnonzero((~np.isfinite(poses) | (poses[:, :, 2:] < 0) | (poses[:, :, 2:] > 2)).any(axis=(1, 2)))
    if len(bad):
        where = place("annotations", int(rows[whole[bad[0]]]), "keypoints")
        raise DataError("dataset", where, "are no x, y and 0, 1 or 2", "cocokit check names them all", len(bad))
    size = sizes_of(dataset, rows[whole])[:, None, :]
    places = np.clip(np.round(poses[:, :, :2], DECIMALS), 0, size) / size
    made[whole, 4:] = np.concatenate([places, poses[:, :, 2:]], axis=2).reshape(len(whole), 3 * points)
    return made


def good_rings(outlines: Segmentations) -> tuple[Bools, Int64]:
    """(R,) bool which rings have three points and more, and (N,) int64 how many of them each annotation has."""
    length = np.diff(outlines.xy.offsets)
    good = (length >= 6) & (length % 2 == 0)
    total = np.concatenate([[0], np.cumsum(good)])
    return good, total[outlines.rings[1:]] - total[outlines.rings[:-1]]


def is_rle(outlines: Segmentations) -> Bools:
    """(N,) bool: the outlines that are masks."""
    return np.asarray((outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS))


def _other_rings(dataset: Dataset, row: int) -> list[tuple[float, ...]]:
    """The rings of an annotation that has no polygon: its mask, traced, or its box."""
    from ..geometry import rle_to_polygons
    from ..records import outline_record
    from ..types import Rle

    outlines = dataset.annotations.segmentation
    outline = None if outlines is None else outline_record(outlines, row)
    if isinstance(outline, Rle):
        traced = rle_to_polygons(outline)
        if traced:
            return list(traced)
    if not dataset.annotations.has(Field.BBOX)[row]:
        return [(0.0,) * 6]
    x0, y0, x1, y1 = corners(dataset, np.array([row]))[0].tolist()
    return [(x0, y0, x1, y0, x1, y1, x0, y1)]


def _refuse_odd(values: Float64, offsets: Int64, rows: Int64) -> None:
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        ring = int(np.searchsorted(offsets, bad[0], side="right")) - 1
        where = place("annotations", int(rows[ring]), "segmentation")
        raise DataError("dataset", where, f"holds {values[bad[0]]}", "cocokit check names them all")

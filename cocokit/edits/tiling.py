"""Datasets cut into tiles: masks exactly as their pixels are cut, area and box by one rule.

The rule is that of COCO's own code (pycocotools' ``area`` and ``toBbox``): of whatever has a segmentation, ``area`` is
the number of its mask's pixels and ``bbox`` the tight box around them. An annotation that has a box alone keeps the
part of it that lies in the tile; its area, if it had one, is that part's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..columns import (
    KIND_NONE,
    Annotations,
    Bools,
    Field,
    Float64,
    Images,
    Int64,
    Segmentations,
    join_segmentations,
    offsets_of,
    take_annotations,
    take_images,
    take_segmentations,
)
from ..dataset import Dataset
from ..errors import DataError, ParamsError
from ..kernels.runs import EMPTY_RUNS
from ..masks import STATUS_TEXT, Masks
from ..rle import segmentations
from .cutting import Window, cut_outlines
from .grid import Grid
from .id_map import IdMap, SourceMap, distinct_ids, fresh_ids
from .joining import join_tables
from .raw_members import has_segments
from .strokes import Strokes, strokes_of

#: Masks that are cut at once.
_BLOCK = 2048
#: Tiles of a dataset: each takes some 300 bytes of memory.
_MOST_TILES = 10_000_000


@dataclass(slots=True)
class _Pieces:
    """What is left of annotations in tiles, before it has ids.

    Attributes:
        row: (P,) int64 the annotation; ``image`` its image's row; ``tile`` which tile of that image.
        bbox: (P, 4) float64 px in the tile; ``area`` (P,) float64 px^2.
        outlines: of the P pieces.
    """

    row: list[Int64] = field(default_factory=list)
    tile: list[Int64] = field(default_factory=list)
    bbox: list[Float64] = field(default_factory=list)
    area: list[Float64] = field(default_factory=list)
    outlines: list[Segmentations] = field(default_factory=list)

    def add(self, row: Int64, tile: int, bbox: Float64, area: Float64, outlines: Segmentations) -> None:
        """Add the pieces of one tile."""
        if len(row):
            self.row.append(row)
            self.tile.append(np.full(len(row), tile, np.int64))
            self.bbox.append(bbox)
            self.area.append(area)
            self.outlines.append(outlines)


def tile(dataset: Dataset, grid: Grid, least: float = 0.1, file: str = "dataset") -> tuple[Dataset, IdMap]:
    """The dataset with its images cut into tiles.

    An image that fits into one tile stays as it is, with its annotations, ids and bytes. The others become tiles with
    new ids and the file name ``NAME_X_Y.jpg``; their annotations become pieces with new ids. Crowds stay crowds. Points
    of a pose outside of the tile are unlabelled. A caption of a photograph says nothing of its parts and is left out.

    Args:
        dataset: whose images state their sizes.
        grid: where the tiles lie.
        least: a piece with less than this share of its instance is left out; any piece of a crowd stays.
        file: its name, for messages and for the map.

    Returns:
        The dataset, and the map: old id -> list of new ids, each tile's place under "tiles", and counts.

    Raises:
        DataError: an image without a size, a damaged mask or one of another size than its image, a panoptic file.
    """
    if not 0 <= least <= 1:
        raise ParamsError("least", least, "a share from 0 to 1")
    _refuse(dataset, file)
    windows = _windows(dataset.images, grid, file)
    owner = _image_rows(dataset)
    many = np.array([len(w) > 1 for w in windows], np.bool_)
    rows = np.flatnonzero(owner >= 0)
    rows = rows[many[owner[rows]]]
    counts: dict[str, int] = {}
    pieces = _cut(dataset, rows, owner, windows, least, counts, file)
    return _assembled(dataset, windows, owner, pieces, IdMap("tile", [SourceMap(file)], counts))


def _refuse(dataset: Dataset, file: str) -> None:
    distinct_ids(dataset.images.id, file, "image")
    table, images = dataset.annotations, dataset.images
    if table.id is not None:
        distinct_ids(table.id[table.has(Field.ID)], file, "annotation")
    if has_segments(table.extras):
        raise DataError(file, "", "is panoptic: its masks are in PNG files", "tile an instances file")
    bad = np.flatnonzero((images.width < 1) | (images.height < 1))
    if len(bad):
        reason = f"image {int(images.id[bad[0]])} has no width and height"
        raise DataError(file, f"images[{bad[0]}]", reason, "write them into the file first", len(bad))


def _windows(images: Images, grid: Grid, file: str) -> list[list[Window]]:
    """The tiles of each image, if memory can hold them all."""
    sizes = list(zip(images.width.tolist(), images.height.tolist(), strict=True))
    total = 0
    for i, (width, height) in enumerate(sizes):
        total += grid.count(width, height)
        if total > _MOST_TILES:
            reason = f"image {int(images.id[i])} of {width:,} x {height:,} px brings the tiles to {total:,}"
            raise DataError(file, f"images[{i}]", reason, f"make at most {_MOST_TILES:,}: larger tiles, fewer images")
    return [grid.windows(width, height) for width, height in sizes]


def _image_rows(dataset: Dataset) -> Int64:
    """(N,) int64 row of each annotation's image; -1 where there is none."""
    ids = dataset.annotations.image_id
    if ids is None or not len(ids) or not len(dataset.images):
        return np.full(len(dataset.annotations), -1, np.int64)
    order = np.argsort(dataset.images.id)
    known = dataset.images.id[order]
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.asarray(np.where(known[at] == ids, order[at], -1))


# ---------------------------------------------------------------- pieces


def _cut(
    dataset: Dataset, rows: Int64, owner: Int64, windows: list[list[Window]], least: float, counts: dict[str, int],
    file: str,
) -> _Pieces:  # fmt: skip
    """The pieces of annotations, ``rows`` (M,) int64 of those whose images have several tiles."""
    table, pieces = dataset.annotations, _Pieces()
    if not len(rows):
        return pieces
    size = np.stack([dataset.images.height, dataset.images.width], axis=1)
    outlines = table.segmentation if table.segmentation is not None else segmentations([None] * len(table))
    masked = rows[outlines.kind[rows] != KIND_NONE]
    boxed = rows[(outlines.kind[rows] == KIND_NONE) & table.has(Field.BBOX)[rows]]
    sizes = size[owner]
    masks = _measured(outlines, sizes, masked, file)
    whole = np.zeros(len(table))
    whole[masked] = masks.measures.area[masked]
    crowd = np.zeros(len(table), np.bool_) if table.iscrowd is None else table.iscrowd == 1
    dropped = 0
    for block, tiles in _blocks(masked, owner, sizes, windows):
        strokes = strokes_of(masks.ends(block), sizes[block, 0])
        for number, window in enumerate(tiles):
            cut = strokes.cut(*window)
            area = cut.areas()
            there = area > 0
            kept = there & ((area >= least * whole[block]) | crowd[block])
            dropped += int((there & ~kept).sum())
            _add(pieces, outlines, block, np.flatnonzero(kept), cut, number, window)
    for block, tiles in _blocks(boxed, owner, sizes, windows):
        for number, window in enumerate(tiles):
            dropped += _add_boxes(pieces, table, block, crowd[block], number, window, least)
    counts["pieces_left_out"] = dropped
    counts["empty_masks_left_out"] = int((whole[masked] == 0).sum())
    counts["annotations_without_a_place_left_out"] = len(rows) - len(masked) - len(boxed)
    return pieces


def _measured(outlines: Segmentations, sizes: Int64, rows: Int64, file: str) -> Masks:
    """Masks that are sound and as large as their images."""
    masks = Masks(outlines, sizes, rows)
    bad = rows[(masks.measures.status[rows] > EMPTY_RUNS)]
    if len(bad):
        reason = f"has {STATUS_TEXT[int(masks.measures.status[bad[0]])]}"
        raise DataError(file, f"annotations[{bad[0]}].segmentation", reason, "mend it first: cocokit check", len(bad))
    other = rows[(masks.size[rows] != sizes[rows]).any(axis=1)]
    if len(other):
        found, wanted = masks.size[other[0]].tolist(), sizes[other[0]].tolist()
        reason = f"has a mask of the size {found}, but its image has {wanted}"
        raise DataError(file, f"annotations[{other[0]}].segmentation", reason, "mend it first", len(other))
    return masks


def _blocks(
    rows: Int64, owner: Int64, sizes: Int64, windows: list[list[Window]]
) -> Iterator[tuple[Int64, list[Window]]]:
    """Annotations of images of one size, some at once, and the tiles of these images."""
    if not len(rows):
        return
    _, kind = np.unique(sizes[rows], axis=0, return_inverse=True)
    order = np.argsort(kind.reshape(-1), kind="stable")
    cuts = np.flatnonzero(np.diff(kind.reshape(-1)[order])) + 1
    for group in np.split(rows[order], cuts):
        for start in range(0, len(group), _BLOCK):
            block = group[start : start + _BLOCK]
            yield block, windows[int(owner[block[0]])]


def _add(
    pieces: _Pieces, outlines: Segmentations, block: Int64, kept: Int64, cut: Strokes, number: int, window: Window
) -> None:
    if len(kept):
        left = cut.take(kept)
        made = cut_outlines(outlines, block[kept], left, window)
        pieces.add(block[kept], number, left.boxes(), left.areas().astype(np.float64), made)


def _add_boxes(
    pieces: _Pieces, table: Annotations, block: Int64, crowd: Bools, number: int, window: Window, least: float
) -> int:
    """Boxes without masks; how many pieces of them were left out."""
    assert table.bbox is not None
    x, y, w, h = window
    low = np.maximum(table.bbox[block, :2], (x, y))
    high = np.minimum(table.bbox[block, :2] + table.bbox[block, 2:], (x + w, y + h))
    sides = np.maximum(high - low, 0)
    area, whole = sides.prod(axis=1), np.maximum(table.bbox[block, 2:], 0).prod(axis=1)
    there = area > 0
    kept = np.flatnonzero(there & ((area >= least * whole) | crowd))
    bbox = np.round(np.concatenate([low - (x, y), sides], axis=1)[kept], 9)
    pieces.add(block[kept], number, bbox, area[kept], segmentations([None] * len(kept)))
    return int(there.sum()) - len(kept)


# ---------------------------------------------------------------- the new dataset


def _assembled(
    dataset: Dataset, windows: list[list[Window]], owner: Int64, pieces: _Pieces, ids: IdMap
) -> tuple[Dataset, IdMap]:
    """Whole images and tiles in the order of the images, annotations in the order of their images."""
    images, places, numbers = dataset.images, offsets_of([len(w) for w in windows]), [len(w) for w in windows]
    source = np.repeat(np.arange(len(images)), numbers)
    table = _tiles(images, windows, source, places, ids)
    whole = np.array([n == 1 for n in numbers], np.bool_)
    stays = owner < 0
    stays[~stays] = whole[owner[~stays]]
    stay = np.flatnonzero(stays)
    kept = take_annotations(dataset.annotations, stay)
    made, row = _pieces_table(dataset, table, owner, places, pieces, ids)
    joined = join_tables([kept, made])
    at = np.concatenate([np.where(owner[stay] >= 0, places[owner[stay]], len(table)), row])  # strangers come last
    order = np.argsort(at, kind="stable")
    origin = dataset.origin
    if origin is not None:
        old = np.concatenate([stay, np.zeros(len(made), np.int64)])
        origin = origin.take(source, old).changed(~whole[source], np.arange(len(old)) >= len(stay))
        origin = origin.take(np.arange(len(table)), order)
    members = dataset.members
    return Dataset(table, take_annotations(joined, order), dataset.categories, dataset.top, members, origin), ids


def _tiles(images: Images, windows: list[list[Window]], source: Int64, places: Int64, ids: IdMap) -> Images:
    """The images as tiles, whole ones as they are; notes them in the map."""
    table = take_images(images, source)
    flat = [(x, y, w, h) for image in windows for x, y, w, h in image]
    new = np.diff(places)[source] > 1
    table.id[new] = fresh_ids(images.id, int(new.sum()))
    table.width, table.height = (np.array([w[i] for w in flat], np.int64) for i in (2, 3))
    known = ids.sources[0].changed.setdefault("images", {})
    rows = []
    for row in np.flatnonzero(new).tolist():
        x, y, w, h = flat[row]
        old, key = int(images.id[source[row]]), int(table.id[row])
        known.setdefault(old, []).append(key)
        rows.append({"id": key, "image_id": old, "x": x, "y": y, "width": w, "height": h})
        if table.file_name is not None and table.file_name[row] is not None:
            stem, ending = os.path.splitext(table.file_name[row] or "")
            table.file_name[row] = f"{stem}_{x}_{y}{ending}"
    if table.file_name is not None:
        names = [name for name in table.file_name if name is not None]
        if len(set(names)) < len(names):
            name = next(name for i, name in enumerate(names) if name in names[:i])
            reason = f"{name!r} would be two images"
            raise DataError(ids.sources[0].file, "", reason, "give the images other file names")
    ids.more["tiles"] = rows
    return table


def _pieces_table(
    dataset: Dataset, table: Images, owner: Int64, places: Int64, pieces: _Pieces, ids: IdMap
) -> tuple[Annotations, Int64]:
    """Columns of the pieces, and (P,) int64 the row of each one's tile."""
    if not pieces.row:
        return take_annotations(dataset.annotations, np.empty(0, np.int64)), np.empty(0, np.int64)
    row, number = np.concatenate(pieces.row), np.concatenate(pieces.tile)
    at = places[owner[row]] + number
    order = np.lexsort((row, at))
    row, at = row[order], at[order]
    made = take_annotations(dataset.annotations, row)
    made.segmentation = take_segmentations(join_segmentations(pieces.outlines), order)
    masked = made.segmentation.kind != KIND_NONE
    made.bbox, area = np.concatenate(pieces.bbox)[order], np.concatenate(pieces.area)[order]
    made.area = np.where(masked | made.has(Field.AREA), area, 0.0)
    made.present = made.present | np.where(masked, int(Field.AREA | Field.BBOX), 0)
    made.image_id = table.id[at]
    _renumber(dataset.annotations, made, ids)
    _move_points(made, table, at, ids)
    return made, at


def _renumber(old: Annotations, made: Annotations, ids: IdMap) -> None:
    if old.id is None or made.id is None:
        return
    before, has = made.id.copy(), made.has(Field.ID)
    made.id[has] = fresh_ids(old.id[old.has(Field.ID)], int(has.sum()))
    known = ids.sources[0].changed.setdefault("annotations", {})
    for a, b in zip(before[has].tolist(), made.id[has].tolist(), strict=True):
        known.setdefault(a, []).append(b)


def _move_points(made: Annotations, table: Images, at: Int64, ids: IdMap) -> None:
    """Keypoints measured from their tile's corner; those outside of it are unlabelled."""
    if made.keypoints is None:
        return
    corner = {row["id"]: (row["x"], row["y"]) for row in ids.more["tiles"]}
    assert made.num_keypoints is None or len(made.num_keypoints) == len(made)
    for i in np.flatnonzero(made.has(Field.KEYPOINTS)).tolist():
        points: Any = made.keypoints[i][: len(made.keypoints[i]) // 3 * 3].reshape(-1, 3)
        x, y = corner[int(table.id[at[i]])]
        inside = (points[:, 0] >= x) & (points[:, 0] < x + table.width[at[i]])
        inside &= (points[:, 1] >= y) & (points[:, 1] < y + table.height[at[i]])
        labelled = inside & (points[:, 2] > 0)
        points[:, :2] -= (x, y)
        points[~labelled] = 0
        if made.num_keypoints is not None:
            made.num_keypoints[i] = int(labelled.sum())

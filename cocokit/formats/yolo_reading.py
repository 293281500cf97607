"""A YOLO dataset read: label files to columns, relative numbers to pixels of the photos."""

from __future__ import annotations

import os

import numpy as np

from ..columns import Annotations, Field, Float64, Images, Int64, Ragged, Segmentations, offsets_of
from ..dataset import Dataset
from ..errors import DataError
from . import yolo_rows
from .base import Progress, Read
from .building import completed
from .photo_files import PhotoFiles
from .yolo_labels import Labels, line_of, read_labels
from .yolo_layout import Layout, find_layout, label_of
from .yolo_rings import may_be_parted, parted


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a dataset in any of the layouts. Raises DataError."""
    layout = find_layout(path, images)
    labels = read_labels(layout.root, [label_of(name) for name in layout.images], len(layout.names), progress)
    photos, table = _images(layout, images)
    made = Dataset(table, _annotations(labels, table, layout), layout.names)
    return Read(completed(made), tuple(layout.notes), photos)


def _images(layout: Layout, images: str | None) -> tuple[str | None, Images]:
    """The folder of the photos, and each image with the size that its photo has."""
    prefix = layout.prefix
    names = [name[len(prefix) :] for name in layout.images]
    own = os.path.join(layout.root, prefix)
    folder = images or (own if os.path.isdir(own) else layout.root)
    photos = PhotoFiles(folder)
    found = [photos.find(name) for name in names]
    missing = [name for name, photo in zip(names, found, strict=True) if photo is None]
    if missing:
        raise DataError(folder, missing[0], "no such image, and labels do not say how large it is",
                        "give the folder with the photos: --images DIR", len(missing))  # fmt: skip
    size = np.array([photos.size(photo) for photo in found if photo], np.int64).reshape(-1, 2)
    return folder, Images(np.arange(1, len(names) + 1), size[:, 0].copy(), size[:, 1].copy(), [*found])


def _annotations(labels: Labels, images: Images, layout: Layout) -> Annotations:
    """Columns of the lines; how many numbers a line has tells a box, a pose, a polygon and a box with a score apart."""
    n, length = len(labels.index), np.diff(labels.numbers.offsets)
    size = np.stack([images.width, images.height], axis=1)[labels.file].astype(np.float64)
    grid = _grid(size, labels.decimals)
    pose = 0 if layout.points is None else layout.points[0] * layout.points[1]
    boxed = length == 4 + pose
    scored = length == 5 + pose
    ringed = ~boxed & ~scored & (length >= 6) & (length % 2 == 0) & (not pose)
    odd = np.flatnonzero(~(boxed | scored | ringed))
    if len(odd):
        file = os.path.join(layout.root, label_of(layout.images[labels.file[odd[0]]]))
        line = line_of(file, int(odd[0] - np.searchsorted(labels.file, labels.file[odd[0]])))
        wanted = f"a pose of {pose} has {5 + pose}" if pose else "a box has 5, a polygon an odd number from 7 on"
        raise DataError(file, f"line {line}", f"has {length[odd[0]] + 1} numbers", wanted, len(odd))
    present = np.full(n, int(Field.ID | Field.IMAGE_ID | Field.CATEGORY_ID), np.int64)
    with_box = np.flatnonzero(boxed | scored)
    present[with_box] |= int(Field.BBOX)
    present[scored] |= int(Field.SCORE)
    present[ringed] |= int(Field.SEGMENTATION)
    made = Annotations(
        present,
        id=np.arange(1, n + 1),
        image_id=images.id[labels.file],
        category_id=np.array([row.id for row in layout.names], np.int64)[labels.index],
        bbox=_boxes(labels.numbers, with_box, size, grid),
        segmentation=_outlines(labels.numbers, np.flatnonzero(ringed), size, grid) if ringed.any() else None,
    )
    if scored.any():
        made.score = np.zeros(n)
        made.score[scored] = labels.numbers.values[labels.numbers.offsets[1:][scored] - 1]
    if layout.points is not None:
        _add_poses(made, labels.numbers, with_box, size, grid, layout.points)
    return made


def _grid(size: Float64, decimals: int) -> Float64:
    """(N,) float64 steps per px to which coordinates are rounded: what the decimals can tell apart, at most a million.

    Six decimals in an image of 500 px tell 175 px from 175.001, so that 0.35 of it, written as 0.350000, is 175 again.

    Args:
        size: (N, 2) float64 [width, height] px.
        decimals: of the numbers in the files.
    """
    known = np.floor(decimals - np.log10(1.5 * np.maximum(size.max(axis=1, initial=1), 1)))
    return np.asarray(10.0 ** np.clip(known, 0, yolo_rows.DECIMALS))


def _rounded(values: Float64, grid: Float64) -> Float64:
    """Values to the nearest step; no -0.0."""
    return np.asarray(np.rint(values * grid) / grid + 0.0)


def _boxes(numbers: Ragged, rows: Int64, size: Float64, grid: Float64) -> Float64:
    """(N, 4) float64 [x, y, w, h] px; zeros for all but ``rows``."""
    made = np.zeros((len(numbers), 4))
    parts = numbers.values[numbers.offsets[rows, None] + np.arange(4)] * np.tile(size[rows], 2)
    exact = np.concatenate([parts[:, :2] - parts[:, 2:] / 2, parts[:, 2:]], axis=1)
    made[rows] = _rounded(exact, grid[rows, None])
    return made


def _outlines(numbers: Ragged, rows: Int64, size: Float64, grid: Float64) -> Segmentations:
    """Polygons of ``rows``, with the parts that one line was made of; none for the others."""
    lengths = np.zeros(len(numbers), np.int64)
    lengths[rows] = np.diff(numbers.offsets)[rows]
    offsets = offsets_of(lengths)
    index = np.repeat(numbers.offsets[:-1] - offsets[:-1], lengths) + np.arange(offsets[-1])
    points = numbers.values[index].reshape(-1, 2) * np.repeat(size, lengths // 2, axis=0)
    rings = Ragged(_rounded(points, np.repeat(grid, lengths // 2)[:, None]).reshape(-1), offsets)
    several = {row: parted(rings[row]) for row in may_be_parted(rings).tolist()}
    several = {row: parts for row, parts in several.items() if len(parts) > 1}
    count = (lengths > 0).astype(np.int64)
    pieces: list[Float64] = []
    last = 0
    for row, parts in several.items():
        pieces += [rings.values[offsets[last] : offsets[row]], *parts]
        last, count[row] = row + 1, len(parts)
    pieces.append(rings.values[offsets[last] :])
    ring_lengths = np.repeat(np.where(count == 1, lengths, 0), count)
    at = offsets_of(count)
    for row, parts in several.items():
        ring_lengths[at[row] : at[row + 1]] = [len(part) for part in parts]
    made = Segmentations.of_polygons(at, Ragged(np.concatenate(pieces), offsets_of(ring_lengths)))
    made.kind[lengths == 0] = 0
    return made


def _add_poses(
    made: Annotations, numbers: Ragged, rows: Int64, size: Float64, grid: Float64, shape: tuple[int, int]
) -> None:
    """Keypoints of ``rows``; where the lines do not say v, it is 0 for a point at 0, 0 and 2 for all others."""
    points, each = shape
    found = numbers.values[numbers.offsets[rows, None] + 4 + np.arange(points * each)].reshape(-1, points, each)
    poses = np.zeros((len(rows), points, 3))
    poses[:, :, :2] = _rounded(found[:, :, :2] * size[rows, None, :], grid[rows, None, None])
    poses[:, :, 2] = found[:, :, 2] if each == 3 else 2 * (found != 0).any(axis=2)
    lengths = np.zeros(len(numbers), np.int64)
    lengths[rows] = 3 * points
    made.keypoints = Ragged(poses.reshape(-1), offsets_of(lengths))
    made.num_keypoints = np.zeros(len(numbers), np.int64)
    made.num_keypoints[rows] = np.count_nonzero(poses[:, :, 2] > 0, axis=1)
    made.present[rows] |= int(Field.KEYPOINTS | Field.NUM_KEYPOINTS)

"""From files to images on a device: examined first, decoded by as many threads as there are processors."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from cocokit.columns import KIND_NONE, Field, Int64, Ragged
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.folders import inside
from cocokit.imageio import read_image
from cocokit.rle import runs_of

from .categories import Category, categories_of, keypoint_count, require_same
from .data import Crop, ImageSet, Item
from .examine import examine, has_annotations, image_sizes, without_extent
from .room import find_room
from .shelf import Shelf
from .source import Source

#: Images that are decoded before the next ones are begun.
AT_ONCE = 128
#: Called with (images read, images in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What of a dataset a detector asks for.

    Attributes:
        size: the longer side of an image in an evaluation, px.
        square: the side of every input, where a detector takes one size alone; 0 otherwise.
        largest: the largest share of the size at which images are seen.
        masks: whether targets have masks.
        keypoints: whether targets have keypoints, where the dataset has some.
        posed: whether the dataset must have some.
    """

    size: int
    square: int = 0
    largest: float = 1.0
    masks: bool = False
    keypoints: bool = False
    posed: bool = False


@dataclass(frozen=True)
class Known:
    """What labels stand for, and where that is from, for messages."""

    categories: tuple[Category, ...]
    since: str


def read_set(
    source: Source, wanted: Wanted, device: torch.device | str = "cpu", known: Known | None = None,
    proposals: dict[int, Tensor] | None = None, progress: Progress | None = None,
) -> ImageSet:  # fmt: skip
    """Read a split.

    Args:
        source: where it is.
        wanted: what of it.
        device: where its images are to be seen.
        known: what labels stand for already, and since when; None for the split's own categories.
        proposals: regions of each image by its id, (R, 4) float32 corners px, for detectors that are given them.
        progress: called as images are read.

    Raises:
        DataError: what :func:`cocokit.baselines.train.examine.examine` refuses; an image that is broken, or of another
            size than the dataset says; masks or keypoints that are missing; categories that are not the known ones.
    """
    dataset = Dataset.read(source.file)
    folder = examine(dataset, source)
    categories = categories_of(dataset.categories)
    if known is not None:
        if categories or has_annotations(dataset):
            require_same(known.categories, categories, source.file, known.since)
        categories = known.categories
    _require(dataset, categories, wanted, source.file)
    return read_images(dataset, folder, categories, source.file, wanted, device, proposals, progress)


def read_images(
    dataset: Dataset, folder: str, categories: tuple[Category, ...], file: str, wanted: Wanted,
    device: torch.device | str = "cpu", proposals: dict[int, Tensor] | None = None, progress: Progress | None = None,
) -> ImageSet:  # fmt: skip
    """Read the images of a dataset that was examined.

    Args:
        dataset: what is read.
        folder: of its images.
        categories: what labels stand for.
        file: what messages call the dataset; its bytes are in the digest where it is a file.
        wanted, device, proposals, progress: as :func:`read_set`.

    Raises:
        DataError: an image that is broken, or of another size than the dataset says; no proposals for one; more images
            than there is room for.
    """
    device, count = torch.device(device), len(dataset.images)
    shapes = zip(dataset.images.height.tolist(), dataset.images.width.tolist(), strict=True)
    needed = sum(3 * math.prod(small_size(wanted, *shape)) for shape in shapes if min(shape) > 0)
    room, none = find_room(needed, count, device, file), torch.zeros(3, 0, 0, dtype=torch.uint8)
    digest, items = hashlib.sha256(_bytes(file) if os.path.isfile(file) else b""), list[Item]()
    with Shelf(room, device) as shelf, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        reader = _Reader(dataset, folder, categories, wanted, shelf.where, without_extent(dataset))
        for first in range(0, count, AT_ONCE):  # what waits to be put down is in memory
            for item, part in pool.map(reader.read, range(first, min(first + AT_ONCE, count))):
                if proposals is not None:
                    item = _with_proposals(item, proposals, file, shelf.where)
                shelf.put(item.pixels)
                items.append(replace(item, pixels=none))
                digest.update(part)
                if progress is not None:
                    progress(len(items), count)
        items = [replace(item, pixels=pixels) for item, pixels in zip(items, shelf.take(), strict=True)]
    return ImageSet(file, folder, dataset, categories, items, digest.hexdigest(), wanted.size, wanted.square, device)


def small_size(wanted: Wanted, height: int, width: int) -> tuple[int, int]:
    """The size px at which an image is kept: never larger than the photograph."""
    if wanted.square:
        side = round(wanted.square * max(1.0, wanted.largest))
        return min(height, side), min(width, side)
    factor = min(1.0, wanted.size * wanted.largest / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def _require(dataset: Dataset, categories: Sequence[Category], wanted: Wanted, file: str) -> None:
    """A detector of masks or keypoints needs some."""
    a = dataset.annotations
    things = a.has(Field.CATEGORY_ID) & (np.True_ if a.iscrowd is None else a.iscrowd == 0)
    if wanted.masks and things.any():
        bare = np.flatnonzero(things & (np.True_ if a.segmentation is None else a.segmentation.kind == KIND_NONE))
        if len(bare):
            where, reason = f"annotations[{bare[0]}]", "has no segmentation, and this baseline learns masks"
            raise DataError(file, where, reason, "take one that learns boxes", len(bare))
    if wanted.posed and not keypoint_count(categories):
        reason = "no category has keypoints, and this baseline learns them"
        raise DataError(file, "categories", reason, "give person_keypoints_SPLIT.json, or take another baseline")


@dataclass(frozen=True)
class _Reader:
    """Reads one image after the other; called from several threads."""

    dataset: Dataset
    folder: str
    categories: tuple[Category, ...]
    wanted: Wanted
    device: torch.device
    empty: np.ndarray  # (N,) bool: annotations that are left out

    def read(self, row: int) -> tuple[Item, bytes]:
        """The image of a row, and the digest of its file."""
        images = self.dataset.images
        number, name = int(images.id[row]), (images.file_name or [])[row] or ""
        path = inside(self.folder, name, number)
        photo = read_image(path)
        height, width = photo.shape[:2]
        stated = int(images.height[row]), int(images.width[row])
        if min(stated) > 0 and stated != (height, width):
            reason = f"is {width} x {height} px, but image {number} says {stated[1]} x {stated[0]}"
            raise DataError(path, "", reason, "annotations belong to the photo in its original size")
        small = small_size(self.wanted, height, width)
        pixels = torch.from_numpy(photo.copy()).permute(2, 0, 1)
        rows = self.dataset.annotations_of_image(number)
        rows = rows[~self.empty[rows]]
        crowd = self._crowd(rows)
        item = Item(
            number, name, height, width, _sized(pixels, small), self._boxes(rows[~crowd]),
            self._labels(rows[~crowd]), self._boxes(rows[crowd]),
            self._masks(rows[~crowd], (height, width), small) if self.wanted.masks else None,
            self._points(rows[~crowd]) if self.wanted.keypoints and keypoint_count(self.categories) else None,
        )  # fmt: skip
        return item, hashlib.sha256(_bytes(path)).digest()

    def _crowd(self, rows: Int64) -> np.ndarray:
        crowd = self.dataset.annotations.iscrowd
        return np.zeros(len(rows), np.bool_) if crowd is None else crowd[rows] != 0

    def _boxes(self, rows: Int64) -> Tensor:
        box = self.dataset.annotations.bbox
        if box is None or not len(rows):
            return torch.zeros(0, 4, device=self.device)
        corners = np.concatenate([box[rows, :2], box[rows, :2] + box[rows, 2:]], axis=1)
        return torch.from_numpy(corners.astype(np.float32)).to(self.device)

    def _labels(self, rows: Int64) -> Tensor:
        places = {category.id: place for place, category in enumerate(self.categories)}
        ids = self.dataset.annotations.category_id
        found = [] if ids is None else [places[number] for number in ids[rows].tolist()]
        return torch.tensor(found, dtype=torch.int64, device=self.device)

    def _masks(self, rows: Int64, size: tuple[int, int], small: tuple[int, int]) -> tuple[Crop, ...]:
        outlines = self.dataset.annotations.segmentation
        if outlines is None or not len(rows):
            return ()
        sizes = np.zeros((len(outlines), 2), np.int64)
        sizes[rows] = image_sizes(self.dataset, rows)
        sizes[rows] = np.where(sizes[rows] > 0, sizes[rows], size)
        runs = runs_of(outlines, rows, sizes)
        return tuple(self._crop(runs, place, size, small) for place in range(len(rows)))

    def _crop(self, runs: Ragged, place: int, size: tuple[int, int], small: tuple[int, int]) -> Crop:
        """One mask, made small and cut out."""
        lengths = runs[place]
        flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
        whole = torch.from_numpy(np.ascontiguousarray(flat.reshape(size, order="F")))
        mask = whole if size == small else _sized(whole[None].to(torch.uint8) * 255, small)[0] >= 128
        rows, columns = (mask.any(dim=axis).nonzero()[:, 0].tolist() for axis in (1, 0))
        if not rows:
            return Crop(mask[:0, :0].to(self.device), 0, 0)
        part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return Crop(part.clone().to(self.device), rows[0], columns[0])

    def _points(self, rows: Int64) -> Tensor:
        """(N, P, 3) float32; zeros of annotations without them."""
        found = np.zeros((len(rows), keypoint_count(self.categories), 3), np.float32)
        points = self.dataset.annotations.keypoints
        for place, row in enumerate(rows.tolist() if points is not None else []):
            assert points is not None
            values = points[row].reshape(-1, 3)
            found[place, : len(values)] = values
        return torch.from_numpy(found).to(self.device)


def _sized(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """(C, h, w) uint8 at another size."""
    if tuple(planes.shape[1:]) == size:
        return planes.contiguous()
    return interpolate(planes[None], size, mode="bilinear", antialias=True)[0]


def _with_proposals(item: Item, proposals: dict[int, Tensor], file: str, where: torch.device) -> Item:
    if item.id not in proposals:
        remedy = "make them of this split too"
        raise DataError(file, f"image {item.id}", "there are no proposals for it", remedy)
    return replace(item, proposals=proposals[item.id].to(where))


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

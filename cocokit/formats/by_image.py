"""A dataset image by image, for formats that keep the annotations of an image together; what their order costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .. import rle
from ..columns import Field, Int64
from ..dataset import Dataset
from ..errors import DataError
from ..places import place, shown
from ..types import Annotation, Image, Rle
from .base import Loss, inside
from .losses import unplaced
from .measuring import placeless

#: The rows of a dataset's images in the order in which a format gives them back.
Order = Callable[[Dataset], Int64]
#: Which annotations a format leaves out, (N,) bool.
LeftOut = Callable[[Dataset], NDArray[np.bool_]]


def as_they_are(dataset: Dataset) -> Int64:
    """(I,) int64 rows of the images in the dataset's order."""
    return np.arange(len(dataset.images))


def without_place(dataset: Dataset) -> NDArray[np.bool_]:
    """(N,) bool: annotations without an image, or with neither box nor outline."""
    return placeless(dataset) | unplaced(dataset)


def written_rows(dataset: Dataset, order: Order = as_they_are, left_out: LeftOut = without_place) -> Int64:
    """(M,) int64 rows of the annotations, image by image, those left out missing."""
    rows = np.flatnonzero(~left_out(dataset))
    if not len(rows) or dataset.annotations.image_id is None:
        return np.empty(0, np.int64)
    images = order(dataset)
    ids = dataset.images.id[images]
    by_id = np.argsort(ids, kind="stable")
    at = by_id[np.searchsorted(ids[by_id], dataset.annotations.image_id[rows], side="right") - 1]
    made: Int64 = rows[np.argsort(at, kind="stable")]
    return made


def by_image(
    dataset: Dataset, order: Order = as_they_are, left_out: LeftOut = without_place
) -> Iterator[tuple[Image, list[tuple[int, Annotation]]]]:
    """Each image with its annotations and their rows; of images with one id the last has them all."""
    a = dataset.annotations
    rows = written_rows(dataset, order, left_out)
    ids = a.image_id[rows] if a.image_id is not None else rows
    at, seen = 0, set[int]()
    images = order(dataset).tolist()
    last = {int(dataset.images.id[row]): row for row in images}
    for row in images:
        image, mine = dataset.image(row), []
        if last[image.id] == row and image.id not in seen:
            seen.add(image.id)
            while at < len(rows) and ids[at] == image.id:
                mine.append((int(rows[at]), dataset.annotation(int(rows[at]))))
                at += 1
        yield image, mine


def file_name_of(image: Image) -> str:
    """The name of an image, with ``/`` and no ``.`` in it. Raises DataError if it has none or leads out."""
    return inside(image.file_name or "", "dataset", f"image {image.id}")


def file_names(dataset: Dataset) -> list[str]:
    """:func:`file_name_of` of every image. Raises DataError: one that is missing, or is there twice."""
    made: dict[str, None] = {}
    for row in range(len(dataset.images)):
        name = file_name_of(dataset.image(row))
        if name in made:
            reason = f"is {shown(name)} again"
            raise DataError("dataset", f"images[{row}].file_name", reason, "the format goes by names: they must differ")
        made[name] = None
    return list(made)


def names_of(dataset: Dataset) -> dict[int, str]:
    """Category id -> name; an id without category is its own name, by :meth:`dict.get`."""
    return {row.id: row.name for row in dataset.categories}


def mask_of(row: int, annotation: Annotation, image: Image) -> NDArray[np.bool_]:
    """(H, W) bool of an annotation that has an RLE. Raises DataError: damaged, or not of the image's size."""
    outline, where = annotation.segmentation, place("annotations", row, "segmentation", image.id)
    assert isinstance(outline, Rle)
    if image.width and (outline.height, outline.width) != (image.height, image.width):
        reason = f"is {outline.width} x {outline.height} px, its image {image.width} x {image.height}"
        raise DataError("dataset", where, reason, "masks are as large as their image")
    try:
        return rle.decode(outline)
    except DataError as error:
        raise DataError("dataset", where, error.reason, error.remedy) from None


def mask_json(mask: NDArray[np.bool_]) -> dict[str, object]:
    """COCO's RLE of an (H, W) bool mask, with its runs as a list."""
    return rle.to_coco(rle.uncompress(rle.encode(mask)))


def finite(values: tuple[float, ...], row: int, member: str) -> tuple[float, ...]:
    """The values as they are. Raises DataError: one that is no finite number."""
    bad = [value for value in values if value - value != 0]
    if bad:
        where = place("annotations", row, member)
        raise DataError("dataset", where, f"has {shown(bad[0])}", "coordinates are finite numbers")
    return values


def places_lost(order: Order = as_they_are, left_out: LeftOut = without_place) -> Loss:
    """The places of annotations in the file."""

    def count(dataset: Dataset) -> int:
        rows = written_rows(dataset, order, left_out)
        return int(np.count_nonzero(rows != np.sort(rows)))

    return Loss("places in the file", "annotations come image by image", count)


def image_places_lost(order: Order, sentence: str) -> Loss:
    """The places of images in the file."""

    def count(dataset: Dataset) -> int:
        return int(np.count_nonzero(order(dataset) != np.arange(len(dataset.images))))

    return Loss("places of images", sentence, count)


def image_ids_lost(order: Order) -> Loss:
    """Image ids, numbered anew."""

    def count(dataset: Dataset) -> int:
        return int(np.count_nonzero(dataset.images.id[order(dataset)] != np.arange(1, len(dataset.images) + 1)))

    return Loss("image ids", "images are numbered from 1 in the order of the files", count)


def annotation_ids_lost(order: Order = as_they_are, left_out: LeftOut = without_place) -> Loss:
    """Annotation ids, numbered anew."""

    def count(dataset: Dataset) -> int:
        rows, ids = written_rows(dataset, order, left_out), dataset.annotations.id
        return 0 if ids is None else int(np.count_nonzero(ids[rows] != np.arange(1, len(rows) + 1)))

    return Loss("annotation ids", "annotations are numbered from 1", count)


def _nameless(dataset: Dataset) -> int:
    a = dataset.annotations
    if a.category_id is None:
        return 0
    known = np.isin(a.category_id, np.array([row.id for row in dataset.categories], np.int64))
    return int(np.count_nonzero(a.has(Field.CATEGORY_ID) & ~known))


def _long_names(dataset: Dataset) -> int:
    return sum(name != inside(name or "", "dataset") for name in dataset.images.file_name or [])


FILE_NAMES = Loss("file names", "file names are written the short way: a/b.jpg for ./a//b.jpg", _long_names)
NAMELESS = Loss(
    "annotations of unknown categories",
    "annotations whose category the dataset does not have get its number as a name",
    _nameless,
)
TWINS = Loss(
    "categories of one name",
    "categories of the same name become one",
    lambda dataset: len(dataset.categories) - len({row.name for row in dataset.categories}),
)

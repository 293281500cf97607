"""A COCO dataset in columns: images, annotations and categories, with look-ups by image and by category."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import ALL, Annotations, CategoryRow, Field, Images, Int64, take_annotations, take_images
from .errors import NotFoundError

if TYPE_CHECKING:
    from .origin import Origin
    from .types import Annotation, Image

_LISTS = ("images", "annotations", "categories")


class Dataset:
    """A dataset: what one COCO file holds, in the file's order, ids as they are.

    Attributes:
        images: columns of I images.
        annotations: columns of N annotations.
        categories: the categories.
        top: the other top-level members (``info``, ``licenses``, ...) as parsed JSON.
        members: names of the top-level members in the order in which they are written; a file without ``categories``
            stays one.
        origin: which bytes of which file the rows are, for a dataset that was opened; None otherwise.

    >>> ds = Dataset.from_dict({"images": [{"id": 7, "width": 4, "height": 3}],
    ...                         "annotations": [{"id": 1, "image_id": 7, "category_id": 2, "bbox": [0, 0, 2, 1]}],
    ...                         "categories": [{"id": 2, "name": "cat"}]})
    >>> ds
    Dataset(1 image, 1 annotation, 1 category)
    >>> ds.annotation(0).bbox
    (0.0, 0.0, 2.0, 1.0)
    """

    def __init__(
        self,
        images: Images,
        annotations: Annotations,
        categories: list[CategoryRow],
        top: dict[str, Any] | None = None,
        members: Iterable[str] | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.origin = origin
        self.images, self.annotations, self.categories = images, annotations, categories
        self.top: dict[str, Any] = {} if top is None else top
        self.members: tuple[str, ...] = (*self.top, *_LISTS) if members is None else tuple(members)
        self._indexes: dict[str, _Index] = {}

    @classmethod
    def read(cls, path: str | os.PathLike[str], want: Field = ALL, extras: bool = True) -> Dataset:
        """Read a file; see :func:`cocokit.coco_json.read_dataset`. Raises DataError."""
        from .coco_json import read_dataset

        return read_dataset(path, want, extras)

    @classmethod
    def open(cls, path: str | os.PathLike[str], cache: bool = True) -> Dataset:
        """Open a file to look at, to choose from and to write again, whatever its size.

        Rows that are not changed are written as the bytes that they were: :meth:`write` of a dataset just opened gives
        the same file. The columns cannot be written to; functions that change rows make new ones. A large file leaves
        its columns in a hidden file beside it (:mod:`cocokit.cache`), from which it opens at once the next time.

        Args:
            path: a COCO file of any kind but results.
            cache: False neither reads nor leaves the hidden file.

        Raises:
            DataError: not a dataset; as :meth:`read`.
        """
        from .opening import open_dataset

        return open_dataset(path, cache)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Dataset:
        """From parsed JSON, or the same made in Python (NumPy numbers and arrays are taken). Raises DataError."""
        from .coco_json import dataset_from_json

        return dataset_from_json(value)

    def write(self, path: str | os.PathLike[str], progress: Callable[[int, int], None] | None = None) -> None:
        """Write a file; see :func:`cocokit.coco_json.write_dataset`. Raises DataError."""
        from .coco_json import write_dataset

        write_dataset(self, path, progress)

    def to_dict(self) -> dict[str, Any]:
        """What ``json.loads`` of the written file gives."""
        import json

        from .coco_json import dataset_chunks

        made: dict[str, Any] = json.loads("".join(text for text, _ in dataset_chunks(self)))
        return made

    def image_row(self, image_id: int) -> int:
        """Row of the image with an id; the last one, if several have it, as in pycocotools.

        Raises:
            NotFoundError: no image has it.
        """
        rows = self._index("images").rows(image_id)
        if not len(rows):
            raise NotFoundError(f"no image has the id {image_id}")
        return int(rows[-1])

    def annotations_of_image(self, image_id: int) -> Int64:
        """(M,) int64 rows of the annotations of one image, in the file's order; empty if there are none."""
        return self._index("image_id").rows(image_id)

    def annotations_of_category(self, category_id: int) -> Int64:
        """(M,) int64 rows of the annotations of one category, in the file's order; empty if there are none."""
        return self._index("category_id").rows(category_id)

    def image(self, row: int) -> Image:
        """One image as a record."""
        from .records import image_record

        return image_record(self.images, row)

    def annotation(self, row: int) -> Annotation:
        """One annotation as a record."""
        from .records import annotation_record

        return annotation_record(self.annotations, row)

    def select(self, img_ids: Iterable[int] | None = None, cat_ids: Iterable[int] | None = None) -> Dataset:
        """A new dataset of some images and categories, with the annotations that have both; None means all.

        Ids that the dataset does not have select nothing. Annotations of images that are not listed go with their
        image id.
        """
        kept, keep = np.arange(len(self.images)), np.ones(len(self.annotations), np.bool_)
        categories = self.categories
        if img_ids is not None:
            wanted = np.array(sorted(set(img_ids)), np.int64)
            kept = np.flatnonzero(np.isin(self.images.id, wanted))
            keep &= np.isin(_ids(self.annotations.image_id, len(keep)), wanted)
        if cat_ids is not None:
            chosen = set(cat_ids)
            categories = [row for row in categories if row.id in chosen]
            keep &= np.isin(_ids(self.annotations.category_id, len(keep)), np.array(sorted(chosen), np.int64))
            keep &= self.annotations.has(Field.CATEGORY_ID)
        return self.take(kept, np.flatnonzero(keep), categories)

    def take(self, images: Int64, annotations: Int64, categories: list[CategoryRow] | None = None) -> Dataset:
        """A new dataset of the given rows, in the given order.

        Args:
            images, annotations: (I,), (N,) int64 rows, in any order.
            categories: those to have; None means all.
        """
        return Dataset(
            take_images(self.images, images),
            take_annotations(self.annotations, annotations),
            self.categories if categories is None else categories,
            self.top,
            self.members,
            None if self.origin is None else self.origin.take(images, annotations),
        )

    def __repr__(self) -> str:
        from .places import counted

        parts = (("image", self.images), ("annotation", self.annotations), ("category", self.categories))
        return f"Dataset({', '.join(counted(len(rows), noun) for noun, rows in parts)})"

    def _index(self, name: str) -> _Index:
        if name not in self._indexes:
            if name == "images":
                self._indexes[name] = _Index(self.images.id, np.arange(len(self.images)))
            else:
                rows = np.flatnonzero(self.annotations.has(Field[name.upper()]))
                self._indexes[name] = _Index(_ids(getattr(self.annotations, name), len(self.annotations)), rows)
        return self._indexes[name]


class _Index:
    """Rows by id: sorted once, stably, so that the rows of one id keep their order."""

    def __init__(self, column: Int64, rows: Int64) -> None:
        self.order = rows[np.argsort(column[rows], kind="stable")]
        self.sorted = column[self.order]

    def rows(self, wanted: int) -> Int64:
        """(M,) int64 rows that have an id."""
        start, stop = (np.searchsorted(self.sorted, wanted, side=side) for side in ("left", "right"))
        return self.order[start:stop]


def _ids(column: Int64 | None, count: int) -> Int64:
    return np.zeros(count, np.int64) if column is None else column

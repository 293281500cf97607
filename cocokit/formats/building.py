"""A dataset from a format that is not COCO's: ids given, boxes and areas measured where the files do not say them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ..columns import (
    KIND_POLYGONS,
    Annotations,
    Bools,
    Field,
    Float64,
    Images,
    Int64,
    Ragged,
    Segmentations,
    take_segmentations,
)
from ..dataset import Dataset
from ..ids import sizes_of_images
from ..masks import Masks


class Builder:
    """Collects images, categories and annotations of small files, and gives the ids that the files lack, from 1.

    >>> made = Builder()
    >>> cat = made.category("cat")
    >>> photo = made.image("a.jpg", width=4, height=3)
    >>> made.annotation(photo, cat, bbox=[0, 0, 2, 1.5])
    >>> made.dataset().annotation(0).area
    3.0
    """

    def __init__(self) -> None:
        self.images: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []
        self.categories: dict[str, dict[str, Any]] = {}
        self.top: dict[str, Any] = {}

    def category(self, name: str, category_id: int | None = None, **members: Any) -> int:
        """The id of a category, which is made when its name is new."""
        if name not in self.categories:
            known = [row["id"] for row in self.categories.values()]
            free = len(known) + 1 if len(known) + 1 not in known else max(known) + 1
            self.categories[name] = {"id": free if category_id is None else category_id, "name": name, **members}
        found: int = self.categories[name]["id"]
        return found

    def image(self, file_name: str, width: int, height: int, image_id: int | None = None, **members: Any) -> int:
        """Add an image; its id."""
        row_id = len(self.images) + 1 if image_id is None else image_id
        self.images.append({"id": row_id, "width": width, "height": height, "file_name": file_name, **members})
        return row_id

    def annotation(self, image_id: int, category_id: int | None, **members: Any) -> None:
        """Add an annotation with COCO's members (``bbox``, ``segmentation``, ``iscrowd``, ...)."""
        row = {"id": len(self.annotations) + 1, "image_id": image_id}
        self.annotations.append(row | ({} if category_id is None else {"category_id": category_id}) | members)

    def dataset(self, path: str = "dataset") -> Dataset:
        """The dataset, :func:`completed`. Raises DataError: a value that no column can hold."""
        from ..coco_json import dataset_from_json

        lists = {"images": self.images, "annotations": self.annotations, "categories": [*self.categories.values()]}
        return completed(dataset_from_json({**self.top, **lists}, path))


def completed(dataset: Dataset) -> Dataset:
    """The dataset with what COCO wants of an instance and the files did not say.

    A box is that of the polygons or of the mask; an area is that of the polygons' corners or of the mask's pixels, or
    width times height of the box where there is neither; ``iscrowd`` is 0. Captions, which have no category, stay as
    they are.
    """
    a = dataset.annotations
    if not len(a):
        return dataset
    instances = a.has(Field.CATEGORY_ID)
    no_box, no_area = instances & ~a.has(Field.BBOX), instances & ~a.has(Field.AREA)
    drawn = _drawn(a)
    box, area = _or_zeros(a.bbox, (len(a), 4)), _or_zeros(a.area, (len(a),))
    measured = np.flatnonzero(drawn & (no_box | no_area))
    if len(measured):
        boxes, areas = _measured(dataset.images, a, measured)
        box[measured] = np.where(no_box[measured, None], boxes, box[measured])
        area[measured] = np.where(no_area[measured], areas, area[measured])
    plain = no_area & ~drawn & a.has(Field.BBOX)
    area[plain] = box[plain, 2] * box[plain, 3]
    present = a.present | np.where(instances, int(Field.ISCROWD), 0)
    present |= np.where(no_box & drawn, int(Field.BBOX), 0) | np.where(plain | (no_area & drawn), int(Field.AREA), 0)
    crowd = np.zeros(len(a), np.uint8) if a.iscrowd is None else a.iscrowd
    made = dataclasses.replace(a, present=present, bbox=box, area=area, iscrowd=crowd)
    return Dataset(dataset.images, made, dataset.categories, dataset.top, dataset.members)


def boxes_of(outlines: Segmentations) -> Float64:
    """(N, 4) float64 [x, y, w, h] px around the polygons of N outlines; as :func:`boxes_around`."""
    return boxes_around(outlines.rings, outlines.xy)


def boxes_around(rings: Int64, xy: Ragged) -> Float64:
    """(N, 4) float64 [x, y, w, h] px around the rings of N annotations, w and h to nine decimals; zeros without rings.

    A coordinate of two decimals gives a width of two decimals, and not 38.650000000000034.

    Args:
        rings: (N + 1,) int64: annotation i has the rings ``rings[i]`` to ``rings[i + 1]``.
        xy: rings of float64 px.
    """
    first, last = xy.offsets[rings[:-1]], xy.offsets[rings[1:]]
    rows = np.flatnonzero(last > first)
    made = np.zeros((len(rings) - 1, 4))
    if not len(rows):
        return made
    starts = np.stack([first[rows], last[rows]], axis=1).reshape(-1) // 2
    points = np.concatenate([xy.values.reshape(-1, 2), np.zeros((1, 2))])
    low, high = (at.reduceat(points, starts, axis=0)[::2] for at in (np.minimum, np.maximum))
    with np.errstate(over="ignore", invalid="ignore"):  # coordinates near the end of float64
        made[rows] = np.concatenate([low, np.round(high - low, 9)], axis=1)
    return made


def _drawn(a: Annotations) -> Bools:
    """(N,) bool: annotations with polygons or an RLE."""
    if a.segmentation is None:
        return np.zeros(len(a), np.bool_)
    return np.asarray(a.segmentation.kind >= KIND_POLYGONS)


def _or_zeros(column: Float64 | None, shape: tuple[int, ...]) -> Float64:
    return np.zeros(shape) if column is None else column.copy()


def _measured(images: Images, a: Annotations, rows: Int64) -> tuple[Float64, Float64]:
    from .measuring import areas_of

    assert a.segmentation is not None
    assert a.image_id is not None
    outlines = take_segmentations(a.segmentation, rows)
    polygons = outlines.kind == KIND_POLYGONS
    found = Masks(outlines, sizes_of_images(images, a.image_id[rows]), np.flatnonzero(~polygons)).measures
    boxes = np.where(polygons[:, None], boxes_of(outlines), found.bbox)
    return boxes, np.where(polygons, areas_of(outlines), found.area)

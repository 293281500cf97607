"""Everything that is counted about one dataset, from its columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from ..places import counted
from .boxes import SIZE_EDGES, Boxes, measure_boxes
from .counted import NO_CATEGORY, Counted, count_rows
from .outlines import Outlines, measure_outlines
from .per_image import PerImage, count_per_image


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Statistics:
    """What is in a dataset. An instance is an annotation that is no crowd region.

    Attributes:
        name: of the dataset.
        images: how many.
        annotations: how many rows, whatever they are.
        instances, crowds: those that are counted.
        category_ids: (K,) int64 in the file's order.
        category_names, supercategories: K strings.
        instances_of, crowds_of: (K,) int64 instances and crowd regions of each category.
        per_image: categories and instances of images.
        boxes: sizes and places of instances.
        outlines: points, parts, holes, compactness of instances.
        left_out: annotations that were not counted, by reason.
        notes: sentences about what does not apply to this dataset, or was left out.
    """

    name: str
    images: int
    annotations: int
    instances: int
    crowds: int
    category_ids: Int64
    category_names: tuple[str, ...]
    supercategories: tuple[str, ...]
    instances_of: Int64
    crowds_of: Int64
    per_image: PerImage
    boxes: Boxes
    outlines: Outlines
    left_out: dict[str, int]
    notes: tuple[str, ...]

    @property
    def filled(self) -> int:
        """Categories that have an instance."""
        return int(np.count_nonzero(self.instances_of))

    @property
    def ranked(self) -> Int64:
        """(K,) int64 places of the categories, most instances first."""
        return np.argsort(-self.instances_of, kind="stable")

    def share_of_images(self, categories: int) -> float:
        """Share of the images with a category that have so many; NaN without any."""
        found = self.per_image.categories
        total = int(found[1:].sum())
        return float(found[categories]) / total if total and categories < len(found) else 0.0 if total else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """The same in JSON's types; what is not known is None."""
        made: dict[str, Any] = plain(self)
        made["boxes"]["size_edges"] = SIZE_EDGES.tolist()
        made["per_image"]["mean_categories"] = self.per_image.mean_categories
        made["per_image"]["mean_instances"] = self.per_image.mean_instances
        return made


def describe(dataset: Dataset, name: str = "") -> Statistics:
    """Count what is in a dataset.

    >>> ds = Dataset.from_dict({"images": [{"id": 7, "width": 4, "height": 3}],
    ...                         "annotations": [{"id": 1, "image_id": 7, "category_id": 2, "bbox": [0, 0, 2, 1]}],
    ...                         "categories": [{"id": 2, "name": "cat"}]})
    >>> found = describe(ds)
    >>> found.instances, found.instances_of.tolist(), found.per_image.instances.tolist()
    (1, [1], [0, 1])
    """
    found, kinds, images = count_rows(dataset), len(dataset.categories), dataset.images
    things = found.only(~found.crowd) if found.crowd.any() else found
    boxes = measure_boxes(things, dataset.annotations, images, kinds)
    outlines = measure_outlines(things, dataset.annotations.segmentation)
    return Statistics(
        name=name,
        images=len(images),
        annotations=len(dataset.annotations),
        instances=len(things.rows),
        crowds=len(found.rows) - len(things.rows),
        category_ids=np.array([row.id for row in dataset.categories], np.int64),
        category_names=tuple(row.name or f"category {row.id}" for row in dataset.categories),
        supercategories=tuple(row.supercategory or "" for row in dataset.categories),
        instances_of=np.bincount(things.category, minlength=kinds),
        crowds_of=np.bincount(found.category[found.crowd], minlength=kinds),
        per_image=count_per_image(found, len(images), kinds),
        boxes=boxes,
        outlines=outlines,
        left_out=found.left_out,
        notes=tuple(_notes(dataset, found, boxes, outlines)),
    )


def _notes(dataset: Dataset, found: Counted, boxes: Boxes, outlines: Outlines) -> Iterator[str]:
    rows = dataset.annotations
    if not len(rows):
        yield "There are no annotations: only the images are counted."
        return
    yield from _of_kind(dataset)
    for reason, count in found.left_out.items():
        if count < len(rows) or reason != NO_CATEGORY:
            yield f"{counted(count, 'annotation')} {reason}: left out."
    if not len(found.rows):
        yield "Numbers per category and per image, sizes, maps and outlines do not apply."
        return
    if boxes.without_area:
        yield f"{counted(boxes.without_area, 'instance')} with no area, or none of its image: in no size class."
    if boxes.without_box:
        yield f"{counted(boxes.without_box, 'instance')} with no box, or no size of its image: on no map."
    if not outlines.polygons and not outlines.rles:
        yield "No instance has an outline: points, parts, holes and compactness do not apply."
    if outlines.broken:
        yield f"{counted(outlines.broken, 'outline')} that are no region left out; cocokit check names them."


def _of_kind(dataset: Dataset) -> Iterator[str]:
    """What files of captions, keypoints and panoptic segments have beside instances, or instead of them."""
    rows = dataset.annotations
    if rows.has(Field.CAPTION).any() and rows.captions is not None:
        texts = [text for text in rows.captions if text]
        words = sum(len(text.split()) for text in texts) / max(len(texts), 1)
        each = len(texts) / max(len(dataset.images), 1)
        yield f"{counted(len(texts), 'caption')}, {each:.1f} per image, {words:.1f} words each; they are no instances."
    elif not rows.has(Field.CATEGORY_ID).any():
        segments = rows.extras is not None and b'"segments_info"' in rows.extras[0].tobytes()
        kind = "The segments of a panoptic file lie in PNG files" if segments else "No annotation has a category"
        yield f"{kind}: there are no instances to count."
    if rows.has(Field.KEYPOINTS).any() and rows.num_keypoints is not None:
        posed = int(np.count_nonzero(rows.num_keypoints > 0))
        mean = int(rows.num_keypoints.sum()) / max(posed, 1)
        yield f"{counted(posed, 'instance')} with keypoints, {mean:.1f} points each; where points lie is not counted."


def plain(value: Any) -> Any:
    """A value of arrays and dataclasses in JSON's own types; NaN becomes None."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and value != value else value

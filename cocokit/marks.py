"""What to draw of one image: its annotations and detections as marks, with names, colours and poses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .columns import Annotations, CategoryRow, Field
from .dataset import Dataset
from .drawing import PALETTE, Mark, Path, Point
from .errors import DataError
from .records import annotation_record, detection_record
from .types import Annotation, Detection, Polygons, Rle

#: Coordinates that are so far away, px, are mistakes; beyond them a picture's arithmetic ends.
_FAR = 1e6


def marks_of_image(
    dataset: Dataset, image_id: int, results: Annotations | None = None, min_score: float = 0.0, boxes: bool = False
) -> list[Mark]:
    """Marks of one image, the largest first, so that small things lie on top.

    Args:
        dataset: ground truth and categories.
        image_id: id of the image.
        results: detections to draw too, or None.
        min_score: detections below it are left out; those whose score is NaN too.
        boxes: draw the boxes of things that have an outline as well.
    """
    truths = [annotation_record(dataset.annotations, int(row)) for row in dataset.annotations_of_image(image_id)]
    found = [] if results is None else _detections(results, image_id, min_score)
    # Boxes that are to be compared with boxes are drawn; beside an outline they would only hide it.
    boxes = boxes or (bool(found) and all(d.segmentation is None and d.keypoints is None for d in found))
    categories = {row.id: row for row in dataset.categories}
    things: list[Annotation | Detection] = [*truths, *found]
    colours = colours_of(dataset.categories, {thing.category_id for thing in things if thing.category_id is not None})
    marks = [_mark(thing, categories.get(thing.category_id or 0), colours, boxes=boxes) for thing in things]
    return sorted(marks, key=lambda mark: -_area(mark))


def colours_of(categories: Sequence[CategoryRow], used: Iterable[int]) -> dict[int, str]:
    """A colour for each used category: the same in every image where it is free, distinct up to twelve.

    >>> colours_of([CategoryRow(1, "cat"), CategoryRow(9, "dog")], [9]) == {9: PALETTE[1]}
    True
    """
    order = {row.id: i for i, row in enumerate(categories)}
    chosen: dict[int, str] = {}
    for category in sorted(set(used), key=lambda c: order.get(c, len(order))):
        start = order.get(category, len(order))
        ring = [PALETTE[(start + step) % len(PALETTE)] for step in range(len(PALETTE))]
        chosen[category] = next((colour for colour in ring if colour not in chosen.values()), ring[0])
    return chosen


def _detections(results: Annotations, image_id: int, min_score: float) -> list[Detection]:
    if results.image_id is None:
        return []
    here = (results.image_id == image_id) & results.has(Field.IMAGE_ID)
    if results.score is not None:
        here &= results.score >= min_score
    return [detection_record(results, int(row)) for row in np.flatnonzero(here)]


def _mark(thing: Annotation | Detection, category: CategoryRow | None, colours: dict[int, str], *, boxes: bool) -> Mark:
    name = f"annotation {thing.id}" if isinstance(thing, Annotation) else "a detection"
    try:
        rings, mask = _outline(thing.segmentation)
    except DataError as error:
        raise DataError(f"{name} of image {thing.image_id}", error.where, error.reason, error.remedy) from error
    numbers = [*(thing.bbox or ()), *(thing.keypoints or ()), *(v for ring in rings for p in ring for v in p)]
    far = [v for v in numbers if not -_FAR < v < _FAR]
    if far:
        reason = f"has a coordinate of {far[0]:g}, which cannot be drawn"
        raise DataError(f"{name} of image {thing.image_id}", "", reason, "correct it; cocokit check finds more like it")
    points = _points(thing.keypoints)
    shaped = bool(rings) or mask is not None or any(v > 0 for _, _, v in points)
    return Mark(
        text=_text(thing, category),
        colour=colours.get(thing.category_id, PALETTE[0]) if thing.category_id is not None else PALETTE[0],
        box=thing.bbox if boxes or not shaped else None,
        rings=rings,
        mask=mask,
        points=points,
        bones=_bones(category) if points else (),
        dashed=isinstance(thing, Detection),
        crowd=isinstance(thing, Annotation) and bool(thing.iscrowd),
        category=thing.category_id,
    )


def _text(thing: Annotation | Detection, category: CategoryRow | None) -> str:
    if thing.category_id is None:
        return ""
    name = category.name if category and category.name else f"category {thing.category_id}"
    if isinstance(thing, Detection):
        return f"{name} {thing.score:.2f}"
    return f"{name} (crowd)" if thing.iscrowd else name


def _outline(outline: Polygons | Rle | None) -> tuple[list[Path], NDArray[np.bool_] | None]:
    """Rings to stroke, and the mask to fill when the outline is a mask."""
    if isinstance(outline, Rle):
        from .rle import decode

        mask = decode(outline)
        return contours(mask), mask
    rings = [list(zip(ring[0::2], ring[1::2], strict=False)) for ring in outline or ()]
    return [ring for ring in rings if ring], None


def contours(mask: NDArray[np.bool_]) -> list[Path]:
    """Closed lines around the regions of a mask, px of the image.

    Args:
        mask: (H, W) bool.
    """
    from skimage.measure import find_contours

    # A frame of background closes the regions that touch the border; pixel centres lie at half px.
    lines = find_contours(np.pad(mask, 1).astype(np.float32), 0.5)  # type: ignore[no-untyped-call]
    return [[(float(x) - 0.5, float(y) - 0.5) for y, x in line] for line in lines]


def _points(keypoints: tuple[float, ...] | None) -> list[tuple[float, float, float]]:
    numbers = keypoints or ()
    return list(zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=False))


def _bones(category: CategoryRow | None) -> list[tuple[int, int]]:
    """The skeleton's pairs, counted from 0; what is no pair of numbers is left out."""
    skeleton = category.other.get("skeleton") if category else None
    pairs = skeleton if isinstance(skeleton, list) else []
    return [(p[0] - 1, p[1] - 1) for p in pairs if isinstance(p, list) and [type(v) for v in p] == [int, int]]


def _area(mark: Mark) -> float:
    left, top, right, bottom = mark.extent()
    return (right - left) * (bottom - top)


def room_for(marks: Iterable[Mark]) -> tuple[int, int]:
    """(width, height) px that hold all marks: for an image whose size nobody knows."""
    corners: list[Point] = [mark.extent()[2:] for mark in marks]
    return max([1, *(int(x) + 1 for x, _ in corners)]), max([1, *(int(y) + 1 for _, y in corners)])

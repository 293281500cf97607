"""What a panoptic file cannot hold: what is no outline, and pixels that belong to two."""

from __future__ import annotations

import numpy as np

from ..columns import KIND_COUNTS, KIND_POLYGONS, Bools, Field
from ..dataset import Dataset
from ..ids import sizes_of_images
from ..masks import measure
from . import by_image as order
from . import losses
from .base import Loss
from .extras import filled, members_lost
from .panoptic_pixels import Canvas


def left_out(dataset: Dataset) -> Bools:
    """(N,) bool: annotations without image, outline or category."""
    a = dataset.annotations
    drawn = np.zeros(len(a), np.bool_) if a.segmentation is None else a.segmentation.kind != 0
    return losses.unplaced(dataset) | ~drawn | ~a.has(Field.CATEGORY_ID)


def _undrawn(dataset: Dataset) -> int:
    return int(np.count_nonzero(left_out(dataset) & ~losses.unplaced(dataset)))


def _covered(dataset: Dataset) -> int:
    return sum(Canvas(image, rows).covered for image, rows in order.by_image(dataset, left_out=left_out))


def _unlike_pixels(dataset: Dataset) -> tuple[int, int]:
    """How many areas and boxes are not those of the pixels, overlaps aside."""
    a = dataset.annotations
    rows = np.flatnonzero(~left_out(dataset))
    if a.segmentation is None or a.image_id is None or not len(rows):
        return 0, 0
    found = measure(a.segmentation, sizes_of_images(dataset.images, a.image_id))
    areas = boxes = 0
    if a.area is not None:
        areas = int(np.count_nonzero(a.has(Field.AREA)[rows] & (a.area[rows] != found.area[rows])))
    if a.bbox is not None:
        boxes = int(np.count_nonzero(a.has(Field.BBOX)[rows] & (a.bbox[rows] != found.bbox[rows]).any(axis=1)))
    return areas, boxes


def _unsaid(dataset: Dataset) -> int:
    a = dataset.annotations
    wanted = int(Field.BBOX | Field.AREA | Field.ISCROWD | Field.ID)
    return int(np.count_nonzero(((a.present & wanted) != wanted) & ~left_out(dataset)))


def _segment_ids(dataset: Dataset) -> int:
    """Ids of segments that are out of range or not all different in their image."""
    known = {
        row: members["segment_id"] for row, members in filled(dataset.annotations.extras) if "segment_id" in members
    }
    bad = 0
    for image, rows in order.by_image(dataset, left_out=left_out) if known else ():
        kept = {id(each): key for key, each in Canvas(image, rows).kept}
        bad += sum(row in known and kept.get(id(each), known[row]) != known[row] for row, each in rows)
    return bad


LOSSES: tuple[Loss, ...] = (
    order.FILE_NAMES,
    order.annotation_ids_lost(left_out=left_out),
    order.places_lost(left_out=left_out),
    losses.UNPLACED,
    Loss("annotations without outline", "annotations without an outline or a category are left out", _undrawn),
    Loss("polygons", "polygons become pixels", losses.outlined(KIND_POLYGONS)),
    Loss("lists of runs", "the pixels stay; lists of runs become compressed counts", losses.outlined(KIND_COUNTS)),
    Loss("hidden pixels", "annotations lose the pixels that an earlier one has, or are left out", _covered),
    Loss("areas", "areas are numbers of pixels", lambda dataset: _unlike_pixels(dataset)[0]),
    Loss("boxes", "boxes go around the pixels", lambda dataset: _unlike_pixels(dataset)[1]),
    Loss("missing members", "where bbox, area or iscrowd are missing they are filled in", _unsaid),
    Loss("segment ids", "segments are numbered from 1 where their ids are no good", _segment_ids),
    losses.IGNORES,
    losses.SCORES,
    losses.KEYPOINTS,
    losses.CAPTIONS,
    members_lost("segment_id"),
)

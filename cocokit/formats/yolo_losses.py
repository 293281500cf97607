"""What label files cannot hold, counted over the annotations that become a line of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Field, Int64, Segmentations, take_ragged, take_segmentations
from ..dataset import Dataset
from . import losses
from .base import Loss
from .building import boxes_around
from .losses import Counter, once
from .measuring import TOLERANCE, areas_of
from .yolo_rings import joined, may_be_parted, parted
from .yolo_rows import DECIMALS, Outlines, corners, good_rings, is_rle, kept, outlines_of, sizes_of

_OUTSIDE = "what lies outside of the image is cut away or moved to the border"
_FINER = "coordinates are rounded to a millionth of a pixel"


def points_of(dataset: Dataset) -> int:
    """How many keypoints the poses that become lines have: those of the longest."""
    points = dataset.annotations.keypoints
    return 0 if points is None else int(np.diff(points.offsets)[kept(dataset)].max(initial=0)) // 3


def _left_out(outlined: bool) -> Counter:
    def count(dataset: Dataset) -> int:
        crowd = dataset.annotations.iscrowd
        single = np.ones(len(dataset.annotations), np.bool_) if crowd is None else crowd == 0
        return int(np.count_nonzero(single & ~losses.unplaced(dataset) & ~kept(dataset, outlined)))

    return count


def _count(flags: Any) -> int:
    return int(np.count_nonzero(flags))


def _measured_boxes(dataset: Dataset) -> dict[str, int]:
    rows = np.flatnonzero(kept(dataset))
    if not len(rows) or dataset.annotations.bbox is None:
        return {"finer": 0, "outside": 0}
    box, ends = dataset.annotations.bbox[rows], corners(dataset, rows)
    outside = (ends < 0).any(axis=1) | (ends > np.tile(sizes_of(dataset, rows), 2)).any(axis=1)
    return {"finer": _count((box != np.round(box, DECIMALS)).any(axis=1)), "outside": _count(outside)}


def _measured_rings(dataset: Dataset) -> dict[str, int]:
    a, rows = dataset.annotations, np.flatnonzero(kept(dataset, outlined=True))
    found = outlines_of(dataset, rows)
    masks, broken, bare = np.zeros(len(rows), np.bool_), 0, np.zeros(len(rows), np.bool_)
    bare[found.bare] = True
    if a.segmentation is not None:
        own = take_segmentations(a.segmentation, rows)
        masks, broken = is_rle(own), _count(good_rings(own)[1] < np.diff(own.rings))
    alone = bare & ~masks
    unlike = np.zeros(len(rows), np.bool_)
    if a.bbox is not None:
        box = boxes_around(found.rings, found.xy)
        unlike = a.has(Field.BBOX)[rows] & (box != a.bbox[rows]).any(axis=1)
    return {
        "finer": _count(found.rounded), "outside": _count(found.outside), "masks": _count(masks), "broken": broken,
        "boxes": _count(unlike & ~alone), "bare": _count(alone), "areas": _unlike_areas(dataset, rows, found),
        "mingled": sum(not _found_again(found, row) for row in _hard(found)),
    }  # fmt: skip


def _unlike_areas(dataset: Dataset, rows: Int64, found: Outlines) -> int:
    """How many areas are not those of the outlines that are written."""
    a = dataset.annotations
    if a.area is None or not len(rows):
        return 0
    area = areas_of(Segmentations.of_polygons(found.rings, found.xy))
    return _count(a.has(Field.AREA)[rows] & ~np.isclose(a.area[rows], area, TOLERANCE, TOLERANCE))


def _hard(outlines: Outlines) -> list[int]:
    """Annotations whose rings may not be found again in one line."""
    parts = np.diff(outlines.rings)
    row = np.repeat(np.arange(len(parts)), parts)
    rings = may_be_parted(outlines.xy)
    points = outlines.xy.values.reshape(-1, 2)
    starts, ends = outlines.xy.offsets[:-1] // 2, outlines.xy.offsets[1:] // 2 - 1
    shut = (points[starts] == points[ends]).all(axis=1) & (parts[row] > 1)
    return sorted({*row[rings].tolist(), *row[shut].tolist(), *np.flatnonzero(parts > 3).tolist()})


def _found_again(outlines: Outlines, row: int) -> bool:
    own = [outlines.xy[i] for i in range(int(outlines.rings[row]), int(outlines.rings[row + 1]))]
    numbers = np.arange(outlines.rings[row], outlines.rings[row + 1])
    line = joined(np.array([0, len(own)]), take_ragged(outlines.xy, numbers))[0]
    back = parted(line)
    return len(back) == len(own) and all(np.array_equal(a, b) for a, b in zip(back, own, strict=True))


def _measured_poses(dataset: Dataset) -> dict[str, int]:
    a, rows, points = dataset.annotations, np.flatnonzero(kept(dataset)), points_of(dataset)
    lengths = np.zeros(len(rows), np.int64) if a.keypoints is None else np.diff(a.keypoints.offsets)[rows]
    whole = rows[lengths == 3 * points]
    if not points or a.keypoints is None or not len(whole):
        return {"finer": 0, "outside": 0, "without": len(rows), "counts": 0}
    own = take_ragged(a.keypoints, whole)
    poses = own.values.reshape(len(whole), points, 3)
    places = poses[:, :, :2]
    size = sizes_of(dataset, whole)[:, None, :]
    seen: Int64 = np.count_nonzero(poses[:, :, 2] > 0, axis=1)
    said = (
        seen if a.num_keypoints is None else np.where(a.has(Field.NUM_KEYPOINTS)[whole], a.num_keypoints[whole], seen)
    )
    return {
        "finer": _count((places != np.round(places, DECIMALS)).any(axis=(1, 2))),
        "outside": _count(((places < 0) | (places > size)).any(axis=(1, 2))),
        "without": len(rows) - len(whole),
        "counts": _count(said != seen),
    }


_boxes, _rings, _poses = once(_measured_boxes), once(_measured_rings), once(_measured_poses)

#: What no layout of labels has.
COMMON = (
    losses.IMAGE_IDS, losses.IMAGE_MEMBERS, losses.ANNOTATION_IDS, losses.ANNOTATION_MEMBERS, losses.ORDER,
    losses.UNPLACED, losses.IGNORES, losses.SCORES, losses.CAPTIONS, losses.TOP,
    Loss("crowds", "regions of many instances are left out: as single ones they would teach what is wrong",
         losses.CROWDS.count),
)  # fmt: skip
_BOXES = (
    *COMMON,
    losses.AREAS,
    losses.SEGMENTATIONS,
    Loss("instances without box", "annotations without a box or category are left out", _left_out(False)),
    Loss("finer coordinates", _FINER, _boxes("finer")),
    Loss("boxes outside", _OUTSIDE, _boxes("outside")),
)
BOXES = (*_BOXES, losses.KEYPOINTS, losses.CATEGORY_MEMBERS)
RINGS = (
    *COMMON,
    losses.KEYPOINTS,
    losses.CATEGORY_MEMBERS,
    Loss("areas", "areas are those of the outlines, by their corners", _rings("areas")),
    Loss("boxes", "boxes are those around the outlines", _rings("boxes")),
    Loss("RLE masks", "masks become polygons, without their holes", _rings("masks")),
    Loss("instances without outline", "a box alone becomes a polygon of four points", _rings("bare")),
    Loss("broken polygons", "polygons of fewer than three points are left out", _rings("broken")),
    Loss("mingled parts", "the parts of a polygon that meets itself become one", _rings("mingled")),
    Loss("instances without shape", "annotations without a box, outline or category are left out", _left_out(True)),
    Loss("finer coordinates", _FINER, _rings("finer")),
    Loss("outlines outside", _OUTSIDE, _rings("outside")),
)
POSES = (
    *_BOXES,
    Loss("instances without keypoints", "they get as many as the others, all absent", _poses("without")),
    Loss("keypoint counts", "num_keypoints is that of the keypoints that are there", _poses("counts")),
    Loss("finer keypoints", _FINER, _poses("finer")),
    Loss("keypoints outside", _OUTSIDE, _poses("outside")),
    Loss("category members", "skeletons and whatever else a category has are left out",
         lambda dataset: sum(bool(set(row.other) - {"keypoints"}) for row in dataset.categories)),
)  # fmt: skip
DARKNET = (*BOXES, losses.CATEGORY_IDS, losses.SUPERCATEGORIES)

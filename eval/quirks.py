"""Which of pycocotools' quirks an input triggers, and how many rows each one touches (PARITY.md: how counted)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cocokit.columns import KIND_NONE, KIND_POLYGONS, Annotations, Bools, Field, Int64, Ragged, Segmentations
from cocokit.dataset import Dataset
from cocokit.ids import distinct, repeated, sizes_differ, sizes_of_images

from .cells import Cells, Pairs
from .kernels.census import count_on_edges, count_outside, count_shared_best, count_ties
from .overlaps import lowest
from .params import EvalParams
from .sides import Detections, GroundTruth


@dataclass(frozen=True, slots=True)
class QuirkHit:
    """One quirk that this input triggers.

    Attributes:
        id: its id in PARITY.md.
        count: how many things it touches.
        unit: what is counted: ``detections``, ``annotations``, ``masks``, ``areas`` or ``settings``.
        what: what happens, in one clause.
        examples: a few of the ids or values.
    """

    id: str
    count: int
    unit: str
    what: str
    examples: tuple[object, ...] = ()

    @property
    def counted(self) -> str:
        """The count with its unit: ``1 annotation``, ``1,214 detections``."""
        words = self.unit.split() if self.count != 1 else [word.removesuffix("s") for word in self.unit.split()]
        return " ".join([f"{self.count:,}", *words])

    def to_dict(self) -> dict[str, object]:
        """The hit as plain JSON values."""
        examples = list(self.examples)
        return {"id": self.id, "count": self.count, "unit": self.unit, "what": self.what, "examples": examples}


#: What each reported quirk does: (in strict mode, in fixed mode where it differs).
WHAT: dict[str, tuple[str, str | None]] = {
    "A1": ("equal scores within a category keep the order of the file and of image ids", None),
    "B2": ("of several ground truths with the same best overlap the last one is taken", None),
    "D1": ("the ignore flag is overwritten by iscrowd and has no effect", "the ignore flag is honoured"),
    "D6": ("an area on the border of two ranges counts in both", None),
    "E2": ("a detection's own iscrowd is taken for 0", None),
    "F3": ("a pose without visible keypoints is compared by distance to its box, and ignored", None),
    "F6": (
        "poses are not compared when categories are pooled: all are false positives",
        "poses are compared across categories",
    ),
    "F10": ("whole-number keypoints this large are squared as integers", None),
    "H4": ("polygon corners left or right of the image are dropped, those above or below moved to its edge", None),
    "I2": ("a mask of another size than its image never matches", None),
    "J2": ("boxes are evaluated as rectangular masks", None),
    "J3": (
        "the area range is decided by the box beside the mask",
        "the area range is decided by the mask, not the box beside it",
    ),
    "K1": ("a polygon of two points has no area", "a polygon of two points is an empty mask"),
    "L9": ("pycocotools prints -1 for AP with these max_dets; here AP is read at the largest", None),
    "X1": ("ground truth with id 0 never counts as matched", "ground truth with id 0 counts like any other"),
    "X2": (
        "the last annotation with an id stands for all of them",
        "each annotation with a repeated id counts as itself",
    ),
    "X3": ("NaN scores sort last and NaN boxes match anything", None),
    "X5": ("a missing area, iscrowd or num_keypoints is derived; pycocotools refuses the file", None),
    "X6": ("rows of categories that the ground truth does not list are left out", None),
    "X7": ("a line whose area range is not evaluated is -1", None),
    "X9": ("detections beyond the largest max_dets of their image and category are cut", None),
    "X10": ("an empty segmentation is an empty mask; pycocotools fails", None),
}


@dataclass(slots=True, eq=False, repr=False)
class Evidence:
    """Everything that the counts are taken from.

    Attributes:
        params: the settings.
        dataset, results: the columns.
        gt, dt: the evaluation's view of them.
        cells, pairs: matching order and candidates; None before matching.
        dt_known, gt_known: (N,), (G,) rows of chosen images and categories.
        dt_no_category, gt_no_category: rows whose category the file does not list.
    """

    params: EvalParams
    dataset: Dataset
    results: Annotations
    gt: GroundTruth
    dt: Detections
    cells: Cells
    pairs: Pairs
    dt_known: Bools
    gt_known: Bools
    dt_no_category: int
    gt_no_category: int


def _count(mask: Bools, known: Bools) -> int:
    return int(np.count_nonzero(mask & known))


def _common(e: Evidence) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    ann = e.dataset.annotations
    cells, gt = e.cells, e.gt
    ties = count_ties(cells.dt_by_score, cells.dt_cat_start, cells.kinds, cells.dt_order, e.dt.score)
    found["A1"] = ties, "detections"
    floor = lowest(e.params.iou_thrs)
    found["B2"] = count_shared_best(e.pairs.offsets, e.pairs.iou, len(cells.dt_order), floor), "detections"
    if ann.ignore is not None and len(gt):
        found["D1"] = _count((ann.ignore[gt.source] != 0) & (gt.crowd == 0), e.gt_known), "annotations"
    found["D6"] = _on_edges(e), "areas"
    if e.results.iscrowd is not None:
        found["E2"] = _count(e.results.iscrowd != 0, e.dt_known), "detections"
    found["X1"] = _count(gt.id == 0, e.gt_known), "annotations"
    if ann.id is not None:
        again = repeated(ann.id)
        found["X2"] = len(again) + len(distinct(ann.id[again])), "annotations"
    wanted = Field.AREA | Field.ISCROWD | (Field.NUM_KEYPOINTS if e.params.iou_type == "keypoints" else 0)
    found["X5"] = _count((ann.present[gt.source] & int(wanted)) != int(wanted), e.gt_known), "annotations"
    found["X6"] = e.dt_no_category + e.gt_no_category, "annotations or detections"
    found["X9"] = cells.cut, "detections"
    return found


def _on_edges(e: Evidence) -> int:
    ranges = e.params.ranges
    edges = np.array(sorted(set(ranges[:, 0].tolist()) & set(ranges[:, 1].tolist())), np.float64)
    gt_rows = np.flatnonzero(e.gt_known)
    return count_on_edges(e.gt.area, gt_rows, len(gt_rows), edges, len(edges)) + count_on_edges(
        e.dt.area, e.cells.dt_order, len(e.cells.dt_order), edges, len(edges)
    )


def _nan(e: Evidence) -> int:
    boxes = e.dt.bbox if e.params.iou_type == "bbox" else None
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(e.dt.score.sum()) and (boxes is None or np.isfinite(boxes.sum())):
            return 0  # a NaN would have made its sum NaN
    bad = np.isnan(e.dt.score)
    if boxes is not None:
        bad |= np.isnan(boxes).any(1)
    return _count(bad, e.dt_known)


def _poses(e: Evidence) -> dict[str, tuple[int, str]]:
    gt, dt = e.gt, e.dt
    found = {"F6": (0 if e.params.use_cats else int(np.count_nonzero(e.dt_known)), "detections")}
    if gt.keypoints is None or dt.keypoints is None:
        return found
    visible = np.array([(gt.keypoints[int(r)][2::3] > 0).any() for r in gt.source], np.bool_)
    found["F3"] = _count(~visible, e.gt_known), "annotations"
    large = _large(gt.keypoints, gt.source[e.gt_known]) + _large(dt.keypoints, np.flatnonzero(e.dt_known))
    found["F10"] = large, "keypoint lists"
    return found


def _large(points: Ragged, rows: Int64) -> int:
    """Poses that are whole and so large that they are squared as integers (PARITY F10)."""
    from .keypoints import LARGE, is_large

    if not is_large(points):
        return 0
    poses = (points[row] for row in rows.tolist())
    return sum(bool((pose == np.floor(pose)).all() and np.abs(pose).max(initial=0) >= LARGE) for pose in poses)


def _masks(e: Evidence) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {"I2": (_other_sizes(e), "masks")}
    if e.dt.kind == "bbox" and e.dt.segmentation is None:
        found["J2"] = int(np.count_nonzero(e.dt_known)), "detections"
    elif e.dt.kind == "bbox" and e.results.bbox is not None:
        found["J3"] = _other_range(e), "detections"
    if e.gt.segmentation is not None and len(e.dataset.annotations):
        found.update(_outlines(e, e.gt.segmentation))
    return found


def _other_sizes(e: Evidence) -> int:
    """RLEs of another size than their image (PARITY I2)."""
    other = 0
    for outlines, ids, rows in (
        (e.gt.segmentation, e.gt.image_id[e.gt_known], e.gt.source[e.gt_known]),
        (e.dt.segmentation, e.dt.image_id[e.dt_known], np.flatnonzero(e.dt_known)),
    ):
        if outlines is not None and len(rows):
            rle = outlines.kind[rows] > KIND_POLYGONS
            size = sizes_of_images(e.dataset.images, ids)
            other += int(np.count_nonzero(rle & sizes_differ(outlines.size[rows], size)))
    return other


def _outlines(e: Evidence, outlines: Segmentations) -> dict[str, tuple[int, str]]:
    """Annotations with points beside the image (H4), with polygons of two points (K1), without any outline (X10)."""
    ann, xy = e.dataset.annotations, outlines.xy
    chosen = np.zeros(len(ann), np.uint8)
    chosen[e.gt.source[e.gt_known]] = 1
    ids = ann.image_id if ann.image_id is not None else np.zeros(len(ann), np.int64)
    height, width = np.ascontiguousarray(sizes_of_images(e.dataset.images, ids).T, np.float64)
    beside = count_outside(chosen, outlines.rings, xy.offsets, xy.values, width, height, len(ann))
    short = np.flatnonzero(np.diff(xy.offsets) < 6)
    of_ring = np.searchsorted(outlines.rings, short, side="right") - 1
    empty = (outlines.kind == KIND_NONE) & ann.has(Field.SEGMENTATION)
    return {
        "H4": (beside, "annotations"),
        "K1": (int(chosen[distinct(of_ring)].sum()), "annotations"),
        "X10": (_count(empty, chosen == 1), "annotations"),
    }


def _other_range(e: Evidence) -> int:
    """Detections for which the box's area lies in other area ranges than the mask's (PARITY J3)."""
    assert e.results.bbox is not None and e.dt.masks is not None
    mask = e.dt.masks.measures.area
    box = e.results.bbox[:, 2] * e.results.bbox[:, 3]
    other = np.zeros(len(mask), np.bool_)
    for lo, hi in e.params.ranges:
        other |= ((mask < lo) | (mask > hi)) != ((box < lo) | (box > hi))
    return _count(other, e.dt_known)


def find_quirks(e: Evidence) -> list[QuirkHit]:
    """Quirks that the input triggers, in PARITY.md's order of ids."""
    found = _common(e)
    found["X3"] = _nan(e), "detections"
    if e.params.iou_type == "keypoints":
        found.update(_poses(e))
    elif e.params.iou_type == "segm":
        found.update(_masks(e))
    usual = 20 if e.params.iou_type == "keypoints" else 100
    found["L9"] = int(e.params.max_dets[-1] != usual), "settings"
    needed = {"all", "medium", "large"} | (set() if e.params.iou_type == "keypoints" else {"small"})
    found["X7"] = int(not needed <= set(e.params.area_labels)), "settings"
    return quirk_hits(found, fixed=e.params.fixed)


def quirk_hits(found: Mapping[str, tuple[int, str]], *, fixed: bool) -> list[QuirkHit]:
    """The quirks of which something was counted, in PARITY.md's order of ids.

    Args:
        found: id -> how many, and of what.
        fixed: which of the two modes the sentences are about.
    """
    hits = []
    for name, (strict, corrected) in WHAT.items():
        count, unit = found.get(name, (0, ""))
        if count:
            hits.append(QuirkHit(name, count, unit, corrected if fixed and corrected else strict))
    return hits

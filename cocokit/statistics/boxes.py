"""Where instances lie in their images and how large they are there: sizes, a map of centres, a map of extents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns import Annotations, Bools, Field, Float64, Images, Int64
from .counted import Counted

#: (21,) edges of the size classes, percent of the image's area: four per factor of ten; the ends take what lies beyond.
SIZE_EDGES = 10.0 ** np.linspace(-3, 2, 21)
#: Side of both maps, cells.
CELLS = 32
#: Octaves that the map of extents covers, from 1 / 256 of the image's side to all of it.
OCTAVES = 8
#: Areas px^2 below which COCO calls an instance small, or medium.
SMALL, MEDIUM = 32.0**2, 96.0**2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Boxes:
    """Sizes and places of instances.

    Attributes:
        sizes: (K, 20) int64 instances of each category between ``SIZE_EDGES``, percent of the image's area.
        median_size: percent of the image's area; NaN where nothing is known.
        median_sizes: (K,) float64, the same for each category.
        small_medium_large: (3,) int64 instances by COCO's areas in px^2.
        centres: (32, 32) int64 [row, column] centres of boxes; row 0 is the top of the image.
        extents: (32, 32) int64 [row, column] boxes by height (row) and width (column) as a share of the image's:
            logarithmic, four cells per factor of two; the last cell ends at the whole image.
        without_area, without_box: instances with neither area nor box, or with no box, or whose image has no size.
    """

    sizes: Int64
    median_size: float
    median_sizes: Float64
    small_medium_large: Int64
    centres: Int64
    extents: Int64
    without_area: int
    without_box: int


def measure_boxes(found: Counted, annotations: Annotations, images: Images, categories: int) -> Boxes:
    """Measure.

    Args:
        found: instances, no crowds.
        annotations, images: of the dataset.
        categories: how many there are, K.
    """
    width, height = (side[found.image].astype(np.float64) for side in (images.width, images.height))
    sized = (width > 0) & (height > 0)
    box, boxed = _boxes(found, annotations)
    area, known = areas_of(found, annotations)
    counted = np.array(
        [np.count_nonzero(known & (area < SMALL)), np.count_nonzero(known & (area < MEDIUM)), known.sum()]
    )
    known &= sized
    percent = 100 * area[known] / (width[known] * height[known])
    place = np.clip(np.searchsorted(SIZE_EDGES, percent, side="right") - 1, 0, len(SIZE_EDGES) - 2)
    category = found.category[known]
    bins = len(SIZE_EDGES) - 1
    sizes = np.bincount(category * bins + place, minlength=categories * bins).reshape(categories, bins)
    boxed &= sized
    return Boxes(
        sizes=sizes,
        median_size=float(np.median(percent)) if len(percent) else float("nan"),
        median_sizes=_medians(percent, category, categories),
        small_medium_large=np.diff(counted, prepend=0),
        centres=_centres(box[boxed], width[boxed], height[boxed]),
        extents=_extents(box[boxed], width[boxed], height[boxed]),
        without_area=int(np.count_nonzero(~known)),
        without_box=int(np.count_nonzero(~boxed)),
    )


def _boxes(found: Counted, annotations: Annotations) -> tuple[Float64, Bools]:
    if annotations.bbox is None:
        return np.zeros((len(found.rows), 4)), np.zeros(len(found.rows), np.bool_)
    box = annotations.bbox[found.rows]
    x, y, w, h = box.T
    good = annotations.has(Field.BBOX)[found.rows] & np.isfinite(x) & np.isfinite(y) & np.isfinite(w) & np.isfinite(h)
    return box, good & (w >= 0) & (h >= 0)


def areas_of(found: Counted, annotations: Annotations) -> tuple[Float64, Bools]:
    """(M,) float64 px^2 as written, the box's where nothing is written; and (M,) bool whether there is one."""
    box, boxed = _boxes(found, annotations)
    area, known = np.where(boxed, box[:, 2] * box[:, 3], 0.0), boxed.copy()
    if annotations.area is not None:
        written = annotations.has(Field.AREA)[found.rows]
        area = np.where(written, annotations.area[found.rows], area)
        known |= written
    return area, known & np.isfinite(area) & (area >= 0)


def _medians(values: Float64, group: Int64, groups: int) -> Float64:
    """(G,) float64 median of the values of each group; NaN for none."""
    small = np.min_scalar_type(max(groups, 1))  # few bits are sorted by counting them
    values = values[np.argsort(group.astype(small), kind="stable")]
    ends = np.cumsum(np.bincount(group, minlength=groups)).tolist()
    parts = [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return np.array([np.median(part) if len(part) else np.nan for part in parts])


def _centres(box: Float64, width: Float64, height: Float64) -> Int64:
    x = (box[:, 0] + box[:, 2] / 2) / width
    y = (box[:, 1] + box[:, 3] / 2) / height
    return _map(_cell(y * CELLS), _cell(x * CELLS))


def _extents(box: Float64, width: Float64, height: Float64) -> Int64:
    step = CELLS / OCTAVES
    with np.errstate(divide="ignore"):  # a box of no width lies in the first cell
        x, y = (CELLS + step * np.log2(side) for side in (box[:, 2] / width, box[:, 3] / height))
    return _map(_cell(y), _cell(x))


def _cell(value: Float64) -> Int64:
    return np.clip(value, 0, CELLS - 1).astype(np.int64)


def _map(row: Int64, column: Int64) -> Int64:
    return np.bincount(row * CELLS + column, minlength=CELLS * CELLS).reshape(CELLS, CELLS)

"""A COCO dataset as the hidden truth: what is really in each image, as clean outlines and as masks.

Outlines of COCO may cross themselves, which no page lets a worker draw; here they are repaired. A crowd region has no
instances, but whoever looks at it sees some: *pieces* stand for them, which belong to nobody and count for nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cocokit import geometry, rle
from cocokit.columns import Float64
from cocokit.dataset import Dataset
from cocokit.domain.tasks import CategoryRef
from cocokit.types import Polygons, Ring, Rle

#: A mask is looked at through a grid of at most so many points a side.
_GRID = 48
#: How many members of a crowd region people see one by one.
_PIECES = 12


@dataclass(slots=True, eq=False)
class Instance:
    """One instance.

    Attributes:
        id: of its annotation; pieces of crowds have negative ones.
        category_id: its category.
        outlines: rings without crossings, px.
        mask: its pixels.
        area: px^2.
        perimeter: px, of all rings.
        share: of the image's area, 0 to 1.
        core: (n, 2) float64 points well inside, x and y px: where somebody would click.
        piece: a member of a crowd region.
    """

    id: int
    category_id: int
    outlines: Polygons
    mask: Rle
    area: float
    perimeter: float
    share: float
    core: Float64
    piece: bool = False


@dataclass(eq=False)
class Scene:
    """One image and what is in it.

    Attributes:
        id: the image's id in the truth.
        width, height: px.
        file_name: as in the truth.
        rows: (annotation id, category id, iscrowd, outlines or RLE) of its annotations.
    """

    id: int
    width: int
    height: int
    file_name: str
    rows: list[tuple[int, int, bool, Polygons | Rle]] = field(default_factory=list)

    @cached_property
    def categories(self) -> frozenset[int]:
        """Ids of the categories in it, crowds among them."""
        return frozenset(category for _, category, _, _ in self.rows)

    @cached_property
    def clutter(self) -> float:
        """How crowded it is: 0 for one instance, 1 for thirty."""
        return min(1.0, math.log(max(len(self.rows), 1)) / math.log(30))

    @cached_property
    def instances(self) -> dict[int, list[Instance]]:
        """Category id -> instances, the largest first; crowds are none."""
        found: dict[int, list[Instance]] = {category: [] for category in self.categories}
        for key, category, crowd, outline in self.rows:
            if not crowd:
                made = self._instance(key, category, outline)
                found[category] += [made] if made else []
        for each in found.values():
            each.sort(key=lambda one: (-one.area, one.id))
        return found

    @cached_property
    def crowds(self) -> dict[int, Rle]:
        """Category id -> the pixels of its crowd regions."""
        parts = defaultdict(list)
        for _, category, crowd, outline in self.rows:
            if crowd:
                drawn = outline if isinstance(outline, Rle) else self.drawn(outline)
                parts[category].append(rle.compress(drawn))
        return {category: rle.merge(masks) for category, masks in parts.items()}

    @cached_property
    def seen(self) -> dict[int, list[Instance]]:
        """Category id -> what people take for instances: those of the truth, and pieces of its crowd."""
        pieces = {category: self._pieces(category, mask) for category, mask in self.crowds.items()}
        return {category: each + pieces.get(category, []) for category, each in self.instances.items()}

    def drawn(self, outlines: Iterable[Ring]) -> Rle:
        """The pixels inside rings."""
        return rle.from_polygons(list(outlines), self.height, self.width)

    def _instance(self, key: int, category: int, outline: Polygons | Rle, *, piece: bool = False) -> Instance | None:
        """A repaired instance; None if nothing is left of it."""
        rings = geometry.rle_to_polygons(outline, 1.0) if isinstance(outline, Rle) else outline
        rings = geometry.repair([self._clipped(ring) for ring in rings])
        rings = tuple(ring for ring in rings if geometry.polygon_area(ring) > 0.5)
        mask = self.drawn(rings)
        area = rle.area(mask)
        if not area:
            return None
        around = sum(_length(ring) for ring in rings)
        core = _core(mask)
        return Instance(key, category, rings, mask, area, around, area / (self.width * self.height), core, piece)

    def _clipped(self, ring: Ring) -> Ring:
        return tuple(min(max(v, 0.0), float((self.width, self.height)[i % 2])) for i, v in enumerate(ring))

    def _pieces(self, category: int, crowd: Rle) -> list[Instance]:
        """Members of a crowd region: boxes far from each other, each cut by the region."""
        points = _core(crowd)
        side = max(math.sqrt(rle.area(crowd) / _PIECES) * 0.6, 4.0)
        made: list[Instance] = []
        for i, (x, y) in enumerate(_spread(points, _PIECES).tolist()):
            box = rle.from_bbox((x - side / 2, y - side / 2, side, side), self.height, self.width)
            part = rle.merge([box, crowd], intersect=True)
            if rle.area(part) >= 12:
                one = self._instance(-(1000 * category + i + 1), category, rle.compress(part), piece=True)
                made += [one] if one else []
        return made


class Truth:
    """The truth of a whole campaign.

    Args:
        dataset: COCO instances.
        most: how many images, the first ones; None takes all.
    """

    def __init__(self, dataset: Dataset, most: int | None = None) -> None:
        images = [dataset.image(row) for row in range(len(dataset.images))][:most]
        self.categories = tuple(CategoryRef(c.id, c.name, c.supercategory or "") for c in dataset.categories)
        self.scenes = {i.id: Scene(i.id, i.width, i.height, i.file_name or f"{i.id}.jpg") for i in images}
        self.dataset = dataset.select(img_ids=self.scenes)
        known = {category.id for category in self.categories}
        for row in range(len(self.dataset.annotations)):
            one = self.dataset.annotation(row)
            if one.segmentation and one.category_id in known:
                outline = one.segmentation if isinstance(one.segmentation, Rle) else tuple(one.segmentation)
                scene = self.scenes[one.image_id]
                scene.rows.append((one.id or row + 1, one.category_id, bool(one.iscrowd), outline))

    @cached_property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """(image id, category id) of every category in every image."""
        return frozenset((scene.id, category) for scene in self.scenes.values() for category in scene.categories)

    @cached_property
    def groups(self) -> dict[str, list[int]]:
        """Supercategory -> ids of its categories: what is confused with what."""
        found = defaultdict(list)
        for category in self.categories:
            found[category.supercategory].append(category.id)
        return dict(found)

    @cached_property
    def group_of(self) -> dict[int, str]:
        """Category id -> supercategory."""
        return {category.id: category.supercategory for category in self.categories}


def _length(ring: Ring) -> float:
    points = np.asarray(ring, np.float64).reshape(-1, 2)
    steps = np.diff(np.concatenate([points, points[:1]]), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _core(mask: Rle) -> Float64:
    """(n, 2) points of a mask that are far from its edge, as seen through a coarse grid; at least one."""
    x0, y0, w, h = (int(v) for v in rle.bbox(mask))
    step = max(1, math.ceil(max(w, h) / _GRID))
    inside = np.pad(rle.decode(mask)[y0 : y0 + h, x0 : x0 + w], step)[::step, ::step]
    if not inside.any():
        inside = np.pad(rle.decode(mask)[y0 : y0 + h, x0 : x0 + w], 1)
        step = 1
    while True:
        ring = inside[1:-1, 1:-1] & inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
        if 4 * np.count_nonzero(ring) < np.count_nonzero(inside):
            break
        inside = np.pad(ring, 1)
    y, x = np.nonzero(inside)
    return np.stack([x0 + (x - 1) * step + 0.5, y0 + (y - 1) * step + 0.5], axis=1).astype(np.float64)


def _spread(points: Float64, count: int) -> Float64:
    """(m, 2) points of (n, 2), each as far as can be from those before it; at most ``count``."""
    chosen = [0]
    distance = np.full(len(points), np.inf)
    while len(chosen) < min(count, len(points)):
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(np.argmax(distance)))
    return points[chosen]

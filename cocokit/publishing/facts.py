"""What can be counted in a dataset that is published, for its card and its manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from .parts import Part

#: Areas, px^2, up to which COCO calls an instance small, and medium.
SMALL, MEDIUM = 32.0**2, 96.0**2


@dataclass(slots=True)
class SplitFacts:
    """What is in one split.

    Attributes:
        images, instances, crowds, captions: how many.
        empty: images without any annotation.
        sizes: instances that are small, medium and large, as COCO calls them.
        by_category: category id -> (images, instances).
        withheld: its annotations are not published.
    """

    images: int = 0
    instances: int = 0
    crowds: int = 0
    captions: int = 0
    empty: int = 0
    sizes: tuple[int, int, int] = (0, 0, 0)
    by_category: dict[int, tuple[int, int]] = field(default_factory=dict)
    withheld: bool = False

    def counts(self) -> dict[str, int]:
        """As the manifest has them."""
        return {"images": self.images, "instances": self.instances, "crowds": self.crowds, "captions": self.captions}


@dataclass(slots=True)
class Facts:
    """What is in a dataset.

    Attributes:
        splits: by name; the name is empty for a dataset without splits.
        categories: (id, name, supercategory), by id.
        licenses: name of a licence -> images; images without one count under an empty name.
        license_urls: name -> address, where it is known.
        widths, heights: smallest, median and largest, px; zeros without images.
        forms: instances with polygons, with an RLE, with keypoints, with a box alone.
    """

    splits: dict[str, SplitFacts] = field(default_factory=dict)
    categories: list[tuple[int, str, str]] = field(default_factory=list)
    licenses: Counter[str] = field(default_factory=Counter)
    license_urls: dict[str, str] = field(default_factory=dict)
    widths: tuple[int, int, int] = (0, 0, 0)
    heights: tuple[int, int, int] = (0, 0, 0)
    forms: Counter[str] = field(default_factory=Counter)

    def total(self, name: str) -> int:
        """A count over all splits."""
        return sum(int(getattr(split, name)) for split in self.splits.values())


def gather(parts: Sequence[Part]) -> Facts:
    """The facts of parts; images are counted once for each split, whatever kinds of files it has."""
    facts = Facts()
    sizes: list[Int64] = []
    categories: dict[int, tuple[int, str, str]] = {}
    for part in parts:
        first = part.split not in facts.splits
        split = facts.splits.setdefault(part.split, SplitFacts())
        categories |= {c.id: (c.id, c.name, c.supercategory or "") for c in part.dataset.categories}
        if first:
            split.images = len(part.dataset.images)
            sizes.append(np.stack([part.dataset.images.width, part.dataset.images.height]))
            _licenses(facts, part.dataset)
        split.withheld |= part.kind == "image_info"
        _annotations(facts, split, part.dataset)
    facts.categories = [categories[key] for key in sorted(categories)]
    every = np.concatenate(sizes, axis=1) if sizes else np.empty((2, 0), np.int64)
    if every.shape[1]:
        facts.widths, facts.heights = (_three(side) for side in every)
    return facts


def _three(values: Int64) -> tuple[int, int, int]:
    return int(values.min()), int(np.median(values)), int(values.max())


def _annotations(facts: Facts, split: SplitFacts, dataset: Dataset) -> None:
    table = dataset.annotations
    caption = table.has(Field.CAPTION)
    split.captions += int(caption.sum())
    placed = ~caption & table.has(Field.CATEGORY_ID)
    if not placed.any() or table.category_id is None or table.image_id is None:
        split.empty = max(split.empty, 0 if caption.any() else split.images)
        return
    crowd = placed & (table.iscrowd == 1) if table.iscrowd is not None else np.zeros_like(placed)
    alone = placed & ~crowd
    split.instances, split.crowds = split.instances + int(alone.sum()), split.crowds + int(crowd.sum())
    split.empty = split.images - len(np.unique(table.image_id[placed]))
    if table.area is not None:
        area = table.area[alone & table.has(Field.AREA)]
        small, middle = int((area < SMALL).sum()), int(((area >= SMALL) & (area < MEDIUM)).sum())
        split.sizes = (small, middle, len(area) - small - middle)
    for category in np.unique(table.category_id[placed]).tolist():
        own = placed & (table.category_id == category)
        split.by_category[category] = len(np.unique(table.image_id[own])), int((own & alone).sum())
    _forms(facts, dataset, alone)


def _forms(facts: Facts, dataset: Dataset, alone: Any) -> None:
    table = dataset.annotations
    kind = table.segmentation.kind[alone] if table.segmentation is not None else np.zeros(int(alone.sum()), np.uint8)
    facts.forms["polygons"] += int((kind == 1).sum())
    facts.forms["RLE"] += int((kind > 1).sum())
    facts.forms["a box alone"] += int(((kind == 0) & table.has(Field.BBOX)[alone]).sum())
    facts.forms["keypoints"] += int(table.has(Field.KEYPOINTS)[alone].sum())


def _licenses(facts: Facts, dataset: Dataset) -> None:
    listed = dataset.top.get("licenses")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    known = {row["id"]: row for row in rows if isinstance(row.get("id"), int | str)}
    names = {key: str(row.get("name") or f"licence {key}") for key, row in known.items()}
    facts.license_urls |= {names[k]: str(row["url"]) for k, row in known.items() if row.get("url")}
    extras = dataset.images.extras
    for i in range(len(dataset.images)):
        text = extras[i].tobytes() if extras is not None else b""
        found = json.loads(b"{" + text + b"}").get("license") if b'"license"' in text else None
        facts.licenses[names.get(found, "") if isinstance(found, int | str) else ""] += 1

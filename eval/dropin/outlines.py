"""Every outline as compressed RLE, written into the caller's annotations as mask evaluation does (PARITY X8)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from cocokit.columns import Ragged, Segmentations, offsets_of
from cocokit.errors import DataError

from .blame import TooShortError, WrongTypeError
from .coco import COCO

Row = dict[str, Any]


def outlines_to_rle(anns: Sequence[Row], coco: Any) -> None:
    """Replace ``segmentation`` of each annotation by what ``coco.annToRLE`` gives; polygons are drawn all at once."""
    if getattr(type(coco), "annToRLE", None) is COCO.annToRLE and "annToRLE" not in vars(coco):
        drawable = [ann for ann in anns if _is_plain(ann)]
        try:
            if drawable:
                _draw(drawable, coco)
        except DataError:
            pass  # a size that cannot be drawn in columns: the loop below does as pycocotools does
    for ann in anns:
        try:
            ann["segmentation"] = coco.annToRLE(ann)
        except (IndexError, TypeError) as error:
            kind = TooShortError if isinstance(error, IndexError) else WrongTypeError
            raise kind(
                "segmentation", f"annotation id {ann.get('id')!r} (image_id {ann['image_id']!r})",
                f"{ann['segmentation']!r:.60} cannot be drawn ({error})",
                "a segmentation is at least one polygon of three points or more, or an RLE (K1, X10)",
            ) from None  # fmt: skip


def _is_plain(ann: Row) -> bool:
    """A list of polygons of three points and more, in numbers."""
    rings = ann.get("segmentation")
    if type(rings) is not list or not rings:
        return False
    return all(
        type(ring) is list and len(ring) >= 6 and len(ring) % 2 == 0 and set(map(type, ring)) <= {int, float}
        for ring in rings
    )


def _draw(anns: list[Row], coco: COCO) -> None:
    from cocokit.masks import Masks
    from cocokit.rle import text_of

    images = [coco.imgs[ann["image_id"]] for ann in anns]
    sizes = [[image["height"], image["width"]] for image in images]
    if not set(map(type, chain.from_iterable(sizes))) <= {int}:
        return
    rings: list[Any] = [ann["segmentation"] for ann in anns]
    flat = list(chain.from_iterable(rings))
    xy = Ragged(np.array(list(chain.from_iterable(flat)), np.float64), offsets_of(map(len, flat)))
    table = Segmentations.of_polygons(offsets_of(map(len, rings)), xy)
    drawn = Masks(table, np.array(sizes, np.int64)).ends(np.arange(len(anns)))
    for ann, size, counts in zip(anns, sizes, text_of(drawn), strict=True):
        ann["segmentation"] = {"size": size, "counts": counts}

"""A split as it is published without its annotations: images, and nothing that tells what is in them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from ..columns import Int64, Ragged, offsets_of
from ..dataset import Dataset
from ..row_table import raw_json

#: Members of an image that stay: where it is from and whose it is. All others could tell what was found in it.
KEPT = frozenset({"license", "coco_url", "flickr_url", "date_captured", "photographer", "author", "source", "source_id",
                  "landing_page", "retrieved", "url", "sha256"})  # fmt: skip
_TOP = ("info", "licenses", "images", "categories")
#: Counts that LVIS writes into its categories.
_COUNTS = ("image_count", "instance_count")


def without_annotations(dataset: Dataset, rows: Int64) -> tuple[Dataset, list[str]]:
    """Images alone, as COCO's image_info files have them.

    Args:
        dataset: all of it.
        rows: (K,) int64 rows of the images.

    Returns:
        The dataset, and the names of the members that were left out. Images without such members keep their bytes.
    """
    kept = dataset.take(rows, np.empty(0, np.int64))
    extras, changed, names = _without(kept.images.extras)
    left_out = sorted(names | (set(dataset.members) - {*_TOP, "annotations"}))
    categories = [
        replace(row, other={key: value for key, value in row.other.items() if key not in _COUNTS})
        for row in kept.categories
    ]
    top = {name: value for name, value in kept.top.items() if name in _TOP}
    members = [name for name in kept.members if name in _TOP]
    origin = None if kept.origin is None else kept.origin.changed(images=changed)
    made = Dataset(replace(kept.images, extras=extras), kept.annotations, categories, top, members, origin)
    return made, left_out


def _without(extras: Ragged | None) -> tuple[Ragged | None, list[int], set[str]]:
    """Extras without members that could tell something, which rows that changed, and the names of those members."""
    if extras is None:
        return None, [], set()
    texts, changed, names = list[bytes](), list[int](), set[str]()
    for row in range(len(extras)):
        text = extras[row].tobytes()
        members = json.loads(b"{" + text + b"}")
        telling = members.keys() - KEPT
        if telling:
            names |= telling
            changed.append(row)
            text = raw_json({key: value for key, value in members.items() if key in KEPT})[1:-1]
        texts.append(text)
    offsets = offsets_of([len(text) for text in texts])
    return Ragged(np.frombuffer(b"".join(texts), np.uint8), offsets), changed, names

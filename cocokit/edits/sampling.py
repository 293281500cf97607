"""A number of images by chance, from a seed: the same ones whatever the order of the file."""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from ..errors import ParamsError
from .id_map import IdMap, SourceMap


def sample(
    dataset: Dataset, count: int, seed: int = 0, stratified: bool = False, file: str = "dataset"
) -> tuple[Dataset, IdMap]:
    """So many images, with their annotations; rows stay in the file's order, and keep their ids and bytes.

    Each image has a place in a queue that only the seed and its id decide, so a sample of 10 is a part of that of 20
    (not when it is stratified), and adding images to a file changes little.

    Args:
        dataset: to choose from.
        count: how many images.
        seed: another one gives other images.
        stratified: choose so that every category keeps its share of images, the rarest first; none that has images
            is lost while there is room.
        file: its name, for the map.

    Returns:
        The dataset, and a map without changes.

    Raises:
        ParamsError: there are not so many images.
    """
    if not 0 <= count <= len(dataset.images):
        raise ParamsError("count", count, f"the file has {len(dataset.images):,} images")
    queue = _queue(dataset.images.id, seed)
    rows = np.sort(_stratified(dataset, queue, count) if stratified else queue[:count])
    kept = np.isin(_image_ids(dataset), dataset.images.id[rows])
    made = dataset.take(rows, np.flatnonzero(kept))
    counts = {"images_left_out": len(dataset.images) - count, "annotations_left_out": int((~kept).sum())}
    return made, IdMap("sample", [SourceMap(file)], counts, {"seed": seed})


def _queue(ids: Int64, seed: int) -> Int64:
    """(I,) int64 rows of images in the order in which the seed chooses them."""
    keys = [(hashlib.sha256(f"{seed} {i}".encode()).digest(), row) for row, i in enumerate(ids.tolist())]
    return np.array([row for _, row in sorted(keys)], np.int64)


def _stratified(dataset: Dataset, queue: Int64, count: int) -> Int64:
    """Rows such that each category has its share: rarest first, each time the image that is first in the queue.

    An image counts for all of its categories, so common ones are mostly served by the time they are looked at. What
    room is left goes to the front of the queue, to images that overshoot no category first.
    """
    owners = _categories_by_image(dataset)
    place = {row: i for i, row in enumerate(queue.tolist())}
    images: defaultdict[int, list[int]] = defaultdict(list)
    for row, found in owners.items():
        for category in found:
            images[category].append(row)
    share = count / len(queue) if len(queue) else 0.0
    want = {category: max(1, round(len(rows) * share)) for category, rows in images.items()}
    chosen: set[int] = set()
    for category in sorted(images, key=lambda c: (len(images[c]), c)):
        for row in sorted(images[category], key=place.__getitem__):
            if want[category] <= 0 or len(chosen) == count:
                break
            if row not in chosen:
                chosen.add(row)
                for other in owners[row]:
                    want[other] -= 1
    rest = [row for row in queue.tolist() if row not in chosen]
    rest.sort(key=lambda row: sum(want[c] <= 0 for c in owners.get(row, ())))  # stable: the queue decides ties
    return np.array([*chosen, *rest[: count - len(chosen)]], np.int64)


def _categories_by_image(dataset: Dataset) -> dict[int, list[int]]:
    """Row of an image -> its categories, rising; images without any are not in it."""
    table = dataset.annotations
    if table.category_id is None or table.image_id is None or not len(dataset.images):
        return {}
    has = table.has(Field.CATEGORY_ID)
    order = np.argsort(dataset.images.id, kind="stable")
    ids = dataset.images.id[order]
    at = np.minimum(np.searchsorted(ids, table.image_id), len(ids) - 1)
    known = has & (ids[at] == table.image_id)
    pairs = np.unique(np.stack([order[at[known]], table.category_id[known]], axis=1), axis=0)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row, category in pairs.tolist():
        found[row].append(category)
    return dict(found)


def _image_ids(dataset: Dataset) -> Int64:
    column = dataset.annotations.image_id
    return np.empty(0, np.int64) if column is None else column

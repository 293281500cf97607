"""Rows of an export, as COCO writes them, and of its provenance file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from .. import rle
from ..domain.answers import Mask, Times
from ..domain.tasks import CategoryRef
from ..store.exports import CaptionEntry, ImageEntry, MaskEntry, OpenTasks, SpotEntry, VoteEntry
from ..store.withdrawals import TAKEN_DOWN
from .mask_sets import rle_of, stored

#: The id of a crowd region's annotation is this plus the id of its first answer's region: ids of segmentations count
#: from 1 and never get here, and COCO's own crowds have ids of this size too.
FIRST_CROWD_ID = 900_000_000_000

#: What COCO says of an image besides its name and size.
_ORIGINS = ("license", "date_captured", "coco_url", "flickr_url")

#: Worker id -> the word that stands for the worker in files.
Hide = Callable[[int], str]


def hider(salt: str) -> Hide:
    """Words for workers: the same for the same worker in every export of one campaign, and nowhere else."""
    return lambda worker: hashlib.sha256(f"{salt}:{worker}".encode()).hexdigest()[:16]


def image_row(image: ImageEntry) -> dict[str, Any]:
    """An image of a dataset."""
    row = {"id": image.coco_id, "width": image.width, "height": image.height, "file_name": image.file_name}
    known = {name: image.origin[name] for name in _ORIGINS if name in image.origin}
    if isinstance(known.get("license"), dict):
        known["license"] = known["license"]["id"]
    return row | known


def licenses_of(images: Sequence[ImageEntry]) -> list[dict[str, Any]]:
    """The licenses of images whose origin has one, by id."""
    found = [image.origin.get("license") for image in images]
    return sorted({row["id"]: row for row in found if isinstance(row, dict)}.values(), key=lambda row: int(row["id"]))


def instance_row(entry: MaskEntry, coco_id: int, *, crowd: bool = False) -> dict[str, Any]:
    """An instance: polygons as they were drawn; an RLE with counted runs, as COCO's own, for holes and crowds."""
    mask = entry.mask
    drawn = mask.polygons is not None and not crowd
    outline = [list(ring) for ring in mask.polygons or ()] if drawn else rle.to_coco(rle.uncompress(rle_of(mask)))
    return {
        "id": FIRST_CROWD_ID + entry.id if crowd else entry.id, "image_id": coco_id,
        "category_id": entry.category_id, "bbox": list(mask.bbox), "area": mask.area, "iscrowd": int(crowd),
        "segmentation": outline,
    }  # fmt: skip


def join_regions(painted: Sequence[MaskEntry]) -> list[tuple[MaskEntry, list[MaskEntry]]]:
    """One region for each category in an image, and those that it was made of: pixels that half of them have."""
    groups: defaultdict[tuple[int, int], list[MaskEntry]] = defaultdict(list)
    for entry in painted:
        groups[entry.image_id, entry.category_id].append(entry)
    return [(_joined(group), group) for group in groups.values()]


def _joined(group: list[MaskEntry]) -> MaskEntry:
    first = group[0]
    if len(group) == 1:
        return first
    votes = sum(rle.decode(rle_of(entry.mask)).astype("uint16") for entry in group)
    mask: Mask = stored(rle.encode(2 * votes >= len(group)), first.mask.tool)
    return MaskEntry(first.id, first.image_id, first.category_id, first.worker_id, first.answer_id, mask, first.times)


def mask_story(
    entry: MaskEntry, spots: Sequence[SpotEntry], votes: Sequence[VoteEntry], attempts: int, hide: Hide
) -> dict[str, Any]:
    """Where a mask comes from: its spot, everybody who marked it, its worker, the votes."""
    home = next(spot for spot in spots if spot.home)
    return {
        "id": entry.id, "kind": "mask", "answer": entry.answer_id, "worker": hide(entry.worker_id),
        "tool": entry.mask.tool, "seconds": _seconds(entry.times), "attempts": attempts,
        "spot": {"id": home.id, "x": home.x, "y": home.y, "answer": home.answer_id, "worker": hide(home.worker_id)},
        "marked_by": sorted({hide(spot.worker_id) for spot in spots}),
        "good": entry.good, "bad": entry.bad,
        "votes": [{"answer": v.answer_id, "worker": hide(v.worker_id), "good": v.good} for v in votes],
    }  # fmt: skip


def crowd_story(entry: MaskEntry, painted: Sequence[MaskEntry], hide: Hide) -> dict[str, Any]:
    """Where a crowd region comes from."""
    parts = [
        {"answer": p.answer_id, "worker": hide(p.worker_id), "tool": p.mask.tool, "seconds": _seconds(p.times)}
        for p in painted
    ]
    return {"id": FIRST_CROWD_ID + entry.id, "kind": "crowd", "painted": parts}


def caption_story(entry: CaptionEntry, hide: Hide) -> dict[str, Any]:
    """Where a sentence comes from."""
    seconds = _seconds(entry.times)
    return {"id": entry.id, "answer": entry.answer_id, "worker": hide(entry.worker_id), "seconds": seconds}


def unfinished_row(
    image: ImageEntry, tasks: Sequence[OpenTasks], categories: dict[int, CategoryRef]
) -> dict[str, Any]:
    """An image that is not exported, and why."""
    row: dict[str, Any] = {"id": image.coco_id, "file_name": image.file_name, "state": image.state}
    if image.state == "dropped":
        if image.reason == TAKEN_DOWN:
            return row | {"reason": "the photo was taken down"}
        return row | {"reason": f"dropped by the filter: {image.reason or 'no reason given'}"}
    if image.state == "candidate":
        return row | {"reason": "waits for the filter" if image.page is not None else "waits for the launch"}
    waits = [
        f"{t.stage}{f' {categories[t.category_id].name}' if t.category_id in categories else ''} ({t.missing})"
        for t in tasks
    ]
    rows = [
        {"stage": str(t.stage), "category_id": t.category_id, "tasks": t.tasks, "answers": t.missing} for t in tasks
    ]
    return row | {"reason": f"waits for answers: {', '.join(waits)}", "open": rows}


def _seconds(times: Times) -> dict[str, float]:
    return {"wall": times.wall_ms / 1000, "visible": times.visible_ms / 1000, "active": times.active_ms / 1000}

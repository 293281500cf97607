"""Which kind of results a file holds, from its first result."""

from __future__ import annotations

import os

from ..errors import DataError

_HEAD = 1 << 16


def guess_iou_type(path: str) -> tuple[str, str]:
    """The IoU type that a results file asks for, and what in it says so (nothing where nothing does).

    The first result decides, as in pycocotools (J6): keypoints, else masks without boxes, else boxes. A file that
    cannot be read or understood is taken for boxes: the reader will say what is wrong with it.

    Raises:
        DataError: it is a pipe, of which reading the beginning would leave only the rest.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        remedy = "say --iou-type bbox, segm or keypoints"
        raise DataError(path, "", "is a pipe or a device, whose beginning can be read only once", remedy)
    names = _first_members(path)
    if "keypoints" in names:
        return "keypoints", "keypoints"
    if "segmentation" in names and "bbox" not in names:
        return "segm", "a segmentation and no bbox"
    return "bbox", "a bbox" if "bbox" in names else ""


def _first_members(path: str) -> set[str]:
    import json

    try:
        with open(path, "rb") as file:
            text = file.read(_HEAD).decode("utf-8-sig", "replace")
        start = text.index("{")
        entry, _ = json.JSONDecoder().raw_decode(text, start)
    except (OSError, ValueError, RecursionError):
        return set()
    return {name for name, value in entry.items() if value is not None}

"""Which kind of results a file holds, from its first result."""

from __future__ import annotations

_HEAD = 1 << 16


def guess_iou_type(path: str) -> tuple[str, str]:
    """The IoU type that a results file asks for, and what in it says so (nothing where nothing does).

    The first result decides, as in pycocotools (J6): keypoints, else masks without boxes, else boxes. A file that
    cannot be read or understood is taken for boxes: the reader will say what is wrong with it.
    """
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

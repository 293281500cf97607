"""Label Studio's regions, to instances and back: percent of the image, and brush strokes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from .. import rle
from ..dataset import Dataset
from ..errors import DataError
from ..json_values import integer, number
from ..places import described, place
from ..types import Annotation, Image, Rle
from . import by_image as order
from .brush_rle import decode_brush, encode_brush
from .building import Builder
from .label_studio_points import Points
from .shapes import corners, ellipse, point_list, ring_members, turned

_CROWD = "iscrowd"
_KINDS = ("rectangle", "polygon", "brush", "ellipse", "keypoint")
_MOST = 1 << 20


def pixels(percent: float, side: int) -> float:
    """Percent of a side, in px, without the noise of the division.

    >>> pixels(12.34 * 100 / 640, 640)
    12.34
    """
    return round(percent * side / 100, 9)


def region_size(region: dict[str, Any], file: str, where: str) -> tuple[int, int]:
    """(width, height) px of the image that a region is drawn on. Raises DataError."""
    found = [integer(region.get(f"original_{side}")) for side in ("width", "height")]
    if found[0] is None or found[1] is None or not 0 < min(found[0], found[1]) <= max(found[0], found[1]) < _MOST:
        said = f"original_width and original_height are {described(region.get('original_width'))} and "
        raise DataError(file, where, f"{said}{described(region.get('original_height'))}", "they are sizes in pixels")
    return found[0], found[1]


def take_regions(
    regions: list[dict[str, Any]], made: Builder, points: Points, file: str, where: str, lost: Counter[str]
) -> list[Any]:
    """Add the instances of one task to its image; the id of each one's region.

    Args:
        regions: of the task.
        made: where they go.
        points: where the points of instances go, to be put in order when all are known.
        file, where: for messages.
        lost: what was left out, counted.

    Raises:
        DataError: a region that cannot be read.
    """
    groups: dict[Any, list[tuple[str, dict[str, Any], str]]] = {}
    roots = set[str]()
    by_id = {str(region.get("id")): region for region in regions}
    for n, region in enumerate(regions):
        kind, label = _kind(region), _label(region)
        if kind is None or label is None:
            # a region comes twice if a question was asked about it: once as a shape, once as an answer
            lost["region"] += label is not None or str(region.get("type")) in _KINDS
            continue
        lost["ellipse"] += kind == "ellipse"
        root = _root(region, by_id)
        joined = root is not region
        key = str(root.get("id", n))
        if not joined:
            key = f"{key} {n}" if key in roots else key  # two of one id are two
            roots.add(key)
        group = groups.setdefault(key, [])
        group.insert(len(group) if joined else 0, (kind, region, f"{where}.result[{n}]"))
    lost += Counter()
    for group in groups.values():
        _instance([part for part in group if part[0] != "keypoint"] or group, made, file)
        for n, (kind, region, at) in enumerate(group):
            if kind == "keypoint" and n:
                x, y = _numbers(region, ("x", "y"), file, at)
                size = region_size(region, file, at)
                lost["further point"] += not points.add(
                    made.annotations[-1], _label(region) or "", pixels(x, size[0]), pixels(y, size[1])
                )
    lost += Counter()
    return [next((r.get("id") for _, r, _ in g if str(r.get("id")) == k), None) for k, g in groups.items()]


def _root(region: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The region that a region is a part of, by however many steps; itself if it is no part."""
    seen = [region]
    while parent := by_id.get(str(seen[-1].get("parentID"))) if seen[-1].get("parentID") else None:
        kind, label = _kind(seen[-1]), _label(seen[-1])
        if any(parent is each for each in seen) or not _belongs(kind or "", label or "", parent):
            break
        seen.append(parent)
    return seen[-1]


def _belongs(kind: str, label: str, parent: dict[str, Any]) -> bool:
    """Whether a region is a part of its parent: a shape of the same label, or a point of a shape."""
    if _label(parent) is None or _kind(parent) in (None, "keypoint"):
        return False
    return kind == "keypoint" or _label(parent) == label


def _kind(region: dict[str, Any]) -> str | None:
    value = region.get("value")
    if not isinstance(value, dict):
        return None
    if "rle" in value:
        return "brush"
    if isinstance(value.get("points"), list):
        return "polygon"
    if "radiusX" in value:
        return "ellipse"
    if "text" in value or not {"x", "y"} <= value.keys():
        return None
    if {"width", "height"} <= value.keys():
        return "rectangle"
    return None if "height" in value else "keypoint"


def _label(region: dict[str, Any]) -> str | None:
    """The first label of a region; None for a region without one, or that only asks a question."""
    value, kind = region.get("value"), str(region.get("type"))
    found = value.get(kind) if isinstance(value, dict) and kind.endswith("labels") else None
    return found[0] if isinstance(found, list) and found and isinstance(found[0], str) else None


def _instance(group: list[tuple[str, dict[str, Any], str]], made: Builder, file: str) -> None:
    kind, region, where = group[0]
    size = region_size(region, file, where)
    label = _label(region) or ""
    notes = (region.get("meta") or {}).get("text") if isinstance(region.get("meta"), dict) else None
    members: dict[str, Any] = {"iscrowd": int(isinstance(notes, list) and _CROWD in notes)}
    if kind == "keypoint":
        x, y = _numbers(region, ("x", "y"), file, where)
        members |= {"keypoints": [pixels(x, size[0]), pixels(y, size[1]), 2], "num_keypoints": 1}
    elif len(group) == 1 and kind == "rectangle" and not _numbers(region, ("rotation",), file, where)[0]:
        x, y, w, h = _numbers(region, ("x", "y", "width", "height"), file, where)
        members["bbox"] = [pixels(x, size[0]), pixels(y, size[1]), pixels(w, size[0]), pixels(h, size[1])]
    else:
        masks = [
            decode_brush(r["value"]["rle"], size[1], size[0], file, f"{at}.value.rle")
            for k, r, at in group
            if k == "brush"
        ]
        rings = [_ring(k, r, size, file, at) for k, r, at in group if k != "brush"]
        if masks:
            masks += [rle.decode(rle.from_polygons(rings, size[1], size[0]))] if rings else []
            members["segmentation"] = order.mask_json(np.logical_or.reduce(masks))
        else:
            members |= ring_members(rings)
    made.annotation(made.images[-1]["id"], made.category(label), **members)


def _ring(kind: str, region: dict[str, Any], size: tuple[int, int], file: str, where: str) -> list[float]:
    w, h = size
    if kind == "polygon":
        points = point_list(region["value"]["points"], file, f"{where}.value.points")
        return [value for x, y in points for value in (pixels(x, w), pixels(y, h))]
    turn = _numbers(region, ("rotation",), file, where)[0]
    if kind == "ellipse":
        x, y, rx, ry = _numbers(region, ("x", "y", "radiusX", "radiusY"), file, where)
        centre = x * w / 100, y * h / 100
        return turned(ellipse(*centre, rx * w / 100, ry * h / 100), turn, *centre)
    x, y, bw, bh = _numbers(region, ("x", "y", "width", "height"), file, where)
    x, y, bw, bh = x * w / 100, y * h / 100, bw * w / 100, bh * h / 100
    return turned(corners(x, y, x + bw, y + bh), turn, x, y)  # around the first corner


def _numbers(region: dict[str, Any], names: tuple[str, ...], file: str, where: str) -> list[float]:
    made = []
    for name in names:
        value = number(region["value"].get(name, 0 if name == "rotation" else None))
        if value is None or value - value != 0:
            told = described(region["value"].get(name))
            raise DataError(file, f"{where}.value.{name}", f"is {told}", "it is a number")
        made.append(value)
    return made


def regions_of(
    rows: list[tuple[int, Annotation]], image: Image, names: dict[int, str], keep_ids: bool
) -> list[dict[str, Any]]:
    """The regions of an image.

    Args:
        rows: its annotations, with their rows.
        image: the image.
        names: category id -> label.
        keep_ids: whether the ids of regions are those of the annotations; they must be all different.

    Raises:
        DataError: the image has no size, so that nothing is a share of it.
    """
    made = []
    for row, annotation in rows:
        if min(image.width, image.height) < 1:
            reason = f"is on image {image.id}, which has no width and height"
            raise DataError("dataset", place("annotations", row), reason, "regions are percent of the image")
        label = names.get(annotation.category_id or 0, str(annotation.category_id))
        key = str(annotation.id) if keep_ids else f"r{row}"
        for part, (kind, value) in enumerate(_parts(row, annotation, image)):
            tag = f"{kind}labels"
            region = {
                "id": f"{key}-{part}" if part else key, "type": tag, "from_name": tag, "to_name": "image",
                "original_width": image.width, "original_height": image.height, "image_rotation": 0,
                "value": {**value, tag: [label]},
            }  # fmt: skip
            region |= {"parentID": key} if part else {}
            region |= {"meta": {"text": [_CROWD]}} if annotation.iscrowd and not part else {}
            made.append(region)
    return made


def _parts(row: int, annotation: Annotation, image: Image) -> list[tuple[str, dict[str, Any]]]:
    outline, w, h = annotation.segmentation, image.width, image.height
    if isinstance(outline, Rle):
        return [("brush", {"format": "rle", "rle": encode_brush(order.mask_of(row, annotation, image))})]
    if outline:
        rings = [order.finite(ring, row, "segmentation") for ring in outline]
        shares = [[[x * 100 / w, y * 100 / h] for x, y in zip(r[::2], r[1::2], strict=True)] for r in rings]
        return [("polygon", {"points": points, "closed": True}) for points in shares]
    assert annotation.bbox is not None
    x, y, bw, bh = order.finite(annotation.bbox, row, "bbox")
    value = {"x": x * 100 / w, "y": y * 100 / h, "width": bw * 100 / w, "height": bh * 100 / h, "rotation": 0}
    return [("rectangle", value)]


def digits(dataset: Dataset) -> int:
    """How many outlines and boxes change when they are written as percent and read again."""
    bad = 0
    for image, rows in order.by_image(dataset):
        for _, annotation in rows:
            values: tuple[float, ...] = annotation.bbox or ()
            if isinstance(annotation.segmentation, Rle):
                continue
            if annotation.segmentation:
                values = tuple(v for ring in annotation.segmentation for v in ring)
            sides = image.width, image.height
            bad += any(pixels(v * 100 / sides[i % 2], sides[i % 2]) != v for i, v in enumerate(values) if sides[i % 2])
    return bad

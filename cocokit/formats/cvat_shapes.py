"""CVAT's shapes to instances."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from .. import rle
from ..errors import DataError
from . import by_image as order
from .building import Builder
from .shapes import box_between, corners, ellipse, ring_members, turned
from .xml_parts import attribute, number_of

_MOST = 1 << 28
#: Points as CVAT writes them: what is written in another way is read slowly, with an eye on every number.
_NUMBER = r"-?\d{1,17}(?:\.\d{1,20})?"
_PLAIN = re.compile(rf"{_NUMBER},{_NUMBER}(?:;{_NUMBER},{_NUMBER})*", re.ASCII)


def add_instance(group: list[Element], file: str, where: str, made: Builder) -> None:
    """Add the instance that some shapes are; several, if they have more than one box or set of keypoints."""
    tags = [shape.tag for shape in group]
    if len(group) > 1 and (tags.count("box") > 1 or tags.count("points") + tags.count("skeleton") > 1):
        for shape in group:
            add_instance([shape], file, where, made)
        return
    label = attribute(group[0], "label", file, where)
    members = _attributes(group[0]) | _track(group[0])
    category = made.category(label)
    names = made.categories[label].get("keypoints")
    for shape in group:
        if shape.tag == "box" and not _turn(shape, file, where):
            members["bbox"] = _box(shape, file, where)
        elif shape.tag == "points":
            members |= _keypoints(_points(shape, file, where), 2)
        elif shape.tag == "skeleton":
            members |= _skeleton(shape, names, file, where)
    size = made.images[-1]["height"], made.images[-1]["width"]
    members |= _outline(group, size, file, where)
    made.annotation(made.images[-1]["id"], category, **members)


def _outline(group: list[Element], size: tuple[int, int], file: str, where: str) -> dict[str, Any]:
    rings = [_ring(s, file, where) for s in group if s.tag in ("polygon", "ellipse")]
    rings += [_turned_box(s, file, where) for s in group if s.tag == "box" and _turn(s, file, where)]
    masks = [_mask(s, size, file, where) for s in group if s.tag == "mask"]
    if masks:
        masks += [rle.decode(rle.from_polygons(rings, *size))] if rings else []
        return {"segmentation": order.mask_json(np.logical_or.reduce(masks))}
    return ring_members(rings) if rings else {}


def _attributes(shape: Element) -> dict[str, Any]:
    """The flag of a crowd, and what else is said of a shape."""
    found: dict[str, Any] = {"occluded": True} if shape.get("occluded") == "1" else {}
    for part in shape.findall("attribute"):
        text = part.text or ""
        found[part.get("name") or ""] = {"true": True, "false": False}.get(text, text)
    crowd = found.pop("is_crowd", False)
    return {"iscrowd": int(crowd is True or crowd == "1")} | ({"attributes": found} if found else {})


def _track(shape: Element) -> dict[str, Any]:
    """The number of the track that a shape is of."""
    text = shape.get("track_id") or ""
    return {"track_id": int(text)} if re.fullmatch(r"\d{1,18}", text) else {}


def _box(shape: Element, file: str, where: str) -> list[float]:
    x0, y0, x1, y1 = (number_of(shape.get(n), file, where, n) for n in ("xtl", "ytl", "xbr", "ybr"))
    return box_between(x0, y0, x1, y1)


def _turn(shape: Element, file: str, where: str) -> float:
    return number_of(shape.get("rotation") or "0", file, where, "rotation")


def _turned_box(shape: Element, file: str, where: str) -> list[float]:
    x, y, w, h = _box(shape, file, where)
    return turned(corners(x, y, x + w, y + h), _turn(shape, file, where), x + w / 2, y + h / 2)


def _ring(shape: Element, file: str, where: str) -> list[float]:
    if shape.tag == "polygon":
        return _points(shape, file, where)
    x, y, rx, ry = (number_of(shape.get(n), file, where, n) for n in ("cx", "cy", "rx", "ry"))
    return turned(ellipse(x, y, rx, ry), _turn(shape, file, where), x, y)


def _points(shape: Element, file: str, where: str) -> list[float]:
    text = attribute(shape, "points", file, where)
    if _PLAIN.fullmatch(text):
        return [float(value) for value in text.replace(";", ",").split(",")]
    made: list[float] = []
    for pair in text.split(";") if text.strip() else ():
        numbers = pair.split(",")
        if len(numbers) != 2:
            raise DataError(file, where, f"points has {pair[:40]!r}", "points are x,y;x,y;...")
        made += [number_of(value, file, where, "points") for value in numbers]
    return made


def _keypoints(points: Sequence[float], flag: int) -> dict[str, Any]:
    triples = [[x, y, flag] for x, y in zip(points[::2], points[1::2], strict=True)]
    return {"keypoints": [value for triple in triples for value in triple], "num_keypoints": len(triples)}


def _skeleton(shape: Element, names: list[str] | None, file: str, where: str) -> dict[str, Any]:
    """Keypoints in the category's order; those that the skeleton lacks are not labelled."""
    found: dict[str, list[float]] = {}
    for part in shape.iter("points"):
        flag = 0 if part.get("outside") == "1" else 1 if part.get("occluded") == "1" else 2
        xy = _points(part, file, where)
        if len(xy) != 2:
            raise DataError(file, where, f"a skeleton's point has {len(xy)} coordinates", "it has two")
        found[part.get("label") or ""] = [*xy, flag]
    rows = [found.get(name, [0.0, 0.0, 0]) for name in names] if names else list(found.values())
    return {"keypoints": [value for row in rows for value in row], "num_keypoints": sum(row[2] > 0 for row in rows)}


def _mask(shape: Element, size: tuple[int, int], file: str, where: str) -> NDArray[np.bool_]:
    """The mask of a shape, laid into the image: runs along the rows of its box, background first."""
    left, top, w, h = (int(number_of(shape.get(n), file, where, n)) for n in ("left", "top", "width", "height"))
    if not 0 < size[0] * size[1] <= _MOST:
        raise DataError(file, where, "has a mask, but no size to lay it into", "write the image's width and height")
    if min(left, top, w, h) < 0 or left + w > size[1] or top + h > size[0]:
        reason = f"a mask of {w} x {h} px at ({left}, {top}) leaves the image"
        raise DataError(file, where, reason, f"the image is {size[1]} x {size[0]} px")
    text = attribute(shape, "rle", file, where)
    if not re.fullmatch(r"\s*(\d{1,9}\s*(,\s*|$))*", text):
        raise DataError(file, where, f"rle is {text[:40]!r}", "it is a list of run lengths")
    runs = np.array([int(run) for run in text.split(",") if run.strip()], np.int64)
    if int(runs.sum()) != w * h:
        raise DataError(file, where, f"rle sums to {int(runs.sum()):,}, its box has {w * h:,} px", "export it again")
    made = np.zeros(size, np.bool_)
    made[top : top + h, left : left + w] = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(h, w)
    return made

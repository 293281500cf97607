"""LabelMe's shapes, to instances and back."""

from __future__ import annotations

import base64
import binascii
import io
import math
import warnings
import zlib
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import rle
from ..errors import DataError
from ..places import described
from ..types import Annotation, Image, Rle
from . import by_image as order
from .building import Builder
from .shapes import box_between, corners, ellipse, point_list, ring_members

#: Shapes that enclose nothing.
LINES = ("line", "linestrip", "point", "points")
#: LabelMe's own label for what nobody should look at.
IGNORED = "__ignore__"
#: Pixels of a mask, at most: more is a mistake or an attack.
_MOST = 1 << 28


class Shapes:
    """Reads the shapes of one file after another.

    Attributes:
        lost: how many shapes of each kind enclose nothing.
        circles: how many became polygons.
        ignored: how many are labelled as regions to ignore.
    """

    def __init__(self) -> None:
        self.lost: Counter[str] = Counter()
        self.circles = self.ignored = 0

    def read(self, value: dict[str, Any], file: str, image: int, made: Builder) -> None:
        """Add the instances of one file. Raises DataError."""
        shapes = value["shapes"]
        if not isinstance(shapes, list):
            raise DataError(file, "shapes", f"is {described(shapes)} where a list was expected")
        groups: dict[Any, list[tuple[str, dict[str, Any]]]] = {}
        for place, shape in enumerate(shapes):
            where = f"shapes[{place}]"
            if not isinstance(shape, dict) or not isinstance(shape.get("label"), str):
                raise DataError(file, where, "has no label", "a shape is an object with label, points and shape_type")
            kind = str(shape.get("shape_type") or "polygon")
            if kind in LINES:
                self.lost[kind] += 1
                continue
            if shape["label"] == IGNORED:
                self.ignored += 1
                continue
            group = shape.get("group_id")
            key = place if group is None else (shape["label"], str(group))
            groups.setdefault(key, []).append((where, shape))
        for group in groups.values():
            self._instance(group, file, image, made)

    def _instance(self, group: list[tuple[str, dict[str, Any]]], file: str, image: int, made: Builder) -> None:
        shape = group[0][1]
        members: dict[str, Any] = {}
        size = made.images[-1]["height"], made.images[-1]["width"]
        if len(group) == 1 and shape.get("shape_type") == "rectangle":
            (x0, y0), (x1, y1) = _pair(shape, file, group[0][0])
            members["bbox"] = box_between(x0, y0, x1, y1)
        else:
            rings = [self._ring(s, file, where) for where, s in group if s.get("shape_type") != "mask"]
            masks = [_mask(s, file, where, size) for where, s in group if s.get("shape_type") == "mask"]
            if masks:
                masks += [rle.decode(rle.from_polygons(rings, *size))] if rings else []
                members["segmentation"] = order.mask_json(np.logical_or.reduce(masks))
            else:
                members |= ring_members(rings)
        flags = shape.get("flags") if isinstance(shape.get("flags"), dict) else {}
        rest = {name: on for name, on in (flags or {}).items() if name != "iscrowd"}
        members |= {"flags": rest} if rest else {}
        members |= {"description": shape["description"]} if shape.get("description") else {}
        crowd = int(bool((flags or {}).get("iscrowd")))
        made.annotation(image, made.category(shape["label"]), iscrowd=crowd, **members)

    def _ring(self, shape: dict[str, Any], file: str, where: str) -> list[float]:
        kind = shape.get("shape_type") or "polygon"
        if kind == "polygon":
            return [value for point in point_list(shape.get("points"), file, f"{where}.points") for value in point]
        if kind == "rectangle":
            (x0, y0), (x1, y1) = _pair(shape, file, where)
            return corners(x0, y0, x1, y1)
        if kind != "circle":
            raise DataError(file, f"{where}.shape_type", f"is {described(kind)}", "LabelMe has no such shape")
        self.circles += 1
        (x, y), (x1, y1) = _pair(shape, file, where)
        radius = math.hypot(x1 - x, y1 - y)
        return ellipse(x, y, radius, radius)


def _pair(shape: dict[str, Any], file: str, where: str) -> list[tuple[float, float]]:
    found = point_list(shape.get("points"), file, f"{where}.points")
    if len(found) != 2:
        raise DataError(file, f"{where}.points", f"has {len(found)} points", f"a {shape['shape_type']} has two")
    return found


def _mask(shape: dict[str, Any], file: str, where: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask of a shape, laid into the image."""
    pixels = _png(shape.get("mask"), file, f"{where}.mask")
    x, y = (int(value) for value in _pair(shape, file, where)[0])
    if not size[0] or size[0] * size[1] > _MOST:
        raise DataError(file, where, "has a mask, but the image no size", "write imageHeight and imageWidth")
    if x < 0 or y < 0 or y + pixels.shape[0] > size[0] or x + pixels.shape[1] > size[1]:
        reason = f"a mask of {pixels.shape[1]} x {pixels.shape[0]} px at ({x}, {y}) leaves the image"
        raise DataError(file, where, reason, f"the image is {size[1]} x {size[0]} px")
    made = np.zeros(size, np.bool_)
    made[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return made


def _png(text: Any, file: str, where: str) -> NDArray[np.bool_]:
    from PIL import Image as Pillow

    if not isinstance(text, str):
        raise DataError(file, where, f"is {described(text)}", "it is a PNG in base64")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
                return np.asarray(np.asarray(image.convert("L")) != 0)
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
        raise DataError(file, where, f"is too large: {error}", "that must be a mistake") from None
    except (binascii.Error, OSError, SyntaxError, ValueError, zlib.error) as error:
        reason = f"is no PNG that can be read ({type(error).__name__})"
        raise DataError(file, where, reason, "the file is damaged: write it again") from None


def shapes_of(rows: list[tuple[int, Annotation]], image: Image, names: dict[int, str]) -> list[list[dict[str, Any]]]:
    """The shapes of each instance of an image; the parts of one share a ``group_id``."""
    made, group = [], 0
    for row, annotation in rows:
        label = names.get(annotation.category_id or 0, str(annotation.category_id))
        parts = _parts(row, annotation, image)
        group += len(parts) > 1
        flags = dict(annotation.extras.get("flags") or {}) | ({"iscrowd": True} if annotation.iscrowd else {})
        shared = {"label": label, "group_id": group if len(parts) > 1 else None,
                  "description": annotation.extras.get("description") or "", "flags": flags}  # fmt: skip
        made.append([shared | part for part in parts])
    return made


def _parts(row: int, annotation: Annotation, image: Image) -> list[dict[str, Any]]:
    outline = annotation.segmentation
    if isinstance(outline, Rle):
        return [_mask_part(order.mask_of(row, annotation, image))]
    if outline:
        rings = [order.finite(ring, row, "segmentation") for ring in outline]
        return [
            {"points": [list(p) for p in zip(r[::2], r[1::2], strict=True)], "shape_type": "polygon"} for r in rings
        ]
    assert annotation.bbox is not None
    x, y, w, h = order.finite(annotation.bbox, row, "bbox")
    return [{"points": [[x, y], [x + w, y + h]], "shape_type": "rectangle"}]


def _mask_part(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """A PNG of the pixels' box; of an empty mask, of the first pixel."""
    from PIL import Image as Pillow

    x, y, w, h = (int(value) for value in rle.bbox(rle.encode(mask)))
    w, h = max(w, 1), max(h, 1)
    made = io.BytesIO()
    Pillow.fromarray(mask[y : y + h, x : x + w]).save(made, "PNG")
    text = base64.b64encode(made.getvalue()).decode()
    return {"points": [[x, y], [x + w - 1, y + h - 1]], "shape_type": "mask", "mask": text}

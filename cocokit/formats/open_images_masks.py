"""Open Images' masks: a PNG for each instance, named by a CSV file, laid onto the box that it belongs to.

A mask may have another size than its image: it is scaled by taking the nearest pixel. It belongs to the box of the same
label whose corners its line repeats, to six digits; one that repeats no box is an instance of its own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..imageio import opened
from . import by_image as order
from .base import files_of

#: The columns that a CSV file of masks has.
COLUMNS = ("MaskPath", "ImageID", "LabelName")
_CORNERS = ("BoxXMin", "BoxXMax", "BoxYMin", "BoxYMax")
_NEAR = 1e-6
_MOST = 1 << 28

Row = dict[str, str]
#: Shares of the image: left, right, top, bottom.
Corners = tuple[float, ...]


@dataclass(slots=True)
class Boxes:
    """The boxes of a dataset that no mask was laid onto, by image and label.

    Attributes:
        remembers: whether there are masks to come.
        free: corners and annotation of each box.
    """

    remembers: bool = True
    free: dict[tuple[Any, Any], list[tuple[Corners, dict[str, Any]]]] = field(default_factory=dict)

    def add(self, row: Row, corners: Corners, annotation: dict[str, Any]) -> None:
        """Remember a box."""
        if self.remembers:
            self.free.setdefault((row["ImageID"], row["LabelName"]), []).append((corners, annotation))

    def take(self, row: Row, corners: Corners) -> dict[str, Any] | None:
        """The annotation of the box with these corners, once."""
        boxes = self.free.get((row["ImageID"], row["LabelName"]), [])
        for place, (known, annotation) in enumerate(boxes):
            if all(abs(a - b) <= _NEAR for a, b in zip(known, corners, strict=True)):
                del boxes[place]
                return annotation
        return None


class MaskFiles:
    """The PNG files of a folder, by their names.

    Attributes:
        folder: where they lie, in folders of it as well (``masks/A``, ``masks/train``).
        lost: clicks that were left out.
        scaled: masks that had another size than their image.
    """

    def __init__(self, folder: str) -> None:
        self.folder, self.lost, self.scaled = folder, 0, 0
        self._paths: dict[str, list[str]] = {}
        for name in files_of(folder or ".", (".png",)):
            self._paths.setdefault(posixpath.basename(name.replace(os.sep, "/")), []).append(name)

    def read(self, row: Row, size: tuple[int, int], file: str, where: str) -> dict[str, Any]:
        """The outline and what else is said of a mask: COCO's members.

        Args:
            row: a line of a file of masks.
            size: (height, width) px of the image.
            file, where: for messages.

        Raises:
            DataError: no such file, no picture, far too large.
        """
        path = self._path(row["MaskPath"], file, where)
        if not 0 < size[0] * size[1] <= _MOST:
            reason = f"image {row['ImageID']!r} is {size[1]} x {size[0]} px"
            raise DataError(file, where, reason, "no mask fits into it")
        mask = _pixels(path)
        self.scaled += mask.shape != size
        self.lost += bool(row.get("Clicks"))
        return {"segmentation": order.mask_json(nearest(mask, size))}

    def _path(self, name: str, file: str, where: str) -> str:
        found = self._paths.get(posixpath.basename(name.replace("\\", "/")), [])
        inner = [path for path in found if "mask" in path.lower()] if len(found) > 1 else found
        if len(inner) != 1:
            reason = f"the mask {name!r} is there {len(found)} times" if found else f"there is no mask {name!r}"
            raise DataError(file, where, reason, f"put the PNG files into {os.path.join(self.folder, 'masks')}")
        return os.path.join(self.folder, inner[0])


def corners_of(row: Row) -> Iterable[str] | None:
    """The four texts that say which box a mask belongs to; None where they are not there."""
    found = [row.get(name, "") for name in _CORNERS]
    return found if all(found) else None


def told(row: Row) -> dict[str, Any]:
    """What a line says of a mask besides: the number of its box, how well it was predicted to fit."""
    found: dict[str, Any] = {"BoxID": row["BoxID"]} if row.get("BoxID") else {}
    try:
        fit = float(row.get("PredictedIoU") or "nan")
    except ValueError:
        return found
    return found | ({"PredictedIoU": fit} if fit - fit == 0 else {})


def nearest(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """A mask of another size, each pixel from the nearest one.

    Args:
        mask: (h, w) bool.
        size: (H, W) px of what comes out.

    >>> nearest(np.array([[True, False]]), (2, 4)).astype(int).tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0]]
    """
    if mask.shape == size:
        return mask
    rows, columns = (np.arange(new) * old // new for new, old in zip(size, mask.shape, strict=True))
    return np.asarray(mask[rows[:, None], columns])


def _pixels(path: str) -> NDArray[np.bool_]:
    """(H, W) bool: what is not black. Raises DataError."""
    with opened(path, _MOST) as image:
        if image.format != "PNG":
            raise DataError(path, "", f"is a {image.format}", "masks are PNG files")
        whole = image if image.mode in ("1", "L", "P", "I", "I;16") else image.convert("RGB")
        found = np.asarray(whole) != 0
        return np.asarray(found if found.ndim == 2 else found.any(axis=2))


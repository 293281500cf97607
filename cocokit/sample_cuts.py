"""The photographs of the demo campaign: the sample's seven, cuts of them, and others in which there is nothing to find.

All come with scikit-image. A cut is a part of a photograph with what the sample has annotated there; what a cut leaves
of an outline is drawn along the cut's edge. The others are what a search brings up beside what was looked for, so that
the filter has something to remove. The same call writes the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .sample_outlines import OUTLINES
from .samples import CATEGORIES, annotation_of, photograph

if TYPE_CHECKING:
    from .columns import UInt8

#: Left, top, right and bottom, px; None is the whole photograph.
Window = tuple[int, int, int, int] | None

#: What was searched for, and what kind of search that is -> the photographs that it brought up, and the part of each.
SEARCHES: dict[tuple[str, str], tuple[tuple[str, Window], ...]] = {
    ("person + vehicle", "pair"): (
        ("astronaut", None), ("brick", None), ("motorcycle", None), ("camera", None), ("rocket", None),
        ("moon", None), ("motorcycle", (340, 0, 741, 300)), ("astronaut", (180, 0, 512, 380)), ("clock", None),
        ("rocket", (150, 90, 520, 427)), ("camera", (0, 40, 420, 360)), ("gravel", None),
    ),
    ("things at home", "scene"): (
        ("coffee", None), ("page", None), ("coins", None), ("chelsea", None), ("coins", (0, 0, 250, 160)),
        ("immunohistochemistry", None), ("coffee", (160, 0, 600, 330)), ("motorcycle", (0, 20, 420, 420)),
        ("coins", (130, 140, 384, 303)), ("text", None), ("chelsea", (0, 0, 400, 280)),
        ("coffee", (60, 40, 470, 400)),
    ),
    ("machines outdoors", "pair"): (
        ("grass", None), ("rocket", (0, 0, 360, 427)), ("camera", (180, 100, 512, 512)),
        ("hubble_deep_field", (0, 0, 640, 480)), ("rocket", (290, 100, 640, 427)), ("motorcycle", (60, 20, 741, 480)),
        ("brick", (0, 0, 380, 300)), ("astronaut", (0, 0, 420, 512)), ("camera", (20, 20, 400, 420)),
        ("moon", (60, 40, 460, 360)), ("rocket", (40, 60, 600, 427)), ("gravel", (100, 100, 500, 420)),
    ),
}  # fmt: skip
#: What a cut leaves of an outline is a thing of its own from this share of its box on, and from so many px.
_LEAST_SHARE, _LEAST_PX = 0.25, 60.0


@dataclass(frozen=True, slots=True)
class Cuts:
    """Paths of the written photographs, and what they were found by.

    Attributes:
        images: their folder.
        truth: COCO instances.
        searches: image id -> what was searched for, and the kind of search.
    """

    images: str
    truth: str
    searches: dict[int, tuple[str, str]]


def write_cuts(folder: str | os.PathLike[str]) -> Cuts:
    """Write ``images/`` and ``truth.json`` into a folder, which is made if need be.

    Args:
        folder: where they go; files of the same names are replaced.

    Raises:
        DataError: a file cannot be written.
    """
    from .dataset import Dataset
    from .imageio import save_image

    root = os.fspath(folder)
    images, truth = os.path.join(root, "images"), os.path.join(root, "truth.json")
    os.makedirs(images, exist_ok=True)
    rows: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    searches: dict[int, tuple[str, str]] = {}
    for number, (search, stem, window) in enumerate(_wanted(), start=1):
        pixels = _part(photograph(stem), window)
        height, width = (int(n) for n in pixels.shape[:2])
        row: dict[str, Any] = {"id": number, "file_name": f"{number:02d}-{stem}.jpg", "width": width, "height": height}
        save_image(pixels, os.path.join(images, row["file_name"]))
        rows.append(row)
        searches[number] = search
        annotations += _annotations(row, stem, window or (0, 0, width, height))
    for key, annotation in enumerate(annotations, start=1):
        annotation["id"] = key
    categories = [{"id": i, "name": name, "supercategory": group} for name, (i, group) in CATEGORIES.items()]
    Dataset.from_dict({"images": rows, "annotations": annotations, "categories": categories}).write(truth)
    return Cuts(images, truth, searches)


def _wanted() -> Iterator[tuple[tuple[str, str], str, Window]]:
    for search, photos in SEARCHES.items():
        for stem, window in photos:
            yield search, stem, window


def _part(pixels: UInt8, window: Window) -> UInt8:
    import numpy as np

    if window is None:
        return pixels
    left, top, right, bottom = window
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def _annotations(row: dict[str, Any], stem: str, window: tuple[int, int, int, int]) -> Iterator[dict[str, Any]]:
    """What the sample has annotated in a part of a photograph."""
    for text in OUTLINES.get(stem, ()):
        whole = annotation_of({**row, "width": window[2], "height": window[3]}, text)
        x, y, w, h = whole["bbox"]
        across = max(0.0, min(x + w, window[2]) - max(x, window[0]))
        down = max(0.0, min(y + h, window[3]) - max(y, window[1]))
        if across * down >= max(_LEAST_SHARE * w * h, _LEAST_PX):
            yield annotation_of(row, text, window[:2])

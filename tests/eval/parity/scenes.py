"""Words for writing a fixture in three lines: ground truth, results and the case itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Case:
    """One fixture before it is written.

    Attributes:
        id: quirk id, the folder's name.
        why: what this input pins, and what another rule would give.
        gt, dt: parsed ground truth and results.
        params: settings that differ from the defaults, by the names of ``cocokit.evaluate``.
    """

    id: str
    why: str
    gt: Row
    dt: list[Row]
    params: Row = field(default_factory=dict)


CASES: dict[str, Case] = {}

Scene = Callable[[], tuple[Row, list[Row]]]


def case(id_: str, why: str, **params: Any) -> Callable[[Scene], Scene]:
    """Register a function that returns (ground truth, results) as the fixture of a quirk."""

    def register(scene: Scene) -> Scene:
        gt, dt = scene()
        CASES[id_] = Case(id_, why, gt, dt, params)
        return scene

    return register


def world(*truths: Row, images: int = 1, categories: int = 1, size: int = 100) -> Row:
    """Ground truth with images and categories numbered from 1, and annotations numbered unless they have an id."""
    return {
        "images": [{"id": i + 1, "width": size, "height": size, "file_name": f"{i + 1}.jpg"} for i in range(images)],
        "categories": [{"id": i + 1, "name": f"kind {i + 1}"} for i in range(categories)],
        "annotations": [{"id": i + 1, **truth} for i, truth in enumerate(truths)],
    }


def truth(*box: float, image: int = 1, category: int = 1, **more: Any) -> Row:
    """An annotation with the box [x, y, w, h] and the box's area."""
    row = {"image_id": image, "category_id": category, "bbox": list(box), "area": box[2] * box[3], "iscrowd": 0}
    return {**row, **more}


def found(*box: float, score: float = 0.9, image: int = 1, category: int = 1, **more: Any) -> Row:
    """A detection; no box for masks and poses, which come in ``more``."""
    shape = {"bbox": list(box)} if box else {}
    return {"image_id": image, "category_id": category, **shape, "score": score, **more}


def counts(*runs: int, size: int = 100) -> Row:
    """An uncompressed mask of a square image; the last background run is filled in."""
    rest = size * size - sum(runs)
    return {"size": [size, size], "counts": [*runs, rest] if rest else list(runs)}


def rectangle(x: float, y: float, w: float, h: float) -> list[list[float]]:
    """A polygon around a box."""
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def pose(*points: tuple[float, float, int], rest: tuple[float, float, int] = (0, 0, 0), n: int = 17) -> list[float]:
    """A keypoint list of ``n`` points: those given, then ``rest`` over and over."""
    return [v for point in [*points, *[rest] * (n - len(points))] for v in point]

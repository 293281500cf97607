"""From parsed JSON to the lists that the slow evaluator walks: what counts, with which areas and flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.eval.naive_masks import Refused, Runs, of_segmentation

Row = dict[str, Any]


@dataclass
class Truth:
    """One ground-truth annotation; ``shape`` is a box, a mask or a list of keypoints."""

    id: float
    shape: Any
    area: float
    ignore: bool
    crowd: bool
    box: list[float]


@dataclass
class Found:
    """One detection."""

    shape: Any
    area: float
    score: float


Cells = dict[tuple[Any, Any], list[Any]]


def ground_truth(gt: Row, iou_type: str, images: list[Any], categories: list[Any] | None, *, fixed: bool) -> Cells:
    """(image id, category id) -> Truths in the order in which matching meets them (X2, D1, D2)."""
    rows = gt["annotations"]
    last = {row["id"]: row for row in rows}
    sizes = {image["id"]: image for image in gt["images"]}
    cells: Cells = {}
    for row in _chosen(rows, images, categories):
        seen = row if fixed else last[row["id"]]
        truth = _truth(seen, iou_type, sizes, fixed=fixed)
        cells.setdefault((seen["image_id"], seen["category_id"]), []).append(truth)
    return cells


def detections(
    gt: Row, dt: list[Row], iou_type: str, images: list[Any], categories: list[Any] | None, *, fixed: bool
) -> Cells:
    """(image id, category id) -> detections in the order of the file (J1 to J6)."""
    sizes = {image["id"]: image for image in gt["images"]}
    if any(row["image_id"] not in sizes for row in dt):
        raise Refused("J5: a result for an unknown image")
    kind = _result_kind(dt)
    cells: Cells = {}
    for row in dt:
        if kind not in row or (kind == "bbox" and len(row["bbox"]) != 4):
            raise Refused(f"J6: a result without {kind}")
    for row in _chosen(dt, images, categories):
        if fixed and (row["score"] != row["score"] or any(v != v for v in row.get("bbox", []))):
            raise Refused("X3: NaN")
        shape = _result_shape(row, iou_type, sizes, fixed=fixed)
        found = Found(shape, _result_area(row, kind, iou_type, shape, sizes, fixed=fixed), row["score"])
        cells.setdefault((row["image_id"], row["category_id"]), []).append(found)
    return cells


def _chosen(rows: list[Row], images: list[Any], categories: list[Any] | None) -> Iterable[Row]:
    """The rows of these images and categories, image by image, in the order of the file within each."""
    per_image: dict[Any, list[Row]] = {}
    for row in rows:
        per_image.setdefault(row["image_id"], []).append(row)
    for image in images:
        for row in per_image.get(image, []):
            if categories is None or row["category_id"] in categories:
                yield row


def _truth(row: Row, iou_type: str, sizes: dict[Any, Row], *, fixed: bool) -> Truth:
    shape: Any = None
    if iou_type == "segm":
        shape = _mask(row, sizes, fixed=fixed)
    elif iou_type == "bbox":
        shape = row["bbox"]
    elif iou_type == "keypoints":
        shape = row["keypoints"]
    crowd = bool(row.get("iscrowd", 0))
    ignore = crowd or (fixed and bool(row.get("ignore", 0)))
    if iou_type == "keypoints":
        ignore = ignore or row.get("num_keypoints", sum(v > 0 for v in row["keypoints"][2::3])) == 0
    area = row.get("area")
    if area is None:
        area = shape.area() if iou_type == "segm" else float(row["bbox"][2]) * float(row["bbox"][3])
    return Truth(row["id"], shape, area, ignore, crowd, row.get("bbox", []))


def _mask(row: Row, sizes: dict[Any, Row], *, fixed: bool) -> Runs:
    image = sizes[row["image_id"]]
    runs = of_segmentation(row["segmentation"], image["height"], image["width"], fixed=fixed)
    if fixed and (runs.height, runs.width) != (image["height"], image["width"]):
        raise Refused("I2: a mask of another size than its image")
    if fixed and not runs.whole:
        raise Refused("X14: runs that do not sum to the image")
    text = row["segmentation"]["counts"] if isinstance(row["segmentation"], dict) else ""
    if fixed and isinstance(text, str) and any(not "0" <= character <= "o" for character in text):
        raise Refused("X11: characters that no mask string has")
    return runs


def _result_kind(dt: list[Row]) -> str:
    """The field that decides how results are read: the first result has it (J6)."""
    for kind in ("bbox", "segmentation", "keypoints"):
        if dt and kind in dt[0] and not (kind == "bbox" and dt[0]["bbox"] == []):
            return kind
    return "image_id"


def _result_shape(row: Row, iou_type: str, sizes: dict[Any, Row], *, fixed: bool) -> Any:
    if iou_type == "keypoints":
        return row["keypoints"]
    if iou_type == "segm":
        if "segmentation" not in row:
            if fixed:
                raise Refused("J2: box results evaluated as masks")
            x, y, w, h = row["bbox"]
            row = {**row, "segmentation": [[x, y, x, y + h, x + w, y + h, x + w, y]]}
        return _mask(row, sizes, fixed=fixed)
    if "bbox" in row:
        return row["bbox"]
    if "segmentation" in row:
        return _mask(row, sizes, fixed=fixed).box()
    return _extent(row["keypoints"])


def _result_area(row: Row, kind: str, iou_type: str, shape: Any, sizes: dict[Any, Row], *, fixed: bool) -> float:
    """A detection's area (J3): that of its box, else of its mask, else of the box around its keypoints."""
    if fixed and iou_type == "segm":
        return float(shape.area())
    if kind == "bbox":
        return row["bbox"][2] * row["bbox"][3]
    if kind == "segmentation":
        return float(_mask(row, sizes, fixed=fixed).area())
    box = _extent(row["keypoints"])
    return wrapped(box[2] * box[3])


def _extent(keypoints: list[float]) -> list[float]:
    x, y = as_array(keypoints[0::3]), as_array(keypoints[1::3])
    return [min(x), min(y), wrapped(max(x) - min(x)), wrapped(max(y) - min(y))]


def as_array(values: list[Any]) -> list[Any]:
    """The numbers as NumPy would hold them: whole numbers only if all of them are."""
    return values if all(isinstance(v, int) for v in values) else [float(v) for v in values]


def wrapped(value: Any) -> Any:
    """A whole number in 64-bit arithmetic (F10); a float as it is."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63) if isinstance(value, int) else value

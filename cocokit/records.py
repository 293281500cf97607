"""Single rows of columns as the records of :mod:`cocokit.types`."""

from __future__ import annotations

import json
from typing import Any

from .columns import KIND_COUNTS, KIND_RLE, Annotations, Field, Images, Ragged, Segmentations
from .types import Annotation, Detection, Image, Polygons, Rle


def image_record(images: Images, row: int) -> Image:
    """One image."""
    name = None if images.file_name is None else images.file_name[row]
    size = int(images.width[row]), int(images.height[row])
    return Image(int(images.id[row]), *size, name, _extras(images.extras, row))


def annotation_record(annotations: Annotations, row: int) -> Annotation:
    """One annotation; fields that the row lacks, or that were not read, are None."""
    a, has = annotations, Field(int(annotations.present[row]))
    return Annotation(
        id=_scalar(a.id, row, has & Field.ID),
        image_id=_scalar(a.image_id, row, has & Field.IMAGE_ID) or 0,
        category_id=_scalar(a.category_id, row, has & Field.CATEGORY_ID),
        area=_scalar(a.area, row, has & Field.AREA),
        iscrowd=_flag(a.iscrowd, row, has & Field.ISCROWD),
        ignore=_flag(a.ignore, row, has & Field.IGNORE),
        num_keypoints=_scalar(a.num_keypoints, row, has & Field.NUM_KEYPOINTS),
        caption=a.captions[row] if a.captions is not None else None,
        extras=_extras(a.extras, row),
        **_shapes(a, row, has),
    )


def detection_record(results: Annotations, row: int) -> Detection:
    """One result."""
    has = Field(int(results.present[row]))
    return Detection(
        image_id=_scalar(results.image_id, row, has & Field.IMAGE_ID) or 0,
        category_id=_scalar(results.category_id, row, has & Field.CATEGORY_ID) or 0,
        score=_scalar(results.score, row, has & Field.SCORE) or 0.0,
        **_shapes(results, row, has),
    )


def outline_record(outlines: Segmentations, row: int) -> Polygons | Rle:
    """One outline; an empty tuple for an empty list."""
    if outlines.kind[row] in (KIND_RLE, KIND_COUNTS):
        compressed = outlines.kind[row] == KIND_RLE
        counts = outlines.text[row].tobytes() if compressed else tuple(outlines.counts[row].tolist())
        return Rle(int(outlines.size[row, 0]), int(outlines.size[row, 1]), counts)
    rings = range(int(outlines.rings[row]), int(outlines.rings[row + 1]))
    return tuple(tuple(outlines.xy[i].tolist()) for i in rings)


def _shapes(a: Annotations, row: int, has: Field) -> dict[str, Any]:
    return {
        "bbox": tuple(a.bbox[row].tolist()) if a.bbox is not None and has & Field.BBOX else None,
        "segmentation": (
            outline_record(a.segmentation, row) if a.segmentation is not None and has & Field.SEGMENTATION else None
        ),
        "keypoints": tuple(a.keypoints[row].tolist()) if a.keypoints is not None and has & Field.KEYPOINTS else None,
    }


def _scalar(column: Any, row: int, has: Field) -> Any:
    return column[row].item() if column is not None and has else None


def _flag(column: Any, row: int, has: Field) -> bool | None:
    return bool(column[row]) if column is not None and has else None


def _extras(extras: Ragged | None, row: int) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(b"{" + extras[row].tobytes() + b"}") if extras is not None else {}
    return made

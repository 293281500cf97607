"""COCO panoptic: a JSON file, and beside it a folder of PNG files in which a pixel's colour is the id of its segment.

The id is red + 256 green + 65,536 blue; 0 is nobody's. Every segment is read as an annotation with an RLE and the
member ``segment_id``. Written is a folder with ``panoptic.json`` and ``panoptic/``. A pixel has one segment: where
outlines overlap, the earlier annotation keeps it, and crowds come last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import rle
from ..atomic import atomic_write
from ..columns import Int32, UInt8
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..imageio import opened
from ..json_files import parse_json
from ..json_values import integer
from ..places import counted, described, place
from ..row_table import raw_json
from ..types import Annotation, Image
from . import by_image as order
from .base import Format, Progress, Read, Written, head, inside, new_folder
from .panoptic_losses import LOSSES, left_out
from .panoptic_pixels import Canvas, outlines_in

_FILE, _FOLDER = "panoptic.json", "panoptic"
_MARKS = re.compile(rb'"(segments_info|isthing)"\s*:')
_TAIL = 1 << 16


def recognises(path: str) -> bool:
    """A JSON file that speaks of segments and has a folder of its name beside it, or a folder with panoptic.json."""
    file = _file_of(path)
    if _folder_of(file) is None:
        return False
    try:
        with open(file, "rb") as text:
            text.seek(max(0, os.path.getsize(file) - _TAIL))
            return bool(_MARKS.search(head(file)) or _MARKS.search(text.read(_TAIL)))
    except OSError:
        return False


def _file_of(path: str) -> str:
    return os.path.join(path, _FILE) if os.path.isdir(path) else path


def _folder_of(file: str) -> str | None:
    """The folder with the PNG files: of the same name as the file, without its ending."""
    folder, ending = os.path.splitext(file)
    return folder if ending.lower() == ".json" and os.path.isfile(file) and os.path.isdir(folder) else None


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a file and its PNG files. Raises DataError."""
    from ..coco_json import dataset_from_json

    file = _file_of(path)
    folder = _folder_of(file)
    if folder is None:
        raise DataError(file, "", "has no folder of its name beside it", "the PNG files lie in NAME/ beside NAME.json")
    value = parse_json(file)
    rows = value.get("annotations") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise DataError(file, "annotations", f"is {described(rows)} where a list was expected", "give a panoptic file")
    sizes = _sizes(value, file)
    made: list[dict[str, Any]] = []
    empty = strange = 0
    for at, row in enumerate(rows):
        segments = _segments(row, file, at)
        png = os.path.join(folder, inside(row.get("file_name") or "", file, place("annotations", at)))
        found = outlines_in(_ids_of(png, sizes.get(row.get("image_id"))))
        for segment in segments:
            outline = found.pop(segment["id"], None)
            empty += outline is None
            if outline is not None:
                made.append(_annotation(len(made) + 1, row["image_id"], segment, outline))
        strange += len(found.keys() - {0})
        if progress is not None:
            progress(at + 1, len(rows))
    away = [f"{counted(empty, 'segment')} without a pixel left out"] if empty else []
    away += [f"{counted(strange, 'region')} of the PNG files that no segment describes left out"] if strange else []
    return Read(dataset_from_json({**value, "annotations": made}, file), (), images, tuple(away))


def _sizes(value: dict[str, Any], file: str) -> dict[Any, tuple[Any, Any]]:
    rows = value.get("images", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(file, "images", "is no list of objects", "give a panoptic file")
    return {row["id"]: (row.get("height"), row.get("width")) for row in rows if integer(row.get("id")) is not None}


def _segments(row: Any, file: str, at: int) -> list[dict[str, Any]]:
    found = row.get("segments_info") if isinstance(row, dict) else None
    good = isinstance(found, list) and all(isinstance(s, dict) and integer(s.get("id")) is not None for s in found)
    if not good or integer(row.get("image_id")) is None or not isinstance(row.get("file_name") or "", str):
        reason = "has no image_id, file_name or segments_info with ids"
        raise DataError(file, place("annotations", at), reason, "give a panoptic file, not one of instances")
    assert isinstance(found, list)
    return found


def _ids_of(png: str, size: tuple[Any, Any] | None) -> Int32:
    """(H, W) int32 ids of the segments. Raises DataError."""
    with opened(png) as image:
        if image.mode != "RGB":
            raise DataError(png, "", f"has pixels of mode {image.mode}", "ids are the colours of an RGB image")
        if size is not None and None not in size and (image.height, image.width) != size:
            reason = f"is {image.width} x {image.height} px, and its image {size[1]} x {size[0]}"
            raise DataError(png, "", reason, "give the PNG files of this dataset")
        pixels = np.asarray(image).astype(np.int32)
    found: Int32 = pixels[:, :, 0] | pixels[:, :, 1] << 8 | pixels[:, :, 2] << 16
    return found


def _annotation(key: int, image_id: int, segment: dict[str, Any], outline: dict[str, Any]) -> dict[str, Any]:
    made = {"id": key, "image_id": image_id, "segmentation": outline, "segment_id": segment["id"]}
    made |= {name: value for name, value in segment.items() if name not in made}
    missing = {"area": rle.area(outline), "bbox": list(rle.bbox(outline)), "iscrowd": 0}
    return made | {name: value for name, value in missing.items() if made.get(name) is None}


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write panoptic.json and its PNG files; photos stay where they are. Raises DataError."""
    new_folder(out)
    names = _png_names(dataset)
    rows, empty = [], 0
    with atomic_folder(out, _FILE) as folder:
        os.mkdir(os.path.join(folder, _FOLDER))
        for done, (image, annotations) in enumerate(order.by_image(dataset, left_out=left_out), start=1):
            canvas = Canvas(image, annotations)
            segments = [_segment(key, each, *canvas.measured(key)) for key, each in canvas.kept]
            empty += len(annotations) - len(segments)
            _write_png(os.path.join(folder, _FOLDER, names[image.id]), canvas.colours())
            rows.append({"image_id": image.id, "file_name": names[image.id], "segments_info": segments})
            if progress is not None:
                progress(done, len(dataset.images))
        with atomic_write(os.path.join(folder, _FILE)) as file:
            file.writelines(_texts(dataset, rows))
    notes = (f"{counted(empty, 'annotation')} left out: others have all the pixels",) if empty else ()
    return Written(1 + len(rows), notes)


def _segment(key: int, annotation: Annotation, area: int, bbox: list[int]) -> dict[str, Any]:
    return {"id": key, "category_id": annotation.category_id, "iscrowd": int(bool(annotation.iscrowd)), "bbox": bbox,
            "area": area}  # fmt: skip


def _png_names(dataset: Dataset) -> dict[int, str]:
    """Image id -> the name of its PNG: that of the photo with another ending, and the id where that is taken."""
    made: dict[int, str] = {}
    taken = set[str]()
    for row in range(len(dataset.images)):
        image: Image = dataset.image(row)
        if image.id in made:
            raise DataError("dataset", f"images[{row}].id", f"{image.id} is there twice", "ids of images must differ")
        stem = os.path.splitext(os.path.basename(order.file_name_of(image)))[0]
        name = f"{stem}.png" if stem not in taken else f"{stem}_{image.id}.png"
        taken.add(stem)
        made[image.id] = name
    return made


def _write_png(path: str, colours: UInt8) -> None:
    from PIL import Image as Pillow

    Pillow.fromarray(colours).save(path, "PNG")


def _texts(dataset: Dataset, rows: list[dict[str, Any]]) -> Iterator[bytes]:
    """The text of panoptic.json: the dataset's own members, its annotations replaced."""
    from ..coco_json import member_chunks

    lead = "{"
    members = list(dataset.members) + [m for m in ("images", "annotations", "categories") if m not in dataset.members]
    for member in members:
        yield f"{lead}{raw_json(member).decode()}:".encode()
        lead = ",\n"
        if member == "annotations":
            yield b"[\n" + b",\n".join(map(raw_json, rows)) + b"\n]" if rows else b"[]"
        else:
            yield from (text.encode() for text, _ in member_chunks(dataset, member))
    yield b"}\n"


FORMATS = (Format("panoptic", "COCO panoptic PNG", LOSSES, recognises, read, write, special="coco"),)

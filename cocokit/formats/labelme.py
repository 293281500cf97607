"""LabelMe: a folder with one JSON file beside each photo.

Shapes of one label and one ``group_id`` are one instance. A polygon is kept point for point, a ``mask`` (a PNG in a
box) pixel for pixel; a rectangle that stands alone is a box without outline. A circle becomes a polygon, by LabelMe's
own rule; lines, line strips and points enclose nothing and are left out, counted. The shape's flag ``iscrowd`` is ours.
Photos that lie in the files (``imageData``) are handed on; the size is theirs where a file does not say it.
"""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..atomic import write_text
from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..json_files import parse_json
from ..json_values import integer
from ..places import counted, described
from ..regular import refuse_others
from ..row_table import raw_json
from ..types import Annotation, Image
from . import by_image as order
from . import losses, measuring
from .base import Format, Loss, Progress, Read, Written, files_of, head, inside, new_folder
from .building import Builder
from .embedded import decoded, photo_of, photo_size
from .extras import members_lost
from .labelme_shapes import IGNORED, Shapes, shapes_of
from .many_files import write_files
from .photo_files import place_photos

_LABELS = "labels.txt"
_FIRST = (IGNORED, "_background_")


def recognises(path: str) -> bool:
    """A JSON file with imagePath or shapes near its start, or a folder with one."""
    if os.path.isdir(path):
        return any(_is_one(os.path.join(path, name)) for name in files_of(path, (".json",), limit=3))
    return _is_one(path)


def _is_one(path: str) -> bool:
    start = head(path).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"{") and (b'"imagePath"' in start or b'"shapes"' in start) and b'"images"' not in start


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a folder, and the folders in it, or one file. Raises DataError."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    names = files_of(path, (".json",)) if os.path.isdir(path) else [os.path.basename(path)]
    made, shapes, others, away, embedded = Builder(), Shapes(), 0, 0, dict[str, Callable[[], bytes]]()
    _read_labels(os.path.join(folder, _LABELS), made)
    for done, name in enumerate(names, start=1):
        file = os.path.join(folder, name)
        refuse_others(file)
        value = parse_json(file)
        if not isinstance(value, dict) or "shapes" not in value:
            others += 1
            continue
        file_name, out = _name_of(value, name, file)
        away += out
        if value.get("imageData") is not None:
            embedded[file_name] = partial(photo_of, file)
        image = made.image(file_name, *_sizes(value, file))
        shapes.read(value, file, image, made)
        if progress is not None:
            progress(done, len(names))
    if not made.images:
        raise DataError(path, "", "has no LabelMe file", "give a folder of JSON files with shapes and imagePath")
    notes = [f"{counted(away, 'photo')} named by the last part of a path that leads out of the folder"] if away else []
    return Read(made.dataset(path), tuple(notes), images or (folder or "."), tuple(_lost(shapes, others)), embedded)


def _read_labels(path: str, made: Builder) -> None:
    """The categories in the order of labels.txt, where there is one."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            names = file.read().split("\n")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, "", f"cannot be read ({type(error).__name__})", "one label per line, in UTF-8") from None
    for skipped in _FIRST:
        names = names[1:] if names[:1] == [skipped] else names
    for name in names[:-1] if names[-1:] == [""] else names:
        made.category(name)


def _name_of(value: dict[str, Any], name: str, file: str) -> tuple[str, bool]:
    """The photo's name below the folder; True beside it if LabelMe says that it lies elsewhere."""
    written = value.get("imagePath")
    if not isinstance(written, str) or not written:
        raise DataError(file, "imagePath", f"is {described(written)}", "it is the name of the photo")
    joined = posixpath.join(posixpath.dirname(name.replace(os.sep, "/")), written.replace("\\", "/"))
    found = posixpath.normpath(joined)
    if found.startswith(("..", "/")) or found[1:2] == ":":
        return inside(posixpath.basename(found), file, "imagePath"), True
    return inside(found, file, "imagePath"), False


def _sizes(value: dict[str, Any], file: str) -> tuple[int, int]:
    """(width, height) px as the file says, or those of the photo in it, or 0. Raises DataError."""
    width, height = _size(value, "imageWidth", file), _size(value, "imageHeight", file)
    if min(width, height) > 0 or value.get("imageData") is None:
        return width, height
    return photo_size(decoded(value["imageData"], file), file)


def _size(value: dict[str, Any], member: str, file: str) -> int:
    found = integer(value.get(member) or 0)
    if found is None or found < 0:
        raise DataError(file, member, f"is {described(value[member])}", "it is a number of pixels")
    return found


def _lost(shapes: Shapes, others: int) -> list[str]:
    said = [f"{counted(shapes.lost[kind], kind)} left out: no area" for kind in sorted(shapes.lost)]
    said += [f"{counted(shapes.circles, 'circle')} became polygons"] if shapes.circles else []
    said += [f"{counted(shapes.ignored, 'region')} labelled {IGNORED} left out"] if shapes.ignored else []
    return said + ([f"{counted(others, 'JSON file')} without shapes left out"] if others else [])


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a folder: a JSON file per image, labels.txt, and the photos where their folder is given."""
    new_folder(out)
    names, files = order.names_of(dataset), _json_names(dataset)
    labels = list(dict.fromkeys(row.name for row in dataset.categories))
    bad = next((name for name in labels if "\n" in name or "\r" in name), None)
    if bad is not None:
        raise DataError("dataset", "categories", f"has the name {bad!r}", f"{_LABELS} has a name per line: rename it")
    with atomic_folder(out, _LABELS) as folder:
        write_text(os.path.join(folder, _LABELS), "\n".join([*_FIRST, *labels]) + "\n")
        each = order.by_image(dataset, _by_name)
        texts = (raw_json(_file_of(image, rows, names)) + b"\n" for image, rows in each)
        write_files(folder, [*sorted(files.values())], texts, progress)
        if images is not None:
            place_photos(list(files), images, folder)
    return Written(len(files) + 1 + (0 if images is None else len(files)))


def _file_of(image: Image, rows: list[tuple[int, Annotation]], names: dict[int, str]) -> dict[str, Any]:
    """What the file of an image says."""
    return {
        "version": "5.0.0", "flags": {}, "shapes": [s for shapes in shapes_of(rows, image, names) for s in shapes],
        "imagePath": posixpath.basename(order.file_name_of(image)), "imageData": None,
        "imageHeight": image.height or None, "imageWidth": image.width or None,
    }  # fmt: skip


def _json_names(dataset: Dataset) -> dict[str, str]:
    """The JSON file of each image: ``a.json``, or ``a.png.json`` where another image would have the same."""
    names = order.file_names(dataset)
    stems = [os.path.splitext(name)[0] for name in names]
    often = Counter(stems)
    return {name: f"{name if often[stem] > 1 else stem}.json" for name, stem in zip(names, stems, strict=True)}


def _by_name(dataset: Dataset) -> Int64:
    """The images as :func:`read` finds their files."""
    files = _json_names(dataset)
    keys = list(files.values())
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


LOSSES: tuple[Loss, ...] = (
    losses.TOP,
    order.image_ids_lost(_by_name),
    order.image_places_lost(_by_name, "images come in the order of their names"),
    order.FILE_NAMES,
    losses.IMAGE_MEMBERS,
    losses.CATEGORY_IDS,
    losses.SUPERCATEGORIES,
    losses.CATEGORY_MEMBERS,
    order.TWINS,
    order.NAMELESS,
    order.annotation_ids_lost(_by_name),
    order.places_lost(_by_name),
    losses.UNPLACED,
    measuring.PLACELESS,
    measuring.UNSAID,
    measuring.AREAS,
    measuring.BOXES,
    measuring.SPANS,
    measuring.RLE_TEXTS,
    losses.IGNORES,
    losses.SCORES,
    losses.KEYPOINTS,
    losses.CAPTIONS,
    members_lost("flags", "description"),
)
FORMATS = (Format("labelme", "LabelMe JSON", LOSSES, recognises, read, write),)

"""Open Images: boxes in CSV files, as shares of the image.

Read: every CSV with ImageID, LabelName and XMin to YMax, or with MaskPath (``open_images_masks``);
``class-descriptions*.csv`` for the names of labels; sizes from ``images.csv``, which is ours, or from the photos.
Written: ``annotations-bbox.csv``, ``class-descriptions.csv`` and ``images.csv`` (ImageID, FileName, Width, Height, Id),
so that neither sizes nor images without a box are lost. ``IsGroupOf`` is COCO's ``iscrowd``; Source and the other flags
are the annotation's member ``attributes``. Shares are read to six decimals of a pixel; decimal commas are understood.
"""

from __future__ import annotations

import csv
import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np

from ..columns import Bools, Field
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..imageio import image_size
from ..places import counted, described
from . import by_image as order
from . import losses, measuring
from .base import Format, Loss, Progress, Read, Written, files_of, head, inside, new_folder
from .building import Builder
from .extras import members_lost
from .open_images_masks import COLUMNS, Boxes, Corners, MaskFiles, corners_of, told

_BOXES, _CLASSES, _IMAGES = "annotations-bbox.csv", "class-descriptions.csv", "images.csv"
_SIDES = ("XMin", "XMax", "YMin", "YMax")
_FLAGS = ("IsOccluded", "IsTruncated", "IsDepiction", "IsInside")
_HEADER = ("ImageID", "Source", "LabelName", "Confidence", *_SIDES, "IsOccluded", "IsTruncated", "IsGroupOf",
           "IsDepiction", "IsInside")  # fmt: skip
_PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_DECIMALS = 6

Row = dict[str, str]


def recognises(path: str) -> bool:
    """A CSV file of boxes or masks, or a folder with one."""
    files = [os.path.join(path, n) for n in files_of(path, (".csv",), limit=10)] if os.path.isdir(path) else [path]
    return any(_is_boxes(file) or _is_masks(file) for file in files)


def _columns(path: str) -> set[str]:
    return set(head(path).partition(b"\n")[0].decode("utf-8", "replace").strip().lstrip("\ufeff").split(","))


def _is_boxes(path: str) -> bool:
    return {"ImageID", "LabelName", *_SIDES} <= _columns(path)


def _is_masks(path: str) -> bool:
    return set(COLUMNS) <= _columns(path)


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a folder, or one file of boxes or masks. Raises DataError."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    files = [os.path.join(folder, name) for name in files_of(folder or ".", (".csv",))]
    chosen = files if os.path.isdir(path) else [path]
    boxes, masks = [file for file in chosen if _is_boxes(file)], [file for file in chosen if _is_masks(file)]
    if not boxes and not masks:
        said = f"its first line has ImageID, LabelName, {', '.join(_SIDES)}"
        raise DataError(path, "", "has no CSV file of boxes or masks", said)
    made, photos = Builder(), _Photos(os.path.join(folder, _IMAGES), images, (boxes or masks)[0])
    for file in files:
        if "class-descriptions" in os.path.basename(file):
            _read_classes(file, made)
    photos.add_all(made)
    unsure, free = 0, Boxes(remembers=bool(masks))
    for file in boxes:
        for line, row in _rows(file):
            unsure += row.get("Confidence", "") not in ("", "1", "1.0")
            _add(row, file, line, made, photos, free)
            if progress is not None and line % 1000 == 0:
                progress(len(made.annotations), len(made.annotations))
    lost = (f"{unsure:,} {'box is' if unsure == 1 else 'boxes are'} not sure, which is left out",) if unsure else ()
    notes, gone = _read_masks(masks, folder, made, photos, free) if masks else ((), ())
    return Read(made.dataset((boxes or masks)[0]), notes, images, lost + gone)


def _read_masks(
    files: list[str], folder: str, made: Builder, photos: _Photos, free: Boxes
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Add the masks of CSV files; what was made up, and what was lost."""
    pictures = MaskFiles(folder)
    for file in files:
        for line, row in _rows(file):
            where = f"line {line}"
            image, width, height = photos.find(row["ImageID"], made, where)
            members = pictures.read(row, (height, width), file, where)
            said = corners_of(row)
            corners = None if said is None else tuple(_share(text, file, where, "the box") for text in said)
            known = None if corners is None else free.take(row, corners)
            if known is None:
                box = {} if corners is None else {"bbox": _pixels(corners, width, height)}
                made.annotation(image, made.category(row["LabelName"]), iscrowd=0, **box)
                known = made.annotations[-1]
            known |= members
            if found := known.get("attributes", {}) | told(row):
                known["attributes"] = found
    scaled = counted(pictures.scaled, "mask")
    return (
        (f"{scaled} of another size than the image scaled to it",) if pictures.scaled else (),
        (f"clicks of {counted(pictures.lost, 'mask')} left out",) if pictures.lost else (),
    )


def _rows(file: str) -> Iterator[tuple[int, Row]]:
    """Lines of a CSV file with a header. Raises DataError."""
    try:
        with open(file, encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            for row in reader:
                if None in row or None in row.values():
                    reason = f"has {sum(v is not None for k, v in row.items() if k)} columns, not those of its header"
                    raise DataError(file, f"line {reader.line_num}", reason, "was it cut off? download it again")
                yield reader.line_num, row
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(file, "", f"is no CSV in UTF-8 ({error})", "was it cut off? download it again") from None
    except OSError as error:
        raise DataError(file, "", f"cannot be read: {error.strerror or error}", "check the path") from None


def _read_classes(file: str, made: Builder) -> None:
    """Categories in the order of the file; with or without a header."""
    try:
        with open(file, encoding="utf-8-sig", newline="") as text:
            rows = [row for row in csv.reader(text, strict=True) if row]
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        raise DataError(file, "", f"cannot be read ({error})", "a line has a label and its name") from None
    for place, row in enumerate(rows, start=1):
        if len(row) < 2:
            raise DataError(file, f"line {place}", f"is {described(row)}", "a line has a label and its name")
        if row[:2] != ["LabelName", "DisplayName"]:
            made.category(row[0])
            made.categories[row[0]] |= {"name": row[1]} | ({"mid": row[0]} if row[0] != row[1] else {})


class _Photos:
    """The images, with sizes from images.csv or from the photos themselves."""

    def __init__(self, listed: str, folder: str | None, boxes: str) -> None:
        self.folder, self.boxes = folder, boxes
        self.listed = {row.get("ImageID", ""): (row, line) for line, row in _rows(listed)} if _has_sizes(listed) else {}
        self.path, self.known = listed, dict[str, tuple[int, int, int]]()
        self.names: dict[str, str] | None = None

    def add_all(self, made: Builder) -> None:
        """Add the images of images.csv, in its order."""
        for row, line in self.listed.values():
            name = inside(row.get("FileName", ""), self.path, f"line {line}")
            numbers = [row.get(column) or "0" for column in ("Width", "Height", "Id")]
            if not all(re.fullmatch(r"-?\d{1,18}", text) for text in numbers):
                raise DataError(
                    self.path, f"line {line}", f"has {described(numbers)}", "sizes and ids are whole numbers"
                )
            width, height, key = map(int, numbers)
            self.known[row["ImageID"]] = made.image(name, width, height, key if "Id" in row else None), width, height

    def find(self, key: str, made: Builder, where: str) -> tuple[int, int, int]:
        """(id, width, height) of an image, which is added when it is new. Raises DataError."""
        if key not in self.known:
            if self.folder is None:
                remedy = "give the folder with the photos: --images DIR"
                raise DataError(self.boxes, where, f"image {key!r} has no size: boxes are shares of it", remedy)
            if self.names is None:
                names = files_of(self.folder, _PHOTOS)
                self.names = {os.path.splitext(name)[0].replace(os.sep, "/"): name for name in names}
                self.names |= {posixpath.basename(stem): name for stem, name in self.names.items()}
            name = self.names.get(os.path.splitext(key)[0] if key.lower().endswith(_PHOTOS) else key)
            if name is None:
                raise DataError(
                    self.boxes, where, f"{self.folder} has no photo {key!r}", "give the folder of all photos"
                )
            height, width = image_size(os.path.join(self.folder, name))
            self.known[key] = made.image(name.replace(os.sep, "/"), width, height), width, height
        return self.known[key]


def _has_sizes(path: str) -> bool:
    names = set(head(path).partition(b"\n")[0].decode("utf-8", "replace").strip().lstrip("\ufeff").split(","))
    return {"ImageID", "FileName", "Width", "Height"} <= names


def _add(row: Row, file: str, line: int, made: Builder, photos: _Photos, free: Boxes) -> None:
    where = f"line {line}"
    image, width, height = photos.find(row["ImageID"], made, where)
    if min(width, height) < 1:
        raise DataError(file, where, f"image {row['ImageID']!r} has no size", "boxes are shares of it")
    corners = tuple(_share(row[side], file, where, side) for side in _SIDES)
    box = _pixels(corners, width, height)
    found: dict[str, Any] = {name: int(row[name]) for name in _FLAGS if row.get(name) in ("0", "1")}
    found |= {"Source": row["Source"]} if row.get("Source") else {}
    more = {"attributes": found} if found else {}
    made.annotation(image, made.category(row["LabelName"]), bbox=box, iscrowd=int(row.get("IsGroupOf") == "1"), **more)
    free.add(row, corners, made.annotations[-1])


def _pixels(corners: Corners, width: int, height: int) -> list[float]:
    """The box [x, y, w, h] px of shares of an image."""
    x0, x1 = (round(share * width, _DECIMALS) for share in corners[:2])
    y0, y1 = (round(share * height, _DECIMALS) for share in corners[2:])
    return [x0, y0, round(x1 - x0, _DECIMALS), round(y1 - y0, _DECIMALS)]


def _share(text: str, file: str, where: str, side: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if value - value != 0:
        raise DataError(file, where, f"{side} is {described(text)}", "it is a share of the image, 0 to 1")
    return value


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write three CSV files; photos stay where they are. Raises DataError."""
    new_folder(out)
    keys = _image_keys(order.file_names(dataset))
    labels = {row.id: _label_of(row.name, row.other) for row in dataset.categories}
    with atomic_folder(out, _BOXES) as folder:
        with _table(folder, _CLASSES) as file:
            writer = csv.writer(file, lineterminator="\n")
            named = {labels[row.id]: row.name for row in reversed(dataset.categories)}
            each = dict.fromkeys(labels[row.id] for row in dataset.categories)
            writer.writerows([("LabelName", "DisplayName"), *((label, named[label]) for label in each)])
        with _table(folder, _IMAGES) as listed, _table(folder, _BOXES) as boxes:
            images_, rows = (csv.writer(file, lineterminator="\n") for file in (listed, boxes))
            images_.writerow(("ImageID", "FileName", "Width", "Height", "Id"))
            rows.writerow(_HEADER)
            for done, (image, annotations) in enumerate(order.by_image(dataset, left_out=_left_out), start=1):
                key = keys[order.file_name_of(image)]
                images_.writerow((key, order.file_name_of(image), image.width, image.height, image.id))
                rows.writerows(_row(row, a, key, image, labels) for row, a in annotations)
                if progress is not None:
                    progress(done, len(dataset.images))
    return Written(3)


def _table(folder: str, name: str) -> TextIO:
    return open(os.path.join(folder, name), "x", encoding="utf-8", newline="")


def _label_of(name: str, other: dict[str, Any]) -> str:
    """The label that files use for a category: its machine id where it has one."""
    mid = other.get("mid")
    return mid if isinstance(mid, str) and mid else name


def _image_keys(names: list[str]) -> dict[str, str]:
    """ImageID of each name: the last part without its ending, or the whole name where that is not its own."""
    stems = [os.path.splitext(posixpath.basename(name))[0] for name in names]
    often = Counter(stems)
    return {name: stem if often[stem] == 1 else name for name, stem in zip(names, stems, strict=True)}


def _row(row: int, annotation: Any, key: str, image: Any, labels: dict[int, str]) -> list[Any]:
    if min(image.width, image.height) < 1:
        raise DataError("dataset", f"image {image.id}", "has no width and height", "boxes are shares of them")
    x, y, w, h = order.finite(annotation.bbox, row, "bbox")
    shares = (x / image.width, (x + w) / image.width, y / image.height, (y + h) / image.height)
    found = annotation.extras.get("attributes")
    told = found if isinstance(found, dict) else {}
    flags = {name: told[name] for name in (*_FLAGS, "Source") if _holds(name, told.get(name))}
    flags |= {"IsGroupOf": int(bool(annotation.iscrowd)), "ImageID": key, "Confidence": 1}
    flags |= {"LabelName": labels.get(annotation.category_id or 0, str(annotation.category_id))}
    flags |= {side: repr(share) for side, share in zip(_SIDES, shares, strict=True)}
    return [flags.get(column, "") for column in _HEADER]


def _holds(name: str, value: Any) -> bool:
    if name == "Source":
        return isinstance(value, str) and value != ""
    return name in _FLAGS and isinstance(value, int) and not isinstance(value, bool) and value in (0, 1)


def _keeps(name: str, value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_holds(key, each) for key, each in value.items())


def _left_out(dataset: Dataset) -> Bools:
    return losses.unplaced(dataset) | ~dataset.annotations.has(Field.BBOX)


def _boxless(dataset: Dataset) -> int:
    return int(np.count_nonzero(~dataset.annotations.has(Field.BBOX)))


def _members(dataset: Dataset) -> int:
    return sum(any(key != "mid" for key in row.other) for row in dataset.categories)


def _twins(dataset: Dataset) -> int:
    return len(dataset.categories) - len({_label_of(row.name, row.other) for row in dataset.categories})


def _areas(dataset: Dataset) -> int:
    a = dataset.annotations
    if a.area is None or a.bbox is None:
        return int(np.count_nonzero(a.has(Field.AREA)))
    near = np.isclose(a.area, a.bbox[:, 2] * a.bbox[:, 3], rtol=measuring.TOLERANCE, atol=0)
    return int(np.count_nonzero(a.has(Field.AREA) & ~near & ~_left_out(dataset)))


def _digits(dataset: Dataset) -> int:
    a = dataset.annotations
    if a.bbox is None:
        return 0
    rows = a.bbox[~_left_out(dataset)].tolist()
    return sum(any(round(value, _DECIMALS) != value for value in box) for box in rows)


def _image_ids(dataset: Dataset) -> int:
    return 0 if len(np.unique(dataset.images.id)) == len(dataset.images) else len(dataset.images)


LOSSES: tuple[Loss, ...] = (
    losses.TOP,
    Loss("image ids", "images of one id cannot be told apart", _image_ids),
    order.FILE_NAMES,
    losses.IMAGE_MEMBERS,
    losses.CATEGORY_IDS,
    losses.SUPERCATEGORIES,
    Loss("category members", "what a category has besides its machine id (mid) is left out", _members),
    Loss("categories of one label", "categories of the same label become one", _twins),
    order.NAMELESS,
    order.annotation_ids_lost(left_out=_left_out),
    order.places_lost(left_out=_left_out),
    losses.UNPLACED,
    Loss("annotations without box", "annotations without a box are left out", _boxless),
    measuring.UNSAID,
    Loss("areas", "areas become those of the boxes", _areas),
    Loss("digits", "coordinates are rounded to six decimals of a pixel", _digits),
    losses.SEGMENTATIONS,
    losses.IGNORES,
    losses.SCORES,
    losses.KEYPOINTS,
    losses.CAPTIONS,
    members_lost("attributes", keeps=_keeps),
)
FORMATS = (Format("open-images", "Open Images CSV", LOSSES, recognises, read, write),)

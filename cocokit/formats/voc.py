"""PASCAL VOC: an XML file for each image with its boxes; with masks in PNG files beside, if they are wanted.

A box's corners are written and read as they are: ``xmin`` is x and ``xmax`` is x + w, without the pixel that the devkit
of 2007 adds. ``difficult`` is COCO's ``ignore``; a region of many instances says ``iscrowd`` and is difficult, so that
other readers leave it out of their sums.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from ..atomic import write_text
from ..columns import KIND_RLE, Annotations, Bools, CategoryRow, Field, Float64, Int64, take_segmentations
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..ids import sizes_of_images
from ..json_text import number_texts
from ..masks import measure
from ..places import place
from . import losses
from .base import Format, Loss, Progress, Written, files_of, head, new_folder
from .by_image import TWINS
from .extras import filled, members_lost
from .many_files import image_names, line_names, write_files
from .photo_files import place_photos
from .voc_masks import colour_of, hidden, pictures, with_outlines
from .voc_reading import MEMBERS, read
from .xml_parts import text_of
from .yolo_rows import DECIMALS, corners, in_order, places_of_categories


def recognises(path: str) -> bool:
    """An XML file whose root is ``annotation``, or a folder with one, or with Annotations."""
    if not os.path.isdir(path):
        return path.lower().endswith(".xml") and _is_ours(path)
    annotations = os.path.join(path, "Annotations")
    folder = annotations if os.path.isdir(annotations) else path
    found = files_of(folder, (".xml",), limit=1)
    return bool(found) and _is_ours(os.path.join(folder, found[0]))


def _is_ours(path: str) -> bool:
    return b"<annotation>" in head(path) or b"<annotation " in head(path)


def kept(dataset: Dataset) -> Bools:
    """(N,) bool: annotations that become an object element: those with a box, a category and an image."""
    a = dataset.annotations
    return np.asarray(a.has(Field.BBOX) & a.has(Field.CATEGORY_ID) & ~losses.unplaced(dataset))


def write(
    dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None, masks: bool = False
) -> Written:
    """Write Annotations, ImageSets, labelmap.txt and, if they are given, JPEGImages; masks too. Raises DataError."""
    new_folder(out)
    names = image_names(dataset)
    stems = [os.path.splitext(name)[0] for name in names]
    texts = _texts(dataset, names, masks)
    with atomic_folder(out, "labelmap.txt") as part:
        write_text(os.path.join(part, "labelmap.txt"), _label_map(dataset.categories))
        os.makedirs(os.path.join(part, "ImageSets", "Main"))
        write_text(os.path.join(part, "ImageSets", "Main", "default.txt"), "".join(f"{stem}\n" for stem in stems))
        write_files(part, [f"Annotations/{stem}.xml" for stem in stems], texts, progress)
        if masks:
            _write_masks(dataset, part, stems)
        if images is not None:
            place_photos(names, images, os.path.join(part, "JPEGImages"))
    return Written(len(names) * (1 if images is None else 2) + 2)


def _write_masks(dataset: Dataset, part: str, stems: list[str]) -> None:
    rows, per_image = in_order(dataset, kept(dataset))
    drawn = [stems[i] for i in with_outlines(dataset, rows, per_image)]
    paths = [f"{folder}/{stem}.png" for stem in drawn for folder in ("SegmentationObject", "SegmentationClass")]
    write_files(part, paths, pictures(dataset, rows, per_image, places_of_categories(dataset, rows)), None)
    os.makedirs(os.path.join(part, "ImageSets", "Segmentation"))
    write_text(os.path.join(part, "ImageSets", "Segmentation", "default.txt"), "".join(f"{stem}\n" for stem in drawn))


def _texts(dataset: Dataset, names: list[str], masks: bool) -> Iterator[bytes]:
    """The text of each image's file; what cannot be written is refused before the first."""
    rows, per_image = in_order(dataset, kept(dataset))
    index = places_of_categories(dataset, rows)
    _refuse_unsized(dataset)
    listed = enumerate(line_names(dataset.categories))
    categories = [escape(text_of(name, place("categories", i))) for i, name in listed]
    files = [escape(text_of(name, place("images", i))) for i, name in enumerate(names)]
    objects = [*_objects(dataset, rows, [categories[i] for i in index.tolist()])]
    sizes = zip(dataset.images.width.tolist(), dataset.images.height.tolist(), strict=True)
    cuts, drawn = per_image.tolist(), set(with_outlines(dataset, rows, per_image)) if masks else ()
    return (
        f"<annotation>\n\t<filename>{name}</filename>\n\t<size>\n\t\t<width>{width}</width>\n\t\t<height>{height}"
        f"</height>\n\t\t<depth>3</depth>\n\t</size>\n\t<segmented>{i in drawn:d}</segmented>\n"
        f"{''.join(objects[cuts[i] : cuts[i + 1]])}</annotation>\n".encode()
        for i, (name, (width, height)) in enumerate(zip(files, sizes, strict=True))
    )


def _refuse_unsized(dataset: Dataset) -> None:
    bad = np.flatnonzero((dataset.images.width <= 0) | (dataset.images.height <= 0))
    if len(bad):
        raise DataError("dataset", place("images", int(bad[0])), "has no width and height", "add them", len(bad))


def _objects(dataset: Dataset, rows: Int64, names: list[str]) -> Iterable[str]:
    if not len(rows):
        return
    assert dataset.annotations.bbox is not None
    ends = corners(dataset, rows)[:, 2:]
    table = np.concatenate([dataset.annotations.bbox[rows, :2], ends], axis=1)
    texts = iter(number_texts(table.reshape(-1)))
    members = dict(filled(dataset.annotations.extras))
    ignored, crowd = (_flags(dataset.annotations, name, rows) for name in ("ignore", "iscrowd"))
    for row, name, hard, many in zip(rows.tolist(), names, ignored, crowd, strict=True):
        said = _said(members.get(row, {}))
        yield (
            f"\t<object>\n\t\t<name>{name}</name>\n\t\t<pose>{said['pose']}</pose>\n\t\t<truncated>{said['truncated']}"
            f"</truncated>\n{said['occluded']}\t\t<difficult>{hard or many:d}</difficult>\n"
            f"{_crowd(hard) if many else ''}\t\t<bndbox>\n\t\t\t<xmin>{next(texts)}</xmin>\n\t\t\t<ymin>{next(texts)}"
            f"</ymin>\n\t\t\t<xmax>{next(texts)}</xmax>\n\t\t\t<ymax>{next(texts)}</ymax>\n\t\t</bndbox>\n\t</object>\n"
        )


def _crowd(ignored: bool) -> str:
    return "\t\t<iscrowd>1</iscrowd>\n" + ("\t\t<ignore>1</ignore>\n" if ignored else "")


def _said(members: dict[str, Any]) -> dict[str, str]:
    """What VOC says of an instance and COCO does not, where it was read from such a file."""
    pose = members.get("pose")
    occluded = "\t\t<occluded>1</occluded>\n" if _fits("occluded", members.get("occluded")) else ""
    return {
        "pose": escape(str(pose)) if _fits("pose", pose) else "Unspecified",
        "truncated": "1" if _fits("truncated", members.get("truncated")) else "0",
        "occluded": occluded,
    }


def _fits(name: str, value: Any) -> bool:
    """Whether a member is as the reader gives it."""
    if name == "pose":
        return isinstance(value, str) and value == value.strip() not in ("", "Unspecified") and value.isprintable()
    return type(value) is int and value == 1


def _flags(a: Annotations, name: str, rows: Int64) -> list[bool]:
    column = getattr(a, name)
    return [False] * len(rows) if column is None else (column[rows] != 0).tolist()


def _label_map(categories: Iterable[CategoryRow]) -> str:
    """Categories in their order with VOC's colours, as CVAT writes and reads them."""
    lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
    for i, row in enumerate(categories, 1):
        lines.append(f"{row.name}:{','.join(map(str, colour_of(i)))}::")
    return "\n".join(lines) + "\n"


def _finer(dataset: Dataset) -> int:
    """Widths and heights that are not what is left between the corners."""
    rows = np.flatnonzero(kept(dataset))
    if not len(rows) or dataset.annotations.bbox is None:
        return 0
    box: Float64 = dataset.annotations.bbox[rows]
    back = np.round(corners(dataset, rows)[:, 2:] - box[:, :2], DECIMALS)
    return int(np.count_nonzero((back != box[:, 2:]).any(axis=1)))


def _left_out(dataset: Dataset) -> int:
    return int(np.count_nonzero(~kept(dataset) & ~losses.unplaced(dataset)))


def _unsaid_ignores(dataset: Dataset) -> int:
    a = dataset.annotations
    return 0 if a.ignore is None else int(np.count_nonzero(a.has(Field.IGNORE) & (a.ignore == 0)))


def _measured_masks(dataset: Dataset) -> dict[str, int]:
    a = dataset.annotations
    rows, per_image = in_order(dataset, kept(dataset))
    box = np.zeros((len(rows), 4)) if a.bbox is None else a.bbox[rows]
    area, unseen, unlike = box[:, 2] * box[:, 3], np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    if a.segmentation is not None and a.image_id is not None and len(rows):
        outlines, seen = take_segmentations(a.segmentation, rows), hidden(dataset, rows, per_image)
        unseen = seen != measure(outlines, sizes_of_images(dataset.images, a.image_id[rows])).area
        unlike = (outlines.kind > 0) & (outlines.kind != KIND_RLE)
        area = np.where(seen > 0, seen, area)
    wrong = np.zeros(len(rows), np.bool_) if a.area is None else a.has(Field.AREA)[rows] & (a.area[rows] != area)
    counts = {"hidden": unseen, "areas": wrong, "outlines": unlike}
    return {name: int(np.count_nonzero(flags)) for name, flags in counts.items()}


_masks = losses.once(_measured_masks)
LOSSES = (
    losses.IMAGE_IDS, losses.IMAGE_MEMBERS, losses.ANNOTATION_IDS, losses.ORDER, losses.UNPLACED, losses.SCORES,
    losses.CAPTIONS, losses.TOP, losses.CATEGORY_IDS, losses.SUPERCATEGORIES, losses.CATEGORY_MEMBERS, TWINS,
    losses.KEYPOINTS, members_lost(*MEMBERS, keeps=_fits),
    Loss("ignore", "an ignore that is 0 is left out", _unsaid_ignores),
    Loss("instances without box", "annotations without a box or category are left out", _left_out),
    Loss("finer coordinates", "widths and heights are rounded to a millionth of a pixel", _finer),
)  # fmt: skip

MASK_LOSSES = (
    Loss("areas", "areas are the pixels of the masks, or those of the boxes", _masks("areas")),
    Loss("polygons", "polygons and lists of counts become pixels, written as compressed RLE", _masks("outlines")),
    Loss("hidden pixels", "where masks overlap, the later one is on top", _masks("hidden")),
)

FORMATS = (
    Format("voc", "PASCAL VOC XML", (*LOSSES, losses.AREAS, losses.SEGMENTATIONS), recognises, read, write),
    Format("voc-masks", "PASCAL VOC XML with masks as PNG", (*LOSSES, *MASK_LOSSES), lambda path: False, read,
           functools.partial(write, masks=True)),
)  # fmt: skip

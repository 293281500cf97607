"""CVAT for images 1.1: one XML file, or a folder with ``annotations.xml``.

Shapes of one label and one ``group_id`` are one instance: polygons its rings, a skeleton its keypoints. A mask is kept
pixel for pixel; a box that is turned and an ellipse become polygons. Lines, cuboids, tags and tracks of videos are left
out, counted. The attribute ``is_crowd``, which other tools write too, is COCO's ``iscrowd``; the others are the
annotation's member ``attributes``.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from ..columns import Field
from ..dataset import Dataset
from ..errors import DataError
from ..places import counted
from . import by_image as order
from . import losses, measuring
from .base import Format, Loss, Progress, Read, Written, head, inside
from .building import Builder
from .cvat_shapes import add_instance
from .cvat_tracks import Tracks
from .cvat_writing import holds, keeps_attribute, left_out, write_file
from .extras import members_lost
from .xml_parts import attribute, file_in, number_of, parts_of

_FILE = "annotations.xml"
_LOST = ("polyline", "cuboid", "tag")
_SHAPES = ("box", "polygon", "points", "mask", "ellipse", "skeleton")
_ROOT = re.compile(rb"<annotations\b")


def recognises(path: str) -> bool:
    """XML whose root is <annotations>, or a folder with such an annotations.xml."""
    return bool(_ROOT.search(head(file_in(path, _FILE))))


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a file. Raises DataError."""
    file = file_in(path, _FILE)
    made, lost, ids = Builder(), Counter[str](), list[int]()
    tracks = Tracks(file)
    for part in parts_of(file, "annotations"):
        if part.tag == "meta":
            _read_labels(part, made)
            tracks.read_tasks(part)
        elif part.tag == "image":
            ids.append(_read_image(part, file, made, lost))
            if progress is not None:
                progress(len(ids), len(ids))
        elif part.tag == "track":
            tracks.add(part)
        elif part.tag in _LOST:
            lost[part.tag] += 1
    if not made.images and not made.categories and not tracks.shapes:
        raise DataError(file, "", "has neither images nor labels", "give an export of the kind CVAT for images 1.1")
    beside = os.path.join(os.path.dirname(file), "images")
    folder = images or (beside if os.path.isdir(beside) else None)
    notes = _number_images(made, ids)
    _read_frames(tracks, folder, file, made, lost)
    return Read(made.dataset(file), tuple(notes), folder, _told(lost, tracks.gaps))


def _told(lost: Counter[str], gaps: int) -> tuple[str, ...]:
    said = [f"{counted(lost[kind], kind)} left out: no area" for kind in sorted(lost) if kind in _LOST]
    said += [f"{counted(lost['ellipse'], 'ellipse')} became polygons"] if lost["ellipse"] else []
    said += [f"{counted(gaps, 'frame')} between two shapes of a track left empty: they are not said"] if gaps else []
    return tuple(said)


def _read_frames(tracks: Tracks, folder: str | None, file: str, made: Builder, lost: Counter[str]) -> None:
    """Frames of a video, numbered behind the images if there are any."""
    last = max((image["id"] for image in made.images), default=0)
    for key, (name, width, height, shapes) in enumerate(tracks.images(folder), start=last + 1):
        name = inside(name, file, "track")
        made.image(name, width, height, key)
        _add_shapes(shapes, file, f"image {name}", made, lost)


def _read_labels(meta: Element, made: Builder) -> None:
    """Categories in the order of the labels; points of a skeleton are labels with a parent."""
    points: dict[str, list[str]] = {}
    labels = [label for block in meta.iter("labels") for label in block.iter("label")]
    for label in labels:
        name, parent = label.findtext("name") or "", label.findtext("parent")
        if parent:
            points.setdefault(parent, []).append(name)
        else:
            made.category(name)
    for name, found in points.items():
        made.category(name)
        made.categories[name]["keypoints"] = found


def _read_image(part: Element, file: str, made: Builder, lost: Counter[str]) -> int:
    name = inside(attribute(part, "name", file, "image"), file, "image")
    where = f"image {name}"
    size = [int(number_of(part.get(side) or "0", file, where, side)) for side in ("width", "height")]
    if min(size) < 0:
        raise DataError(file, where, f"is {size[0]} x {size[1]} px", "sizes are not negative")
    made.image(name, *size)
    _add_shapes(list(part), file, where, made, lost)
    text = part.get("id") or ""
    return int(text) if re.fullmatch(r"\d{1,18}", text) else -1


def _add_shapes(shapes: list[Element], file: str, where: str, made: Builder, lost: Counter[str]) -> None:
    """Add the instances that the shapes of an image are."""
    groups: dict[Any, list[Element]] = {}
    for place, shape in enumerate(shapes):
        if shape.tag in _LOST:
            lost[shape.tag] += 1
        elif shape.tag in _SHAPES:
            group = shape.get("group_id") or "0"
            groups.setdefault(place if group == "0" else (shape.get("label"), group), []).append(shape)
            lost["ellipse"] += shape.tag == "ellipse"
    for group_ in groups.values():
        add_instance(group_, file, where, made)


def _number_images(made: Builder, ids: list[int]) -> list[str]:
    """CVAT's numbers are the ids, if every image has one of its own."""
    if -1 in ids or len(set(ids)) < len(ids):
        return ["images are numbered from 1: their ids are missing or not all different"]
    for row in made.annotations:
        row["image_id"] = ids[row["image_id"] - 1]
    for image, known in zip(made.images, ids, strict=True):
        image["id"] = known
    return []


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a file; photos stay where they are. Raises DataError."""
    write_file(dataset, out, progress)
    return Written(1)


def _image_ids(dataset: Dataset) -> int:
    """All ids, if one is negative or there twice."""
    ids = dataset.images.id
    bad = len(ids) and (int(ids.min()) < 0 or len(np.unique(ids)) < len(ids) or int(ids.max()) >= 10**18)
    return len(ids) if bad else 0


def _members(dataset: Dataset) -> int:
    return sum(any(not holds(k, v) for k, v in row.other.items()) for row in dataset.categories)


def _flags(dataset: Dataset) -> int:
    """Instances whose keypoints read differently: unnamed ones are all visible, their number is counted."""
    a = dataset.annotations
    named = {row.id: len(row.other["keypoints"]) for row in dataset.categories if row.other.get("keypoints")}
    bad = 0
    for row in np.flatnonzero(a.has(Field.KEYPOINTS) & ~left_out(dataset)).tolist():
        one = dataset.annotation(row)
        flags = (one.keypoints or ())[2::3]
        whole = 3 * named.get(one.category_id or 0, -1) == len(one.keypoints or ())
        known = all(flag in (0, 1, 2) for flag in flags) if whole else all(flag == 2 for flag in flags)
        bad += not known or one.num_keypoints != sum(flag > 0 for flag in flags)
    return bad + int(np.count_nonzero(a.has(Field.NUM_KEYPOINTS) & ~a.has(Field.KEYPOINTS)))


LOSSES: tuple[Loss, ...] = (
    losses.TOP,
    Loss("image ids", "ids that are negative or not all different are numbered from 1", _image_ids),
    order.FILE_NAMES,
    losses.IMAGE_MEMBERS,
    losses.CATEGORY_IDS,
    losses.SUPERCATEGORIES,
    Loss("category members", "what a category has besides names of keypoints is left out", _members),
    order.TWINS,
    order.NAMELESS,
    order.annotation_ids_lost(left_out=left_out),
    order.places_lost(left_out=left_out),
    losses.UNPLACED,
    Loss("annotations without place", "annotations with no outline, box or keypoints are left out",
         lambda dataset: int(np.count_nonzero(left_out(dataset) & ~losses.unplaced(dataset)))),
    measuring.UNSAID,
    measuring.AREAS,
    measuring.BOXES,
    measuring.SPANS,
    measuring.RLE_TEXTS,
    losses.IGNORES,
    losses.SCORES,
    Loss("keypoint flags", "keypoints that their category does not name are all visible; they are counted anew",
         _flags),
    losses.CAPTIONS,
    members_lost("attributes", keeps=keeps_attribute),
)  # fmt: skip
FORMATS = (Format("cvat", "CVAT for images 1.1", LOSSES, recognises, read, write, folder=False),)

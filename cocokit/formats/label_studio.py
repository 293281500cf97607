"""Label Studio: the JSON export, and beside it the labelling configuration (``config.xml``), which names the labels.

Rectangles, polygons, ellipses and brush strokes are read; what is turned, or an ellipse, becomes a polygon. Of several
annotations of a task the one marked as ground truth counts, otherwise the first that was not cancelled; the others, and
predictions, are left out, counted. Coordinates are percent of the image and are read to nine decimals of a pixel.
``category`` of a label in the configuration is COCO's category id. What a region cannot say is said as Label Studio
lets people say it: ``parentID`` joins the parts of an instance, and gives points to it; the note ``iscrowd`` in
``meta`` marks a crowd.
"""

from __future__ import annotations

import json
import os
import re
import urllib.parse
from collections import Counter
from typing import Any

import numpy as np

from ..atomic import write_text
from ..columns import Field
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..json_files import parse_json
from ..json_values import integer
from ..places import counted, described
from . import by_image as order
from . import losses, measuring
from .base import Format, Loss, Progress, Read, Written, head, inside, new_folder
from .building import Builder
from .extras import members_lost
from .label_studio_points import Points, names_in
from .label_studio_regions import digits, region_size, regions_of, take_regions
from .xml_parts import file_in, parts_of, text_of

_FILE, _CONFIG = "tasks.json", "config.xml"
_MARKS = re.compile(rb'"(annotations|completions|predictions|data)"\s*:')


def recognises(path: str) -> bool:
    """A JSON list of tasks, or a folder with such a tasks.json."""
    start = head(file_in(path, _FILE)).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"[") and b'"data"' in start and len(set(_MARKS.findall(start))) > 1


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read an export. Raises DataError."""
    file = file_in(path, _FILE)
    tasks = parse_json(file)
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise DataError(file, "", f"is {described(tasks)} where a list of tasks was expected", "export it as JSON")
    made, lost, ids, keys = Builder(), Counter[str](), list[Any](), list[Any]()
    points = Points(_read_config(os.path.join(os.path.dirname(file), _CONFIG), made))
    for place, task in enumerate(tasks):
        where = f"[{place}]"
        regions = _regions(task, file, where, lost)
        size = _size(task, regions, file, where)
        made.image(_name(task, file, where), *size)
        ids.append(task.get("id"))
        keys += take_regions(regions, made, points, file, f"{where}.annotations", lost)
        if progress is not None:
            progress(place + 1, len(tasks))
    points.finish(made)
    notes = _number(made, ids, keys)
    return Read(made.dataset(file), tuple(notes), images, _told(lost))


def _told(lost: Counter[str]) -> tuple[str, ...]:
    said = [f"{counted(lost[what], what)} left out" for what in sorted(lost) if what not in ("ellipse", "region")]
    said += [f"{counted(lost['region'], 'region')} left out: no area or no label"] if lost["region"] else []
    return (*said, *([f"{counted(lost['ellipse'], 'ellipse')} became polygons"] if lost["ellipse"] else []))


def _read_config(path: str, made: Builder) -> list[str]:
    """Categories in the order of the labels, with their ids if all say one; the names of points in their order."""
    if not os.path.isfile(path):
        return []
    found, points, shapes = dict[str, str](), list[tuple[int, str]](), set[str]()
    for part in parts_of(path, "View"):
        points += names_in(part)
        found |= {label.get("value") or "": label.get("category") or "" for label in part.iter("Label")}
        inner = {label for tag in part.iter("KeyPointLabels") for label in tag.iter("Label")}
        shapes |= {label.get("value") or "" for label in part.iter("Label") if label not in inner}
    names = [name for _, name in sorted(points, key=lambda point: point[0])]
    found = {name: text for name, text in found.items() if name in shapes or not shapes}
    ids = [int(text) for text in found.values() if re.fullmatch(r"-?\d{1,18}", text)]
    kept = len(set(ids)) == len(found)
    for place, name in enumerate(found):
        made.category(name, ids[place] if kept else None)
    return [*dict.fromkeys(names)]


def _regions(task: dict[str, Any], file: str, where: str, lost: Counter[str]) -> list[dict[str, Any]]:
    """The results of the annotation that counts."""
    each = [a for a in task.get("annotations") or task.get("completions") or [] if isinstance(a, dict)]
    good = [a for a in each if not a.get("was_cancelled")]
    lost["cancelled annotation"] += len(each) - len(good)
    good.sort(key=lambda a: not a.get("ground_truth"))
    lost["further annotation"] += max(0, len(good) - 1)
    lost["prediction"] += len(task.get("predictions") or [])
    found = good[0].get("result") or [] if good else []
    if not isinstance(found, list) or not all(isinstance(region, dict) for region in found):
        raise DataError(file, f"{where}.annotations", "has a result that is no list of objects", "export it again")
    lost += Counter()  # forget what is zero
    return found


def _size(task: dict[str, Any], regions: list[dict[str, Any]], file: str, where: str) -> tuple[int, int]:
    """(width, height) px as a region says it, or the task's data, or 0."""
    for region in regions:
        if "original_width" in region:
            return region_size(region, file, where)
    data = task.get("data") if isinstance(task.get("data"), dict) else {}
    found = [integer((data or {}).get(side)) or 0 for side in ("width", "height")]
    return found[0], found[1]


def _name(task: dict[str, Any], file: str, where: str) -> str:
    """The photo's name: the last part of an upload, the path of local storage, the path of an address."""
    data = task.get("data")
    texts = [data.get("image"), *data.values()] if isinstance(data, dict) else []
    text = next((text for text in texts if isinstance(text, str) and text), None)
    if text is None:
        raise DataError(file, f"{where}.data", f"is {described(data)}", "it has the photo's address: image")
    parts = urllib.parse.urlsplit(text)
    local = urllib.parse.parse_qs(parts.query).get("d")
    if local:
        return inside(local[0].lstrip("/"), file, where)
    plain = urllib.parse.unquote(parts.path)
    if plain.startswith("/data/upload/"):
        return inside(plain.rsplit("/", 1)[1], file, where)
    return inside(plain.lstrip("/") if parts.scheme or parts.netloc else text.lstrip("/"), file, where)


def _number(made: Builder, ids: list[Any], keys: list[Any]) -> list[str]:
    """Ids of tasks and regions are the dataset's, if they are all different whole numbers."""
    said = []
    if all(isinstance(key, int) and not isinstance(key, bool) for key in ids) and len(set(ids)) == len(ids):
        for row in made.annotations:
            row["image_id"] = ids[row["image_id"] - 1]
        for image, key in zip(made.images, ids, strict=True):
            image["id"] = key
    else:
        said.append("images are numbered from 1: ids of tasks are missing or not all different")
    whole = [int(key) for key in keys if isinstance(key, str) and re.fullmatch(r"-?\d{1,18}", key)]
    if len(set(whole)) == len(keys):
        for row, key in zip(made.annotations, whole, strict=True):
            row["id"] = key
    return said


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write tasks.json for an import with local storage, and config.xml; photos stay where they are."""
    new_folder(out)
    order.file_names(dataset)
    names = order.names_of(dataset)
    config, keep_ids = _config(dataset), _annotation_ids(dataset) == 0
    with atomic_folder(out, _FILE) as folder:
        with open(os.path.join(folder, _FILE), "x", encoding="utf-8") as file:
            lead = "[\n"
            for done, (image, rows) in enumerate(order.by_image(dataset), start=1):
                file.write(lead + json.dumps(_task(image, regions_of(rows, image, names, keep_ids))))
                lead = ",\n"
                if progress is not None:
                    progress(done, len(dataset.images))
            file.write("\n]\n" if lead != "[\n" else "[]\n")
        write_text(os.path.join(folder, _CONFIG), config)
    return Written(2, ("photos are looked for in Label Studio's local storage, under their file names",))


def _task(image: Any, regions: list[dict[str, Any]]) -> dict[str, Any]:
    address = "/data/local-files/?d=" + urllib.parse.quote(order.file_name_of(image))
    size = {"width": image.width, "height": image.height}
    made = {"result": regions, "was_cancelled": False, "ground_truth": False}
    return {"id": image.id, "data": {"image": address, **size}, "annotations": [made], "predictions": []}


def _config(dataset: Dataset) -> str:
    from xml.sax.saxutils import quoteattr

    rows = {row.name: row.id for row in reversed(dataset.categories)}
    first = dict.fromkeys(row.name for row in dataset.categories)
    labels = [f'    <Label value={quoteattr(text_of(n, "categories"))} category="{rows[n]}"/>' for n in first]
    lines = ["<View>", '  <Image name="image" value="$image"/>']
    for tag in ("RectangleLabels", "PolygonLabels", "BrushLabels"):
        lines += [f'  <{tag} name="{tag.lower()}" toName="image">', *labels, f"  </{tag}>"]
    return "\n".join([*lines, "</View>", ""])


def _annotation_ids(dataset: Dataset) -> int:
    """All ids, if two are the same or one is missing."""
    rows, a = order.written_rows(dataset), dataset.annotations
    if a.id is None:
        return 0
    known = a.has(Field.ID)[rows].all() and len(np.unique(a.id[rows])) == len(rows)
    near = bool(known) and (not len(rows) or int(np.abs(a.id[rows]).max()) < 10**18)
    return 0 if near else len(rows)


def _image_ids(dataset: Dataset) -> int:
    return 0 if len(np.unique(dataset.images.id)) == len(dataset.images) else len(dataset.images)


LOSSES: tuple[Loss, ...] = (
    losses.TOP,
    Loss("image ids", "ids that are not all different are numbered from 1", _image_ids),
    order.FILE_NAMES,
    losses.IMAGE_MEMBERS,
    losses.SUPERCATEGORIES,
    losses.CATEGORY_MEMBERS,
    order.TWINS,
    order.NAMELESS,
    Loss("annotation ids", "ids that are missing or not all different are numbered from 1", _annotation_ids),
    order.places_lost(),
    losses.UNPLACED,
    measuring.PLACELESS,
    measuring.UNSAID,
    measuring.AREAS,
    measuring.BOXES,
    Loss("digits", "coordinates are rounded to nine decimals of a pixel", digits),
    measuring.RLE_TEXTS,
    losses.IGNORES,
    losses.SCORES,
    losses.KEYPOINTS,
    losses.CAPTIONS,
    members_lost(),
)
FORMATS = (Format("label-studio", "Label Studio JSON", LOSSES, recognises, read, write),)

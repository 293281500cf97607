"""PASCAL VOC read: an XML file for each image, the order of images and categories where a list says it."""

from __future__ import annotations

import os
from typing import Any
from xml.etree.ElementTree import Element

from ..errors import DataError
from ..places import counted, shown
from .base import Progress, Read, files_of
from .building import Builder
from .photo_files import PhotoFiles
from .texts import read_lines
from .voc_masks import mask_path, read_masks
from .xml_parts import number_of, parts_of
from .yolo_rows import DECIMALS

#: What VOC says of an instance and COCO does not; kept as members of the annotation.
MEMBERS = ("pose", "truncated", "occluded")


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a folder of XML files, or one file. Raises DataError."""
    folder, names, root = _files(path)
    made, photos = Builder(), _photos(root, images)
    listed = _categories(root)
    for name in listed:
        made.category(name)
    records = []
    for done, name in enumerate(names, 1):
        stem = os.path.splitext(name)[0]
        records.append(_record(os.path.join(folder, name), f"{stem}.jpg", photos))
        _add_masks(records[-1], mask_path(root, stem))
        if progress is not None:
            progress(done, len(names))
    for name in sorted({box["name"] for record in records for box in record["boxes"]}):
        made.category(name)
    for record in records:
        key = made.image(record["file_name"], *record["size"])
        for box in record["boxes"]:
            made.annotation(key, made.category(box["name"]), **box["members"])
    missing = 0 if photos is None else sum(photos.find(record["file_name"]) is None for record in records)
    notes = (f"{counted(missing, 'image')} not found in {photos.folder}",) if photos is not None and missing else ()
    return Read(made.dataset(path), notes, None if photos is None else photos.folder)


def _files(path: str) -> tuple[str, list[str], str]:
    """The folder of the XML files, their names in order, and the root of the dataset."""
    if not os.path.isdir(path):
        return os.path.dirname(path), [os.path.basename(path)], os.path.dirname(path) or "."
    inner = os.path.join(path, "Annotations")
    folder = inner if os.path.isdir(inner) else path
    names = [name.replace(os.sep, "/") for name in files_of(folder, (".xml",))]
    if not names:
        raise DataError(path, "", "has no XML file", "give the folder that has Annotations, or the XML files")
    lists = os.path.join(path, "ImageSets", "Main")
    for listed in files_of(lists, (".txt",)) if os.path.isdir(lists) else []:
        stems = [f"{line.split()[0] if line.endswith((' 1', ' -1', ' 0')) else line}.xml"
                 for line in read_lines(os.path.join(lists, listed))]  # fmt: skip
        if sorted(stems) == sorted(names):
            return folder, stems, path
    return folder, names, path


def _photos(root: str, images: str | None) -> PhotoFiles | None:
    own = os.path.join(root, "JPEGImages")
    if images is None and not os.path.isdir(own):
        return None
    return PhotoFiles(images or own)


def _categories(root: str) -> list[str]:
    """The categories of labelmap.txt, without the background that stands first."""
    path = os.path.join(root, "labelmap.txt")
    if not os.path.isfile(path):
        return []
    names = [line.rsplit(":", 3)[0] for line in read_lines(path) if not line.startswith("# label:")]
    return names[1:] if names[:1] == ["background"] else names


def _record(path: str, default: str, photos: PhotoFiles | None) -> dict[str, Any]:
    """One file: the image's name, size and boxes."""
    found: dict[str, Any] = {"boxes": [], "file_name": default, "size": None}
    for part in parts_of(path, "annotation"):
        if part.tag == "filename" and (part.text or "").strip():
            found["file_name"] = (part.text or "").strip()
        elif part.tag == "size":
            found["size"] = tuple(int(_number(part, tag, path, "size")) for tag in ("width", "height"))
        elif part.tag == "object":
            found["boxes"].append(_box(part, path, f"object {len(found['boxes']) + 1}"))
    photo = None if photos is None else photos.find(found["file_name"])
    if found["size"] is None or min(found["size"]) <= 0:
        if photos is None or photo is None:
            raise DataError(path, "size", "does not say how large the image is, and there is no photo",
                            "give the folder with the photos: --images DIR")  # fmt: skip
        found["size"] = photos.size(photo)
    if photo is not None:
        found["file_name"] = photo
    return found


def _box(part: Element, path: str, where: str) -> dict[str, Any]:
    name, box = (part.findtext("name") or "").strip(), part.find("bndbox")
    if not name or box is None:
        raise DataError(path, where, f"has no {'bndbox' if name else 'name'}", "each object has a name and a bndbox")
    x0, y0, x1, y1 = (_number(box, tag, path, where) for tag in ("xmin", "ymin", "xmax", "ymax"))
    if x1 < x0 or y1 < y0:
        raise DataError(path, where, f"has the corners {shown([x0, y0, x1, y1])}", "xmin and ymin come first")
    members: dict[str, Any] = {"bbox": [x0, y0, round(x1 - x0, DECIMALS), round(y1 - y0, DECIMALS)]}
    crowd, hard = _flag(part, "iscrowd"), _flag(part, "difficult")
    if crowd:
        members["iscrowd"] = 1
    if (hard and not crowd) or _flag(part, "ignore"):
        members["ignore"] = 1
    members |= {tag: 1 for tag in ("truncated", "occluded") if _flag(part, tag)}
    pose = (part.findtext("pose") or "").strip()
    return {"name": name, "members": members | ({"pose": pose} if pose not in ("", "Unspecified") else {})}


def _add_masks(record: dict[str, Any], path: str) -> None:
    """The masks of the picture beside the XML file, if there is one."""
    if os.path.lexists(path):
        for number, mask in read_masks(path, record["size"], len(record["boxes"])).items():
            record["boxes"][number - 1]["members"]["segmentation"] = mask


def _number(part: Element, tag: str, path: str, where: str) -> float:
    return number_of(part.findtext(tag), path, where, tag)


def _flag(part: Element, tag: str) -> bool:
    return (part.findtext(tag) or "").strip() not in ("", "0")

"""Where the images and annotations of a split lie: a file, an export, a published folder, COCO's own, a workspace."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cocokit.config import NAME, find_settings_file, load_settings
from cocokit.errors import DataError, NotFoundError
from cocokit.folders import inside

_FILE = re.compile(r"(instances|person_keypoints|image_info)(?:_(.+?))?(?:20\d\d)?\.json")
#: The name of a split where there is but one file.
WHOLE = "all"


@dataclass(frozen=True)
class Source:
    """One split.

    Attributes:
        file: the COCO file.
        split: its name.
        explicit: the folder of the images, if somebody named it.
    """

    file: str
    split: str
    explicit: str = ""

    def image_folder(self, name: str, image_id: int) -> str:
        """The folder of the images: the first place where one of them is.

        Args:
            name: the file name of an image.
            image_id: its id.

        Raises:
            DataError: the image is in none of them, or its name leads out of them.
        """
        places = [self.explicit] if self.explicit else [*dict.fromkeys(self._places())]
        for place in places:
            if os.path.isfile(inside(place, name, image_id)):
                return place
        where = ", ".join(places)
        remedy = "name the folder of the photographs with --images"
        raise DataError(self.file, f"image {image_id}", f"its file {name!r} is in none of {where}", remedy)

    def _places(self) -> Iterator[str]:
        """Where images may lie, the likeliest first."""
        home = os.path.dirname(os.path.abspath(self.file))
        year = re.search(r"20\d\d\.json$", self.file)
        for above in (home, os.path.dirname(home)):
            if year:
                yield os.path.join(above, f"{self.split}{year[0][:4]}")
            yield from (os.path.join(above, name) for name in (self.split, "images", "photos"))
        settings = find_settings_file(home)
        if settings is not None:
            yield load_settings(start=home).images or os.path.join(os.path.dirname(settings), "images")
        yield home


def find_source(data: str, split: str = "", images: str = "", keypoints: bool = False) -> Source:
    """The file of a split, wherever people keep it.

    Args:
        data: a COCO file; a folder with ``instances_SPLIT.json`` in it or in ``annotations/``; a campaign's export; a
            workspace with one export.
        split: its name; "" for train, or the whole where nothing was divided.
        images: the folder of the images; "" to look for it.
        keypoints: whether a file of persons with keypoints is meant, where both lie there.

    Raises:
        NotFoundError: there is no such place, or no such split in it.
    """
    if os.path.isfile(data):
        found = _FILE.fullmatch(os.path.basename(data))
        return Source(data, split or (found and found[2]) or WHOLE, images)
    splits = splits_of(data, keypoints)
    name = split or next((name for name in ("train", "trainval", WHOLE) if name in splits), "")
    if name not in splits:
        asked = f"no split {name}" if name else "no split train"
        raise NotFoundError(f"{data}: there is {asked} in it, only {', '.join(splits)}; name one with --split")
    return Source(splits[name], name, images)


def splits_of(data: str, keypoints: bool = False) -> dict[str, str]:
    """The files of a folder's splits, by name.

    Raises:
        NotFoundError: there is no such folder, or none of them in it.
    """
    if not os.path.isdir(data):
        raise NotFoundError(f"{data}: there is no such file or folder; give --data a COCO file, an export or a folder")
    folder = _export(data) if os.path.isfile(os.path.join(data, NAME)) else data
    order = ["image_info", "person_keypoints", "instances"]
    order.sort(key=lambda kind: (kind == "person_keypoints") == keypoints and kind != "image_info")
    found: dict[str, tuple[int, str]] = {}
    for place in (folder, os.path.join(folder, "annotations")):
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            if match := _FILE.fullmatch(name):
                entry = order.index(match[1]), os.path.join(place, name)
                found[match[2] or WHOLE] = max(found.get(match[2] or WHOLE, entry), entry)
    if not found:
        remedy = "give --data a COCO file, or a folder with instances_train.json in it"
        raise NotFoundError(f"{folder}: there is no instances.json or instances_SPLIT.json in it; {remedy}")
    return {name: path for name, (_, path) in found.items()}


def _export(workspace: str) -> str:
    """The one export of a workspace. Raises NotFoundError."""
    place = os.path.join(workspace, "exports")
    names = sorted(os.listdir(place)) if os.path.isdir(place) else []
    folders = [os.path.join(place, name) for name in names if os.path.isdir(os.path.join(place, name))]
    if len(folders) != 1:
        what = "no export in this workspace; run cocokit export" if not folders else (
            f"several exports in this workspace: give --data one of {', '.join(folders)}")  # fmt: skip
        raise NotFoundError(f"{workspace}: there is {what}" if not folders else f"{workspace}: there are {what}")
    return folders[0]

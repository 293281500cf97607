"""A gallery written: a page, its list, small photos and what stands on them; the folder whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..marks import marks_of_image, room_for
from ..pages import document
from ..places import counted
from ..svg import words
from ..types import Image
from .listing import list_images
from .overlay import overlay
from .thumbs import find_inside, make_small, why

#: The file by which a folder is known as a gallery.
MARK = "gallery.js"
#: Larger images are a mistake in the file, px.
_LONGEST = 1 << 20


@dataclass(slots=True)
class Gallery:
    """What was written.

    Attributes:
        images: how many.
        missing: file names of photos that are not in the folder.
        odd: (file name or image, what is wrong) of photos and annotations that could not be shown as they are.
    """

    images: int = 0
    missing: list[str] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)


def write_gallery(
    dataset: Dataset,
    rows: Int64,
    out: str | os.PathLike[str],
    photos: str | None = None,
    name: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Gallery:
    """Write the folder ``out`` with an index.html that a browser opens without a server.

    Args:
        dataset: what to show.
        rows: (I,) int64 of the images to show, in this order.
        out: the folder; an earlier gallery there is replaced.
        photos: folder that the file names are relative to; None shows outlines alone.
        name: what the page calls the dataset.
        progress: told (done, in all) after each image.

    Raises:
        DataError: something else is in the way, the disk is full.
    """
    made, listed = Gallery(), list_images(dataset, rows)
    with atomic_folder(out, MARK) as folder:
        for part in ("photos", "masks"):
            os.mkdir(os.path.join(folder, part))
        images = []
        for place, row in enumerate(rows.tolist()):
            images.append([*_one(dataset, row, place, folder, photos, made), listed[place]])
            made.images += 1
            if progress is not None:
                progress(place + 1, len(rows))
        _text(folder, "index.html", _page(name, made))
        _text(folder, MARK, _list(dataset, images, photos))
    return made


def _one(dataset: Dataset, row: int, place: int, folder: str, photos: str | None, made: Gallery) -> list[Any]:
    """One image's files: [id, name, width, height, has a photo, has annotations drawn]."""
    image = dataset.image(row)
    name = image.file_name or f"image {image.id}"
    there = photos is not None and _photo(image, name, photos, os.path.join(folder, "photos", f"{place}.jpg"), made)
    try:
        marks = marks_of_image(dataset, image.id)
    except DataError as error:
        made.odd.append((name, f"{error.path}: {why(error)}"))
        marks = []
    size = (image.width, image.height)
    if not 0 < min(size) <= max(size) < _LONGEST:
        size = room_for(marks)
    if marks:
        _text(os.path.join(folder, "masks"), f"{place}.svg", overlay(size, marks))
    return [image.id, name, *size, int(there), int(bool(marks))]


def _photo(image: Image, name: str, photos: str, out: str, made: Gallery) -> bool:
    path = find_inside(photos, image.file_name or "")
    if path is None:
        made.missing.append(name)
        return False
    try:
        odd = make_small(path, image, out)
    except DataError as error:
        made.odd.append((name, why(error)))
        return False
    if odd:
        made.odd.append((name, odd))
    return True


def _list(dataset: Dataset, images: list[list[Any]], photos: str | None) -> str:
    """The list as a script, since a page from a disk may read no other kind of file."""
    names = [[c.id, c.name or f"category {c.id}"] for c in dataset.categories]
    rows = ",\n".join(_json(row) for row in images)
    return f'const GALLERY={{"photos":{int(photos is not None)},"categories":{_json(names)},"images":[\n{rows}\n]}};\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _page(name: str, made: Gallery) -> str:
    here = resources.files(__package__)
    body = here.joinpath("gallery.html").read_text(encoding="utf-8")
    body = body.replace("{{name}}", words(name or "dataset")).replace("{{notes}}", _notes(made))
    script = here.joinpath("browse.js").read_text(encoding="utf-8")
    style = here.joinpath("gallery.css").read_text(encoding="utf-8")
    return document(
        f"{name or 'dataset'} – gallery", f'{body}<script src="{MARK}"></script>\n<script>\n{script}</script>', style
    )


def _notes(made: Gallery) -> str:
    rows = [f"{name}: no such photo" for name in made.missing] + [f"{name}: {reason}" for name, reason in made.odd]
    if not rows:
        return ""
    lines = "".join(f"<li>{words(row)}</li>" for row in rows[:500])
    more = f"<li>and {len(rows) - 500:,} more</li>" if len(rows) > 500 else ""
    head = counted(len(made.missing), "photo") + " missing" if made.missing else ""
    odd = f"{counted(len(made.odd), 'image')} not as the dataset says" if made.odd else ""
    title = ", ".join(part for part in (head, odd) if part)
    return f'<details class="notes"><summary>{title}</summary><ul>{lines}{more}</ul></details>'


def _text(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)

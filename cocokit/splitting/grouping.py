"""Which images must stay together: near duplicates, one photographer's photos of one day, what a file says."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError
from ..near.files import photos_of
from ..near.finding import Found, Progress, find_near
from ..near.grouping import groups

#: Members of an image that say who took it, the first one that is there counts; and the one that says when.
_PHOTOGRAPHER = ("photographer", "author", "creator", "owner", "owner_name")
_TAKEN = ("date_captured", "taken", "date_taken", "datetaken")


def near_groups(
    dataset: Dataset, images: str | os.PathLike[str], progress: Progress | None = None
) -> tuple[Int64, Found]:
    """Groups of near duplicates among a dataset's photos.

    Args:
        dataset: images with file names.
        images: the folder of their photos.
        progress: told how far it is.

    Returns:
        (I,) int64, the smallest row of each image's group; and what was found.

    Raises:
        DataError: no such folder, or an image without a name.
    """
    found = find_near(photos_of(dataset, images), progress=progress)
    return found.label, found


def photographer_groups(dataset: Dataset) -> Int64:
    """Images by one photographer of one day; photos whose day is not known are one day.

    Args:
        dataset: images with a member ``photographer``, or ``author`` and so on; without one, an image is by itself.

    Returns:
        (I,) int64, the smallest row of each image's group.

    Raises:
        DataError: no image has a photographer.
    """
    first, pairs = dict[tuple[str, str], int](), list[tuple[int, int]]()
    for row, members in enumerate(_members(dataset)):
        who = next((members[name] for name in _PHOTOGRAPHER if members.get(name)), None)
        if who is not None:
            day = next((str(members[name])[:10] for name in _TAKEN if members.get(name)), "")
            pairs.append((first.setdefault((str(who), day), row), row))
    if not pairs:
        remedy = "name them in a member photographer, or give groups in a file"
        raise DataError("dataset", "images", "have no photographer", remedy)
    return groups(len(dataset.images), np.array(pairs))


def read_groups(path: str | os.PathLike[str], dataset: Dataset) -> tuple[Int64, int]:
    """Groups as a file names them.

    A CSV file has a column ``group``, and ``image_id`` or ``file_name`` (what `cocokit dedup --csv` writes); a JSON
    file an object {"GROUP": [image id or file name, ...]} or a list of such lists. An image may be in
    several groups, which are then one.

    Args:
        path: .csv or .json.
        dataset: whose images they are.

    Returns:
        (I,) int64, the smallest row of each image's group; and how many entries name no image of this dataset.

    Raises:
        DataError: not such a file, or it names images and none of this dataset. A file without a group keeps nothing
            together: `cocokit dedup` may have found none.
    """
    name = os.fspath(path)
    by_id = {int(key): [row] for row, key in enumerate(dataset.images.id.tolist())}
    by_name: dict[str, list[int]] = {}
    for row, file_name in enumerate(dataset.images.file_name or []):
        by_name.setdefault(file_name or "", []).append(row)
    first, pairs, unknown = dict[str, int](), list[tuple[int, int]](), 0
    for group, image in _entries(name):
        rows = by_id.get(image, []) if isinstance(image, int) else by_name.get(image, [])
        unknown += not rows
        pairs += [(first.setdefault(group, rows[0]), row) for row in rows]
    if unknown and not pairs:
        raise DataError(name, "", f"names no image of this dataset ({unknown:,} others)", "is it about another one?")
    return groups(len(dataset.images), np.array(pairs, np.int64).reshape(-1, 2)), unknown


def _members(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """The members of each image that no column holds."""
    extras = dataset.images.extras
    for row in range(len(dataset.images)):
        text = extras[row].tobytes() if extras is not None else b""
        yield json.loads(b"{" + text + b"}")


def _entries(path: str) -> Iterator[tuple[str, int | str]]:
    """(group, image) of each entry of a file."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise DataError(path, "", reason or str(error), "give a .csv or .json file of groups") from error
    read: Callable[[str, str], Iterable[tuple[str, int | str]]]
    read = _json_entries if path.lower().endswith(".json") else _csv_entries
    return iter(read(path, text))


def _csv_entries(path: str, text: str) -> Iterator[tuple[str, int | str]]:
    rows = csv.DictReader(io.StringIO(text))
    names = rows.fieldnames or []
    column = next((name for name in ("image_id", "file_name") if name in names), None)
    if "group" not in names or column is None:
        reason = f"has the columns {', '.join(names) or 'of an empty file'}"
        raise DataError(path, "line 1", reason, "name them group, and image_id or file_name")
    for row in rows:
        group, image = row["group"], row[column]
        if not group or not image:
            raise DataError(path, f"line {rows.line_num}", "has no group or no image", "fill it, or leave the line out")
        if column == "file_name":
            yield group, image
        elif image.strip().lstrip("-").isdecimal():
            yield group, int(image)
        else:
            raise DataError(path, f"line {rows.line_num}", f"{image!r} is no image id", "use file_name for names")


def _json_entries(path: str, text: str) -> Iterator[tuple[str, int | str]]:
    wanted = 'give {"GROUP": [image id or file name, ...], ...}'
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(path, "", f"is not JSON: {error}", wanted) from error
    if isinstance(value, list):
        value = {str(number): rows for number, rows in enumerate(value)}
    if not isinstance(value, dict):
        raise DataError(path, "", "is no object of groups", wanted)
    for group, images in value.items():
        if not isinstance(images, list):
            raise DataError(path, f"[{group!r}]", "is no list", wanted)
        for image in images:
            if isinstance(image, bool) or not isinstance(image, int | str):
                raise DataError(path, f"[{group!r}]", f"{image!r} is no image id and no file name", wanted)
            yield group, image

"""Checks of the image files of datasets: are they there, are they what the dataset says, is one in two splits."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from .checks import placed
from .columns import Images
from .dataset import Dataset
from .errors import DataError
from .findings import Finding, Notebook
from .id_checks import leaves
from .imageio import opened, orientation_of
from .places import place, shown

#: Called with (files looked at, files in all).
Progress = Callable[[int, int], None]
_BLOCK = 1 << 20


@dataclass(slots=True)
class _Split:
    """One dataset file under check: what was found, by code and row."""

    name: str
    dataset: Dataset
    paths: dict[int, str] = field(default_factory=dict)
    found: dict[str, dict[int, str]] = field(default_factory=dict)

    def note(self, code: str, row: int, text: str) -> None:
        self.found.setdefault(code, {})[row] = text

    def findings(self) -> list[Finding]:
        notes, names = Notebook(), self.dataset.images.file_name or []

        for code, bad in self.found.items():
            texts = {row: f"{place('images', row)}: {shown(names[row])}{', ' if text else ''}{text}"
                     for row, text in bad.items()}  # fmt: skip
            notes.add(code, np.array(sorted(bad), np.int64), "image", texts.__getitem__, "file_name")
        return placed(notes.findings, self.dataset)


def check_files(
    datasets: Mapping[str, Dataset], folder: str | os.PathLike[str] | None, progress: Progress | None = None
) -> dict[str, list[Finding]]:
    """What is wrong with the files of some datasets, the splits of one.

    A file that is the same, byte for byte, as another is found by its content, whatever it is called. Without a folder
    only names are compared.

    Args:
        datasets: by the names by which messages call them.
        folder: where the images lie; their names are paths in it.
        progress: called with (files looked at, files in all).

    Returns:
        Findings for each of the datasets.

    Raises:
        DataError: there is no such folder.
    """
    splits = [_Split(name, dataset) for name, dataset in datasets.items()]
    if folder is None:
        _compare_names(splits)
    else:
        root = os.fspath(folder)
        if not os.path.isdir(root):
            raise DataError(root, "", "is no folder", "give the one in which the images lie")
        total, done = sum(len(split.dataset.images) for split in splits), 0
        there = _Folders()
        for split in splits:
            for row in range(len(split.dataset.images)):
                _look(split, row, root, there)
                done += 1
                if progress is not None:
                    progress(done, total)
        _compare_contents(splits)
    return {split.name: split.findings() for split in splits}


class _Folders:
    """The names in each folder, listed once: whole datasets may have lost their files."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def alike(self, path: str) -> str:
        """A file of the same name but for its letters' case, or its ending: what moving between systems does."""
        folder, name = os.path.split(path)
        if folder not in self.known:
            names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
            by_case = {other.lower(): other for other in names}
            self.known[folder] = by_case, {os.path.splitext(other)[0]: other for other in names}
        by_case, by_stem = self.known[folder]
        found = by_case.get(name.lower()) or by_stem.get(os.path.splitext(name)[0], "")
        return found if found != name else ""  # a link that leads nowhere


def _look(split: _Split, row: int, root: str, there: _Folders) -> None:
    """One image's file: there, an image, of the size that the dataset says."""
    images = split.dataset.images
    name = images.file_name[row] if images.file_name is not None else None
    if not name or leaves(name):
        return  # said already
    path = os.path.join(root, name)
    if not os.path.exists(path):
        other = there.alike(path)
        split.note("file-missing", row, f"but {shown(other)} is there" if other else "")
        return
    try:
        if os.path.isfile(path):
            split.paths[row] = path
        photo = opened(path)
        with photo as image:
            photo.require_end()
            size, turned = image.size, orientation_of(image) >= 5
    except DataError as error:
        split.note("file-unreadable", row, error.reason)
        return
    _compare_size(split, images, row, size, turned)


def _compare_size(split: _Split, images: Images, row: int, size: tuple[int, int], turned: bool) -> None:
    """COCO's sizes are those of the pixels as they are stored; those of an upright photo are taken as well."""
    stated = int(images.width[row]), int(images.height[row])
    if min(stated) <= 0 or stated == size or (turned and stated == size[::-1]):
        return
    hint = ", the other way round" if stated == size[::-1] else ""
    split.note("file-size", row, f"{stated[0]} x {stated[1]}, the file {size[0]} x {size[1]}{hint}")


def _compare_contents(splits: list[_Split]) -> None:
    """Files of equal size are read; names that one file has twice are spoken of elsewhere."""
    by_size: dict[int, list[tuple[int, int]]] = {}
    for i, split in enumerate(splits):
        for row, path in split.paths.items():
            by_size.setdefault(os.path.getsize(path), []).append((i, row))
    for places in by_size.values():
        if len(places) > 1:
            _compare_equal(splits, places)


def _compare_equal(splits: list[_Split], places: list[tuple[int, int]]) -> None:
    first: dict[bytes, tuple[int, int]] = {}
    sums: dict[str, bytes] = {}
    for i, row in places:
        path = splits[i].paths[row]
        if path not in sums:
            sums[path] = _digest(path)
        j, earlier = first.setdefault(sums[path], (i, row))
        if (j, earlier) == (i, row):
            continue
        other = f"{place('images', earlier)} {shown(os.path.basename(splits[j].paths[earlier]))}"
        if j != i:
            splits[i].note("image-in-two-splits", row, f"also {other} of {splits[j].name}")
        elif splits[j].paths[earlier] != path:
            splits[i].note("same-image", row, f"the same as {other}")


def _digest(path: str) -> bytes:
    made = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            made.update(block)
    return made.digest()


def _compare_names(splits: list[_Split]) -> None:
    first: dict[str, tuple[int, int]] = {}
    for i, split in enumerate(splits):
        for row, name in enumerate(split.dataset.images.file_name or []):
            if name:
                j, earlier = first.setdefault(name, (i, row))
                if j != i:
                    text = f"also {place('images', earlier)} of {splits[j].name}"
                    split.note("file-name-in-two-splits", row, text)

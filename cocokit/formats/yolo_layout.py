"""Where the labels of a YOLO dataset lie: Ultralytics' data.yaml, Darknet's obj.data and obj.names, or classes.txt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from ..columns import CategoryRow
from ..errors import DataError
from ..places import counted, shown
from .base import files_of, inside
from .photo_files import ENDINGS, PhotoFiles
from .texts import read_lines
from .yaml_text import read_yaml

#: Files in a folder of labels that are none.
_NO_LABELS = {"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt", "README.txt", "obj.names"}
#: A folder that every image lies in is no part of its name.
_PREFIXES = ("images/", "obj_train_data/", "data/obj_train_data/", "JPEGImages/")
_SPLITS = ("train", "val", "valid", "test")


@dataclass(slots=True)
class Layout:
    """A dataset's categories, and the label file of each image.

    Attributes:
        root: the folder.
        names: the categories in the order of their places, from 0.
        images: path of each image below the root, as the files name it; its label file lies by rule (:func:`label_of`).
        points: how many keypoints, and 2 or 3 numbers for each; None without.
        notes: what a person should know.
    """

    root: str
    names: list[CategoryRow]
    images: list[str] = field(default_factory=list)
    points: tuple[int, int] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """The start of every image's path that is no part of its file name."""
        shared = (each for each in _PREFIXES if all(name.startswith(each) for name in self.images))
        return next(shared, "") if self.images else ""


def label_of(image: str) -> str:
    """Where the labels of an image lie: ``images`` becomes ``labels``, the last time that a folder is called so.

    >>> label_of("images/train/7.jpg"), label_of("obj_train_data/7.jpg")
    ('labels/train/7.txt', 'obj_train_data/7.txt')
    """
    stem = os.path.splitext(f"/{image}")[0]
    before, between, after = stem.rpartition("/images/")
    return f"{before}/labels/{after}.txt"[1:] if between else f"{stem}.txt"[1:]


def yaml_of(path: str) -> str | None:
    """The YAML file that describes a dataset: the file itself, or the one in the folder."""
    if not os.path.isdir(path):
        return path if path.lower().endswith((".yaml", ".yml")) else None
    found = [name for name in sorted(os.listdir(path)) if name.lower().endswith((".yaml", ".yml"))]
    usual = [name for name in found if os.path.splitext(name)[0] in ("data", "dataset")]
    return os.path.join(path, (usual or found)[0]) if usual or len(found) == 1 else None


def names_of(path: str) -> str | None:
    """Darknet's file of names in a folder: ``obj.names``, or the only one that ends so."""
    if not os.path.isdir(path):
        return None
    found = [name for name in sorted(os.listdir(path)) if name.endswith(".names")]
    usual = "obj.names" if "obj.names" in found else found[0] if len(found) == 1 else None
    return os.path.join(path, usual) if usual else None


def find_layout(path: str, images: str | None) -> Layout:
    """Where everything lies.

    Args:
        path: a folder, or its YAML file, which may say that the dataset lies elsewhere.
        images: a folder with the photos, if they lie elsewhere.

    Raises:
        DataError: none of the layouts, names that lead out of the folder, no photos.
    """
    described, named = yaml_of(path), names_of(path)
    if described is not None:
        return _ultralytics(path, described, images)
    if named is not None:
        return _darknet(path, named)
    classes = os.path.join(path, "classes.txt")
    if os.path.isfile(classes):
        return _classes(path, classes, images)
    raise DataError(path, "", "has no data.yaml, obj.names or classes.txt", "one of them names the categories")


def _ultralytics(path: str, described: str, images: str | None) -> Layout:
    said = read_yaml(described)
    root = os.path.dirname(described) or "."
    elsewhere = os.path.join(root, said["path"]) if isinstance(said.get("path"), str) else root
    if not os.path.isdir(path) and os.path.isdir(elsewhere):
        root = elsewhere
    layout = Layout(root, _categories(said, described), points=_points(said, described))
    splits = {key: said[key] for key in _SPLITS if said.get(key)}
    if not splits:
        raise DataError(described, "", "names no train, val or test", "write train: images")
    seen: dict[str, str] = {}
    for key, value in splits.items():
        for one in value if isinstance(value, list) else [value]:
            for name in _listed(layout, str(one), described, key, images):
                seen.setdefault(name, key)
    layout.images = list(seen)
    if len(set(seen.values())) > 1:
        each = (f"{key}: {counted(list(seen.values()).count(key), 'image')}" for key in splits)
        layout.notes.append(f"the splits are one dataset now ({', '.join(each)})")
    return layout


def _darknet(path: str, named: str) -> Layout:
    layout = Layout(path, [CategoryRow(i, name) for i, name in enumerate(read_lines(named), 1)])
    described = os.path.splitext(named)[0] + ".data"
    said = dict(_pairs(described)) if os.path.isfile(described) else {"train": "train.txt"}
    for key in ("train", "valid", "test"):
        if key in said:
            layout.images += _listed(layout, said[key], described, key, None)
    return layout


def _classes(path: str, classes: str, images: str | None) -> Layout:
    layout = Layout(path, [CategoryRow(i, name) for i, name in enumerate(read_lines(classes), 1)])
    folder = "labels" if os.path.isdir(os.path.join(path, "labels")) else "."
    layout.images = _by_labels(layout, folder, images)
    return layout


def _pairs(path: str) -> Iterator[tuple[str, str]]:
    for line in read_lines(path):
        key, _, value = line.partition("=")
        yield key.strip(), value.strip()


def _listed(layout: Layout, value: str, of: str, key: str, images: str | None) -> list[str]:
    """The images of a split: lines of a text file, or what lies in a folder."""
    place = _below(layout.root, value, of, key)
    full = os.path.join(layout.root, place)
    if os.path.isfile(full):
        return [_below(layout.root, line, full, f"line {i}", False) for i, line in enumerate(read_lines(full), 1)]
    found = files_of(full, ENDINGS) if os.path.isdir(full) else []
    if found:
        return [os.path.normpath(os.path.join(place, name)).replace(os.sep, "/") for name in found]
    return _by_labels(layout, os.path.dirname(label_of(f"{place}/x.jpg")), images)


def _below(root: str, value: str, of: str, where: str, must: bool = True) -> str:
    """A path below the root, as written, without its leading ``../``, or without Darknet's ``data/``."""
    name = value.replace("\\", "/")
    if os.path.isabs(name) and os.path.abspath(name).startswith(os.path.abspath(root) + os.sep):
        name = os.path.relpath(name, root)
    tries = [name, name.removeprefix("../"), name.removeprefix("data/")]
    for each in tries:
        if ".." not in each.split("/") and os.path.lexists(os.path.join(root, each if must else label_of(each))):
            return inside(each, of, where) if each.strip("./") else "."
    return inside(tries[1], of, where)


def _by_labels(layout: Layout, folder: str, images: str | None) -> list[str]:
    """The images that the photos and the label files in a folder stand for."""
    labels = [name for name in files_of(os.path.join(layout.root, folder), (".txt",)) if name not in _NO_LABELS]
    beside = os.path.join(layout.root, "images") if folder == "labels" else os.path.join(layout.root, folder)
    photos = PhotoFiles(images or (beside if os.path.isdir(beside) else layout.root))
    found = {name: photos.find(name) for name in labels}
    missing = [name for name, photo in found.items() if photo is None]
    if missing:
        where = os.path.join(folder, missing[0])
        raise DataError(layout.root, where, "no image with this name", "give the folder with the photos: --images DIR",
                        len(missing))  # fmt: skip
    place = folder.replace("labels", "images", 1) if folder.startswith("labels") else folder
    with_labels = {os.path.splitext(name)[0] for name in labels}
    bare = [name for name in photos.names if os.path.splitext(os.path.basename(name))[0] not in
            {os.path.basename(stem) for stem in with_labels}] if images is None else []  # fmt: skip
    names = [os.path.splitext(label)[0] + os.path.splitext(photo or "")[1] for label, photo in found.items()]
    return [os.path.normpath(os.path.join(place, name)).replace(os.sep, "/") for name in sorted([*names, *bare])]


def _categories(said: dict[Any, Any], path: str) -> list[CategoryRow]:
    """Names in a list, or by place; with the ids and groups that we write, where they are there."""
    names = said.get("names")
    listed = dict(enumerate(names)) if isinstance(names, list) else names
    if not isinstance(listed, dict) or sorted(map(str, listed)) != sorted(map(str, range(len(listed)))):
        wanted = "write names: [cat, dog], or a line for each place from 0"
        raise DataError(path, "names", f"is {shown(names)}, not a name for each place", wanted)
    ids, groups = said.get("category_ids"), said.get("supercategories")
    ids = ids if _fits(ids, int, len(listed)) and len({*ids}) == len(ids) else list(range(1, len(listed) + 1))
    groups = groups if _fits(groups, str | None, len(listed)) else [None] * len(listed)
    points = said.get("kpt_names")
    other = {"keypoints": points} if _fits(points, str, len(points) if isinstance(points, list) else 0) else {}
    return [CategoryRow(ids[i], str(listed[i]), groups[i], dict(other)) for i in range(len(listed))]


def _fits(values: Any, kind: Any, count: int) -> TypeGuard[list[Any]]:
    return isinstance(values, list) and len(values) == count > 0 and all(isinstance(value, kind) for value in values)


def _points(said: dict[Any, Any], path: str) -> tuple[int, int] | None:
    shape = said.get("kpt_shape")
    if shape is None:
        return None
    if not (_fits(shape, int, 2) and 0 < shape[0] < 10_000 and shape[1] in (2, 3)):
        raise DataError(path, "kpt_shape", f"is {shown(shape)}", "write [number of keypoints, 2 or 3]")
    return shape[0], shape[1]

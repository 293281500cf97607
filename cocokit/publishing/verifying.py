"""A published folder read again, all of it: whatever is not as its manifest says is named."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..checks import check_dataset
from ..dataset import Dataset
from ..errors import DataError
from ..imageio import image_size
from ..json_files import parse_json
from ..places import counted
from .manifest import MANIFEST, digest, files_of, read_manifest

#: Called with (files read, files in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as it should be.

    Attributes:
        id: a word that stays the same from version to version, such as "file-changed".
        path: the file.
        message: a sentence.
    """

    id: str
    path: str
    message: str


def verify(
    folder: str | os.PathLike[str], manifest: str | None = None, progress: Progress | None = None
) -> list[Deviation]:
    """Read a published folder, or a campaign's export, and name each deviation; an empty list says that it is whole.

    Every file's sum is compared; datasets are read and checked, counted again, and no photograph may be in two splits,
    under whatever name; photographs have the size that their dataset says.

    Args:
        folder: what ``publish`` or ``export_campaign`` wrote.
        manifest: the sha256 that the manifest must have, if it is known from elsewhere.
        progress: called after each file.

    Raises:
        DataError: not a folder with a manifest that can be read.
    """
    root = os.fspath(folder)
    value = read_manifest(root)
    found: list[Deviation] = []
    if manifest is not None and digest(os.path.join(root, MANIFEST)) != manifest.lower():
        found.append(Deviation("manifest-changed", MANIFEST, "has another SHA-256 than it should have"))
    sums = _sums(root, value["files"], found, progress)
    datasets = _datasets(root, value, sums, found)
    found += _counts(value, datasets)
    found += _overlaps(value, datasets)
    if value.get("photos"):
        found += _photos(root, datasets, sums)
        found += _same_photos(value, datasets, sums)
    return found + list(_provenance(root, value, datasets, sums))


def _sums(root: str, wanted: Mapping[str, str], found: list[Deviation], progress: Progress | None) -> dict[str, str]:
    """The sums of the files that are there and ours to read."""
    sums, there = {}, set(files_of(root))
    for done, name in enumerate(sorted(wanted), start=1):
        path = os.path.join(root, name)
        if os.path.isabs(name) or ".." in name.split("/") or name != os.path.normpath(name).replace(os.sep, "/"):
            found.append(Deviation("path-outside", name, "leads out of the folder, and was not read"))
        elif name not in there:
            found.append(Deviation("file-missing", name, "is not there"))
        elif not _plain(root, name):
            found.append(Deviation("file-is-link", name, "is a link, or no plain file, and was not read"))
        else:
            sums[name] = digest(path)
            if sums[name] != wanted[name]:
                found.append(Deviation("file-changed", name, "is not the file that was published"))
        if progress is not None:
            progress(done, len(wanted))
    found += [Deviation("file-strange", name, "is not in the manifest") for name in sorted(there - wanted.keys())]
    return sums


def _plain(root: str, name: str) -> bool:
    """Whether a file, and no folder on the way to it, is a link."""
    parts = name.split("/")
    steps = [os.path.join(root, *parts[: i + 1]) for i in range(len(parts))]
    return not any(map(os.path.islink, steps)) and os.path.isfile(steps[-1])


def _datasets(
    root: str, value: Mapping[str, Any], sums: Mapping[str, str], found: list[Deviation]
) -> dict[str, Dataset]:
    """The datasets by their path, checked."""
    names = [name for name in sums if re.fullmatch(r"(annotations/[^/]+|instances|captions)\.json", name)]
    made = {}
    for name in names:
        try:
            made[name] = Dataset.read(os.path.join(root, name))
        except DataError as error:
            found.append(Deviation("dataset-unreadable", name, f"cannot be read: {error.reason}"))
            continue
        for finding in check_dataset(made[name]):
            if finding.severity == "error":
                found.append(Deviation(finding.id, name, f"{finding.message}: {finding.examples[0]}"))
    return made


def _splits(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """(split, counts, files) of a manifest; what has another form is passed over, as its sums speak for it."""
    splits = value.get("splits")
    for name, split in splits.items() if isinstance(splits, dict) else ():
        if isinstance(split, dict) and isinstance(split.get("files"), dict) and isinstance(split.get("counts"), dict):
            yield name, split["counts"], [str(path) for path in split["files"].values()]


def _counts(value: Mapping[str, Any], datasets: Mapping[str, Dataset]) -> Iterator[Deviation]:
    from .facts import gather
    from .parts import Part

    for name, wanted, files in _splits(value):
        parts = [Part(os.path.basename(path), name, datasets[path]) for path in files if path in datasets]
        if len(parts) < len(files):
            yield Deviation("split-incomplete", name, "lacks a file, so that its counts cannot be compared")
            continue
        for what, count in gather(parts).splits[name].counts().items() if parts else ():
            if wanted.get(what) != count:
                yield Deviation("count-differs", name, f"has {count:,} {what}, the manifest says {wanted.get(what)}")


def _overlaps(value: Mapping[str, Any], datasets: Mapping[str, Dataset]) -> Iterator[Deviation]:
    """Images in two splits, by id and by file name."""
    for what in ("id", "file name"):
        homes: defaultdict[Any, set[str]] = defaultdict(set)
        for name, _, files in _splits(value):
            for table in (datasets[path].images for path in files if path in datasets):
                keys: list[Any] = table.id.tolist() if what == "id" else list(table.file_name or [])
                for key in keys:
                    homes[key].add(name)
        twice = sorted(str(key) for key, splits in homes.items() if len(splits) > 1 and key is not None)
        if twice:
            message = f"{counted(len(twice), 'image')} in two splits by {what}, {twice[0]} among them"
            yield Deviation("split-overlap", MANIFEST, message)


def _photos(root: str, datasets: Mapping[str, Dataset], sums: Mapping[str, str]) -> Iterator[Deviation]:
    seen: set[str] = set()
    for path, dataset in datasets.items():
        table = dataset.images
        for key, name, h, w in zip(table.id.tolist(), table.file_name or [None] * len(table), table.height.tolist(),
                                   table.width.tolist(), strict=True):  # fmt: skip
            photo = f"images/{name}"
            if photo in seen:
                continue
            seen.add(photo)
            if photo not in sums:
                yield Deviation("photo-missing", path, f"image {key} has no photograph {photo}")
                continue
            try:
                size = image_size(os.path.join(root, photo))
            except DataError as error:
                yield Deviation("photo-broken", photo, error.reason)
                continue
            if h and w and size != (h, w):
                yield Deviation("photo-size", photo, f"is {size[1]} x {size[0]} px, image {key} says {w} x {h}")


def _same_photos(
    value: Mapping[str, Any], datasets: Mapping[str, Dataset], sums: Mapping[str, str]
) -> Iterator[Deviation]:
    """Photographs of one content in two splits, under whatever names."""
    homes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, _, files in _splits(value):
        for path in files:
            for photo in (datasets[path].images.file_name or []) if path in datasets else []:
                if f"images/{photo}" in sums:
                    homes[sums[f"images/{photo}"]].setdefault(name, f"images/{photo}")
    for found in homes.values():
        if len(found) > 1:
            splits = " and ".join(sorted(found))
            names = " and ".join(sorted(set(found.values())))
            yield Deviation("photo-in-two-splits", min(found.values()), f"is in {splits}, as {names}")


def _provenance(
    root: str, value: Mapping[str, Any], datasets: Mapping[str, Dataset], sums: Mapping[str, str]
) -> Iterator[Deviation]:
    """Annotations of which the provenance knows nothing."""
    name = "provenance.json"
    if name not in sums:
        return
    try:
        stories = parse_json(os.path.join(root, name))
        known = {row["id"] for member in ("annotations", "captions") for row in stories[member]}
    except (DataError, KeyError, TypeError) as error:
        yield Deviation("provenance-unreadable", name, f"is no provenance of a campaign ({error})")
        return
    ids = [i for dataset in datasets.values() if dataset.annotations.id is not None
           for i in dataset.annotations.id.tolist()]  # fmt: skip
    strange = sorted(set(ids) - known)
    if strange:
        message = f"does not know {counted(len(strange), 'annotation')}, {strange[0]} among them"
        yield Deviation("provenance-incomplete", name, message)

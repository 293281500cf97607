"""A dataset published: a folder with its splits, photographs, card and manifest, whole or not at all.

==================  =================================================================================================
``annotations/``    a COCO file for each split and kind; rows that did not change have the bytes that they had
``images/``         the photographs, if their folder is given
``README.md``       the card: what it is, how it was made, what is known to be missing
``manifest.json``   the sha256 of every file, counts, seed, settings, versions
==================  =================================================================================================
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..atomic import write_text
from ..checks import check_dataset
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder, inside
from .about import About
from .card import card
from .facts import Facts, gather
from .manifest import MANIFEST, digest, write_manifest
from .parts import Part
from .stories import Stories, hide_open_tasks, read_stories
from .withholding import KEYS, Withheld, withhold
from .work import work_of

#: The file of a campaign's export that says where annotations come from.
PROVENANCE = "provenance.json"
#: The one that says which images are not finished, and why.
IMAGES = "images.json"
README = "README.md"

#: Called with (photographs copied, photographs in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """What was published.

    Attributes:
        folder: where it lies.
        manifest: the sha256 of the manifest, which vouches for all the others.
        facts: what was counted.
        files: path -> sha256 of each file but the manifest.
    """

    folder: str
    manifest: str
    facts: Facts
    files: dict[str, str] = field(default_factory=dict)


def publish(
    parts: Sequence[Part],
    out: str | os.PathLike[str],
    *,
    about: About | None = None,
    images: str | os.PathLike[str] | None = None,
    extra: Mapping[str, str | os.PathLike[str]] | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
    keys: Mapping[str, str | os.PathLike[str]] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish a dataset.

    The same call gives the same bytes. An earlier folder of this kind is replaced when the new one is whole, and stays
    as it is if anything goes wrong.

    Args:
        parts: the files; those of one split have the same images.
        out: the folder.
        about: what people say of it.
        images: folder of the photographs, to be copied; without it they are not in the folder.
        extra: further files, name in the folder -> where it is; ``provenance.json`` gives the card its numbers, and is
            cut to what is published.
        seed: of the splits, for the manifest.
        settings: how the splits were made, for the manifest and the card.
        more: further members of the manifest.
        keys: split -> where its annotations go, sealed; the folder then has its images alone, and the seal.
        progress: called after each photograph.

    Raises:
        DataError: an image in two splits, a dataset with errors (``cocokit check`` lists them), a photograph that is
            missing, broken or of another size, a provenance of other annotations; the folder holds something else, or
            cannot be written.
    """
    told, extra = about or About(), extra or {}
    _refuse(parts, out, keys or {})
    last = list[Callable[[], object]]()
    with atomic_folder(out, MANIFEST, last) as folder:
        hidden = withhold(parts, keys or {}, folder)
        facts = gather(hidden.parts)
        stories = read_stories(extra[PROVENANCE], hidden.parts) if PROVENANCE in extra else None
        _write(hidden, extra, stories, folder)
        if images is not None:
            _copy_photos(parts, images, os.path.join(folder, "images"), progress)
        made = {"seed": seed, **(settings or {})}
        work = work_of(stories.value) if stories is not None else None
        files = [*extra, *(["images"] if images is not None else [])]
        write_text(os.path.join(folder, README), card(facts, told, work, made, files))
        members = _members(hidden, facts, told, seed, settings, images is not None)
        sums = write_manifest(folder, members | dict(more or {}), besides=KEYS)
        total = digest(os.path.join(folder, MANIFEST))
        last.append(hidden.put_keys)
    return Published(os.fspath(out), total, facts, sums)


def _write(
    hidden: Withheld, extra: Mapping[str, str | os.PathLike[str]], stories: Stories | None, folder: str
) -> None:
    """Write the datasets, and what lies beside them."""
    for part in hidden.parts:
        path = os.path.join(folder, part.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part.dataset.write(path)
    for name, source in extra.items():
        target = os.path.join(folder, name)
        if name == PROVENANCE and stories is not None:
            stories.write(target)
        elif name == IMAGES and hidden.images:
            hide_open_tasks(source, target, hidden.images)
        else:
            shutil.copyfile(source, target)


def _members(
    hidden: Withheld, facts: Facts, about: About, seed: int | None, settings: Mapping[str, Any] | None, photos: bool
) -> dict[str, Any]:
    names = ("images", "instances", "crowds", "captions")
    splits = {name: {"counts": split.counts(), "files": {p.kind: p.name for p in hidden.parts if p.split == name}}
              for name, split in facts.splits.items()}  # fmt: skip
    return {"title": about.title, "seed": seed, "settings": dict(settings or {}), "photos": photos,
            "counts": {name: facts.total(name) for name in names}, "splits": splits, "seals": hidden.seals}  # fmt: skip


def _refuse(parts: Sequence[Part], out: str | os.PathLike[str], keys: Mapping[str, str | os.PathLike[str]]) -> None:
    for path in keys.values():
        if os.path.realpath(path).startswith(os.path.realpath(out) + os.sep):
            reason = "would lie among what is published"
            raise DataError(os.fspath(path), "", reason, "give the key a place outside of the folder")
    if not parts:
        raise DataError("dataset", "", "has no files to publish", "give at least one")
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise DataError("dataset", "", "two files would have one name", "each split has one file of a kind")
    homes: dict[str, np.ndarray[Any, Any]] = {}
    for part in parts:
        ids = np.sort(part.dataset.images.id)
        if not np.array_equal(homes.setdefault(part.split, ids), ids):
            raise DataError(part.name, "", "has other images than the other file of its split", "split them together")
        refuse_errors(part.dataset, part.name)
    every = np.concatenate(list(homes.values()))
    ids, count = np.unique(every, return_counts=True)
    if (count > 1).any():
        reason = f"image {int(ids[count > 1][0])} is in two splits"
        raise DataError("splits", "", reason, "each image is in one split", int((count > 1).sum()))


def refuse_errors(dataset: Dataset, name: str) -> None:
    """Raises DataError, under a name, for a dataset in which a check finds an error."""
    errors = [f for f in check_dataset(dataset) if f.severity == "error"]
    if errors:
        reason = f"has errors: {errors[0].message}, {errors[0].examples[0]}"
        raise DataError(name, "", reason, "cocokit check lists all of them", sum(f.count for f in errors))


def _copy_photos(parts: Sequence[Part], images: str | os.PathLike[str], out: str, progress: Progress | None) -> None:
    from ..imageio import image_size

    wanted = {int(key): (name, int(h), int(w)) for part in parts for table in [part.dataset.images]
              for key, name, h, w in zip(table.id, table.file_name or [None] * len(table), table.height, table.width,
                                         strict=True)}  # fmt: skip
    for done, (key, (name, height, width)) in enumerate(wanted.items(), start=1):
        source, target = inside(images, name, key), inside(out, name, key)
        found = image_size(source)
        if height and width and found != (height, width):
            reason = f"is {found[1]} x {found[0]} px, but image {key} says {width} x {height}"
            raise DataError(source, "", reason, "annotations belong to the photo in its original size")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
        if progress is not None:
            progress(done, len(wanted))

"""A folder of splits: a file for each, and a manifest that says how they were made."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from .report import Report
from .sealed import Seal, refuse_others, sealed, write_key
from .withholding import without_annotations

#: The manifest, by which a folder of splits is known.
MANIFEST = "split.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the splits are made.

    Attributes:
        ratios: share of each.
        seed: what mixes the images.
        groups: the words for what kept images together, such as "near".
        stratified: whether each split has its share of every category.
        withheld: the split that is published without its annotations; empty for none.
    """

    ratios: Mapping[str, Fraction]
    seed: int = 0
    groups: tuple[str, ...] = ()
    stratified: bool = True
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        files: split -> path.
        key: the path of the key; empty if nothing was withheld.
        seal: the key's seal.
        left_out: members of images and of the file that could have told something of the withheld split.
    """

    files: dict[str, str]
    key: str = ""
    seal: Seal | None = None
    left_out: tuple[str, ...] = ()


def write_splits(
    dataset: Dataset,
    splits: Mapping[str, Int64],
    plan: Plan,
    report: Report,
    out: str | os.PathLike[str],
    source: str | os.PathLike[str],
    key: str | os.PathLike[str] | None = None,
) -> Written:
    """Write splits into a folder, all or none; rows keep the bytes that they had in the source.

    Args:
        dataset: what was divided.
        splits: name -> (K,) int64 rows of images.
        plan: how they were made.
        report: what they came to.
        out: the folder; an older one of this kind is replaced.
        source: the file that was divided.
        key: where the withheld annotations go; beside the folder, OUT.key.json, by default. Never in the folder.

    Raises:
        DataError: the folder or the key cannot be written, or the key would be published with the folder.
    """
    folder, kind = os.fspath(out), kind_of(dataset)
    path = os.fspath(key) if key is not None else os.path.normpath(folder) + ".key.json"
    _guard(folder, os.fspath(source), path if plan.withheld else "")
    plain, seal, left_out, names, sums = "", None, list[str](), dict[str, str](), dict[str, str]()
    last = list[Callable[[], object]]()
    with atomic_folder(folder, MANIFEST, last) as part:
        for name, rows in splits.items():
            whole = dataset.take(rows, _annotations_of(dataset, rows))
            if name == plan.withheld:
                names[name] = f"image_info_{name}.json"
                public, left_out = without_annotations(dataset, rows)
                public.write(os.path.join(part, names[name]))
                whole.write(plain := os.path.join(part, "key"))
                seal = sealed(plain, name)
            else:
                names[name] = f"{kind}_{name}.json"
                whole.write(os.path.join(part, names[name]))
            sums[name] = _sha256(os.path.join(part, names[name]))
        manifest = _manifest(plan, report, names, sums, source, seal, left_out)
        with open(os.path.join(part, MANIFEST), "w", encoding="utf-8") as file:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
        if seal is not None:  # last, so that whatever fails before leaves the older key, which fits the older folder
            last += [partial(write_key, plain, seal, path), partial(os.unlink, plain)]
    files = {name: os.path.join(folder, file) for name, file in names.items()}
    return Written(files, path if seal else "", seal, tuple(left_out))


def _guard(folder: str, source: str, key: str) -> None:
    """Nothing that is still needed may be overwritten, and no key published."""
    inside = os.path.realpath(folder) + os.sep
    if os.path.realpath(source).startswith(inside):
        raise DataError(folder, "", f"has {source} in it, which would be lost", "give -o another folder")
    if not key:
        return
    if os.path.realpath(key).startswith(inside):
        raise DataError(key, "", "would lie among what is published", "give --key a place outside of the folder")
    refuse_others(key)


def kind_of(dataset: Dataset) -> str:
    """The word with which COCO's names of such files begin.

    >>> kind_of(Dataset.from_dict({"images": [], "annotations": [{"id": 1, "image_id": 1, "caption": "a dog"}]}))
    'captions'
    """
    present = int(np.bitwise_or.reduce(dataset.annotations.present)) if len(dataset.annotations) else 0
    if present & Field.KEYPOINTS:
        return "person_keypoints"
    return "captions" if present & Field.CAPTION and not present & Field.CATEGORY_ID else "instances"


def _annotations_of(dataset: Dataset, rows: Int64) -> Int64:
    owners = dataset.annotations.image_id
    if owners is None:
        return np.empty(0, np.int64)
    return np.flatnonzero(np.isin(owners, dataset.images.id[rows]))


def _manifest(
    plan: Plan,
    report: Report,
    names: Mapping[str, str],
    sums: Mapping[str, str],
    source: str | os.PathLike[str],
    seal: Seal | None,
    left_out: list[str],
) -> dict[str, Any]:
    """Nothing in it tells what a withheld split has: no counts of its annotations, nor of all annotations."""
    from .. import __version__

    told, counts = report.to_dict(), dict[str, Any]()
    for s, name in enumerate(report.names):
        entry = {key: told["splits"][name][key] for key in ("ratio", "images", "share")}
        if name != plan.withheld:
            of_category = {str(row["id"]): row["annotations"][s] for row in told["categories"] if row["annotations"][s]}
            entry |= {"annotations": told["splits"][name]["annotations"], "annotations_of_category": of_category}
        counts[name] = {"file": names[name], "sha256": sums[name], **entry}
    manifest: dict[str, Any] = {
        "made_by": f"cocokit {__version__}",
        "source": {"file": os.path.basename(os.fspath(source)), "sha256": _sha256(source)},
        "seed": plan.seed,
        "stratified": plan.stratified,
        "groups": {"by": list(plan.groups), "kept": report.groups, "largest": report.largest},
        "splits": counts,
    }
    if seal is not None:
        manifest["withheld"] = {
            "split": seal.split, "annotations_sha256": seal.sha256, "encrypted": False, "members_left_out": left_out,
        }  # fmt: skip
    return manifest


def _sha256(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

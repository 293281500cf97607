"""Splits that somebody chose, from a file that names the images of each."""

from __future__ import annotations

import os

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError
from ..json_files import parse_json
from ..places import described

_FORM = 'write {"train": [1, 2, ...], "val": [...]} with ids of images'


def read_splits(path: str | os.PathLike[str], dataset: Dataset) -> dict[str, Int64]:
    """The rows of each split's images, (K,) int64, from a JSON file with their ids.

    Raises:
        DataError: no such file, another form, an id that no image has, an image that no split has.
    """
    name, value = os.fspath(path), parse_json(path)
    if not isinstance(value, dict) or not value:
        raise DataError(name, "", f"is {described(value)} where splits were expected", _FORM)
    order = np.argsort(dataset.images.id, kind="stable")
    known = dataset.images.id[order]
    splits = {}
    for split, ids in value.items():
        if not isinstance(ids, list) or not all(type(i) is int and abs(i) < 2**63 for i in ids):
            raise DataError(name, split, "is no list of whole numbers", _FORM)
        wanted = np.array(ids, np.int64)
        at = np.searchsorted(known, wanted)
        there = at < len(known)
        there[there] = known[at[there]] == wanted[there]
        if not there.all():
            strange = wanted[~there]
            raise DataError(name, split, f"no image has the id {strange[0]}", "correct it", len(strange))
        splits[split] = np.sort(order[at])
    left = np.setdiff1d(np.arange(len(known)), np.concatenate(list(splits.values())))
    if len(left):
        reason = f"image {int(dataset.images.id[left[0]])} is in no split"
        raise DataError(name, "", reason, "name every image", len(left))
    return splits

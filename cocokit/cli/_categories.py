"""Categories from words of the command line, or from a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..domain.tasks import CategoryRef
from ..errors import DataError, ParamsError
from ._campaigns import read_text

if TYPE_CHECKING:
    from ..dataset import Dataset

#: Categories that COCO does not have count from here.
FIRST_OWN_ID = 101
_OTHER = "other"


def of_dataset(dataset: Dataset) -> list[CategoryRef]:
    """The categories of a dataset, with its ids."""
    return [CategoryRef(row.id, row.name, row.supercategory or _OTHER) for row in dataset.categories]


def of_words(words: str) -> list[CategoryRef]:
    """Categories from ``coco80``, ``coco91``, a list of names, or the path of a file.

    Raises:
        DataError: a file without categories.
        ParamsError: no name, or one twice.
    """
    from ..categories import COCO_80, COCO_91

    known = {"coco80": COCO_80, "coco91": COCO_91}.get(words)
    if known is not None:
        return [CategoryRef(c.id, c.name, c.supercategory) for c in known]
    if not os.path.isfile(words):
        if os.sep in words or words.endswith((".json", ".txt")):
            raise DataError(words, "", "no such file", "check the path, or give names: dog,cat")
        return of_names(words.split(","))
    if words.endswith(".json"):
        from ..coco_json import read_dataset

        found = of_dataset(read_dataset(words))
        if not found:
            raise DataError(words, "categories", "is empty", "give a COCO file with categories")
        return found
    lines = read_text(words).splitlines()
    return of_names(line for line in lines if line.strip() and not line.startswith("#"))


def of_names(names: Iterable[str]) -> list[CategoryRef]:
    """Categories from names, each with a supercategory after a colon if it likes; COCO's own keep their ids.

    >>> [(c.id, c.name, c.supercategory) for c in of_names(["dog", "parrot:animal"])]
    [(18, 'dog', 'animal'), (101, 'parrot', 'animal')]
    """
    from ..categories import COCO_91

    known = {category.name: category for category in COCO_91}
    found: dict[str, CategoryRef] = {}
    own = FIRST_OWN_ID
    for text in names:
        name, _, group = (part.strip() for part in text.partition(":"))
        if not name or name in found:
            raise ParamsError("categories", text, "give names, each once: dog,cat,parrot:animal")
        if name in known:
            found[name] = CategoryRef(known[name].id, name, group or known[name].supercategory)
        else:
            found[name] = CategoryRef(own, name, group or _OTHER)
            own += 1
    return list(found.values())

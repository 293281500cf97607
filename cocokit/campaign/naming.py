"""The categories of a campaign: COCO's, those of a dataset, or from names."""

from __future__ import annotations

from collections.abc import Iterable

from ..categories import COCO_80, COCO_91
from ..dataset import Dataset
from ..domain.tasks import CategoryRef
from ..errors import ParamsError

#: Categories that COCO does not have count from here.
FIRST_OWN_ID = 101
_OTHER = "other"


def coco_categories(word: str) -> list[CategoryRef] | None:
    """COCO's categories by ``coco80`` or ``coco91``; None for another word."""
    known = {"coco80": COCO_80, "coco91": COCO_91}.get(word)
    return None if known is None else [CategoryRef(c.id, c.name, c.supercategory) for c in known]


def of_dataset(dataset: Dataset) -> list[CategoryRef]:
    """The categories of a dataset, with its ids."""
    return [CategoryRef(row.id, row.name, row.supercategory or _OTHER) for row in dataset.categories]


def of_names(names: Iterable[str]) -> list[CategoryRef]:
    """Categories from names, each with a supercategory after a colon if it likes; COCO's own keep their ids.

    >>> [(c.id, c.name, c.supercategory) for c in of_names(["dog", "parrot:animal"])]
    [(18, 'dog', 'animal'), (101, 'parrot', 'animal')]
    """
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

"""Categories from words of the command line, or from a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import DataError
from ._campaigns import read_text

if TYPE_CHECKING:
    from ..domain.tasks import CategoryRef


def of_words(words: str) -> list[CategoryRef]:
    """Categories from ``coco80``, ``coco91``, a list of names, or the path of a file.

    Raises:
        DataError: a file without categories.
        ParamsError: no name, or one twice.
    """
    from ..campaign.naming import coco_categories, of_dataset, of_names

    known = coco_categories(words)
    if known is not None:
        return known
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

"""A folder of photographs without annotations, as a dataset."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.imageio import image_size

from .categories import Category

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


def is_photo_folder(path: str) -> bool:
    """Whether a folder has photographs in it and no JSON file beside them."""
    names = os.listdir(path) if os.path.isdir(path) else []
    return any(_is_photo(name) for name in names) and not any(name.endswith(".json") for name in names)


def photo_dataset(folder: str, categories: Sequence[Category]) -> Dataset:
    """The photographs of a folder in the order of their names, with ids from 1, and no annotations.

    Raises:
        DataError: there are none, or one is broken.
    """
    names = sorted(name for name in os.listdir(folder) if _is_photo(name))
    if not names:
        raise DataError(folder, "", "there are no photographs in it", f"files that end in {', '.join(_ENDINGS)} are")
    images: list[dict[str, Any]] = []
    for number, name in enumerate(names, start=1):
        height, width = image_size(os.path.join(folder, name))
        images.append({"id": number, "file_name": name, "width": width, "height": height})
    rows = [category.to_json() for category in categories]
    return Dataset.from_dict({"images": images, "annotations": [], "categories": rows})


def _is_photo(name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not name.startswith(".")

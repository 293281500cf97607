"""Photographs cut into the files of their tiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..dataset import Dataset
from ..errors import DataError
from ..folders import inside
from ..imageio import read_image, save_image
from ..regular import copy_regular

_QUALITY = 95


def cut_photos(
    whole: Dataset,
    tiled: Dataset,
    tiles: Sequence[Mapping[str, Any]],
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the photograph of each tile; that of an image that stayed whole is copied as it is.

    A cut JPEG is encoded anew, with a quality of 95.

    Args:
        whole: the dataset that was cut.
        tiled: what it became.
        tiles: "tiles" of the map.
        folder: where the photographs are that ``file_name`` names.
        out: where the tiles' go.
        progress: called with (images done, images in all).

    Raises:
        DataError: a photograph is not there, is broken, has another size than the dataset says, or a file name that
            leads out of the folder.
    """
    windows = {int(t["id"]): t for t in tiles}
    names = dict(zip(whole.images.id.tolist(), whole.images.file_name or [], strict=False))
    new = dict(zip(tiled.images.id.tolist(), tiled.images.file_name or [], strict=False))
    last, pixels = -1, np.empty((0, 0, 3), np.uint8)
    for done, key in enumerate(tiled.images.id.tolist(), start=1):
        window = windows.get(key)
        old = key if window is None else int(window["image_id"])
        source, target = inside(folder, names.get(old), old), inside(out, new.get(key), key)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if window is None:
            copy_regular(source, target)
        else:
            if old != last:
                last, pixels = old, _photo(source, whole, old)
            x, y = int(window["x"]), int(window["y"])
            part = pixels[y : y + int(window["height"]), x : x + int(window["width"])]
            save_image(np.ascontiguousarray(part), target, _QUALITY)
        if progress is not None:
            progress(done, len(tiled.images))


def _photo(path: str, whole: Dataset, key: int) -> Any:
    pixels = read_image(path)
    image = whole.image(whole.image_row(key))
    if pixels.shape[:2] != (image.height, image.width):
        reason = f"is {pixels.shape[1]} x {pixels.shape[0]} px, but image {key} says {image.width} x {image.height}"
        raise DataError(path, "", reason, "annotations belong to the photo in its original size")
    return pixels

"""PASCAL VOC's masks: two pictures of an image, one with the place of each pixel's instance, one with its category's.

The pictures have VOC's palette: 0 is the background, 255 the border that belongs to nobody. Instance k of an image is
the k-th object of its XML file. A pixel has one owner: where masks overlap, the later one is on top.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import rle
from ..columns import Int64, UInt8
from ..dataset import Dataset
from ..errors import DataError
from ..imageio import MOST_PIXELS, opened
from ..places import place
from ..records import outline_record
from ..types import Rle

#: The highest place that a picture can hold; 255 is the border.
MOST = 254


def colour_of(index: int) -> tuple[int, int, int]:
    """VOC's colour of a place: its bits in turn, from the highest of red, green and blue on.

    >>> [colour_of(i) for i in (0, 1, 2, 15, 255)]
    [(0, 0, 0), (128, 0, 0), (0, 128, 0), (192, 128, 128), (224, 224, 192)]
    """
    red = green = blue = 0
    for bit in range(8):
        red |= (index & 1) << (7 - bit)
        green |= (index >> 1 & 1) << (7 - bit)
        blue |= (index >> 2 & 1) << (7 - bit)
        index >>= 3
    return red, green, blue


def owners(dataset: Dataset, image: int, rows: Int64) -> UInt8:
    """(H, W) uint8 place, from 1, of the annotation that each pixel of an image belongs to; 0 for none.

    Args:
        dataset: with the outlines.
        image: row of the image.
        rows: (M,) int64 its annotations, in the order of their places.

    Raises:
        DataError: more than 254 of them, a mask of another size, a damaged one.
    """
    if len(rows) > MOST:
        reason = f"has {len(rows):,} instances, and a picture has room for {MOST}"
        raise DataError("dataset", place("images", image), reason, "write boxes alone: --to voc")
    height, width = int(dataset.images.height[image]), int(dataset.images.width[image])
    if min(height, width) < 0 or height * width > MOST_PIXELS:
        reason = f"is said to have {width:,} x {height:,} px, and a picture has 0 to {MOST_PIXELS:,}"
        raise DataError("dataset", place("images", image), reason, "mend its size, or write boxes alone: --to voc")
    canvas: UInt8 = np.zeros((height, width), np.uint8)
    for number, row in enumerate(rows.tolist(), 1):
        outline = _outline(dataset, row)
        if outline:
            mask = rle.decode(outline if isinstance(outline, Rle) else rle.from_polygons(outline, height, width))
            if mask.shape != canvas.shape:
                reason = f"is a mask of {mask.shape[1]} x {mask.shape[0]} px in an image of {width} x {height} px"
                raise DataError("dataset", place("annotations", row, "segmentation"), reason, "cocokit check names all")
            canvas[mask] = number
    return canvas


def pictures(dataset: Dataset, rows: Int64, per_image: Int64, categories: Int64) -> Iterator[bytes]:
    """PNG files, two for each image that has an outline: the instances', then the categories'.

    Args:
        dataset: with the outlines.
        rows: (M,) int64 annotations, image by image.
        per_image: (I + 1,) int64 how many of them come before each image.
        categories: (M,) int64 place of each one's category, from 0.

    Raises:
        DataError: as :func:`owners`; a place above 253.
    """
    if len(categories) and int(categories.max()) >= MOST:
        raise DataError("dataset", "categories", f"are more than the {MOST} that a picture has room for", "write boxes")
    for image in with_outlines(dataset, rows, per_image):
        start, stop = int(per_image[image]), int(per_image[image + 1])
        canvas = owners(dataset, image, rows[start:stop])
        places = np.concatenate([[0], categories[start:stop] + 1]).astype(np.uint8)
        yield _png(canvas)
        yield _png(places[canvas])


def with_outlines(dataset: Dataset, rows: Int64, per_image: Int64) -> list[int]:
    """Rows of the images with an outline; ``rows`` (M,) and ``per_image`` (I + 1,) as for :func:`pictures`."""
    outlines = dataset.annotations.segmentation
    if outlines is None:
        return []
    drawn = np.concatenate([[0], np.cumsum(outlines.kind[rows] > 0)])
    found: list[int] = np.flatnonzero(np.diff(drawn[per_image])).tolist()
    return found


def hidden(dataset: Dataset, rows: Int64, per_image: Int64) -> Int64:
    """(M,) int64 pixels that each annotation has in the picture; arrays as for :func:`pictures`."""
    seen: Int64 = np.zeros(len(rows), np.int64)
    for image in with_outlines(dataset, rows, per_image):
        start, stop = int(per_image[image]), int(per_image[image + 1])
        canvas = owners(dataset, image, rows[start:stop])
        seen[start:stop] = np.bincount(canvas.reshape(-1), minlength=stop - start + 1)[1:]
    return seen


def read_masks(path: str, size: tuple[int, int], count: int) -> dict[int, dict[str, Any]]:
    """COCO's RLE of each instance in a picture, by its place from 1; those without a pixel are not there.

    Raises:
        DataError: no picture of places, another size than the image, a place that no object has.
    """
    with opened(path) as image:
        if image.mode not in ("P", "L"):
            raise DataError(
                path, "", f"is a picture of colours ({image.mode})", "keep the palette: one byte for a pixel"
            )
        if image.size != size:
            reason = f"has {image.size[0]} x {image.size[1]} px, its image {size[0]} x {size[1]}"
            raise DataError(path, "", reason, "export both again")
        pixels = np.asarray(image)
    found = [number for number in np.unique(pixels).tolist() if 0 < number <= MOST]
    if found and found[-1] > count:
        reason = f"has pixels of instance {found[-1]}, and the XML file {count} objects"
        raise DataError(path, "", reason, "export both again")
    return {number: rle.to_coco(rle.encode(pixels == number)) for number in found}


def mask_path(root: str, stem: str) -> str:
    """Where the picture of an image's instances lies."""
    return os.path.join(root, "SegmentationObject", f"{stem}.png")


def _outline(dataset: Dataset, row: int) -> Any:
    outlines = dataset.annotations.segmentation
    return None if outlines is None else outline_record(outlines, row)


def _png(pixels: UInt8) -> bytes:
    from PIL import Image

    image, made = Image.fromarray(pixels), io.BytesIO()
    image.putpalette([value for i in range(256) for value in colour_of(i)])
    image.save(made, "PNG")
    return made.getvalue()

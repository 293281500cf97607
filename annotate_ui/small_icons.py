"""A requester's picture becomes a category's: decoded with care, made small and square, written anew."""

from __future__ import annotations

import io
import os

from PIL import Image, ImageOps

from cocokit.errors import DataError
from cocokit.imageio import opened

#: Pixels of the picture's side; bytes and pixels of the largest file that is decoded.
SIDE, MOST_FILE, MOST_PIXELS = 96, 5_000_000, 40_000_000


def small_icon(path: str) -> bytes:
    """A square PNG with 96 px a side: the picture whole and upright in its middle, clear around it.

    Args:
        path: PNG, JPEG, WebP, ...

    Raises:
        DataError: it is not there, is too large, or is no picture.
    """
    if os.path.isfile(path) and os.path.getsize(path) > MOST_FILE:
        raise DataError(path, "", f"has {os.path.getsize(path):,} bytes", f"at most {MOST_FILE:,} are read")
    with opened(path) as found:
        if found.width * found.height > MOST_PIXELS:
            raise DataError(path, "", f"is {found.width} x {found.height} px", f"at most {MOST_PIXELS:,} px are read")
        picture = ImageOps.exif_transpose(found).convert("RGBA")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    square.paste(picture, ((SIDE - picture.width) // 2, (SIDE - picture.height) // 2))
    made = io.BytesIO()
    square.save(made, "PNG", optimize=True)
    return made.getvalue()

"""A photo as it is kept: upright, without what the camera wrote about people and places, named by its content.

A JPEG that stands upright keeps its pixels bit for bit: only its notes (EXIF, XMP, comments, a second picture behind
the first) are cut off. Everything else is written anew: PNG as PNG, the rest with a quality of 95.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import DataError
from .imageio import MOST_PIXELS, opened, orientation_of, upright
from .jpeg_parts import END, jpeg_parts
from .regular import open_regular

if TYPE_CHECKING:
    from PIL import Image as PillowImage

#: The formats that are taken, and the ending of each.
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_QUALITY = 95
_EXIF, _TAKEN, _CHANGED = 0x8769, 0x9003, 0x0132
#: JPEG segments that hold notes: APP1 (EXIF, XMP), APP13 (IPTC), comments, APP2 with a list of further pictures.
_NOTES = (0xE1, 0xED, 0xFE)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo to be kept.

    Attributes:
        data: the file's bytes, upright and without notes.
        ending: ".jpg", ".png" or ".webp".
        width, height: px, upright.
        sha256: of ``data``.
        origin: what is known of the file that it was: format, bytes, width, height, orientation, taken.
    """

    data: bytes
    ending: str
    width: int
    height: int
    sha256: str
    origin: dict[str, Any]


def load_photo(path: str | os.PathLike[str], most_pixels: int = MOST_PIXELS) -> Photo:
    """Read a photo and make it what is kept; 4 bytes of memory per px for a JPEG that stands upright.

    Args:
        path: the photo.
        most_pixels: more than these are refused before they are decoded.

    Raises:
        DataError: not there, none of these formats, cut off, or larger than the limit.
    """
    name = os.fspath(path)
    with opened(name, most_pixels) as image:
        kind, orientation, mode = image.format or "", orientation_of(image), image.mode
        origin = {"format": kind, "bytes": os.path.getsize(name), "width": image.width, "height": image.height,
                  "orientation": orientation, "taken": _taken(image)}  # fmt: skip
        if kind not in ENDINGS:
            raise DataError(name, "", f"is a {kind} file", "give a JPEG, PNG or WebP")
        image.load()  # every row of it: a photo that is cut off is found here
        turned = orientation >= 5
        width, height = (image.height, image.width) if turned else (image.width, image.height)
        data = None
        if kind == "JPEG" and orientation == 1 and mode in ("RGB", "L"):
            with open_regular(name) as file:
                data = without_notes(file.read())
        data = data or _encoded(upright(image), kind)
    known = {key: value for key, value in origin.items() if value is not None}
    return Photo(data, ENDINGS[kind], width, height, hashlib.sha256(data).hexdigest(), known)


def without_notes(data: bytes) -> bytes | None:
    """A JPEG's bytes without notes and without what follows the picture; None if it is built in an unusual way."""
    kept, whole = list[bytes](), False
    for marker, start, stop in jpeg_parts(data):
        if marker not in _NOTES and not (marker == 0xE2 and data[start + 4 : start + 8] == b"MPF\0"):
            kept.append(data[start:stop])
        whole = data[start:stop] == END
    return b"".join(kept) if whole else None


def _encoded(picture: PillowImage.Image, kind: str) -> bytes:
    made = io.BytesIO()
    picture.info.clear()  # Pillow would write notes and profiles into the file
    picture.save(made, kind, quality=_QUALITY)
    return made.getvalue()


def _taken(image: PillowImage.Image) -> str | None:
    """When the camera says that it was taken; broken or missing notes say nothing."""
    try:
        notes = image.getexif()
        value = notes.get_ifd(_EXIF).get(_TAKEN) or notes.get(_CHANGED)
    except (SyntaxError, ValueError, OSError, KeyError, TypeError):
        return None
    return value.strip("\0 ")[:40] or None if isinstance(value, str) else None

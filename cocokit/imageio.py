"""Photos in and out: upright, 8-bit RGB arrays; sizes without decoding; thumbnails; whole files or none."""

from __future__ import annotations

import io
import os
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .atomic import atomic_write
from .cut_off import is_cut_off
from .errors import DataError
from .regular import open_regular

if TYPE_CHECKING:
    from PIL import Image as PillowImage

#: Photos with more px are refused before they are decoded, unless a workspace says otherwise (``max_megapixels``).
MOST_PIXELS = 200_000_000
_ORIENTATION = 0x0112
_RAISE = "shrink it, or raise max_megapixels in cocokit.toml (COCOKIT_MAX_MEGAPIXELS)"
#: Pillow has one limit for a whole process; nobody else opens a photo here while ours stands in its place.
_OPENING = threading.Lock()
_FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}


class TooManyPixelsError(DataError):
    """A photo that has more px than the limit; it was not decoded."""


def read_image(path: str | os.PathLike[str], most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """Read a photo.

    The orientation that the camera noted (EXIF) is baked in, so that row 0 is the top of the scene and no later step
    turns it again. Grey, palette, CMYK and 16-bit images become RGB; transparency is laid over white.

    Args:
        path: the photo.
        most_pixels: more than these are refused before they are decoded.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        DataError: not there, not an image, cut off, or larger than the limit.
    """
    with opened(path, most_pixels) as image:
        return np.asarray(upright(image))


def image_size(path: str | os.PathLike[str], most_pixels: int = MOST_PIXELS) -> tuple[int, int]:
    """(height, width) px of the upright photo, from its header and its last bytes.

    Raises:
        DataError: not there, not an image, cut off, or larger than the limit.
    """
    photo = opened(path, most_pixels)
    with photo as image:
        photo.require_end()
        turned = orientation_of(image) >= 5
        return (image.width, image.height) if turned else (image.height, image.width)


def thumbnail(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Shrink an image so that its longer side has ``side`` px; a smaller one comes back as it is.

    Args:
        image: (H, W, 3) or (H, W) uint8.
        side: px, at least 1.

    Returns:
        (h, w, 3) or (h, w) uint8 with the same proportions, at least 1 px each way.
    """
    from PIL import Image

    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def save_image(image: NDArray[np.uint8], path: str | os.PathLike[str], quality: int = 92) -> None:
    """Write an image; the file appears whole or not at all, without EXIF.

    Args:
        image: (H, W, 3) or (H, W) uint8.
        path: its ending chooses the format: .jpg, .png, .webp, .bmp, .tif.
        quality: 1 to 100, for .jpg and .webp.

    Raises:
        DataError: an ending that is none of these, or a file that cannot be written.
    """
    from PIL import Image

    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in _FORMATS:
        raise DataError(name, "", f"{ending or 'no ending'} is no image format", f"use {', '.join(_FORMATS)}")
    made = io.BytesIO()
    Image.fromarray(image).save(made, _FORMATS[ending], quality=quality)
    with atomic_write(name) as file:
        file.write(made.getbuffer())


class opened:  # noqa: N801 - reads as a verb, like open
    """Open a photo for one block; whatever Pillow raises in it becomes one sentence, a DataError.

    One with more than ``most_pixels`` is refused by its header, before anything of it is decoded. Where ``data`` has
    the photo's bytes, the path is only what it is called.
    """

    def __init__(
        self, path: str | os.PathLike[str], most_pixels: int = MOST_PIXELS, data: bytes | None = None
    ) -> None:
        self.name, self.most, self.data = os.fspath(path), most_pixels, data
        self.file: BinaryIO

    def __enter__(self) -> PillowImage.Image:
        try:
            self.file = open_regular(self.name) if self.data is None else io.BytesIO(self.data)
        except Exception as error:
            raise self._refusal(error) from error
        try:
            self.image = _open(self.file)
        except Exception as error:
            self.file.close()
            raise self._refusal(error) from error
        if self.image.width * self.image.height > self.most:
            self._close()
            raise self._too_large()
        return self.image

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._close()
        if isinstance(error, Exception) and not isinstance(error, DataError):
            raise self._refusal(error) from error

    def require_end(self) -> None:
        """Look at the photo's last bytes, without decoding it. Raises DataError where its end is missing."""
        at = self.file.tell()
        if is_cut_off(self.file, self.image.format or ""):
            raise DataError(self.name, "", "is cut off: its end is missing", "download or export it again")
        self.file.seek(at)

    def _close(self) -> None:
        self.image.close()
        self.file.close()

    def _too_large(self) -> TooManyPixelsError:
        width, height = self.image.size
        size = f"is {width:,} x {height:,} px, {width * height / 1e6:,.1f} megapixels"
        reason = f"{size}, and the limit is {self.most / 1e6:,g}"
        return TooManyPixelsError(self.name, "", reason, _RAISE)

    def _refusal(self, error: Exception) -> DataError:
        from PIL import UnidentifiedImageError

        if isinstance(error, DataError):
            return error
        if isinstance(error, FileNotFoundError):
            return DataError(self.name, "", "no such file", "check the path")
        if isinstance(error, UnidentifiedImageError):
            return DataError(self.name, "", "is not an image that can be read", "give a JPEG, PNG, WebP, BMP or TIFF")
        return DataError(self.name, "", f"is a broken image: {error}", "download or export it again")


def orientation_of(image: PillowImage.Image) -> int:
    """EXIF orientation 1 to 8; broken or missing EXIF counts as upright."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except (SyntaxError, ValueError, OSError, KeyError, TypeError):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(image: PillowImage.Image) -> PillowImage.Image:
    """A photo's pixels, decoded: upright, RGB; 4 bytes per px, and as many again where it is turned or converted.

    It may be the opened image itself, which ends with its block.
    """
    return _rgb(_turned(image))


def _open(file: BinaryIO) -> PillowImage.Image:
    """Read a photo's header. The limit is ours to check: Pillow's own cannot be set for one file."""
    from PIL import Image

    with _OPENING:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(file)
        finally:
            Image.MAX_IMAGE_PIXELS = theirs


def _turned(image: PillowImage.Image) -> PillowImage.Image:
    from PIL import Image

    turn = Image.Transpose
    turns = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }
    orientation = orientation_of(image)
    return image.transpose(turns[orientation]) if orientation in turns else image


def _rgb(image: PillowImage.Image) -> PillowImage.Image:
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode == "I":
        deep = np.asarray(image).astype(np.int64)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode == "RGB":
        image.load()
        return image  # not converted: that would copy it
    return image.convert("RGB")

"""What people make of a photo."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

KINDS = ("half", "saved again", "cut at the left", "cut all around", "brighter", "grey")


def variant(photo: Path, kind: str, out: Path) -> Path:
    """A changed copy of a photo."""
    image = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    width, height = image.size
    if kind == "half":
        image = image.resize((width // 2, height // 2))
    elif kind == "cut at the left":
        image = image.crop((width // 20, 0, width, height))
    elif kind == "cut all around":
        image = image.crop((width // 40, height // 40, width - width // 40, height - height // 40))
    elif kind == "brighter":
        image = ImageEnhance.Brightness(image).enhance(1.2)
    elif kind == "grey":
        image = image.convert("L")
    image.save(out, quality=30 if kind == "saved again" else 90)
    return out

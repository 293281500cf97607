"""Which picture stands for a category: COCO's 91 have one each, in one style, and those of the demo.

Names decide, not ids: a campaign may give number 1 to a thing that is no person.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

#: Where the pictures lie, beside their licence and SOURCES.json (where each is from, and its sum).
FOLDER = Path(__file__).parent / "static" / "icons"

#: What other lists call the same thing.
_ALSO = {
    "aeroplane": "airplane", "plane": "airplane", "automobile": "car", "bike": "bicycle", "blow drier": "hair drier",
    "diningtable": "dining table", "doughnut": "donut", "eyeglasses": "eye glasses", "fridge": "refrigerator",
    "glasses": "eye glasses", "hair dryer": "hair drier", "hairbrush": "hair brush", "hydrant": "fire hydrant",
    "microwave oven": "microwave", "mobile phone": "cell phone", "motorbike": "motorcycle",
    "pottedplant": "potted plant", "remote control": "remote", "sofa": "couch", "soccer ball": "sports ball",
    "television": "tv", "traffic signal": "traffic light", "tvmonitor": "tv", "wineglass": "wine glass",
}


def icon_file(name: str) -> str | None:
    """The picture of a category within the folder of icons; None where it has none, and two letters must do.

    Examples:
        >>> icon_file("Fire hydrant")
        'fire-hydrant.svg'
        >>> icon_file("sofa")
        'couch.svg'
        >>> icon_file("axolotl") is None
        True
    """
    plain = " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()
    file = _ALSO.get(plain, plain).replace(" ", "-") + ".svg"
    return file if file in _files() else None


def letters(name: str) -> str:
    """Two letters for a category without a picture, the first one large; "?" for a name that has none.

    Examples:
        >>> letters("axolotl"), letters("red panda"), letters("\u20ac")
        ('Ax', 'Rp', '?')
    """
    words = ["".join(c for c in word if c.isalnum()) for word in name.replace("_", " ").replace("-", " ").split()]
    words = [word for word in words if word]
    text = words[0][0] + words[1][0] if len(words) > 1 else "".join(words)[:2]
    return text.capitalize() or "?"


@cache
def _files() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.glob("*.svg"))

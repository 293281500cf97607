"""Tasks of each stage on the photos that scikit-image ships, as the worker API would send them."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from skimage import data

from cocokit import rle
from cocokit.categories import COCO_91

STAGES = ("filter", "label", "spot", "segment", "training", "verify", "crowd", "caption")
PHOTOS = ("cat", "coffee", "astronaut", "rocket", "motorcycle")
ICONS = "/static/icons/{}.svg"


@cache
def photo(name: str) -> Image.Image:
    """One of the photos, RGB."""
    read = {
        "cat": data.chelsea,
        "coffee": data.coffee,
        "astronaut": data.astronaut,
        "rocket": data.rocket,
        "motorcycle": lambda: data.stereo_motorcycle()[0],
    }
    return Image.fromarray(read[name]()).convert("RGB")


@cache
def photo_bytes(name: str) -> bytes:
    """A photo as JPEG; "sheet-cat" is a sprite of 8 x 8 tiles of it, "tile-3" one tile, larger."""
    out = io.BytesIO()
    kind, _, rest = name.partition("-")
    picture = sheet(rest) if kind == "sheet" else tile(int(rest)).resize((480, 360)) if kind == "tile" else photo(name)
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def tile(number: int) -> Image.Image:
    """A piece of a photo, 160 x 120."""
    whole = photo(PHOTOS[number % len(PHOTOS)])
    rng = np.random.default_rng(number)
    x, y = (int(rng.integers(0, size - room)) for size, room in zip(whole.size, (200, 150), strict=True))
    return whole.crop((x, y, x + 200, y + 150)).resize((160, 120))


@cache
def sheet(rest: str) -> Image.Image:
    """64 tiles in eight rows."""
    first = int(rest or 0)
    whole = Image.new("RGB", (1280, 960))
    for i in range(64):
        whole.paste(tile(first + i), (160 * (i % 8), 120 * (i // 8)))
    return whole


def image_of(name: str) -> dict[str, Any]:
    """I of the worker API."""
    width, height = photo(name).size
    return {
        "id": PHOTOS.index(name) + 1,
        "url": f"/photo/{name}",
        "width": width,
        "height": height,
        "shown_width": width,
        "shown_height": height,
    }


def category(name: str, number: int = 1, group: str = "Animals") -> dict[str, Any]:
    """C of the worker API."""
    return {"id": number, "name": name, "supercategory": group, "icon": ICONS.format(name.replace(" ", "-"))}


def oval(width: int, height: int, box: tuple[int, int, int, int]) -> dict[str, Any]:
    """An ellipse as RLE; box is left, top, right, bottom."""
    canvas = Image.new("1", (width, height))
    ImageDraw.Draw(canvas).ellipse(box, fill=1)
    return {"size": [height, width], "counts": rle.encode(np.asarray(canvas, dtype=bool)).counts.decode()}


def groups() -> list[dict[str, Any]]:
    """COCO's 91 categories by group: eleven, as the paper asks them, "person" together with what people carry."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in COCO_91:
        name = "person & accessory" if one.supercategory in ("person", "accessory") else one.supercategory
        found.setdefault(name, []).append(category(one.name, one.id, one.supercategory))
    return [{"name": name, "categories": members} for name, members in found.items()]


def segment_work(number: int) -> dict[str, Any]:
    """The cat or the cup, with two masks of others."""
    name, what, spot, box = (
        ("cat", "cat", [210, 130], [40, 5, 360, 290]),
        ("coffee", "cup", [330, 200], [190, 60, 330, 260]),
    )[number % 2]
    image = image_of(name)
    width, height = image["width"], image["height"]
    others = [
        {
            "category": category("cup", 3),
            "mine": False,
            "mask": oval(width, height, (10, height - 110, 130, height - 10)),
        },
        {"category": category(what), "mine": False, "mask": oval(width, height, (width - 120, 20, width - 15, 120))},
    ]
    return {
        "image": image,
        "category": category(what),
        "spot": spot,
        "others": others,
        "box": box,
        "tools": ["polygon", "scissors", "lasso", "brush", "box", "tighten"],
    }


def verify_work(number: int) -> dict[str, Any]:
    """64 tiles with an ellipse each."""
    sheets = [{"url": f"/photo/sheet-{number}", "columns": 8, "rows": 8, "tile_width": 160, "tile_height": 120}]
    mask = oval(160, 120, (30, 20, 130, 100))
    tiles = [
        {"position": i, "sheet": 0, "at": i, "crop": [0, 0, 160, 120], "mask": mask, "url": f"/photo/tile-{number + i}"}
        for i in range(64)
    ]
    return {"category": category("cat"), "sheets": sheets, "tiles": tiles}


def filter_work(number: int) -> dict[str, Any]:
    """128 candidates on two sheets; some are near duplicates."""
    sheets = [
        {"url": f"/photo/sheet-{first}", "columns": 8, "rows": 8, "tile_width": 160, "tile_height": 120}
        for first in (0, 64)
    ]
    candidates = [
        {
            "id": 1000 + i,
            "sheet": i // 64,
            "at": i % 64,
            "url": f"/photo/tile-{i}",
            "width": 640,
            "height": 480,
            "stack": i - i % 3 if i % 10 < 3 and i % 10 else i,
        }
        for i in range(128)
    ]
    return {"query": "dog + car", "kind": "pair", "sheets": sheets, "candidates": candidates}


def work_of(stage: str, number: int) -> dict[str, Any]:
    """W of the worker API.

    Args:
        stage: one of the seven.
        number: of the assignment, from 1: tasks take turns.
    """
    name = PHOTOS[number % len(PHOTOS)]
    image = image_of(name)
    width, height = image["width"], image["height"]
    if stage in ("segment", "sample"):
        return segment_work(number)
    if stage == "verify":
        return verify_work(number)
    if stage == "filter":
        return filter_work(number)
    masks = [oval(width, height, (40, 60, 160, 200)), oval(width, height, (200, 90, 300, 220))]
    return {
        "label": {"image": image, "groups": groups()},
        "spot": {
            "image": image,
            "category": category("person", 1, "Person"),
            "primer": [width // 2, height // 3],
            "max_spots": 10,
        },
        "crowd": {"image": image, "category": category("person", 1, "Person"), "masks": masks, "superpixels": True},
        "caption": {"image": image, "rules": {"least_words": 8, "most_words": 60}},
    }[stage]


def training_result(work: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """What a training outline is told: the expert's is the ellipse in the box of the work."""
    image = work["image"]
    size = (image["height"], image["width"])
    x, y, w, h = work["box"]
    gold = oval(image["width"], image["height"], (x, y, x + w, y + h))
    drawn = payload["rle"] if "rle" in payload else rle.from_polygons(payload["polygons"], *size)
    ours, known = rle.decode(drawn).astype(bool), rle.decode(gold).astype(bool)
    sent = {
        name: rle.to_coco(rle.encode(pixels))
        for name, pixels in (("agreed", ours & known), ("missed", known & ~ours), ("extra", ours & ~known))
    }
    iou = float((ours & known).sum() / max((ours | known).sum(), 1))
    bars = {"iou_bar": 0.8, "boundary_bar": 0.7}
    scores = {"iou": iou, "boundary": 0.9 * iou, "passed": iou >= 0.8 and 0.9 * iou >= 0.7}
    hint = "Good. Keep this care." if scores["passed"] else "A part on the left is cut off. Follow the edge there."
    return {**sent, **bars, **scores, "hint": hint, "tries_left": 2}

"""A correct dataset, and every way to break one thing in it: what the check must call it, and where."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from random import Random
from typing import Any

from cocokit.rle import compress, to_coco

Json = Any
#: Breaks a dataset in place; the JSON pointer of the place.
Break = Callable[[Random, Json], str]


def correct(chance: Random) -> Json:
    """Eight images of several sizes; polygons of one and two rings, RLEs of both kinds, crowds, poses."""
    images = [{"id": 10 + i, "width": 60 + 4 * i, "height": 50 + i, "file_name": f"{i}.jpg"} for i in range(8)]
    names = ["nose", "tail"]
    categories = [
        {"id": 1, "name": "cat", "keypoints": names, "skeleton": [[1, 2]]},
        {"id": 3, "name": "dog"},
        {"id": 90, "name": "tree", "supercategory": "plant"},
    ]
    rows = [_annotation(chance, n + 1, images[n // 6], ("one", "two", "text", "runs", "crowd", "pose")[n % 6])
            for n in range(48)]  # fmt: skip
    return {"info": {"year": 2026}, "images": images, "annotations": rows, "categories": categories}


def _annotation(chance: Random, number: int, image: Json, form: str) -> Json:
    x, y = chance.randint(1, 20), chance.randint(1, 15)
    w, h = chance.randint(6, 12), chance.randint(6, 12)
    row = {"id": number, "image_id": image["id"], "category_id": 1 if form == "pose" else chance.choice([3, 90]),
           "bbox": [x, y, w, h], "area": w * h, "iscrowd": int(form == "crowd")}  # fmt: skip
    if form in ("text", "runs", "crowd"):
        runs = rectangle(x, y, w, h, image)
        row["segmentation"] = to_coco(compress(runs)) if form == "text" else runs
        return row
    row["segmentation"] = [ring(x, y, w, h)]
    if form == "two":
        row["segmentation"].append(ring(x + w + 2, y, 5, h))
        row |= {"bbox": [x, y, w + 7, h], "area": (w + 5) * h}
    if form == "pose":
        row |= {"keypoints": [x + 1, y + 1, 2, x + 3, y + 2, 1], "num_keypoints": 2}
    return row


def ring(x: float, y: float, w: float, h: float) -> list[float]:
    return [x, y, x + w, y, x + w, y + h, x, y + h]


def rectangle(x: int, y: int, w: int, h: int, image: Json) -> Json:
    height, width = image["height"], image["width"]
    counts = [x * height + y, *[h, height - h] * (w - 1), h, (width - x - w) * height + height - y - h]
    return {"size": [height, width], "counts": counts}


def annotation(form: str, change: Callable[[Json], str]) -> Break:
    """Break one annotation of a form ("any" for all forms); ``change`` gives the place in it."""
    forms = ("one", "two", "text", "runs", "crowd", "pose")

    def broken(chance: Random, data: Json) -> str:
        row = chance.randrange(48) if form == "any" else 6 * chance.randrange(8) + forms.index(form)
        return f"/annotations/{row}{change(data['annotations'][row])}"

    return broken


def members(form: str, place: str = "", **new: Any) -> Break:
    """Set members of one annotation; ``...`` takes one away."""

    def change(row: Json) -> str:
        for name, value in new.items():
            row.pop(name) if value is ... else row.update({name: value})
        return place

    return annotation(form, change)


def of_list(kind: str, place: str, make: Callable[[Json, list[Json]], Json]) -> Break:
    """Put a further row, made from a random one, at the end of a list."""

    def broken(chance: Random, data: Json) -> str:
        rows = data[kind]
        rows.append(make(copy.deepcopy(chance.choice(rows)), rows))
        return f"/{kind}/{len(rows) - 1}{place}"

    return broken


def in_list(kind: str, place: str, **new: Any) -> Break:
    """Set members of a random row of a list."""

    def broken(chance: Random, data: Json) -> str:
        row = chance.randrange(1, len(data[kind]))
        for name, value in new.items():
            data[kind][row].pop(name) if value is ... else data[kind][row].update({name: value})
        return f"/{kind}/{row}{place}"

    return broken


def _box(row: Json, *box: float) -> str:
    row["bbox"] = list(box)
    return "/bbox"


def _quoted(row: Json, name: str) -> str:
    value = row[name]
    row[name] = [str(v) for v in value] if isinstance(value, list) else str(value)
    return f"/{name}"


def _ring(row: Json, *more: list[float]) -> str:
    row["segmentation"] += more
    return f"/segmentation/{len(row['segmentation']) - 1}"


def _points(row: Json, change: Callable[[list[float]], list[float]]) -> str:
    row["segmentation"][0] = change(row["segmentation"][0])
    return "/segmentation/0"


def _flat(row: Json) -> str:
    row["segmentation"] = row["segmentation"][0]
    return "/segmentation"


def _rle(row: Json, name: str, change: Callable[[Any], Any]) -> str:
    row["segmentation"][name] = change(row["segmentation"][name])
    return f"/segmentation/{name}"


def _another(row: Json) -> Json:
    """The id of the first annotation, and another category than the row has."""
    return {"id": 1, "category_id": 3 if row["category_id"] == 90 else 90}


def _repeat(with_id: bool) -> Break:
    return of_list("annotations", "/id" if with_id else "",
                   lambda row, rows: row if with_id else row | {"id": len(rows) + 100})  # fmt: skip


#: Code, and a way to get it.
BREAKS: list[tuple[str, Break]] = [
    ("quoted-number", annotation("any", lambda row: _quoted(row, "id"))),
    ("quoted-number", annotation("any", lambda row: _quoted(row, "image_id"))),
    ("quoted-number", annotation("any", lambda row: _quoted(row, "category_id"))),
    ("quoted-number", annotation("any", lambda row: _quoted(row, "area"))),
    ("quoted-number", annotation("any", lambda row: _quoted(row, "bbox"))),
    ("quoted-number", annotation("pose", lambda row: _quoted(row, "keypoints"))),
    ("quoted-number", annotation("any", lambda row: _quoted(row, "iscrowd"))),
    ("quoted-number", in_list("images", "/id", id="77")),
    ("quoted-number", in_list("categories", "/id", id="77")),
    ("polygon-flat", annotation("one", _flat)),
    ("duplicate-images", of_list("images", "", lambda row, _: row)),
    ("duplicate-image-ids", of_list("images", "/id", lambda row, _: row | {"file_name": "other.jpg"})),
    ("images-without-size", in_list("images", "", width=0)),
    ("images-without-size", in_list("images", "", height=...)),
    ("negative-image-size", in_list("images", "", height=-5)),
    ("duplicate-file-names", in_list("images", "/file_name", file_name="0.jpg")),
    ("missing-file-name", in_list("images", "", file_name=...)),
    ("file-name-outside", in_list("images", "/file_name", file_name="/etc/passwd")),
    ("file-name-outside", in_list("images", "/file_name", file_name="a/../../b.jpg")),
    ("duplicate-categories", of_list("categories", "", lambda row, _: row)),
    ("duplicate-category-ids", of_list("categories", "/id", lambda row, _: row | {"name": "other"})),
    ("duplicate-category-names", of_list("categories", "/name", lambda row, _: {"id": 55, "name": row["name"]})),
    ("categories-without-name", in_list("categories", "", name="")),
    ("category-id-zero", of_list("categories", "/id", lambda *_: {"id": 0, "name": "x"})),
    ("category-id-negative", of_list("categories", "/id", lambda *_: {"id": -1, "name": "x"})),
    ("category-id-sparse", of_list("categories", "/id", lambda *_: {"id": 10**12, "name": "x"})),
    ("category-skeleton", of_list("categories", "/skeleton",
                                  lambda *_: {"id": 7, "name": "x", "keypoints": ["a"], "skeleton": [[0, 1]]})),
    ("missing-annotation-ids", members("any", id=...)),
    ("missing-annotation-ids", members("any", id=None)),
    ("duplicate-annotation-ids", of_list("annotations", "/id", lambda row, rows: row | _another(row))),
    ("duplicate-annotation-ids", _repeat(with_id=True)),
    ("duplicate-annotations", _repeat(with_id=False)),
    ("annotation-id-zero", members("any", "/id", id=0)),
    ("unknown-image-ids", members("any", "/image_id", image_id=10**12)),
    ("unknown-category-ids", members("one", "/category_id", category_id=2)),
    ("missing-category-id", members("one", category_id=...)),
    ("missing-bbox", members("any", bbox=...)),
    ("missing-bbox", members("any", bbox=[])),
    ("missing-area", members("any", area=None)),
    ("missing-iscrowd", members("one", iscrowd=None)),
    ("missing-iscrowd", members("text", iscrowd=...)),
    ("missing-num-keypoints", members("pose", num_keypoints=...)),
    ("bbox-not-finite", annotation("any", lambda row: _box(row, 1, math.nan, 3, 4))),
    ("bbox-not-finite", annotation("any", lambda row: _box(row, 1, 2, math.inf, 4))),
    ("bbox-negative-size", annotation("any", lambda row: _box(row, 9, 9, -3, 4))),
    ("bbox-empty", annotation("any", lambda row: _box(row, 9, 9, 0, 4))),
    ("bbox-off-image", annotation("any", lambda row: _box(row, 900, 9, 3, 4))),
    ("bbox-outside", annotation("any", lambda row: _box(row, -5, 2, 9, 9))),
    ("bbox-not-of-mask", annotation("any", lambda row: _box(row, 40, 35, 9, 9))),
    ("mask-disagrees", members("text", "/segmentation", bbox=[40, 35, 19, 14], area=19 * 14)),
    ("area-invalid", members("any", "/area", area=-3)),
    ("area-invalid", members("any", "/area", area=math.nan)),
    ("area-zero", members("any", "/area", area=0)),
    ("area-not-of-mask", members("one", "/area", area=12_345)),
    ("area-not-of-mask", members("text", "/area", area=5)),
    ("area-exceeds-bbox", members("one", "/area", area=12_345, segmentation=...)),
    ("segmentation-empty", members("one", "/segmentation", segmentation=[])),
    ("polygon-too-short", annotation("one", lambda row: _ring(row, [1, 2, 3, 4]))),
    ("polygon-too-short", annotation("one", lambda row: _ring(row, []))),
    ("polygon-no-area", annotation("two", lambda row: _ring(row, [1, 2, 9, 2, 5, 2]))),
    ("polygon-odd", annotation("one", lambda row: _points(row, lambda r: r[:-1]))),
    ("polygon-not-finite", annotation("one", lambda row: _points(row, lambda r: [math.nan, *r[1:]]))),
    ("polygon-outside", annotation("two", lambda row: _points(row, lambda r: [200.0, *r[1:]]))),
    ("polygon-self-crossing", annotation("one", lambda row: _points(row, lambda r: [*r[2:4], *r[:2], *r[4:]]))),
    ("crowd-polygons", members("two", "/segmentation", iscrowd=1)),
    ("rle-size", annotation("runs", lambda row: _rle(row, "size", lambda s: s[::-1]))),
    ("rle-size-impossible", annotation("crowd", lambda row: _rle(row, "size", lambda s: [-1, s[1]]))),
    ("rle-sum", annotation("runs", lambda row: _rle(row, "counts", lambda c: [*c, 7]))),
    ("rle-sum", annotation("text", lambda row: _rle(row, "counts", lambda c: c[:-4]))),
    ("rle-undecodable", annotation("text", lambda row: _rle(row, "counts", lambda c: c + "~"))),
    ("rle-empty", annotation("runs", lambda row: _rle(row, "counts", lambda c: [sum(c)]))),
    ("keypoints-length", members("pose", "/keypoints", keypoints=[1, 2])),
    ("keypoints-count", members("pose", "/keypoints", keypoints=[1, 2, 2])),
    ("keypoints-not-finite", members("pose", "/keypoints", keypoints=[1, math.nan, 2, 3, 4, 2])),
    ("keypoints-visibility", members("pose", "/keypoints", keypoints=[1, 1, 5, 3, 4, 2])),
    ("keypoints-outside", members("pose", "/keypoints", keypoints=[1, 700, 2, 3, 4, 2])),
    ("num-keypoints", members("pose", "/num_keypoints", num_keypoints=17)),
]  # fmt: skip

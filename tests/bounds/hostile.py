"""Files and values made by somebody who means harm, from a seeded generator."""

from __future__ import annotations

from random import Random
from typing import Any

FILES = (
    b'[{"image_id": 1, "category_id": 1, "bbox": [1.5, 2, 3.25e1, 4], "score": 0.5}, '
    b'{"image_id":1,"category_id":2,"bbox":[1,2,3,4],"score":0.123456789012345678901}]',
    b'[{"image_id":1,"category_id":1,"segmentation":{"size":[5,6],"counts":"abc\\\\d0"},"score":1e-320,'
    b'"x":[1,{"a":"b\\u00e9"}]},\n{"image_id":2,"segmentation":{"counts":[1,2,3],"size":[5,6]},"score":1}]',
    b'{"info":{"a":[1,2]},"images":[{"id":1,"width":10,"height":20,"file_name":"a.jpg","licence":3},'
    b'{"id":2,"file_name":"\xc3\xa9.jpg"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4],'
    b'"area":12.5,"iscrowd":0,"segmentation":[[1,2,3,4,5,6.5]],"caption":"a \\"x\\"","keypoints":[1,2,2,0,0,0]},'
    b'{"id":2,"image_id":1,"ignore":true,"segmentation":{"size":[20,10],"counts":"0P6"},'
    b'"a_member_whose_name_is_too_long_to_be_kept":null}],"categories":[{"id":1,"name":"c"}]}',
)
_PIECES = (
    *[bytes([c]) for c in b'"{}[],:\\-\x00\xff'], b"\xff" * 32, b"\xff" * 40, b"1" * 20, b"9" * 400, b"1e400", b"-0",
    b"0.", b"1e999999999999", b"null", b"true", b"NaN", b"Infinity", b"[]", b"{}", b" " * 40, b"\n" * 64, b'"bbox":',
    b'"score":', b'"segmentation":', b'"counts":', b'"size":', b"\xef\xbb\xbf", b"\\ud800", b"67108864",
    b"9223372036854775808", b"4.9e-324", b"1.7976931348623159e308", b'"' + b"k" * 70 + b'":1,', b"[" * 70 + b"]" * 70,
)  # fmt: skip
_NUMBERS: tuple[Any, ...] = (
    0, 1, -1, -0.0, 1e300, -1e300, 5e-324, float("nan"), float("inf"), -float("inf"), 2**31, -(2**31), 2**32, 2**53 + 1,
    2**63 - 1, -(2**63), 2**63, 10**30, 0.1, "7", None, True, [], {}, 4e9, 67108864,
)  # fmt: skip
_IDS: tuple[Any, ...] = (0, 1, -1, 2**63 - 1, -(2**63), 2**63, True, 1.0, "1", None, 1.5, 2**40)
_COUNTS: tuple[Any, ...] = (
    "", "0", "P", "o", "o" * 16, "0P6", "P" * 22 + "1", "\x00", "é", "`1`1`1", "o" * 15 + "0", "0o0o0o0O", "~~~~", "5",
    "0" * 50, [0], [], [-1, 2], [2**32, 1], [2**63 - 1, 5], [1.5], [1, 2, 3], [0, 0, 0, 5], [2**31] * 4, None, 5,
)  # fmt: skip
_SIZES: tuple[Any, ...] = (
    [5, 6], [0, 0], [0, 5], [5, 0], [10**9, 10**9], [2**32, 2**32], [4 * 10**9, 4 * 10**9], [-1, -1], [1.5, 2], [5],
    ["5", "6"], None, [2**63 - 1, 2], [65536, 65535], [2**40, 0], [1, 2**32 - 1], [2**32 - 1, 1],
)  # fmt: skip


def damaged(rng: Random, data: bytes) -> bytes:
    """The same file with some bytes changed, removed, repeated or put in."""
    made = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        i, kind = rng.randrange(len(made) + 1), rng.randrange(6)
        if kind == 0 and i < len(made):
            made[i] = rng.randrange(256)
        elif kind == 1:
            del made[i : i + rng.choice([1, 1, 2, 5, 20, 1000])]
        elif kind == 2:
            made[i:i] = made[rng.randrange(len(made) + 1) :][:200]
        else:
            piece = rng.choice(_PIECES)
            made[i : i + (len(piece) if kind == 3 else 0)] = piece
    return bytes(made)


def spoil(rng: Random, gt: dict[str, Any], dt: list[dict[str, Any]]) -> None:
    """Put a few impossible values into a dataset and its results."""
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        rows = rng.choice([gt["annotations"], dt, dt, gt["images"], gt["categories"]])
        if rows:
            row = rng.choice(rows)
            field = rng.choice([*row, "area", "iscrowd", "id", "num_keypoints", "bbox", "score"])
            if rng.random() < 0.15:
                row.pop(field, None)
            else:
                row[field] = _value(rng, field, row.get(field))
    if rng.random() < 0.05:
        gt[rng.choice(["images", "annotations", "categories"])] = rng.choice([[], None, {}, [None], [[]]])


def _value(rng: Random, field: str, old: Any) -> Any:
    if field in ("id", "image_id", "category_id", "width", "height"):
        return rng.choice(_IDS)
    if field == "segmentation" and rng.random() < 0.6:
        size = old.get("size", [5, 6]) if isinstance(old, dict) else [5, 6]  # an earlier fault may have emptied it
        return {"size": rng.choice([size, rng.choice(_SIZES)]),
                "counts": rng.choice(_COUNTS)}  # fmt: skip
    if field == "segmentation":
        ring = [rng.choice(_NUMBERS[:20]) for _ in range(rng.randrange(9))]
        return rng.choice([[], [[]], [[1, 2]], [ring], [ring, ring[::-1]], {}, "x", [1, 2, 3, 4, 5, 6]])
    if field in ("bbox", "keypoints") and isinstance(old, list) and old:
        made = list(old)
        made[rng.randrange(len(made))] = rng.choice(_NUMBERS)
        return rng.choice([made, made, old[:-1], [*old, 1], []])
    return rng.choice(_NUMBERS)

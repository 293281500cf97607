"""How messages name a place in a file, show the value that lies there, and count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST = 60


def place(kind: str, row: int, field: str = "", image_id: object = None) -> str:
    """Name one row, or one field of it.

    Args:
        kind: "results" for a top-level list, else the list's name ("annotations", "images", "categories").
        row: its position in the list, from 0.
        field: the member, or an empty string for the whole row.
        image_id: the row's image, where known.

    >>> place("results", 12, "bbox", 397133)
    '[12].bbox (image_id 397133)'
    >>> place("annotations", 3)
    'annotations[3]'
    """
    image = f" (image_id {shown(image_id)})" if image_id is not None else ""
    return f"{'' if kind == 'results' else kind}[{row}]{'.' + field if field else ''}{image}"


def shown(value: object) -> str:
    """A value as JSON would have it, cut after 60 characters.

    >>> shown("0.9"), shown(None), shown([1, 2.5])
    ('"0.9"', 'null', '[1, 2.5]')
    """
    text = _text(value, 12)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def described(value: object) -> str:
    """A value with its JSON type, for "is ..." sentences.

    >>> described("0.9"), described(True), described([1])
    ('the string "0.9"', 'true', 'the list [1]')
    """
    if isinstance(value, (str, bytes)):
        return f"the string {shown(value)}"
    if isinstance(value, Mapping):
        return f"the object {shown(value)}" if value else "an empty object"
    if isinstance(value, (list, tuple)):
        return f"the list {shown(value)}" if value else "an empty list"
    return shown(value)


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "category"), counted(2, "category"), counted(1200, "image")
    ('1 category', '2 categories', '1,200 images')
    """
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def _text(value: Any, budget: int) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, bytes):
        value = value[:_LONGEST].decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        import json

        return json.dumps(value[:_LONGEST], ensure_ascii=not _encodable(value[:_LONGEST]))
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, Mapping):
        inner = [f"{_text(str(k), budget)}: {_text(v, budget // 2)}" for k, v in list(value.items())[:budget]]
        return "{" + ", ".join(inner) + (", ..." if len(value) > budget else "") + "}"
    if isinstance(value, Sequence):
        inner = [_text(v, budget // 2) for v in value[:budget]]
        return "[" + ", ".join(inner) + (", ..." if len(value) > budget else "") + "]"
    return " ".join(str(value).split())


def _encodable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)

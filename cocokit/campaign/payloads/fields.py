"""The parts that payloads are made of: members, lists, whole numbers, points inside an image."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...domain.answers import Point
from ...domain.tasks import ImageRef
from ...errors import RefusedError
from ...places import counted, described, shown

#: What a fault of the whole payload calls its field.
WHOLE = "answer"

#: How far outside its image a coordinate may lie, px, and is moved onto the edge.
TOLERANCE = 0.5


def members(value: object, field: str, needed: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """The members of a JSON object that has all the needed ones and no unknown one."""
    if not isinstance(value, dict):
        raise RefusedError(field, f"is {described(value)}", "send an object")
    prefix = "" if field == WHOLE else f"{field}."
    for name in value:
        if name not in needed and name not in optional:
            raise RefusedError(prefix + _name(name), "is not known here", _known([*needed, *optional]))
    for name in needed:
        if name not in value:
            raise RefusedError(prefix + name, "is missing", _known([*needed, *optional]))
    return value


def items(value: object, field: str, most: int, noun: str) -> list[Any]:
    """A JSON list of at most so many things."""
    if not isinstance(value, list):
        raise RefusedError(field, f"is {described(value)}", "send a list")
    if len(value) > most:
        raise RefusedError(field, f"has {counted(len(value), noun)}", f"send at most {most:,}")
    return value


def whole(value: object, field: str) -> int:
    """A whole number, written as one."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise RefusedError(field, f"is {described(value)}", "send a whole number")
    return value


def word(value: object, field: str, known: Collection[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in known:
        raise RefusedError(field, f"is {described(value)}", f"send {' or '.join(known)}")
    return value


def inside(value: object, limit: int) -> bool:
    """Whether a value is a number on an axis of ``limit`` px, by the tolerance; NaN and true are not.

    >>> inside(-0.5, 640), inside(641, 640), inside(True, 640), inside(10**400, 640), inside(float("nan"), 640)
    (True, False, False, False, False)
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and -TOLERANCE <= value <= limit + TOLERANCE  # type: ignore[operator]


def coordinate(value: Any, field: str, limit: int) -> float:
    """A number on an axis of ``limit`` px, moved onto the edge if it lies a little outside."""
    if inside(value, limit):
        return min(max(float(value), 0.0), float(limit)) + 0.0  # -0.0 becomes 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise RefusedError(field, f"is {described(value)}", "send a number")
    raise RefusedError(field, f"is {shown(value)}, outside the image", f"send 0 to {limit:,} px")


def point(x: Any, y: Any, fields: tuple[str, str], image: ImageRef) -> Point:
    """A point of an image; ``fields`` name its coordinates."""
    return coordinate(x, fields[0], image.width), coordinate(y, fields[1], image.height)


def _name(name: object) -> str:
    """A member's name as part of a field; what a stranger made up is quoted and cut."""
    return name if isinstance(name, str) and len(name) <= 40 and name.isidentifier() else shown(name)


def _known(names: Collection[str]) -> str:
    return f"the members are {', '.join(names)}"

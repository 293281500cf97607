"""A request's JSON, read as if an enemy had sent it: no NaN, no member twice, not too deep, nothing unknown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from cocokit.campaign.payloads.fields import WHOLE, members
from cocokit.errors import RefusedError

#: How deep lists and objects may lie in each other.
DEEPEST = 40
#: A text, or what is left of one that has no end: a mark in it must not begin another search through all of it.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.S)
_OTHERS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_ALIKE = bytes.maketrans(b"{}", b"[]")


def read_body(needed: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """The members of the request's JSON object.

    Raises:
        RefusedError: no JSON, not an object, a member that is missing, unknown or there twice.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return members(parse(request.get_data(cache=False)), WHOLE, needed, optional)


def parse(data: bytes) -> Any:
    """Parse JSON strictly.

    Raises:
        RefusedError: it is none, is too deep, or holds what JSON has no word for.
    """
    _check_depth(data)
    try:
        return json.loads(
            data.decode("utf-8"), parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_no_doubles
        )
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:  # also: no UTF-8, a mark before it, 5,000 digits
        raise RefusedError(WHOLE, f"is no JSON ({type(error).__name__})", "send one JSON object in UTF-8") from None


def text_of(body: dict[str, Any], name: str, longest: int, *, default: str | None = None) -> str:
    """A member that is a text."""
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > longest:
        raise RefusedError(name, "is no text, or a long one", f"send a text of at most {longest:,} characters")
    return value


def whole_of(body: dict[str, Any], name: str, most: int) -> int:
    """A member that is a whole number from 0."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise RefusedError(name, "is no whole number that can be meant", f"send 0 to {most:,}")
    return value


def words_of(body: dict[str, Any], name: str, most: int) -> list[str]:
    """A member that is a list of short texts; empty if it is not there."""
    value = body.get(name, [])
    if not isinstance(value, list) or len(value) > most or not all(isinstance(v, str) and len(v) < 100 for v in value):
        raise RefusedError(name, "is no list of ids", f"send at most {most} ids")
    return value


def _check_depth(data: bytes) -> None:
    """Count brackets outside of texts before Python's own parser climbs down each of them; each round takes a level."""
    left, depth = _TEXT.sub(b"", data).translate(_ALIKE, _OTHERS), 0
    while b"[]" in left and depth <= DEEPEST:
        left, depth = left.replace(b"[]", b""), depth + 1
    if depth + left.count(b"[") > DEEPEST:
        raise RefusedError(WHOLE, "is nested too deep", f"send at most {DEEPEST} levels")


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise RefusedError(WHOLE, f"has the number {text[:20]}", "send numbers that a computer can hold")
    return number


def _no_constant(name: str) -> NoReturn:
    raise RefusedError(WHOLE, f"has the number {name}", "send numbers that JSON knows")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError(WHOLE, "has a member twice", "send each member once")
    return found

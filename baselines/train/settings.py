"""Settings: frozen dataclasses that JSON holds without loss, changed by words such as ``steps=200``.

A name that does not exist is an error that says which is nearest; a word becomes what its field is.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from cocokit.errors import ParamsError

T = TypeVar("T")

#: What people type for longer names.
SHORT = {"lr": "lr_per_16_images"}
_WORDS = {"true": "true", "false": "false", "none": "null", "null": "null"}


def to_json(config: Any) -> dict[str, Any]:
    """A config, and the configs in it, as plain JSON values."""
    return {field.name: _plain(getattr(config, field.name)) for field in fields(config)}


def from_json(kind: type[T], value: Any, where: str = "") -> T:
    """A config of a kind from parsed JSON; members that are missing have their defaults.

    Args:
        kind: a frozen dataclass.
        value: an object.
        where: what its settings' names begin with, for messages.

    Raises:
        ParamsError: a name that does not exist, or a value of another type.
    """
    if not isinstance(value, Mapping):
        raise ParamsError(where or "config", value, "give an object with the names of settings")
    known = types_of(kind)
    for name in value:
        if name not in known:
            raise unknown(_joined(where, name), value[name], [_joined(where, other) for other in known])
    return kind(**{name: _typed(known[name], given, _joined(where, name)) for name, given in value.items()})


def changed(config: T, words: Iterable[str]) -> T:
    """The same config with settings changed by words such as ``lr=0.01`` and ``model.gamma=2``.

    Raises:
        ParamsError: a name that does not exist, with the nearest that does; a value of another type.
    """
    wanted: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ParamsError("--set", word, "write NAME=VALUE, such as steps=200")
        name = SHORT.get(name.strip(), name.strip())
        _want(wanted, config, name, text.strip())
    return _with(config, wanted)  # all at once: a config is checked as it will be, not on the way to it


def settings_of(config: Any, where: str = "") -> dict[str, Any]:
    """Every setting by the name that is typed for it, with its value."""
    found: dict[str, Any] = {}
    for name in types_of(type(config)):
        value = getattr(config, name)
        inner = settings_of(value, _joined(where, name)) if is_dataclass(value) else {_joined(where, name): value}
        found |= inner
    return found


def unknown(name: str, value: object, known: Iterable[str]) -> ParamsError:
    """The error for a name that does not exist."""
    names = list(known)
    near = get_close_matches(name, names, 1, 0.5) or get_close_matches(name.rpartition(".")[2], names, 1, 0.3)
    hint = f"the nearest is {near[0]}" if near else f"there are {', '.join(names)}"
    return ParamsError(name if name.isprintable() else ascii(name), value, f"there is no such setting; {hint}")


def types_of(kind: type[Any]) -> dict[str, Any]:
    """The type of each setting of a config, by name."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _want(wanted: dict[str, Any], config: Any, name: str, text: str) -> None:
    """Note what a setting is to be, as deep as it lies."""
    *outer, last = name.split(".")
    inner = config
    for part in outer:
        inner = getattr(inner, part, None)
        if not is_dataclass(inner):
            raise unknown(name, text, settings_of(config))
        wanted = wanted.setdefault(part, {})
    kinds = types_of(type(inner))
    if last not in kinds or is_dataclass(getattr(inner, last)):
        raise unknown(name, text, settings_of(config))
    wanted[last] = _typed(kinds[last], _word(kinds[last], text), name)


def _with(config: T, wanted: Mapping[str, Any]) -> T:
    """A config with settings changed, and the configs in it."""
    old = {name: getattr(config, name) for name in wanted}
    new = {name: _with(old[name], value) if is_dataclass(old[name]) else value for name, value in wanted.items()}
    return replace(config, **new)  # type: ignore[type-var]


def _word(kind: Any, text: str) -> Any:
    """What was typed, as the JSON value that it looks like; text stays text where that is what is wanted."""
    if kind is str or (get_origin(kind) is Literal and text in get_args(kind)):
        return text
    if get_origin(kind) in (Union, types.UnionType) and str in get_args(kind) and text.lower() not in _WORDS:
        return text
    sequence = get_origin(kind) is tuple and not text.startswith("[")
    try:
        return json.loads(f"[{text}]" if sequence else _WORDS.get(text.lower(), text))
    except json.JSONDecodeError:
        return [part.strip() for part in text.split(",")] if sequence else text


def _typed(kind: Any, value: Any, name: str) -> Any:
    """A value as its field's type; ParamsError where it is of another."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return None if value is None else _either([k for k in inner if k is not type(None)], value, name)
    if origin is Literal:
        if value not in inner or (isinstance(value, bool) and not any(value is one for one in inner)):
            raise ParamsError(name, value, f"use one of {', '.join(map(str, inner))}")
        return value
    if is_dataclass(kind):
        return value if isinstance(value, kind) else from_json(kind, value, name)  # type: ignore[arg-type]
    if origin is tuple:
        return _row(inner, value, name)
    if origin is dict and isinstance(value, Mapping):
        return {key: _typed(inner[1], one, f"{name}.{key}") for key, one in value.items()}
    return _single(kind, value, name)


def _single(kind: Any, value: Any, name: str) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf:
        return float(value)
    if isinstance(value, kind) and kind is not float and (kind is bool or not isinstance(value, bool)):
        return value
    words = {int: "a whole number", float: "a finite number", bool: "true or false", str: "a text"}
    raise ParamsError(name, value, f"{words.get(kind, getattr(kind, '__name__', kind))} is needed")


def _either(kinds: list[Any], value: Any, name: str) -> Any:
    """The first type of several that a value is of."""
    for kind in kinds[:-1]:
        try:
            return _typed(kind, value, name)
        except ParamsError:
            continue
    return _typed(kinds[-1], value, name)


def _row(inner: tuple[Any, ...], value: Any, name: str) -> tuple[Any, ...]:
    """A tuple: of one type and any length, or of a type for each place."""
    if not isinstance(value, list | tuple):
        raise ParamsError(name, value, "a list is needed")
    kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
    if len(kinds) != len(value):
        raise ParamsError(name, value, f"a list of {len(kinds)} is needed")
    return tuple(_typed(kind, one, name) for kind, one in zip(kinds, value, strict=True))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else value


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name

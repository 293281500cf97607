"""What only people know of a dataset: its title, who made it, under which licence. The rest of its card is counted."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Any

from ..errors import DataError


@dataclass(frozen=True, slots=True)
class About:
    """What a card says that no file does; what is empty the card calls not stated.

    Attributes:
        title: the dataset's name.
        description: what is in it and what it is for.
        collected: how the images were found.
        annotated: how they were annotated.
        license: of the annotations.
        authors: who made it.
        year: in which it was published.
        url: where it lies.
        contact: whom to write to, for takedowns as well.
        limits: what it must not be used for, what is known to be missing.
    """

    title: str = ""
    description: str = ""
    collected: str = ""
    annotated: str = ""
    license: str = ""
    authors: tuple[str, ...] = ()
    year: str = ""
    url: str = ""
    contact: str = ""
    limits: tuple[str, ...] = ()


def read_about(path: str | os.PathLike[str]) -> About:
    """From a TOML file with these names; ``authors`` and ``limits`` are lists of texts.

    Raises:
        DataError: no such file, no TOML, a name that is not known or a value of another form.
    """
    import tomllib

    name, known = os.fspath(path), [f.name for f in fields(About)]
    try:
        with open(path, "rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise DataError(name, "", f"cannot be read: {error.strerror or error}", "check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(name, "", f"is no TOML file ({error})", 'write lines such as title = "Street cats"') from None
    for key, value in values.items():
        if key not in known:
            raise DataError(name, key, "is not known", f"known are {', '.join(known)}")
        values[key] = _value(name, key, value)
    return About(**values)


def _value(path: str, key: str, value: Any) -> Any:
    if key in ("authors", "limits"):
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
        raise DataError(path, key, "is no list of texts", f'write {key} = ["...", "..."]')
    if isinstance(value, str) or (key == "year" and isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise DataError(path, key, "is no text", f'write {key} = "..."')

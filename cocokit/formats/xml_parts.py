"""XML read part by part: the children of the root one after another, so that a large file stays on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from ..errors import DataError
from ..places import described
from ..regular import open_regular

_BLOCK = 1 << 20


class _Parts(ElementTree.TreeBuilder):
    """Gives away each child of the root when it ends; a document type, which could hold entities, is refused."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.depth, self.ready = path, 0, list[ElementTree.Element]()
        self.root: ElementTree.Element | None = None

    def start(self, tag: str, attrs: dict[Any, Any], /) -> Any:
        found = super().start(tag, attrs)
        self.root = found if self.root is None else self.root
        self.depth += 1
        if self.depth > 100:
            raise DataError(self.path, "", "is nested more than 100 deep", "this is no annotation file")
        return found

    def end(self, tag: str, /) -> ElementTree.Element:
        found = super().end(tag)
        self.depth -= 1
        if self.depth == 1:
            self.ready.append(found)
            assert self.root is not None
            self.root.clear()
        return found

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called for ``<!DOCTYPE``."""
        raise DataError(
            self.path, "", f"has a document type ({name})", "annotation files have none: take that line out"
        )


def parts_of(path: str, root: str) -> Iterator[ElementTree.Element]:
    """The children of the root element.

    Args:
        path: the file.
        root: the name that the root must have.

    Raises:
        DataError: not XML, cut off, another root, a document type.
    """
    target = _Parts(path)
    parser = ElementTree.XMLParser(target=target)
    try:
        with open_regular(path) as file:
            while block := file.read(_BLOCK):
                parser.feed(block)
                yield from _ready(target, root)
        parser.close()
    except ElementTree.ParseError as error:
        line, column = error.position
        reason = f"is not XML: {str(error).partition(':')[0]}"
        raise DataError(path, f"line {line} column {column + 1}", reason, "was it cut off? export it again") from None
    except (UnicodeError, LookupError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(path, "", f"cannot be read ({error})", "save it as UTF-8") from None
    except OSError as error:
        raise DataError(path, "", f"cannot be read: {error.strerror or error}", "check the path") from None
    yield from _ready(target, root)


def _ready(target: _Parts, root: str) -> Iterator[ElementTree.Element]:
    if target.root is not None and target.root.tag != root:
        reason = f"has <{target.root.tag[:40]}> where <{root}> was expected"
        raise DataError(target.path, "", reason, "give a file of this format")
    ready, target.ready = target.ready, []
    yield from ready


def attribute(element: ElementTree.Element, name: str, path: str, where: str) -> str:
    """An attribute that must be there. Raises DataError."""
    found = element.get(name)
    if found is None:
        raise DataError(path, where, f"<{element.tag}> has no {name}", "export the file again")
    return found


def number_of(text: str | None, path: str, where: str, name: str) -> float:
    """A finite number. Raises DataError."""
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if value - value != 0:
        raise DataError(path, where, f"{name} is {described(text)}", "it is a number")
    return value


def text_of(value: str, where: str) -> str:
    """Text that XML can hold, as it is. Raises DataError: a control character."""
    bad = next(
        (c for c in value if (c < " " and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff"), ""
    )
    if bad:
        raise DataError("dataset", where, f"has the character {bad!r}, which XML cannot hold", "rename it")
    return value


def file_in(path: str, name: str) -> str:
    """The file itself, or the one of a name in a folder."""
    return os.path.join(path, name) if os.path.isdir(path) else path

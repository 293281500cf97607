"""The part of YAML in which datasets are described: keys with plain values, lists, and mappings below a key.

A whole YAML library is neither needed nor wanted: what it can do beyond this (references, tags, Python objects) is how
a hostile file attacks its reader.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import DataError
from .texts import read_text

_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^']|'')*'"
_KEY = re.compile(rf"((?:{_QUOTED})\s*|[^\s\"'#\[\]{{}},&*!|>%@`:-](?:[^:#]|:(?=\S))*?):(?=\s|$)")
_ITEM = re.compile(rf"\s*((?:{_QUOTED}|[^,\[\]{{}}\"'])*)(,|$)")
_QUOTED_OR_COMMENT = re.compile(rf"(?<![^\s,\[{{:])(?:{_QUOTED})|(?:^|\s)#")
_NUMBER = re.compile(r"[-+]?[0-9]+|[-+]?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?")


def read_yaml(path: str) -> dict[Any, Any]:
    """The members of a file: None, bool, int, float, str, lists and mappings.

    Raises:
        DataError: a line that is no such YAML.
    """
    lines = enumerate(read_text(path).splitlines(), 1)
    found = _Lines(path, [(number, line.rstrip()) for number, line in lines if _says(line)])
    made = found.mapping(0)
    if found.at < len(found.lines):
        raise found.refusal("is indented in no way that fits the lines above")
    return made


class _Lines:
    """Lines that say something, read one after the other."""

    def __init__(self, path: str, lines: list[tuple[int, str]]) -> None:
        self.path, self.lines, self.at = path, lines, 0

    def mapping(self, indent: int) -> dict[Any, Any]:
        """The keys at one indent, from the current line on."""
        found: dict[Any, Any] = {}
        while self._indent() == indent:
            text = self.lines[self.at][1].strip()
            match = _KEY.match(text)
            key = None if match is None else _scalar(match[1].strip())
            if match is None or key in found:
                raise self.refusal("is no key: value" if match is None else f"says {key!r} a second time")
            value = _plain(text[match.end() :])
            found[key] = self._flow(value) if value else self._below(indent)
            self.at += bool(value)
        return found

    def refusal(self, reason: str) -> DataError:
        """The error for the current line."""
        number, text = self.lines[self.at]
        return DataError(self.path, f"line {number}", f"{text.strip()[:60]!r} {reason}",
                         "describe the dataset in plain YAML, such as names: [cat, dog]")  # fmt: skip

    def _indent(self) -> int:
        """Spaces before the current line; -1 at the end."""
        if self.at >= len(self.lines):
            return -1
        line = self.lines[self.at][1]
        return len(line) - len(line.lstrip(" "))

    def _below(self, indent: int) -> Any:
        """What stands below a key: a list, a mapping, or nothing."""
        self.at += 1
        deeper = self._indent()
        if deeper >= indent and re.match(r"-(\s|$)", self.lines[self.at][1].strip()):
            return self._items(deeper)
        return self.mapping(deeper) if deeper > indent else None

    def _items(self, indent: int) -> list[Any]:
        found = []
        while self._indent() == indent and re.match(r"-(\s|$)", self.lines[self.at][1].strip()):
            found.append(self._flow(_plain(self.lines[self.at][1].strip()[1:])))
            self.at += 1
        return found

    def _flow(self, text: str) -> Any:
        """A value on one line; a list or mapping in brackets may go on over lines."""
        if text[:1] not in ("[", "{"):
            return _scalar(text)
        while text[-1] not in "]}" and self.at + 1 < len(self.lines):
            self.at += 1
            text += " " + _plain(self.lines[self.at][1])
        if text[-1] != {"[": "]", "{": "}"}[text[0]]:
            raise self.refusal("is a list that does not end")
        parts = self._parts(text[1:-1].strip())
        return [_scalar(part) for part in parts] if text[0] == "[" else dict(self._pair(part) for part in parts)

    def _parts(self, text: str) -> list[str]:
        """What stands between commas."""
        found, at = [], 0
        while at < len(text):
            match = _ITEM.match(text, at)
            if match is None:
                raise self.refusal("is a list of more than plain values")
            found.append(match[1].strip())
            at = match.end()
        return found

    def _pair(self, text: str) -> tuple[Any, Any]:
        match = _KEY.match(text)
        if match is None:
            raise self.refusal("is no mapping of plain values")
        return _scalar(match[1].strip()), _scalar(text[match.end() :].strip())


def _says(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#") and text not in ("---", "...")


def _plain(text: str) -> str:
    """Without the comment at its end; a # between quotes is none."""
    for match in _QUOTED_OR_COMMENT.finditer(text):
        if match[0].endswith("#") and len(match[0]) <= 2:
            return text[: match.start()].strip()
    return text.strip()


def _scalar(text: str) -> Any:
    if text[:1] == '"':
        try:
            return json.loads(text)
        except ValueError:
            return text[1:-1]
    if text[:1] == "'":
        return text[1:-1].replace("''", "'")
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _NUMBER.fullmatch(text) and len(text) < 300:
        return float(text) if "." in text else int(text)
    return text

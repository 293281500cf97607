"""A JSON file to Python objects, with a useful sentence for everything that is not one."""

from __future__ import annotations

import json
import os
from typing import Any

from .errors import DataError

_PEEK = 4096
_PACKED = {
    b"\x1f\x8b": ("gzip", "unpack it first: gunzip -k FILE"),
    b"PK\x03\x04": ("a zip archive", "unpack it first: unzip FILE"),
    b"\x28\xb5\x2f\xfd": ("zstd", "unpack it first: unzstd FILE"),
    b"BZh": ("bzip2", "unpack it first: bunzip2 -k FILE"),
    b"\xfd7zXZ": ("xz", "unpack it first: unxz -k FILE"),
    b"\x89PNG": ("a PNG image", "give the JSON file"),
    b"\xff\xd8\xff": ("a JPEG image", "give the JSON file"),
    b"\x80\x04": ("a Python pickle", "write it as JSON"),
    b"\x80\x05": ("a Python pickle", "write it as JSON"),
    b"\xff\xfe": ("UTF-16 text", "save it as UTF-8"),
    b"\xfe\xff": ("UTF-16 text", "save it as UTF-8"),
}
_TEXTS = {
    b"version https://git-lfs": ("a Git LFS pointer, not the file itself", "fetch it: git lfs pull"),
    b"<": ("an HTML or XML page, not JSON", "download the file itself"),
}


def parse_json(path: str | os.PathLike[str]) -> Any:
    """Read a UTF-8 JSON file, with or without a byte-order mark; NaN and Infinity are taken as Python's json does.

    Raises:
        DataError: not there, not readable, empty, packed, not text, cut off, or not JSON; with line and column. A
            member twice in the object at the top, of which Python would take the last in silence.
    """
    name = os.fspath(path)
    data = _read(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _line_and_column(data[: error.start].decode("utf-8", "replace"))
        reason = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise DataError(name, where, reason, "save the file as UTF-8") from None
    del data
    try:
        value = json.loads(text)
        _refuse_repeats(name, text, value)
        return value
    except DataError:
        raise
    except json.JSONDecodeError as error:
        raise _syntax(name, text, error) from None
    except RecursionError:
        raise DataError(name, "", "is nested too deeply to be read", "COCO files nest six levels") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise DataError(name, "", "holds a number of thousands of digits", "write shorter numbers") from error
    except MemoryError:
        reason = f"{len(text):,} characters of unusual JSON do not fit into memory"
        raise DataError(name, "", reason, "split the file") from None


def _read(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            head = file.read(_PEEK)
            _refuse_other_kinds(name, head)
            return head + file.read()  # no seek: it may be a pipe
    except FileNotFoundError:
        raise DataError(name, "", "no such file", "check the path") from None
    except IsADirectoryError:
        raise DataError(name, "", "is a folder", "give the JSON file in it") from None
    except MemoryError:
        reason = f"{os.path.getsize(name):,} bytes of unusual JSON do not fit into memory"
        raise DataError(name, "", reason, "split the file") from None
    except OSError as error:
        raise DataError(name, "", f"cannot be read: {error.strerror or error}") from None


def _refuse_other_kinds(name: str, head: bytes) -> None:
    """Look at the first bytes, before gigabytes of something else are read."""
    if not head:
        raise DataError(name, "", "is empty (0 bytes)", "write it again")
    for magic, (what, remedy) in _PACKED.items():
        if head.startswith(magic):
            raise DataError(name, "", f"is {what}, not JSON", remedy.replace("FILE", name))
    if b"\0" in head:
        at = head.index(b"\0")
        raise DataError(name, f"byte {at}", "is binary, not JSON text (a NUL byte)", "give the JSON file")
    for start, (what, remedy) in _TEXTS.items():
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise DataError(name, "", f"is {what}", remedy)


def _refuse_repeats(name: str, text: str, value: Any) -> None:
    """Only where a name occurs again anywhere in the text is it read once more to see whether it is at the top."""
    if not isinstance(value, dict) or all(text.count(json.dumps(key, ensure_ascii=False)) < 2 for key in value):
        return
    top: list[tuple[str, Any]] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        top[:] = pairs  # the object at the top is the last to end

    json.loads(text, object_pairs_hook=keep)
    seen = set[str]()
    for key, _ in top:
        if key in seen:
            reason = f"has the member {json.dumps(key)} twice at its top"
            raise DataError(name, "", reason, "keep one of them: nobody can say which counts")
        seen.add(key)


def _syntax(name: str, text: str, error: json.JSONDecodeError) -> DataError:
    where = _line_and_column(text[: error.pos])
    if not text.strip():
        return DataError(name, "", "holds only white space", "write it again")
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        reason = f"the file ends in the middle of a value, after {len(text):,} characters"
        return DataError(name, where, reason, "it was cut off: write or download it again")
    if error.msg == "Extra data":
        reason = f"a second value follows the first: {_near(text, error.pos)}"
        return DataError(name, where, reason, "a file holds one JSON value; put rows (JSON lines) into one list")
    return DataError(name, where, f"is not JSON: {error.msg} at {_near(text, error.pos)}", "correct it there")


def _near(text: str, position: int) -> str:
    return repr(text[position : position + 20])


def _line_and_column(before: str) -> str:
    return f"line {before.count(chr(10)) + 1} column {len(before) - before.rfind(chr(10))}"

"""Foreign formats, one module each: what it reads, what it writes, and what it cannot hold.

>>> FORMATS["coco"].title, FORMATS["coco"].losses
('COCO JSON', ())
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from ..errors import DataError, ParamsError
from .base import Format, Loss, Read, Written, head, lost

__all__ = ["FORMATS", "Format", "Loss", "Read", "Written", "find_format", "format_named", "lost"]

#: How UTF-16 begins: with its mark, or with the first letter of JSON or XML and half of nothing.
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0", b"<\0", b"\0{", b"\0[", b"\0<")
#: The module of each format; a module has one or more of them in its ``FORMATS``.
MODULES = {
    "coco": "coco",
    "yolo": "yolo",
    "yolo-seg": "yolo",
    "yolo-pose": "yolo",
    "darknet": "yolo",
    "voc": "voc",
    "voc-masks": "voc",
    "labelme": "labelme",
    "cvat": "cvat",
    "lvis": "lvis",
    "parquet": "parquet",
    "label-studio": "label_studio",
    "open-images": "open_images",
    "panoptic": "panoptic",
    "results": "results",
}


class _Formats(Mapping[str, Format]):
    """Formats by name; a module is imported when one of its formats is asked for."""

    def __getitem__(self, name: str) -> Format:
        from importlib import import_module

        found: tuple[Format, ...] = import_module(f"{__name__}.{MODULES[name]}").FORMATS
        return next(each for each in found if each.name == name)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


FORMATS: Mapping[str, Format] = _Formats()


def format_named(name: str) -> Format:
    """The format of a name.

    Raises:
        ParamsError: there is none.
    """
    if name not in FORMATS:
        raise ParamsError("format", name, f"use one of {', '.join(FORMATS)}")
    return FORMATS[name]


def find_format(path: str | os.PathLike[str]) -> Format:
    """The format of a file or folder, from its names and first bytes.

    Raises:
        DataError: no such file, none of the formats, or several; the sentence names them.
    """
    name = os.fspath(path)
    if not os.path.exists(name):
        raise DataError(name, "", "no such file or folder", "check the path")
    found = [each for each in FORMATS.values() if each.recognises(name)]
    general = {each.special for each in found}
    if len(found) > 1 and os.path.isdir(name):
        general.add("coco")  # a folder of another format that has a COCO file too
    found = [each for each in found if each.name not in general]
    if len(found) == 1:
        return found[0]
    if found:
        reason = f"looks like {' and '.join(each.name for each in found)}"
        raise DataError(name, "", reason, f"say which: --from {found[0].name}")
    start = head(name)
    if start.startswith(_UTF16):
        raise DataError(name, "", "is UTF-16 text", "save it as UTF-8")
    if os.path.isfile(name) and not start:
        raise DataError(name, "", "is empty (0 bytes)", "write it again")
    if not os.path.isfile(name) and not os.path.isdir(name):
        raise DataError(name, "", "is a pipe or a device, which can be read only once", "save it to a file first")
    what = "an empty folder" if os.path.isdir(name) and not os.listdir(name) else "none of the formats that are known"
    raise DataError(name, "", f"is {what}", f"say which with --from: {', '.join(FORMATS)}")

"""Settings of a workspace: defaults, then ``cocokit.toml``, then ``COCOKIT_*``, then flags; the last one wins.

``cocokit.toml`` is looked for from the working folder upwards, as git looks for its folder::

    gt = "exports/instances_val.json"     # relative to the file's own folder
    iou_type = "segm"
    max_megapixels = 400

(``COCOKIT_KERNELS`` and ``COCOKIT_CACHE_DIR`` belong to :mod:`cocokit.compiled`: they must be known before anything
is imported, so that no file can set them.)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .errors import ParamsError

NAME = "cocokit.toml"
#: Flags that are shorter than their setting.
_FLAGS = {"database": "--db"}
#: Masks of more px have runs that do not fit into 31 bits.
_MOST_MEGAPIXELS = 2000
_IOU_TYPES = ("bbox", "segm", "keypoints")


@dataclass(frozen=True, slots=True)
class Settings:
    """What commands do when a flag is not given.

    Attributes:
        gt: ground truth for ``cocokit eval``, or None.
        iou_type: "bbox", "segm" or "keypoints", or None to go by the results.
        images: folder of the photos for ``cocokit show``, or None.
        database: URL or file of the campaign's database, or None for ``cocokit.db`` in the workspace.
        max_megapixels: photos with more px are refused before they are decoded; a server needs 4 MB for each.
        sources: for each name, where its value came from: "default", the path of a ``cocokit.toml``, a variable's
            name, or a flag.

    Raises:
        ParamsError: a value that cannot work; the name in it is that of the source.
    """

    gt: str | None = None
    iou_type: str | None = None
    images: str | None = None
    database: str | None = None
    max_megapixels: int = 200
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _texts():
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value):
                raise ParamsError(self.source(name), value, "a text is needed that is not empty")
        if self.iou_type is not None and self.iou_type not in _IOU_TYPES:
            raise ParamsError(self.source("iou_type"), self.iou_type, f"use one of {', '.join(_IOU_TYPES)}")
        most: object = self.max_megapixels
        if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= _MOST_MEGAPIXELS:
            hint = f"a whole number from 1 to {_MOST_MEGAPIXELS} is needed"
            raise ParamsError(self.source("max_megapixels"), most, hint)

    @property
    def max_pixels(self) -> int:
        """Of a photo: ``max_megapixels`` in px."""
        return self.max_megapixels * 1_000_000

    def source(self, name: str) -> str:
        """Where a value came from, in words: ``iou_type in /data/cocokit.toml``, ``COCOKIT_IOU_TYPE``, ``--gt``."""
        source = self.sources.get(name, "default")
        return f"{name} in {source}" if source.endswith(NAME) else name if source == "default" else source


def find_settings_file(start: str | os.PathLike[str] = ".") -> str | None:
    """Path of the ``cocokit.toml`` in ``start`` or the nearest folder above it, or None."""
    try:
        folder = os.path.abspath(start)
    except FileNotFoundError:  # the working folder was removed under us
        return None
    while True:
        path = os.path.join(folder, NAME)
        if os.path.isfile(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def load_settings(
    flags: Mapping[str, Any] | None = None,
    start: str | os.PathLike[str] = ".",
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from all four places.

    Args:
        flags: values from the command line; None means that the flag was not given.
        start: folder from which ``cocokit.toml`` is looked for, upwards.
        environ: variables; None means the process's own.

    Raises:
        ParamsError: a value that cannot work, a name in the file that does not exist, a file that is no TOML.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(_names(), "default")
    path = find_settings_file(start)
    layers = [(_from_file(path), path or "")] if path else []
    variables = os.environ if environ is None else environ
    for name in _names():
        variable = f"COCOKIT_{name.upper()}"
        if variables.get(variable):
            layers.append(({name: _number(name, variables[variable])}, variable))
    for name, value in (flags or {}).items():
        if value is not None:
            layers.append(({name: value}, _FLAGS.get(name, "--" + name.replace("_", "-"))))
    for layer, source in layers:
        values.update(layer)
        sources.update(dict.fromkeys(layer, source))
    return Settings(**values, sources=sources)


def _names() -> list[str]:
    return [f.name for f in fields(Settings) if f.name != "sources"]


def _texts() -> list[str]:
    return [name for name in _names() if name != "max_megapixels"]


def _number(name: str, text: str) -> str | int:
    """A variable's text as the number that its setting is."""
    return int(text) if name == "max_megapixels" and text.isascii() and text.isdecimal() else text


def _from_file(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:
            values = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParamsError(path, str(error), "it must be a TOML file") from None
    for name in values:
        if name not in _names():
            raise ParamsError(f"{name} in {path}", values[name], f"known settings are {', '.join(_names())}")
    for name in ("gt", "images", "database"):
        if isinstance(values.get(name), str) and values[name] and "://" not in values[name]:
            values[name] = os.path.join(os.path.dirname(path), values[name])
    return values

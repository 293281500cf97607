"""Columns of a large file kept beside it, so that it opens at once the next time.

The cache of ``instances.json`` is ``.instances.json.columns`` in the same folder: a header in JSON, then the arrays as
they lie in memory, which are mapped and not read. It holds for the file whose size, times and content hash it names:

* size, time of change and identity all as noted: it is the file (the time of change is the system's own and cannot be
  set back); unless the cache was made within moments of the change, when a second change could have had the same time;
* otherwise the content hash decides, and the cache is made anew with what is true now.

It is written beside its place and renamed: of two processes that make it at once the later one wins, and a reader sees
one of the two. Where it cannot be written there is none. It is safe to delete.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .atomic import atomic_write
from .columns import Annotations, CategoryRow, Images, Ragged, Segmentations
from .dataset import Dataset
from .errors import DataError
from .origin import Source

#: Files smaller than this open fast enough, bytes.
LEAST = 4 << 20
_MAGIC = b"cocokit columns 2\n"
_ALIGNED = 64
_YOUNG_NS = 2_000_000_000
_TABLES: Mapping[str, Any] = {"images": Images, "annotations": Annotations}


def cache_path(path: str | os.PathLike[str]) -> str:
    """Where the cache of a file lies."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.join(folder, f".{name}.columns")


def load(source: Source) -> Dataset | None:
    """The dataset of a file from its cache; None if there is none that holds."""
    if source.size < LEAST:
        return None
    try:
        file = open(cache_path(source.path), "rb")
    except OSError:
        return None
    with file:  # opened once: another process may put another cache in its place between the header and the arrays
        found = _read_header(file)
        if found is None:
            return None
        header, start = found
        stamp = source.stamp()
        kept = header["stamp"] == stamp and not header["young"]
        if not kept and (header["stamp"]["size"] != stamp["size"] or header["sha256"] != source.sha256()):
            return None
        dataset = _mapped(file, header, start)
    if not kept:
        save(dataset, source)
    return dataset


def save(dataset: Dataset, source: Source) -> bool:
    """Write the cache of a file whose columns these are; False where it is too small, or the folder lets us not."""
    if source.size < LEAST:
        return False
    arrays = dict(_arrays(dataset))
    header, places = _header(dataset, source, arrays)
    try:
        with atomic_write(cache_path(source.path)) as file:
            file.write(header)
            at = len(header)
            for name, array in arrays.items():
                file.write(bytes(places[name] - at))
                file.write(array.reshape(-1).view(np.uint8).data)
                at = places[name] + array.nbytes
    except DataError:  # a folder closed to us, or a full disk: there is no cache, and the next opening is slower
        return False
    return True


def _header(dataset: Dataset, source: Source, arrays: Mapping[str, NDArray[Any]]) -> tuple[bytes, dict[str, int]]:
    """The first bytes of a cache, and where each array begins."""
    stamp = source.stamp()
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = at
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    fields = {
        "stamp": stamp,
        "young": time.time_ns() - max(stamp["mtime_ns"], stamp["ctime_ns"]) < _YOUNG_NS,
        "sha256": source.sha256(),
        "length": at,
        "arrays": {name: [array.dtype.str, array.shape, places[name]] for name, array in arrays.items()},
        "top": dataset.top,
        "members": dataset.members,
        "categories": [[c.id, c.name, c.supercategory, c.other] for c in dataset.categories],
    }
    text = json.dumps(fields).encode()
    start = -(-(len(_MAGIC) + 12 + len(text)) // _ALIGNED) * _ALIGNED
    head = (_MAGIC + len(text).to_bytes(8, "little") + zlib.crc32(text).to_bytes(4, "little") + text).ljust(start)
    return head, {name: start + place for name, place in places.items()}


def _read_header(file: BinaryIO) -> tuple[dict[str, Any], int] | None:
    """The header of a cache and where its arrays begin; None if it is no whole cache of this version."""
    try:
        if file.read(len(_MAGIC)) != _MAGIC:
            return None
        size = os.fstat(file.fileno()).st_size
        length = min(int.from_bytes(file.read(8), "little"), size)
        proof = int.from_bytes(file.read(4), "little")
        text = file.read(length)
        if zlib.crc32(text) != proof:  # damaged
            return None
        header = json.loads(text)
    except (OSError, ValueError):  # not ours: the file itself is read
        return None
    start = -(-(len(_MAGIC) + 12 + length) // _ALIGNED) * _ALIGNED
    ends = [start + at + int(np.prod(shape)) * np.dtype(kind).itemsize for kind, shape, at in header["arrays"].values()]
    return (header, start) if size >= max(ends, default=start) else None


def _arrays(dataset: Dataset) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array that the columns are made of, by name."""
    for table in _TABLES:
        columns = getattr(dataset, table)
        for name in type(columns).__slots__:
            yield from _flat(f"{table}.{name}", getattr(columns, name))


def _flat(name: str, column: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(column, np.ndarray):
        yield name, np.ascontiguousarray(column)
    elif isinstance(column, Ragged | Segmentations):
        for part in type(column).__slots__:
            yield from _flat(f"{name}.{part}", getattr(column, part))
    elif isinstance(column, list):
        texts = [(text or "").encode("utf-8", "surrogatepass") for text in column]
        yield f"{name}.text", np.frombuffer(b"".join(texts), np.uint8)
        yield f"{name}.lengths", np.array([-1 if t is None else len(b) for t, b in zip(column, texts, strict=True)])


def _mapped(file: BinaryIO, header: dict[str, Any], start: int) -> Dataset:
    whole = np.memmap(file, np.uint8, "r")
    arrays: dict[str, Any] = {}
    for name, (kind, shape, at) in header["arrays"].items():
        count = int(np.prod(shape)) * np.dtype(kind).itemsize
        arrays[name] = np.asarray(whole[start + at : start + at + count]).view(kind).reshape(shape)
    tables = {
        table: made(**{name: _column(arrays, f"{table}.{name}") for name in made.__slots__})
        for table, made in _TABLES.items()
    }
    categories = [CategoryRow(*row) for row in header["categories"]]
    return Dataset(tables["images"], tables["annotations"], categories, header["top"], header["members"])


def _column(arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    if name in arrays:
        return arrays[name]
    if f"{name}.lengths" in arrays:
        return _strings(arrays[f"{name}.text"], arrays[f"{name}.lengths"])
    if f"{name}.kind" in arrays:
        return Segmentations(**{part: _column(arrays, f"{name}.{part}") for part in Segmentations.__slots__})
    if f"{name}.offsets" in arrays:
        return Ragged(arrays[f"{name}.values"], arrays[f"{name}.offsets"])
    return None


def _strings(text: NDArray[Any], lengths: NDArray[Any]) -> list[str | None]:
    data, made, at = text.tobytes(), list[str | None](), 0
    for length in lengths.tolist():
        made.append(None if length < 0 else data[at : at + length].decode("utf-8", "surrogatepass"))
        at += max(length, 0)
    return made

"""Parquet: a folder with a table each of images, annotations and categories. Nothing is lost.

``images.parquet``: id, width, height (int64 px; 0 where unknown), file_name (string), extras (string: a JSON object).

``annotations.parquet``, a row each, null where a row lacks a member: id, image_id, category_id, num_keypoints (int64),
bbox (list of 4 doubles, px), area, score (double), iscrowd, ignore (bool), polygons (list of rings, each a list of
doubles x0, y0, x1, y1, ... px; empty for an empty segmentation), rle_size (list of 2 int64: height, width px),
rle_counts (string: compressed), rle_runs (list of int64: run lengths), keypoints (list of doubles x, y, v, ...),
caption (string), extras (string: a JSON object of all other members). A column that no row has is not there.

``categories.parquet``: id, name, supercategory, extras. The other top-level members and their order are JSON in the
metadata ``cocokit`` of ``images.parquet``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from ..columns import CategoryRow
from ..dataset import Dataset
from ..errors import CocokitError, DataError
from ..folders import atomic_folder
from .base import Format, Progress, Read, Written, new_folder

TABLES = ("images", "annotations", "categories")
_KEY = b"cocokit"
_VERSION = 1
_AGAIN = "write the folder again with cocokit convert"


def recognises(path: str) -> bool:
    """A folder with the three tables."""
    return all(os.path.isfile(_file(path, name)) for name in TABLES)


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read a folder. Raises DataError, or CocokitError if pyarrow is not there."""
    _need_pyarrow()
    from .parquet_reading import annotations_of, images_of

    tables = {name: _read_table(_file(path, name)) for name in TABLES}
    told = _told(tables["images"], _file(path, "images"))
    made = Dataset(
        images_of(tables["images"], _file(path, "images")),
        annotations_of(tables["annotations"], _file(path, "annotations")),
        _categories_of(tables["categories"], _file(path, "categories")),
        told["top"],
        told["members"],
    )
    return Read(made, images=images)


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a folder; the photos stay where they are. Raises DataError, or CocokitError if pyarrow is not there."""
    _need_pyarrow()
    import pyarrow.parquet as parquet

    from .parquet_writing import table_of_annotations, table_of_images

    new_folder(out)
    told = json.dumps({"version": _VERSION, "top": dataset.top, "members": list(dataset.members)}).encode()
    tables: dict[str, Callable[[], Any]] = {
        "images": lambda: table_of_images(dataset.images).replace_schema_metadata({_KEY: told}),
        "annotations": lambda: table_of_annotations(dataset.annotations),
        "categories": lambda: _table_of_categories(dataset.categories),
    }
    with atomic_folder(out, "images.parquet") as folder:
        for done, (name, make) in enumerate(tables.items(), start=1):
            with open(_file(folder, name), "xb") as file:
                parquet.write_table(make(), file, compression="zstd")
            if progress is not None:
                progress(done, len(tables))
    return Written(len(tables))


def _need_pyarrow() -> None:
    """Raises CocokitError with the extra that brings it."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise CocokitError("Parquet needs pyarrow; install it with: pip install 'cocokit[parquet]'") from None


def _file(folder: str, name: str) -> str:
    return os.path.join(folder, f"{name}.parquet")


def _read_table(path: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        with open(path, "rb") as file:
            return parquet.ParquetFile(file).read().combine_chunks()
    except FileNotFoundError:
        raise DataError(path, "", "no such file", _AGAIN) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:100]
        raise DataError(path, "", f"is no Parquet file that can be read: {reason}", _AGAIN) from None


def _told(table: Any, path: str) -> dict[str, Any]:
    """What the metadata say: the top-level members and their order."""
    try:
        found = json.loads((table.schema.metadata or {}).get(_KEY) or b"null")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("top"), dict):
        raise DataError(path, "", "has no metadata of cocokit", _AGAIN)
    names = {"images", "annotations", "categories", *found["top"]}
    members = found.get("members")
    if found.get("version") != _VERSION or not isinstance(members, list) or not all(m in names for m in members):
        raise DataError(path, "", f"is of version {found.get('version')!r}", f"this program reads {_VERSION}: {_AGAIN}")
    return found


def _table_of_categories(rows: list[CategoryRow]) -> Any:
    import pyarrow as pa

    from .parquet_writing import strings

    columns = {
        "id": pa.array([row.id for row in rows], pa.int64()),
        "name": strings([row.name for row in rows]),
        "supercategory": strings([row.supercategory for row in rows]),
        "extras": strings([json.dumps(row.other) for row in rows]),
    }
    return pa.table(columns)


def _categories_of(table: Any, path: str) -> list[CategoryRow]:
    made = []
    for place, row in enumerate(table.to_pylist()):
        try:
            other = json.loads(row["extras"])
            made.append(CategoryRow(int(row["id"]), str(row["name"]), row["supercategory"], dict(other)))
        except (KeyError, TypeError, ValueError):
            raise DataError(path, f"[{place}]", "is no category", _AGAIN) from None
    return made


FORMATS = (Format("parquet", "Parquet tables", (), recognises, read, write),)

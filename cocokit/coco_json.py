"""COCO's JSON files in and out: datasets (instances, keypoints, captions, panoptic headers) and results.

A file is read by :mod:`cocokit.scanner`, straight from its bytes into columns. Whatever the scanner finds unusual goes
through Python's json and :mod:`cocokit.rows` instead: slower, the same columns, and the place where good messages are
made. Writing is deterministic: the same columns give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .columns import ALL, Annotations, Field
from .errors import DataError
from .required import require, require_results

if TYPE_CHECKING:
    from .dataset import Dataset

#: Called with (rows written, rows in all) after each block.
Progress = Callable[[int, int], None]


def read_dataset(path: str | os.PathLike[str], want: Field = ALL, extras: bool = True) -> Dataset:
    """Read a dataset: an object with ``images``, ``annotations`` or both.

    Args:
        path: the file.
        want: fields of the annotations to read; the others' columns are None.
        extras: keep members that no column holds, and the images' file names, so that :func:`write_dataset` can
            write them again.

    Raises:
        DataError: not a dataset; the message has file, place, value, how many, and what to do.
    """
    from . import scanner
    from .dataset import Dataset
    from .rows import rows_to_categories

    name = os.fspath(path)
    try:
        found = scanner.scan_dataset(name, want, extras)
    except (scanner.Odd, OSError):  # the reader that can say what is wrong decides
        return dataset_from_json(_parse(name), name, want, extras)
    _require_images(found.annotations, want, name)
    categories = rows_to_categories(found.top.pop("categories", []), name)
    return Dataset(found.images, found.annotations, categories, found.top, found.members)


def read_results(path: str | os.PathLike[str], want: Field = ALL, extras: bool = False) -> Annotations:
    """Read a detector's results: a list of objects; an empty list is no error.

    Args:
        path: the file.
        want: fields to read; the others' columns are None.
        extras: keep members that no column holds.

    Raises:
        DataError: not a list of results, or a result without image, category, score, or what the first one has
            (quirk J6).
    """
    from . import scanner

    name = os.fspath(path)
    try:
        results = scanner.scan_results(name, want, extras)
    except (scanner.Odd, OSError):  # the reader that can say what is wrong decides
        return results_from_json(_parse(name), name, want, extras)
    require_results(results, want, name)
    return results


def dataset_from_json(value: Any, path: str = "dataset", want: Field = ALL, extras: bool = True) -> Dataset:
    """A dataset from parsed JSON; arguments and errors as :func:`read_dataset`."""
    from .dataset import Dataset
    from .rows import rows_to_annotations, rows_to_categories, rows_to_images

    members = _dataset_members(value, path)
    annotations = rows_to_annotations(members.get("annotations", []), want, path, extras=extras)
    _require_images(annotations, want, path)
    return Dataset(
        images=rows_to_images(members.get("images", []), path, extras=extras, names=extras),
        annotations=annotations,
        categories=rows_to_categories(members.get("categories", []), path),
        top={k: v for k, v in members.items() if k not in {"images", "annotations", "categories"}},
        members=tuple(members),
    )


def results_from_json(value: Any, path: str = "results", want: Field = ALL, extras: bool = False) -> Annotations:
    """Results from parsed JSON; arguments and errors as :func:`read_results`."""
    from .rows import rows_to_annotations

    annotations = rows_to_annotations(_results_list(value, path), want, path, "results", extras=extras)
    require_results(annotations, want, path)
    return annotations


def write_dataset(dataset: Dataset, path: str | os.PathLike[str], progress: Progress | None = None) -> None:
    """Write a dataset, one row a line; the file appears whole or not at all.

    Top-level members keep their order, rows keep theirs, ids stay as they are. The members of a row come in one fixed
    order, whole numbers as integers, others by ``repr``: ``json.loads`` of the new file equals that of the old one,
    and writing what was read from the new file gives its bytes again. A dataset that was opened
    (:meth:`cocokit.dataset.Dataset.open`) is written as the bytes that it was, where nothing was changed.

    Raises:
        DataError: the file cannot be written, or what it was opened from has changed.
    """
    total = len(dataset.images) + len(dataset.annotations)
    _write(path, _bytes_of(dataset), total, progress)


def _bytes_of(dataset: Dataset) -> Iterator[tuple[bytes, int]]:
    """Copied where the rows have an origin, made anew otherwise."""
    if dataset.origin is not None:
        from .copying import copied_chunks

        copied = copied_chunks(dataset, dataset.origin)
        if copied is not None:
            return copied
    return ((text.encode(), rows) for text, rows in dataset_chunks(dataset))


def write_results(annotations: Annotations, path: str | os.PathLike[str], progress: Progress | None = None) -> None:
    """Write results as a list, one row a line; otherwise as :func:`write_dataset`.

    Raises:
        DataError: the file cannot be written.
    """
    chunks = ((text.encode(), rows) for text, rows in results_chunks(annotations))
    _write(path, chunks, len(annotations), progress)


def dataset_chunks(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """The text of a dataset's file in pieces, each with the number of rows in it."""
    from .row_table import raw_json

    start = "{"
    for member in dataset.members:
        yield f"{start}{raw_json(member).decode()}:", 0
        start = ",\n"
        yield from member_chunks(dataset, member)
    yield "}\n" if start != "{" else "{}\n", 0


def member_chunks(dataset: Dataset, member: str) -> Iterator[tuple[str, int]]:
    """The text of one top-level member's value in pieces, each with the number of rows in it."""
    from .json_text import annotation_texts, category_members, image_texts
    from .row_table import raw_json

    if member == "images":
        yield from _list_chunks(image_texts, dataset.images)
    elif member == "annotations":
        yield from _list_chunks(annotation_texts, dataset.annotations)
    elif member == "categories":
        yield raw_json([category_members(row) for row in dataset.categories]).decode(), 0
    else:
        yield raw_json(dataset.top[member]).decode(), 0


def results_chunks(annotations: Annotations) -> Iterator[tuple[str, int]]:
    """The text of a results file in pieces, each with the number of rows in it."""
    from .json_text import annotation_texts

    yield from _list_chunks(annotation_texts, annotations)
    yield "\n", 0


def _list_chunks(texts: Callable[[Any, int, int], list[str]], table: Any) -> Iterator[tuple[str, int]]:
    from .json_text import blocks

    lead = "[\n"
    for start, stop in blocks(len(table)):
        yield lead + ",\n".join(texts(table, start, stop)), stop - start
        lead = ",\n"
    yield "\n]" if len(table) else "[]", 0


def _require_images(annotations: Annotations, want: Field, path: str) -> None:
    if want & Field.IMAGE_ID:
        require(annotations, [Field.IMAGE_ID], path, "annotations")


def _write(
    path: str | os.PathLike[str], chunks: Iterator[tuple[bytes, int]], total: int, progress: Progress | None
) -> None:
    from .atomic import atomic_write

    done = 0
    with atomic_write(path) as file:
        for text, rows in chunks:
            file.write(text)
            done += rows
            if progress is not None and rows:
                progress(done, total)


def _parse(name: str) -> Any:
    from .json_files import parse_json

    return parse_json(name)


def _dataset_members(value: Any, path: str) -> Mapping[str, Any]:
    from .places import described

    wanted = 'a dataset is an object {"images": [...], "annotations": [...], "categories": [...]}'
    if isinstance(value, Mapping):
        if "images" in value or "annotations" in value:
            return value
        names = ", ".join(map(str, list(value)[:8])) or "no members"
        raise DataError(path, "", f"is an object with {names}, but neither images nor annotations", wanted)
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "image_id" in value[0]:
        reason = f"is a list of {len(value):,} results where a dataset was expected"
        raise DataError(path, "", reason, "were the ground truth and the results swapped?")
    raise DataError(path, "", f"is {described(value)} where a dataset was expected", wanted)


def _results_list(value: Any, path: str) -> Any:
    from .places import described

    if isinstance(value, (list, tuple)):
        return value
    wanted = 'results are a list [{"image_id": 1, "category_id": 1, "bbox": [...], "score": 0.9}, ...]'
    if isinstance(value, Mapping) and "annotations" in value:
        if "images" in value:
            reason, wanted = (
                "is a dataset where results were expected",
                "were the ground truth and the results swapped?",
            )
        else:
            reason, wanted = "is an object where a list of results was expected", "save its annotations alone"
        raise DataError(path, "", reason, wanted)
    raise DataError(path, "", f"is {described(value)} where a list of results was expected", wanted)

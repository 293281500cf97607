"""Checks of panoptic annotations: what they say of their segments, and the PNGs that hold the pixels."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from .columns import Annotations
from .dataset import Dataset
from .errors import DataError
from .findings import Finding, Notebook
from .id_checks import leaves
from .ids import sizes_of_images
from .imageio import read_image
from .places import place, shown
from .shape_checks import Rows

#: A panoptic PNG has the id of each pixel's segment in its colour: red + 256 green + 256^2 blue; 0 is no segment.
_IDS = 1 << 24
_MEMBER, _QUOTED = "segments_info", b'"segments_info"'

Progress = Callable[[int, int], None]


def segments_of(a: Annotations) -> dict[int, tuple[str | None, Any]]:
    """The file name and the segments of each panoptic row, by row; empty for a file of another kind."""
    if a.extras is None or _QUOTED not in a.extras.values.tobytes():
        return {}
    found = {}
    for row in range(len(a)):
        raw = a.extras[row].tobytes()
        members = json.loads(b"{" + raw + b"}") if _QUOTED in raw else {}
        if _MEMBER in members:
            name = members.get("file_name")
            found[row] = (name if isinstance(name, str) else None, members.get(_MEMBER))
    return found


def check_segments(notes: Notebook, rows: Rows, dataset: Dataset) -> None:
    """Ids and categories of segments, by the file alone."""
    listed = {row.id for row in dataset.categories} if "categories" in dataset.members else None
    found: dict[str, dict[int, tuple[int, str]]] = {}
    for row, (_, segments) in segments_of(rows.annotations).items():
        for i, code, text in _faults(segments, listed):
            found.setdefault(code, {}).setdefault(row, (i, text))
    for code, bad in found.items():
        texts = {row: rows.example(row, text) for row, (_, text) in bad.items()}
        places = {row: f"{_MEMBER}/{i}" if code != "segments-malformed" else _MEMBER for row, (i, _) in bad.items()}
        notes.add(code, np.array(list(bad), np.int64), rows.noun, texts.__getitem__, places.__getitem__)


def _faults(segments: Any, listed: set[int] | None) -> list[tuple[int, str, str]]:
    """(place, code, text) of each bad segment of one row."""
    good = isinstance(segments, list) and all(
        isinstance(s, dict) and type(s.get("id")) is int and type(s.get("category_id")) is int for s in segments
    )
    if not good:
        return [(0, "segments-malformed", shown(segments))]
    faults, seen = [], set()
    for i, segment in enumerate(segments):
        number, category = segment["id"], segment["category_id"]
        if not 0 < number < _IDS:
            faults.append((i, "segment-id-impossible", f"segment {number}"))
        elif number in seen:
            faults.append((i, "duplicate-segment-ids", f"segment {number}"))
        seen.add(number)
        if listed is not None and category not in listed:
            faults.append((i, "segment-unknown-category", f"segment {number}, category_id {category}"))
    return faults


def check_panoptic_files(
    dataset: Dataset, folder: str | os.PathLike[str], progress: Progress | None = None
) -> list[Finding]:
    """The PNGs of a panoptic file against what it says of their segments.

    Args:
        dataset: a panoptic one; others have no findings.
        folder: where the PNGs lie.
        progress: called with (files read, files in all).
    """
    a, notes = dataset.annotations, Notebook()
    rows = segments_of(a)
    sizes = np.zeros((len(a), 2), np.int64) if a.image_id is None else sizes_of_images(dataset.images, a.image_id)
    found: dict[str, dict[int, str]] = {}
    for done, (row, (name, segments)) in enumerate(rows.items(), 1):
        for code, text in _file_faults(os.fspath(folder), name, segments, tuple(sizes[row].tolist())):
            found.setdefault(code, {}).setdefault(row, f"{name}: {text}" if text else str(name))
        if progress is not None:
            progress(done, len(rows))
    for code, bad in found.items():
        member = "file_name" if code.startswith("panoptic-file") else _MEMBER
        texts = {row: f"{place('annotations', row)}: {text}" for row, text in bad.items()}
        notes.add(code, np.array(list(bad), np.int64), "annotation", texts.__getitem__, member)
    return notes.findings


def _file_faults(folder: str, name: str | None, segments: Any, size: tuple[int, ...]) -> list[tuple[str, str]]:
    path = os.path.join(folder, name or "")
    if not name or leaves(name) or not os.path.isfile(path):
        return [("panoptic-file-missing", "")]
    try:
        pixels = read_image(path).astype(np.int64)
    except DataError as error:
        return [("panoptic-file-unreadable", error.reason)]
    if min(size) > 0 and pixels.shape[:2] != size:
        return [("panoptic-file-size", f"{pixels.shape[1]} x {pixels.shape[0]}, its image {size[1]} x {size[0]}")]
    if any(code == "segments-malformed" for _, code, _ in _faults(segments, None)):
        return []
    counts = np.unique(pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2], return_counts=True)
    drawn = dict(zip(counts[0].tolist(), counts[1].tolist(), strict=True))
    drawn.pop(0, None)
    named = {segment["id"]: segment for segment in segments}
    faults = [("panoptic-unknown-segment", f"segment {i}, {drawn[i]} px") for i in drawn.keys() - named.keys()]
    faults += [("panoptic-missing-segment", f"segment {i}") for i in named.keys() - drawn.keys() if 0 < i < _IDS]
    for i in drawn.keys() & named.keys():
        area = named[i].get("area")
        if isinstance(area, int | float) and area != drawn[i]:
            faults.append(("segment-area", f"segment {i}, area {shown(area)}, {drawn[i]} px"))
    return faults

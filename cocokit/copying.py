"""Datasets written as the bytes that they were: what nobody changed is copied from the file, the rest is made anew.

With nothing changed the new file is the old one, byte for byte. With some rows left out, added or changed, the others
keep their bytes, and the file keeps its own spaces and line breaks between members and between rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import Int64, take_annotations, take_images
from .errors import DataError
from .json_text import BLOCK, annotation_texts, category_members, image_texts
from .origin import Origin, Source
from .row_table import raw_json
from .rows import rows_to_categories

if TYPE_CHECKING:
    from .dataset import Dataset
    from .layout import Layout, Member

_COPY = 1 << 22


def copied_chunks(dataset: Dataset, origin: Origin) -> Iterator[tuple[bytes, int]] | None:
    """The bytes of a dataset's file in pieces, each with the number of rows in it; None if nothing can be copied.

    Raises:
        DataError: the file that the rows come from has changed.
    """
    layout = origin.source.layout
    return None if layout is None else _chunks(dataset, origin, layout)


def _chunks(dataset: Dataset, origin: Origin, layout: Layout) -> Iterator[tuple[bytes, int]]:
    source, same = origin.source, tuple(m.name for m in layout.members) == dataset.members
    gap = source.read(layout.members[0].end, layout.members[1].key) if len(layout.members) > 1 else b", "
    end = 0
    for i, name in enumerate(dataset.members):
        member = layout.find(name)
        if i == 0:
            yield source.read(0, layout.members[0].key), 0
        else:
            yield source.read(end, member.key) if same and member else gap, 0
        if member is None:
            yield raw_json(name) + b": ", 0
            yield from _new_member(dataset, name)
        else:
            yield source.read(member.key, member.start), 0
            yield from _member(dataset, origin, member)
            end = member.end
    if not dataset.members:
        yield b"{", 0
    yield source.read(layout.members[-1].end, layout.size) if layout.members else b"}\n", 0
    for each in (origin, *origin.more):
        each.source.unchanged()


def _member(dataset: Dataset, origin: Origin, member: Member) -> Iterator[tuple[bytes, int]]:
    if member.rows is not None:
        table = "images" if member.name == "images" else "annotations"
        yield from _list(dataset, origin, member, getattr(origin, table))
        return
    old = origin.source.read(member.start, member.end)
    if _unchanged(dataset, member.name, json.loads(old)):
        yield old, 0
    else:
        yield from _new_member(dataset, member.name)


def _list(dataset: Dataset, origin: Origin, member: Member, rows: Int64) -> Iterator[tuple[bytes, int]]:
    """A list of rows between the brackets and with the separators that the file has."""
    spans, source = member.rows, origin.source
    assert spans is not None
    if len(rows) == len(spans) and np.array_equal(rows, np.arange(len(spans))):
        yield from _whole(source, member, len(spans))
        return
    if not len(rows) or not len(spans):
        yield from _new_member(dataset, member.name)
        return
    joint = source.read(int(spans.ends[0]), int(spans.starts[1])) if len(spans) > 1 else b", "
    lead = source.read(member.start, int(spans.starts[0]))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        yield lead + joint.join(_rows(dataset, origin, member, start, block)), len(block)
        lead = joint
    yield source.read(int(spans.ends[-1]), member.end), 0


def _rows(dataset: Dataset, origin: Origin, member: Member, start: int, block: Int64) -> list[bytes]:
    if (block >= 0).all():
        return list(_copied(origin, member.name, block))
    made: list[bytes] = [b""] * len(block)
    for each in (origin, *origin.more):
        own = getattr(each, member.name)[start : start + len(block)]
        for i, text in zip(np.flatnonzero(own >= 0).tolist(), _copied(each, member.name, own[own >= 0]), strict=True):
            made[i] = text
    new = [i for i, text in enumerate(made) if not text]
    for i, words in zip(new, _texts(dataset, member.name, np.array(new, np.int64) + start), strict=True):
        made[i] = words.encode()
    return made


def _copied(origin: Origin, name: str, rows: Int64) -> Iterator[bytes]:
    """The bytes of rows of a file; those of a file without clear places are made anew."""
    layout = origin.source.layout if len(rows) else None
    member = layout.find(name) if layout is not None else None
    if member is None or member.rows is None:
        yield from [b""] * len(rows)
        return
    for part in origin.source.rows(member.rows, rows):
        yield from part


def _texts(dataset: Dataset, name: str, rows: Int64) -> list[str]:
    """The text of rows that are made anew."""
    if not len(rows):
        return []
    if name == "images":
        return image_texts(take_images(dataset.images, rows), 0, len(rows))
    return annotation_texts(take_annotations(dataset.annotations, rows), 0, len(rows))


def _whole(source: Source, member: Member, rows: int) -> Iterator[tuple[bytes, int]]:
    for at in range(member.start, member.end, _COPY):
        end = min(at + _COPY, member.end)
        yield source.read(at, end), rows if end == member.end else 0


def _new_member(dataset: Dataset, name: str) -> Iterator[tuple[bytes, int]]:
    from .coco_json import member_chunks

    for text, rows in member_chunks(dataset, name):
        yield text.encode(), rows


def _unchanged(dataset: Dataset, name: str, old: Any) -> bool:
    """Whether a member is what the file says; 1, 1.0 and true are three values."""
    if name != "categories":
        return _sorted(old) == _sorted(dataset.top[name])
    try:
        before = rows_to_categories(old, "categories")
    except DataError:  # read as what was meant (cocokit.rough), which is not what stands there
        return False
    return _sorted([*map(category_members, before)]) == _sorted([*map(category_members, dataset.categories)])


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

"""Records of a JSON array into columns, straight from the bytes of a file.

:func:`scan_records` reads whole objects from a chunk of a file and stops before the first one that the chunk does not
hold to its end. What it does not read, it calls odd, with the position; the ordinary JSON reader then decides. Odd
are: malformed JSON, keys with escapes, a known key twice, ``null``, NaN or a wrong type in a wanted field, ids that are
not int literals, a box that is not four numbers, an empty ring, RLE members other than size and counts. Unwanted
values are passed over (:mod:`cocokit.kernels.text` says how strictly).

Ragged columns need no cursor of their own: while row ``r`` is read, ``offsets[r + 1]`` is its end so far, so a record
begun and given up leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

from ..compiled import inlined, kernel
from .bits import at, byte, put, shl
from .members import (
    AREA,
    ARRAY_ENDS,
    BBOX,
    CATEGORY_ID,
    EXTRAS,
    IGNORE,
    ISCROWD,
    KEYPOINTS,
    NUM_KEYPOINTS,
    PLACES,
    RECORD_ENDS,
    SCORE,
    SEGMENTATION,
    STOPPED,
    TEXT,
    UNKNOWN,
    learn_member,
    match_member,
    meaning,
)
from .numbers import NO_ROOM
from .outlines import read_polygons, read_rle
from .text import keep_extra, keep_text, skip_space, skip_value
from .values import read_flag, read_floats, read_whole

#: Bits of the fields whose columns are ragged.
RAGGED = 1 << SEGMENTATION | 1 << KEYPOINTS | 1 << TEXT | 1 << EXTRAS

# Words of ``state``: next position, end of the chunk, rows read, the fields that some row has and that every row has.
POSITION, END, ROWS, SOME, EVERY, STATE_WORDS = 0, 1, 2, 3, 4, 5
# What a scan returns.
ENDED, MORE, FULL, ODD = 0, 1, 2, 3

#: A text that was cut off is noticed at most this many bytes before the end of the chunk.
_NEAR = 16


@kernel("u1[:] i8")
def skip_json(buf: Any, p: int) -> int:
    """The position behind the JSON value at ``p``, or ``~where``."""
    return skip_value(buf, p)


@inlined
def pass_over(buf: Any, p: int, code: int) -> int:
    """Pass over a value that nobody wants; an empty box is odd all the same, because it changes what a file is (X2)."""
    start = p
    p = skip_value(buf, p)
    if code == BBOX and p > 0 and byte(buf, start) == 91 and byte(buf, skip_space(buf, start + 1)) == 93:
        return ~start
    return p


@inlined
def begin_row(
    want: int,
    row: int,
    kind: Any,
    rings: Any,
    text_offsets: Any,
    counts_offsets: Any,
    keypoint_offsets: Any,
    string_offsets: Any,
    extra_offsets: Any,
) -> None:
    """An empty row in every wanted ragged column."""
    if want & 1 << SEGMENTATION:
        put(kind, row, 0)
        put(rings, row + 1, at(rings, row))
        put(text_offsets, row + 1, at(text_offsets, row))
        put(counts_offsets, row + 1, at(counts_offsets, row))
    if want & 1 << KEYPOINTS:
        put(keypoint_offsets, row + 1, at(keypoint_offsets, row))
    if want & 1 << TEXT:
        put(string_offsets, row + 1, at(string_offsets, row))
    if want & 1 << EXTRAS:
        put(extra_offsets, row + 1, at(extra_offsets, row))


@inlined
def read_record(
    buf: Any,
    p: int,
    want: int,
    row: int,
    places: Any,
    keys: Any,
    tens: Any,
    hard: Any,
    present: Any,
    id: Any,
    image_id: Any,
    category_id: Any,
    num_keypoints: Any,
    bbox: Any,
    area: Any,
    score: Any,
    iscrowd: Any,
    ignore: Any,
    keypoints: Any,
    keypoint_offsets: Any,
    kind: Any,
    size: Any,
    rings: Any,
    xy: Any,
    xy_offsets: Any,
    text: Any,
    text_offsets: Any,
    counts: Any,
    counts_offsets: Any,
    strings: Any,
    string_offsets: Any,
    extra: Any,
    extra_offsets: Any,
) -> int:
    """One object into ``row`` of the columns; returns the position behind it, ARRAY_ENDS, NO_ROOM or ``~where``."""
    have, place = 0, 0
    while True:
        start = p
        p = match_member(buf, start, places, place)
        if p == 0 or byte(buf, p) <= 32:  # or this record has more spaces
            p = learn_member(buf, start, places, place, keys, 1 if row == 0 else 0)
            if p == RECORD_ENDS:
                p = at(places, STOPPED)
                break
            if p < 0:
                return p
        code = meaning(places, place)
        bit = shl(1, code)
        if have & bit and code != UNKNOWN:
            return ~start
        if byte(buf, p) != 110:
            have |= bit
        if want & bit == 0:
            p = pass_over(buf, p, code)
        elif code == BBOX or code == SCORE or code == AREA or code == KEYPOINTS:
            p = read_floats(buf, p, code, row, tens, hard, bbox, area, score, keypoints, keypoint_offsets)
        elif code <= CATEGORY_ID or code == NUM_KEYPOINTS:
            p = read_whole(buf, p, code, row, id, image_id, category_id, num_keypoints)
        elif code == ISCROWD:
            p = read_flag(buf, p, iscrowd, row)
        elif code == IGNORE:
            p = read_flag(buf, p, ignore, row)
        elif code == SEGMENTATION:
            if byte(buf, p) == 123:
                p = read_rle(buf, p, row, kind, size, text, text_offsets, counts, counts_offsets)
            elif byte(buf, p) == 91:
                p = read_polygons(buf, p, row, tens, hard, kind, rings, xy, xy_offsets)
            else:
                p = ~p
        elif code == TEXT:
            p = keep_text(buf, p, row, strings, string_offsets)
        else:
            p = keep_extra(buf, start, p, row, extra, extra_offsets)
        if p < 0:
            return p
        if byte(buf, p) == 125:
            p += 1
            break
        place = min(place + 1, PLACES - 1)
    put(present, row, have & want & (shl(1, UNKNOWN) - 1))
    return p


@kernel(
    "u1[:] i8[:] i8 i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] i8[:] f8[:] f8[:] f8[:] u1[:] u1[:] f8[:] "
    "i8[:] u1[:] i8[:] i8[:] f8[:] i8[:] u1[:] i8[:] i8[:] i8[:] u1[:] i8[:] u1[:] i8[:]"
)
def scan_records(
    buf: Any,
    state: Any,
    want: int,
    places: Any,
    keys: Any,
    tens: Any,
    hard: Any,
    present: Any,
    id: Any,
    image_id: Any,
    category_id: Any,
    num_keypoints: Any,
    bbox: Any,
    area: Any,
    score: Any,
    iscrowd: Any,
    ignore: Any,
    keypoints: Any,
    keypoint_offsets: Any,
    kind: Any,
    size: Any,
    rings: Any,
    xy: Any,
    xy_offsets: Any,
    text: Any,
    text_offsets: Any,
    counts: Any,
    counts_offsets: Any,
    strings: Any,
    string_offsets: Any,
    extra: Any,
    extra_offsets: Any,
) -> int:
    """Read whole records from a chunk into columns.

    Args:
        buf: uint8, the chunk, and at least 64 NULs from ``state[END]``.
        state: int64, ``STATE_WORDS``; position, rows and the field bits are brought up to date. At ODD the position is
            where it was found; otherwise the first record not read begins there.
        want: bits of the fields to read; ``1 << EXTRAS`` for the members with unknown keys. The columns of the others
            may have any length.
        places: int64, the memory of :mod:`cocokit.kernels.members`.
        keys: int64, its table of keys.
        tens: int64, :func:`cocokit.kernels.numbers.table`.
        hard: int64, notes of numbers in this chunk for ``float()``; the first word is their count.
        present: int64 (R,), field bits of a row; R is the room for rows.
        id, image_id, category_id, num_keypoints: int64 (R,).
        bbox: float64 (4 R,).
        area, score: float64 (R,).
        iscrowd, ignore: uint8 (R,), zeros to begin with.
        keypoints, keypoint_offsets: float64, and int64 (R + 1,).
        kind, size: uint8 (R,), int64 (2 R,).
        rings, xy, xy_offsets: int64 (R + 1,), float64, int64.
        text, text_offsets: uint8, int64 (R + 1,): RLE strings.
        counts, counts_offsets: int64, int64 (R + 1,): RLE lists.
        strings, string_offsets: uint8, int64 (R + 1,): captions or file names as JSON strings, a comma behind each.
        extra, extra_offsets: uint8, int64 (R + 1,): unknown members, joined by commas.

    Returns:
        ENDED behind the closing bracket, MORE if the next record is not whole, FULL if some column is, or ODD.
    """
    p = at(state, POSITION)
    row = at(state, ROWS)
    some = at(state, SOME)
    every = at(state, EVERY)
    status = FULL
    while row < len(present):
        noted = at(hard, 0)
        if want & RAGGED:
            begin_row(
                want, row, kind, rings, text_offsets, counts_offsets, keypoint_offsets, string_offsets, extra_offsets
            )
        end = read_record(
            buf,
            p,
            want,
            row,
            places,
            keys,
            tens,
            hard,
            present,
            id,
            image_id,
            category_id,
            num_keypoints,
            bbox,
            area,
            score,
            iscrowd,
            ignore,
            keypoints,
            keypoint_offsets,
            kind,
            size,
            rings,
            xy,
            xy_offsets,
            text,
            text_offsets,
            counts,
            counts_offsets,
            strings,
            string_offsets,
            extra,
            extra_offsets,
        )
        if end < 0:
            put(hard, 0, noted)
            if end == ARRAY_ENDS:
                p = at(places, STOPPED)
                status = ENDED
            elif end != NO_ROOM:
                status = MORE if ~end + _NEAR >= at(state, END) else ODD
                if status == ODD:
                    p = ~end
            break
        some |= at(present, row)
        every &= at(present, row)
        row += 1
        p = end
    put(state, POSITION, p)
    put(state, ROWS, row)
    put(state, SOME, some)
    put(state, EVERY, every)
    return status

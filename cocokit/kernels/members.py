"""Which member of an object comes next: its key, found by comparing with the record before.

Records of one file mostly have the same keys in the same order and spacing. So the bytes between two values
(``, "bbox": ``) are kept for each place in a record, as four words to compare and masks, with the meaning of the key
and the number of bytes. Where they differ, the text is read character by character and kept for the next record.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper
from .bits import at, byte, load8, put, shl
from .text import skip_space

# Meanings of keys: the bit numbers of columns.Field. The scan of images uses three of them for its own integers.
ID, IMAGE_ID, CATEGORY_ID, BBOX, AREA, ISCROWD, IGNORE, SCORE = 0, 1, 2, 3, 4, 5, 6, 7
SEGMENTATION, KEYPOINTS, NUM_KEYPOINTS, TEXT = 8, 9, 10, 11
#: Meaning of a key that is not in the table, and the bit that asks for such members.
UNKNOWN = EXTRAS = 12
#: Words of one key in the table of keys: its first eight bytes, the next eight, its meaning.
KEY_WORDS = 3
#: Places of a record that are kept, and words of each: four to compare, four masks, length, meaning.
PLACES, PLACE_WORDS = 16, 10
#: Text of more bytes is not kept.
LONGEST = 32
#: Behind the places: where the last ``learn_member`` stopped.
STOPPED = PLACES * PLACE_WORDS
#: Returned instead of a position: the record ends, the array ends.
RECORD_ENDS, ARRAY_ENDS = -(1 << 61), -(1 << 61) - 1

_LENGTH, _MEANING = 8, 9


def no_places() -> list[int]:
    """The places before any record: as after a text that was too long to be kept."""
    return (([-1] * _LENGTH) + [0, UNKNOWN]) * PLACES + [0]


@helper
def match_member(buf: Any, p: int, places: Any, place: int) -> int:
    """The position of the value if the text at ``p`` is that of the last record at this place, else 0."""
    s = place * PLACE_WORDS
    differs = (load8(buf, p) ^ at(places, s)) & at(places, s + 4)
    differs |= (load8(buf, p + 8) ^ at(places, s + 1)) & at(places, s + 5)
    differs |= (load8(buf, p + 16) ^ at(places, s + 2)) & at(places, s + 6)
    differs |= (load8(buf, p + 24) ^ at(places, s + 3)) & at(places, s + 7)
    return p + at(places, s + _LENGTH) if differs == 0 else 0


@helper
def meaning(places: Any, place: int) -> int:
    """The meaning of the key that was matched or learnt last at this place."""
    return int(at(places, place * PLACE_WORDS + _MEANING))


@helper
def learn_member(buf: Any, p: int, places: Any, place: int, keys: Any, first: int) -> int:
    """Read what stands between two values and keep it.

    Args:
        buf: uint8, padded.
        p: behind the last value; for place 0 behind the last record.
        places: int64, ``STOPPED + 1`` words, changed.
        place: 0 for the first member, whose text includes the brace and the comma before it.
        keys: int64, the table of keys.
        first: 1 if no record came before, so that no comma does.

    Returns:
        The position of the value; RECORD_ENDS or ARRAY_ENDS (the position behind the bracket is in
        ``places[STOPPED]``); or ``~where``.
    """
    start = p
    p = skip_space(buf, p)
    if place == 0:
        if byte(buf, p) == 93:
            put(places, STOPPED, p + 1)
            return ARRAY_ENDS
        if first == 0:
            if byte(buf, p) != 44:
                return ~p
            p = skip_space(buf, p + 1)
        if byte(buf, p) != 123:
            return ~p
        p = skip_space(buf, p + 1)
    if byte(buf, p) == 125:
        put(places, STOPPED, p + 1)
        return RECORD_ENDS
    if place != 0:
        if byte(buf, p) != 44:
            return ~p
        p = skip_space(buf, p + 1)
    if byte(buf, p) != 34:
        return ~p
    key = p + 1
    p = key
    while byte(buf, p) >= 32 and byte(buf, p) != 34 and byte(buf, p) != 92:
        p += 1
    if byte(buf, p) != 34:
        return ~p
    found = find_key(buf, key, p - key, keys)
    p = skip_space(buf, p + 1)
    if byte(buf, p) != 58:
        return ~p
    p = skip_space(buf, p + 1)
    # the first record has no comma before it, and no other may be like it
    keep_place(buf, start, LONGEST + 1 if first and place == 0 else p - start, places, place, found)
    return p


@helper
def low_bytes(n: int) -> int:
    """A mask of the lowest ``n`` bytes; all of them for 8 and more, none for 0 and less."""
    return -1 if n >= 8 else (0 if n <= 0 else shl(1, 8 * n) - 1)


@helper
def find_key(buf: Any, p: int, length: int, keys: Any) -> int:
    """The meaning of the key of ``length`` bytes at ``p``."""
    if length > 16:
        return UNKNOWN
    low = load8(buf, p) & low_bytes(length)
    high = load8(buf, p + 8) & low_bytes(length - 8)
    for i in range(0, len(keys), KEY_WORDS):
        if at(keys, i) == low and at(keys, i + 1) == high:
            return int(at(keys, i + 2))
    return UNKNOWN


@helper
def keep_place(buf: Any, p: int, length: int, places: Any, place: int, found: int) -> None:
    """Keep the text of a place and the meaning of its key.

    Text that is too long is kept as 32 bytes of 0xFF and length 0: a file that has them is led to the first of them,
    where no value begins.
    """
    s = place * PLACE_WORDS
    for i in range(4):
        mask = -1 if length > LONGEST else low_bytes(length - 8 * i)
        put(places, s + 4 + i, mask)
        put(places, s + i, -1 if length > LONGEST else load8(buf, p + 8 * i) & mask)
    put(places, s + _LENGTH, 0 if length > LONGEST else length)
    put(places, s + _MEANING, found)

"""Which candidates of a page show the same picture: judged once, as one stack."""

from __future__ import annotations

from collections.abc import Sequence

#: Bits by which the fingerprints of one picture may differ, saved again, smaller or brighter.
NEAR = 6
#: A fingerprint with fewer bits of either kind is of a plain picture and says nothing.
_PLAIN = 8


def group(prints: Sequence[int | None]) -> list[int]:
    """The place of the first picture of each one's stack.

    Args:
        prints: a 64-bit fingerprint of each picture, alike where pictures are alike; None: there is none.

    >>> group([0b1010 << 30, 7, 0b1011 << 30, None])
    [0, 1, 2, 3]
    """
    found: list[int] = []
    firsts: list[tuple[int, int]] = []  # (fingerprint, place)
    for place, own in enumerate(prints):
        plain = own is None or not _PLAIN <= own.bit_count() <= 64 - _PLAIN
        near = None
        if own is not None and not plain:
            near = next((first for other, first in firsts if (own ^ other).bit_count() <= NEAR), None)
            if near is None:
                firsts.append((own, place))
        found.append(place if near is None else near)
    return found

"""Parsed ``segmentation`` values to columns: polygons, compressed and uncompressed RLE, in the form they have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .columns import KIND_COUNTS, KIND_NONE, KIND_POLYGONS, KIND_RLE, Ragged, Segmentations, offsets_of
from .json_values import float_rows, integer, integer_rows, number, sequence
from .places import described

#: Raises a DataError for rows with one fault: (rows, reason, remedy).
Refuse = Callable[[Sequence[int], str, str], None]

_FORMS = 'a segmentation is a list of polygons [[x0, y0, x1, y1, ...]] or an RLE {"size": [h, w], "counts": ...}'
_SIZE = "an RLE needs the mask's size [height, width] in pixels"
_COUNTS = "counts are the compressed string, or a list of run lengths"


class _Builder:
    """Collects rows form by form; faults are kept until all rows were seen, so that the message can count them."""

    def __init__(self, count: int) -> None:
        self.kind = np.zeros(count, np.uint8)
        self.size = np.zeros((count, 2), np.int64)
        self.ring_counts = np.zeros(count, np.int64)
        self.rings: list[Sequence[Any]] = []
        self.texts: list[bytes] = []
        self.counts: list[Sequence[Any]] = []
        self.faults: dict[str, tuple[list[int], str, str]] = {}

    def fault(self, i: int, slug: str, reason: str, remedy: str) -> None:
        self.faults.setdefault(slug, ([], reason, remedy))[0].append(i)

    def add(self, i: int, value: Any) -> None:
        text, runs = b"", ()
        if isinstance(value, Mapping):
            text, runs = self.add_rle(i, value)
        elif value is not None:
            self.add_polygons(i, value)
        self.texts.append(text)
        self.counts.append(runs)

    def add_polygons(self, i: int, value: Any) -> None:
        rings = sequence(value)
        if rings is None:
            return self.fault(i, "form", f"is {described(value)}", _FORMS)
        made = [sequence(ring) for ring in rings]
        if None in made:
            wrong = next(ring for ring, row in zip(rings, made, strict=True) if row is None)
            flat = isinstance(wrong, (int, float))
            remedy = "put one more pair of brackets around it: [[x0, y0, ...]]" if flat else _FORMS
            what = "a flat list of numbers" if flat else f"a list that holds {described(wrong)}"
            return self.fault(i, "ring", f"is {what} where a list of polygons was expected", remedy)
        self.kind[i] = KIND_POLYGONS if made else KIND_NONE
        self.ring_counts[i] = len(made)
        self.rings.extend(ring for ring in made if ring is not None)
        return None

    def add_rle(self, i: int, value: Mapping[str, Any]) -> tuple[bytes, Any]:
        """The compressed characters and the run lengths of one RLE object; one of the two is empty."""
        stated = value.get("size")
        size = [v for v in map(integer, sequence(stated) or ()) if v is not None]
        if len(size) != 2 or len(sequence(stated) or ()) != 2:
            has = "is an RLE without size" if stated is None else f"has the size {described(stated)}"
            self.fault(i, "size", has, _SIZE)
            return b"", ()
        self.size[i] = size
        counts = value.get("counts")
        if isinstance(counts, (str, bytes)):
            self.kind[i] = KIND_RLE
            return (counts.encode("utf-8", "surrogatepass") if isinstance(counts, str) else counts), ()
        self.kind[i] = KIND_COUNTS
        runs = sequence(counts)
        if runs is None:
            has = f"has the counts {described(counts)}" if counts is not None else "is an RLE without counts"
            self.fault(i, "counts", has, _COUNTS)
        return b"", () if runs is None else runs


def segmentations(values: Sequence[Any], refuse: Refuse) -> Segmentations:
    """Columns from the N values of the member ``segmentation``.

    Members of an RLE other than ``size`` and ``counts`` are not kept. Rings of any length are taken, also those of
    too few or an odd number of coordinates: whoever draws them decides (quirk K1).

    Args:
        values: parsed JSON; None for a row without the member, an empty list for an empty outline.
        refuse: called with the rows of the first fault, its reason and its remedy; must raise.
    """
    builder = _Builder(len(values))
    for i, value in enumerate(values):
        builder.add(i, value)
    for rows, reason, remedy in sorted(builder.faults.values()):
        refuse(rows, reason, remedy)
    rings = offsets_of(builder.ring_counts)
    xy, bad = float_rows(builder.rings)
    if bad:
        owners = np.searchsorted(rings, bad, side="right") - 1
        refuse(
            sorted(set(owners.tolist())),
            f"has {_misfit(builder.rings[bad[0]])} among its coordinates",
            "coordinates are numbers in pixels, without quotes",
        )
    counts, bad = integer_rows(builder.counts)
    if bad:
        refuse(
            bad,
            f"has {_misfit(builder.counts[bad[0]], whole=True)} among its counts",
            "run lengths are integers in pixels",
        )
    text = Ragged(np.frombuffer(bytearray(b"".join(builder.texts)), np.uint8), offsets_of(map(len, builder.texts)))
    return Segmentations(builder.kind, builder.size, rings, xy, text, counts)


def _misfit(row: Sequence[Any], whole: bool = False) -> str:
    """The first value of a row that does not fit, described."""
    return next(described(value) for value in row if (integer(value) if whole else number(value)) is None)

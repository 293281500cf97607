"""Equal to the last bit: what every comparison of evaluators in these tests means."""

from __future__ import annotations

from typing import Any

import numpy as np


def assert_same_bits(ours: Any, theirs: Any, *, stats: bool = True) -> None:
    """All three arrays, and the stats, of two outcomes are equal in shape and in every bit (NaN, sign of zero)."""
    for name in ("precision", "recall", "scores"):
        a, b = np.ascontiguousarray(getattr(ours, name)), np.ascontiguousarray(getattr(theirs, name))
        assert a.shape == b.shape, f"{name}: {a.shape} and {b.shape}"
        assert a.dtype == b.dtype == np.float64, f"{name}: {a.dtype} and {b.dtype}"
        bad = np.flatnonzero(a.view(np.int64) != b.view(np.int64))
        if bad.size:
            place = tuple(int(i) for i in np.unravel_index(bad[0], a.shape))
            raise AssertionError(f"{name}{list(place)}: {a[place]!r} and {b[place]!r}; {bad.size} of {a.size} differ")
    if stats:
        assert [float(v).hex() for v in ours.stats] == [float(v).hex() for v in theirs.stats]

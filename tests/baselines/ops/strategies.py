"""Boxes as hypothesis draws them: small whole corners, so that ties, touching edges and empty boxes are common."""

from __future__ import annotations

from hypothesis import strategies as st

CORNER = st.integers(0, 12)


@st.composite
def box(draw: st.DrawFn, least: int = 0) -> list[int]:
    """Corners x0 <= x1, y0 <= y1, sides at least ``least``."""
    (x0, x1), (y0, y1) = (sorted((draw(CORNER), draw(CORNER))) for _ in range(2))
    return [x0, y0, max(x1, x0 + least), max(y1, y0 + least)]


def boxes(most: int = 12, least: int = 0, fewest: int = 0) -> st.SearchStrategy[list[list[int]]]:
    """Lists of them."""
    return st.lists(box(least), min_size=fewest, max_size=most)

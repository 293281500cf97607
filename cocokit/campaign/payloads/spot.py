"""The spotting stage: ``{"points": [[120.5, 88], [310, 92.25]]}``."""

from __future__ import annotations

from ...domain.answers import Point, SpotAnswer
from ...domain.tasks import ImageRef, SpotTask
from ...errors import RefusedError
from ...places import counted
from .fields import WHOLE, items, members, point


def read_spot(work: SpotTask, payload: object) -> SpotAnswer:
    """The crosses, each on a pixel of its own; none is an answer too; raises RefusedError."""
    given = items(members(payload, WHOLE, ["points"])["points"], "points", work.max_spots, "point")
    pixels: dict[tuple[int, int], Point] = {}
    for i, value in enumerate(given):
        spot = _point(value, f"points[{i}]", work.image)
        pixel = pixel_of(spot, work.image)
        if pixel in pixels:
            first = list(pixels).index(pixel)
            raise RefusedError(f"points[{i}]", f"is on the same pixel as points[{first}]", "put one cross on each")
        pixels[pixel] = spot
    return SpotAnswer(tuple(pixels.values()))


def pixel_of(spot: Point, image: ImageRef) -> tuple[int, int]:
    """The (column, row) of the pixel that a point of an image lies in; the far edges belong to the last pixels.

    >>> pixel_of((640.0, 12.9), ImageRef(1, "a.jpg", 640, 480))
    (639, 12)
    """
    return min(int(spot[0]), image.width - 1), min(int(spot[1]), image.height - 1)


def _point(value: object, field: str, image: ImageRef) -> Point:
    numbers = items(value, field, 2, "number")
    if len(numbers) != 2:
        raise RefusedError(field, f"has {counted(len(numbers), 'number')}", "send [x, y]")
    return point(numbers[0], numbers[1], (f"{field}[0]", f"{field}[1]"), image)

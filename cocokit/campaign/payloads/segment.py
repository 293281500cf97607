"""The segmentation stage: a mask as outlines or as RLE with the tool that made it, or why there is none.

- ``{"outcome": "mask", "polygons": [[x0, y0, ...], ...], "holes": [[...]], "tool": "polygon"}``; holes may be left out
- ``{"outcome": "mask", "rle": {"size": [480, 640], "counts": "..."}, "tool": "brush"}``
- ``{"outcome": "no_object"}`` or ``{"outcome": "all_segmented"}``
"""

from __future__ import annotations

from collections.abc import Collection

from ...domain.answers import Mask, SegmentAnswer
from ...domain.tasks import ImageRef, SegmentTask
from ...errors import RefusedError
from .fields import WHOLE, members, word
from .outlines import read_outlines
from .painted import read_painted

OUTCOMES = ("mask", "no_object", "all_segmented")


def read_segment(work: SegmentTask, payload: object, tools: Collection[str]) -> SegmentAnswer:
    """A mask, or why there is none.

    Args:
        work: the task.
        payload: parsed JSON.
        tools: those that the campaign allows; "polygon" draws outlines, every other may send pixels.

    Raises:
        RefusedError: the payload is no answer to this.
    """
    found = members(payload, WHOLE, ["outcome"], ["polygons", "holes", "rle", "tool"])
    outcome = word(found["outcome"], "outcome", OUTCOMES)
    if outcome != "mask":
        members(payload, WHOLE, ["outcome"])
        return SegmentAnswer(outcome)
    return SegmentAnswer(outcome, _mask(payload, found, work.image, tools))


def _mask(payload: object, found: Collection[str], image: ImageRef, tools: Collection[str]) -> Mask:
    painted = "rle" in found and "polygons" not in found
    given = members(payload, WHOLE, ["outcome", "rle" if painted else "polygons", "tool"], [] if painted else ["holes"])
    tool = word(given["tool"], "tool", tools)
    if not painted:
        return read_outlines(given["polygons"], given.get("holes", []), image, tool)
    if tool == "polygon":
        raise RefusedError("rle", "is no outline, and the tool is polygon", "send polygons")
    return read_painted(given["rle"], "rle", image, tool)

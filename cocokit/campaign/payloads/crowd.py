"""The crowd stage: ``{"rle": {"size": [480, 640], "counts": "..."}}``, or ``{"nothing": true}``."""

from __future__ import annotations

from ...domain.answers import CrowdAnswer
from ...domain.tasks import CrowdTask
from ...errors import RefusedError
from ...places import described
from .fields import WHOLE, members
from .painted import read_painted


def read_crowd(work: CrowdTask, payload: object) -> CrowdAnswer:
    """The painted rest of a category, or nothing; raises RefusedError."""
    if isinstance(payload, dict) and "nothing" in payload:
        nothing = members(payload, WHOLE, ["nothing"])["nothing"]
        if nothing is not True:
            raise RefusedError("nothing", f"is {described(nothing)}", "send true, or the painted rle")
        return CrowdAnswer(None)
    found = members(payload, WHOLE, ["rle"], ["nothing"])
    return CrowdAnswer(read_painted(found["rle"], "rle", work.image, "brush"))

"""The verification stage: ``{"bad": [3, 17]}``."""

from __future__ import annotations

from ...domain.answers import VerifyAnswer
from ...domain.tasks import VerifyTask
from ...errors import RefusedError
from ...places import shown
from .fields import WHOLE, items, members, whole


def read_verify(work: VerifyTask, payload: object) -> VerifyAnswer:
    """The positions of the bad tiles, rising; none is an answer too; raises RefusedError."""
    known = {tile.position for tile in work.tiles}
    found: set[int] = set()
    for i, value in enumerate(items(members(payload, WHOLE, ["bad"])["bad"], "bad", len(known), "position")):
        position = whole(value, f"bad[{i}]")
        if position not in known:
            raise RefusedError(f"bad[{i}]", f"is {shown(position)}, no tile of this page", "send positions of tiles")
        if position in found:
            raise RefusedError(f"bad[{i}]", f"is {position} a second time", "send each position once")
        found.add(position)
    return VerifyAnswer(tuple(sorted(found)))

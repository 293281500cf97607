"""The filter stage: ``{"removed": {"17": "iconic", "23": "duplicate"}}``."""

from __future__ import annotations

from ...domain.answers import FilterAnswer
from ...domain.tasks import FilterTask
from ...errors import RefusedError
from ...places import described, shown
from .fields import WHOLE, members, word

#: Why a candidate may go.
REASONS = ("iconic", "invalid", "duplicate")


def read_filter(work: FilterTask, payload: object) -> FilterAnswer:
    """Which candidates of the page go, in the order of the page; raises RefusedError."""
    removed = members(payload, WHOLE, ["removed"])["removed"]
    if not isinstance(removed, dict):
        raise RefusedError("removed", f"is {described(removed)}", "send an object of image ids and reasons")
    known = {str(image.id): image.id for image in work.candidates}
    for name in removed:
        if name not in known:
            raise RefusedError(f"removed[{shown(name)}]", "is no image of this page", "send ids of the page's images")
    return FilterAnswer({
        known[name]: word(removed[name], f'removed["{name}"]', REASONS) for name in known if name in removed
    })  # fmt: skip

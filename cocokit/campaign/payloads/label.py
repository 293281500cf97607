"""The labeling stage: ``{"drops": [{"category_id": 18, "x": 120.5, "y": 88}]}``."""

from __future__ import annotations

from ...domain.answers import Drop, LabelAnswer
from ...domain.tasks import LabelTask
from ...errors import RefusedError
from ...places import shown
from .fields import WHOLE, items, members, point, whole


def read_label(work: LabelTask, payload: object) -> LabelAnswer:
    """The categories seen, each with where one instance of it is; none is an answer too; raises RefusedError."""
    known = {category.id for category in work.categories}
    drops: dict[int, Drop] = {}
    given = items(members(payload, WHOLE, ["drops"])["drops"], "drops", len(known), "drop")
    for i, value in enumerate(given):
        drop = _drop(value, f"drops[{i}]", work)
        field = f"drops[{i}].category_id"
        if drop.category_id not in known:
            raise RefusedError(field, f"is {shown(drop.category_id)}, no category of this task", "send one of the page")
        if drop.category_id in drops:
            raise RefusedError(field, f"is {drop.category_id} a second time", "drop each icon once")
        drops[drop.category_id] = drop
    return LabelAnswer(tuple(drops.values()))


def _drop(value: object, field: str, work: LabelTask) -> Drop:
    found = members(value, field, ["category_id", "x", "y"])
    category = whole(found["category_id"], f"{field}.category_id")
    return Drop(category, *point(found["x"], found["y"], (f"{field}.x", f"{field}.y"), work.image))

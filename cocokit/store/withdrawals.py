"""Images whose photo was taken down: what their rows keep, and whose pages show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, update

from ..domain.stages import Stage
from .database import Transaction
from .models import AssignmentRow, ImageRow, PlaceRow, SentinelRow, ShowingRow, TaskRow

#: The reason of an image that was dropped because its photo was taken down; the filter gives none of this name.
TAKEN_DOWN = "taken down"


def may_be_shown(image_id: Any) -> ColumnElement[bool]:
    """The condition that the image which a column names may be shown."""
    return ~exists().where(ImageRow.id == image_id, ImageRow.reason == TAKEN_DOWN)


def withdraw_images(tx: Transaction, origins: Mapping[int, Mapping[str, Any]]) -> None:
    """Image id -> what may still be known of its source. They are dropped, and on no page of the filter."""
    for image, origin in sorted(origins.items()):
        values = {"state": "dropped", "reason": TAKEN_DOWN, "page": None, "finished_at": None,
                  "origin": json.dumps(origin, sort_keys=True) if origin else None}  # fmt: skip
        tx.execute(update(ImageRow).where(ImageRow.id == image).values(**values))


def leases_on(
    tx: Transaction, campaign_id: int, images: Sequence[int], pages: Sequence[int]
) -> list[tuple[int, Stage]]:
    """The assignments, locked, that workers hold and that show some images, or some pages of the filter."""
    about = or_(TaskRow.image_id.in_(images), (TaskRow.stage == Stage.FILTER) & TaskRow.subject.in_(pages))
    place = select(PlaceRow.assignment_id).join(TaskRow, TaskRow.id == PlaceRow.task_id).where(about)
    checks = select(SentinelRow.id).where(SentinelRow.image_id.in_(images))
    shown = select(ShowingRow.assignment_id).where(ShowingRow.sentinel_id.in_(checks))
    query = select(AssignmentRow.id, AssignmentRow.stage).where(
        AssignmentRow.campaign_id == campaign_id, AssignmentRow.state == "leased",
        or_(AssignmentRow.id.in_(place), AssignmentRow.id.in_(shown)),
    )  # fmt: skip
    return [(row.id, Stage(row.stage)) for row in tx.execute(query.order_by(AssignmentRow.id).with_for_update())]


def count_withdrawn(tx: Transaction, campaign_id: int) -> int:
    """How many images of a campaign were taken down."""
    query = select(func.count()).where(ImageRow.campaign_id == campaign_id, ImageRow.reason == TAKEN_DOWN)
    return int(tx.execute(query).scalar_one())

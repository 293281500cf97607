"""Masks that are shown to everybody as good or bad: kept apart from those whose answer is still asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select

from ..domain.stages import MaskState, SentinelKind
from .database import Transaction
from .models import SegmentationRow, SentinelRow
from .pairs import mask_of
from .sentinels import Sentinel, Source, sentinel_of
from .withdrawals import may_be_shown

#: How a good mask came about; what is made in another way is bad.
GOOD_METHODS = ("gold", "votes")
Box = tuple[float, ...]


def example_masks(
    tx: Transaction, campaign_id: int, category_id: int, good: bool, limit: int
) -> list[tuple[Sentinel, str]]:
    """(mask, how it was made) of the good or the bad examples of a category, one of each image, the oldest first."""
    is_good = SentinelRow.method.in_(GOOD_METHODS)
    query = select(SentinelRow.__table__).where(
        SentinelRow.campaign_id == campaign_id, SentinelRow.kind == SentinelKind.EXAMPLE,
        SentinelRow.category_id == category_id, is_good if good else ~is_good, may_be_shown(SentinelRow.image_id),
    )  # fmt: skip
    found: dict[int, Any] = {}
    for row in tx.execute(query.order_by(SentinelRow.id).limit(10 * limit)):
        found.setdefault(row.image_id, row)
    return [(sentinel_of(row), row.method) for row in list(found.values())[:limit]]


def count_examples(tx: Transaction, campaign_id: int) -> dict[int, int]:
    """Category -> how many good examples it has."""
    query = select(SentinelRow.category_id, func.count()).where(
        SentinelRow.campaign_id == campaign_id, SentinelRow.kind == SentinelKind.EXAMPLE,
        SentinelRow.method.in_(GOOD_METHODS), may_be_shown(SentinelRow.image_id),
    )  # fmt: skip
    return {row[0]: row[1] for row in tx.execute(query.group_by(SentinelRow.category_id))}


def newest_passed(tx: Transaction, campaign_id: int, full: Sequence[int], limit: int) -> list[Source]:
    """Masks that passed without a bad vote and that nothing was made from, the newest first.

    Args:
        tx: a transaction.
        campaign_id: the campaign.
        full: categories that want none.
        limit: how many at most.
    """
    used = exists().where(SentinelRow.source_id == SegmentationRow.id)
    query = select(SegmentationRow.__table__).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state == MaskState.PASSED,
        SegmentationRow.bad == 0, SegmentationRow.good > 0, SegmentationRow.category_id.not_in(full), ~used,
        may_be_shown(SegmentationRow.image_id),
    )  # fmt: skip
    rows = tx.execute(query.order_by(SegmentationRow.id.desc()).limit(limit))
    return [Source(row.image_id, row.category_id, mask_of(row), row.id) for row in rows]


def boxes_of(tx: Transaction, campaign_id: int, image_id: int, category_id: int, examples: bool) -> list[Box]:
    """Boxes (x, y, w, h; px) of the masks on an image that are shown as examples, or of those that are asked for."""
    is_example = SentinelRow.kind == SentinelKind.EXAMPLE
    query = select(SentinelRow.bbox).where(
        SentinelRow.campaign_id == campaign_id, SentinelRow.category_id == category_id,
        SentinelRow.image_id == image_id, is_example if examples else ~is_example,
    )  # fmt: skip
    return [tuple(json.loads(text)) for text in tx.execute(query).scalars()]

"""Facts of (image, category) pairs out of their rows, and plans back into them.

Many pairs are read at once, for a page of votes touches as many pairs as it has tiles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, func, select, update

from ..domain.answers import Mask
from ..domain.facts import ClosureFact, CrowdFact, MaskFact, PairFacts, PairPlan, SpotFact
from ..domain.stages import AnswerState, MaskState, Stage
from .database import Transaction
from .models import AnswerRow, PlaceRow, SegmentationRow, SpotRow, TaskRow, VoteRow

#: (image id, category id).
Pair = tuple[int, int]


@dataclass(slots=True)
class PairRows:
    """The facts of a pair, the masks themselves, and what the rows say now (to write only what changes)."""

    facts: PairFacts
    masks: dict[int, Mask]
    spot_states: dict[int, tuple[str, int | None]]
    mask_states: dict[int, str]
    mask_votes: dict[int, tuple[int, int]]


def load_pairs(tx: Transaction, pairs: Iterable[Pair]) -> dict[Pair, PairRows]:
    """The facts of some pairs."""
    wanted = sorted(set(pairs))
    images = sorted({image for image, _ in wanted})
    spots, masks, votes = _spots(tx, images), _masks(tx, images), _votes(tx, images)
    closures, spotted, crowds = _closures(tx, images), _spotted(tx, images), _crowds(tx, images)
    held = _held(tx, images)
    loaded = {}
    for pair in wanted:
        mask_facts = []
        for row in masks[pair]:
            good, bad = votes.get(row.id, (0, 0))
            live = row.answer_state == AnswerState.COUNTED
            mask_facts.append(MaskFact(row.id, row.answer_id, row.worker_id, row.drawn_for, good, bad, live))
        facts = PairFacts(
            spots=tuple(SpotFact(r.id, r.worker_id, r.x, r.y, r.primer, r.live) for r in spots[pair]),
            spotted=spotted.get(pair, 0),
            masks=tuple(mask_facts),
            closures=tuple(closures[pair]),
            crowds=tuple(crowds[pair]),
            held=frozenset(held[pair]),
        )
        loaded[pair] = PairRows(
            facts,
            {r.id: mask_of(r) for r in masks[pair]},
            {r.id: (r.state, r.segmentation_id) for r in spots[pair]},
            {r.id: r.state for r in masks[pair]},
            {r.id: (r.good, r.bad) for r in masks[pair]},
        )
    return loaded


def mask_of(row: Any) -> Mask:
    """The mask in a row that has one."""
    polygons = getattr(row, "polygons", None)
    outlines = tuple(tuple(ring) for ring in json.loads(polygons)) if polygons else None
    tool = getattr(row, "tool", "polygon")
    return Mask(row.height, row.width, bytes(row.counts), row.area, tuple(json.loads(row.bbox)), outlines, tool)


def mask_columns(mask: Mask) -> dict[str, Any]:
    """The columns that hold a mask."""
    return {
        "height": mask.height, "width": mask.width, "counts": mask.counts, "area": mask.area,
        "bbox": json.dumps(list(mask.bbox)),
    }  # fmt: skip


def save_plan(tx: Transaction, rows: PairRows, plan: PairPlan) -> None:
    """Write the states of a pair's spots and masks where they differ from the plan."""
    spots = [
        {"b_id": key, "b_state": str(state), "b_mask": mask}
        for key, (state, mask) in plan.spots.items()
        if rows.spot_states[key] != (str(state), mask)
    ]
    if spots:
        statement = update(SpotRow).where(SpotRow.id == bindparam("b_id"))
        tx.execute(statement.values(state=bindparam("b_state"), segmentation_id=bindparam("b_mask")), spots)
    facts = {mask.id: mask for mask in rows.facts.masks}
    masks = [
        {"b_id": key, "b_state": str(state), "b_good": facts[key].good, "b_bad": facts[key].bad}
        for key, state in plan.masks.items()
        if (rows.mask_states[key], *rows.mask_votes[key]) != (str(state), facts[key].good, facts[key].bad)
    ]
    if masks:
        tx.execute(
            update(SegmentationRow)
            .where(SegmentationRow.id == bindparam("b_id"))
            .values(state=bindparam("b_state"), good=bindparam("b_good"), bad=bindparam("b_bad")),
            masks,
        )


def pairs_of_images(tx: Transaction, images: Iterable[int]) -> list[Pair]:
    """Every pair of some images that has ever had a spot."""
    query = select(SpotRow.image_id, SpotRow.category_id).where(SpotRow.image_id.in_(sorted(set(images)))).distinct()
    return sorted((image, category) for image, category in tx.execute(query))


def masks_of_image(tx: Transaction, image_id: int) -> list[tuple[int, Mask]]:
    """(category id, mask) of every mask that stands in an image."""
    standing = SegmentationRow.state.in_([MaskState.UNVERIFIED, MaskState.PASSED])
    query = select(SegmentationRow.__table__).where(SegmentationRow.image_id == image_id, standing)
    return [(row.category_id, mask_of(row)) for row in tx.execute(query.order_by(SegmentationRow.id))]


def _group(rows: Iterable[Any]) -> defaultdict[Pair, list[Any]]:
    groups: defaultdict[Pair, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.image_id, row.category_id].append(row)
    return groups


def _spots(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[Any]]:
    live = case((AnswerRow.state == AnswerState.COUNTED, True), else_=False).label("live")
    query = select(SpotRow.__table__, live).join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    return _group(tx.execute(query.where(SpotRow.image_id.in_(images)).order_by(SpotRow.id)))


def _masks(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[Any]]:
    query = select(SegmentationRow.__table__, AnswerRow.state.label("answer_state"))
    query = query.join(AnswerRow, AnswerRow.id == SegmentationRow.answer_id)
    return _group(tx.execute(query.where(SegmentationRow.image_id.in_(images)).order_by(SegmentationRow.id)))


def _votes(tx: Transaction, images: list[int]) -> dict[int, tuple[int, int]]:
    good = func.sum(case((VoteRow.good, 1), else_=0))
    query = select(VoteRow.segmentation_id, good, func.count())
    query = query.join(SegmentationRow, SegmentationRow.id == VoteRow.segmentation_id)
    query = query.where(SegmentationRow.image_id.in_(images), VoteRow.state == AnswerState.COUNTED)
    return {key: (int(g), int(n) - int(g)) for key, g, n in tx.execute(query.group_by(VoteRow.segmentation_id))}


def _closures(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[ClosureFact]]:
    query = select(AnswerRow.id, AnswerRow.image_id, AnswerRow.category_id, AnswerRow.worker_id, AnswerRow.subject,
                   AnswerRow.outcome)  # fmt: skip
    query = query.where(
        AnswerRow.image_id.in_(images), AnswerRow.stage == Stage.SEGMENT, AnswerRow.state == AnswerState.COUNTED,
        AnswerRow.outcome.in_(["no_object", "all_segmented"]), AnswerRow.training.is_(False),
    )  # fmt: skip
    groups: defaultdict[Pair, list[ClosureFact]] = defaultdict(list)
    for row in tx.execute(query.order_by(AnswerRow.id)):
        fact = ClosureFact(row.id, row.worker_id, row.subject, row.outcome)
        groups[row.image_id, row.category_id].append(fact)
    return groups


def _spotted(tx: Transaction, images: list[int]) -> dict[Pair, int]:
    query = select(AnswerRow.image_id, AnswerRow.category_id, func.count()).where(
        AnswerRow.image_id.in_(images), AnswerRow.stage == Stage.SPOT, AnswerRow.state == AnswerState.COUNTED
    )
    rows = tx.execute(query.group_by(AnswerRow.image_id, AnswerRow.category_id))
    return {(image, category): count for image, category, count in rows if image is not None}


def _crowds(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[CrowdFact]]:
    query = select(AnswerRow.id, AnswerRow.image_id, AnswerRow.category_id, AnswerRow.worker_id, AnswerRow.outcome)
    query = query.where(
        AnswerRow.image_id.in_(images), AnswerRow.stage == Stage.CROWD, AnswerRow.state == AnswerState.COUNTED
    )
    groups: defaultdict[Pair, list[CrowdFact]] = defaultdict(list)
    for row in tx.execute(query.order_by(AnswerRow.id)):
        groups[row.image_id, row.category_id].append(CrowdFact(row.id, row.worker_id, row.outcome != "nothing"))
    return groups


def _held(tx: Transaction, images: list[int]) -> defaultdict[Pair, set[int]]:
    query = select(TaskRow.image_id, TaskRow.category_id, TaskRow.subject)
    query = query.join(PlaceRow, PlaceRow.task_id == TaskRow.id)
    query = query.where(TaskRow.image_id.in_(images), TaskRow.stage == Stage.SEGMENT, PlaceRow.state == "leased")
    groups: defaultdict[Pair, set[int]] = defaultdict(set)
    for image, category, spot in tx.execute(query):
        groups[image or 0, category].add(spot)
    return groups




def masks_by_id(tx: Transaction, ids: Iterable[int]) -> dict[int, Mask]:
    """Segmentation id -> mask."""
    query = select(SegmentationRow.__table__).where(SegmentationRow.id.in_(sorted(ids)))
    return {row.id: mask_of(row) for row in tx.execute(query)}

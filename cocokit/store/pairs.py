"""Facts of (image, category) pairs out of their rows, and plans back into them.

Many pairs are read at once, for a page of votes touches as many pairs as it has tiles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
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
    if not wanted:
        return {}
    images = sorted({image for image, _ in wanted})
    spots, masks = _spots(tx, images), _masks(tx, images)
    votes = _votes(tx, images) if masks else {}
    words, held = _words(tx, images), _held(tx, images)
    loaded = {}
    for pair in wanted:
        mask_facts = []
        for row in masks[pair]:
            good, bad = votes.get(row.id, (0, 0))
            live = row.answer_state == AnswerState.COUNTED
            mask_facts.append(MaskFact(row.id, row.answer_id, row.worker_id, row.drawn_for, good, bad, live))
        facts = PairFacts(
            spots=tuple(SpotFact(r.id, r.worker_id, r.x, r.y, r.primer, r.live) for r in spots[pair]),
            spotted=words[pair].spotted,
            masks=tuple(mask_facts),
            closures=tuple(words[pair].closures),
            crowds=tuple(words[pair].crowds),
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
        tx.execute(_spot_states(), spots)
    facts = {mask.id: mask for mask in rows.facts.masks}
    masks = [
        {"b_id": key, "b_state": str(state), "b_good": facts[key].good, "b_bad": facts[key].bad}
        for key, state in plan.masks.items()
        if (rows.mask_states[key], *rows.mask_votes[key]) != (str(state), facts[key].good, facts[key].bad)
    ]
    if masks:
        tx.execute(_mask_states(), masks)


@cache
def _spot_states() -> Any:
    statement = update(SpotRow).where(SpotRow.id == bindparam("b_id"))
    return statement.values(state=bindparam("b_state"), segmentation_id=bindparam("b_mask"))


@cache
def _mask_states() -> Any:
    statement = update(SegmentationRow).where(SegmentationRow.id == bindparam("b_id"))
    return statement.values(state=bindparam("b_state"), good=bindparam("b_good"), bad=bindparam("b_bad"))


def pairs_of_images(tx: Transaction, images: Iterable[int]) -> list[Pair]:
    """Every pair of some images that has ever had a spot."""
    query = select(SpotRow.image_id, SpotRow.category_id).where(SpotRow.image_id.in_(sorted(set(images)))).distinct()
    return sorted((image, category) for image, category in tx.execute(query))


def masks_of_image(tx: Transaction, image_id: int) -> list[tuple[int, Mask]]:
    """(category id, mask) of every mask that stands in an image."""
    return [(row.category_id, mask_of(row)) for row in tx.execute(_standing_masks(), {"image": image_id})]


@cache
def _standing_masks() -> Any:
    standing = SegmentationRow.state.in_([MaskState.UNVERIFIED, MaskState.PASSED])
    query = select(SegmentationRow.__table__).where(SegmentationRow.image_id == bindparam("image"), standing)
    return query.order_by(SegmentationRow.id)


def _group(rows: Iterable[Any]) -> defaultdict[Pair, list[Any]]:
    groups: defaultdict[Pair, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.image_id, row.category_id].append(row)
    return groups


def _spots(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[Any]]:
    return _group(tx.execute(_spot_facts(), {"images": images}))


@cache
def _spot_facts() -> Any:
    live = case((AnswerRow.state == AnswerState.COUNTED, True), else_=False).label("live")
    query = select(SpotRow.__table__, live).join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    return query.where(SpotRow.image_id.in_(_images())).order_by(SpotRow.id)


def _masks(tx: Transaction, images: list[int]) -> defaultdict[Pair, list[Any]]:
    return _group(tx.execute(_mask_facts(), {"images": images}))


@cache
def _mask_facts() -> Any:
    query = select(SegmentationRow.__table__, AnswerRow.state.label("answer_state"))
    query = query.join(AnswerRow, AnswerRow.id == SegmentationRow.answer_id)
    return query.where(SegmentationRow.image_id.in_(_images())).order_by(SegmentationRow.id)


def _votes(tx: Transaction, images: list[int]) -> dict[int, tuple[int, int]]:
    rows = tx.execute(_vote_facts(), {"images": images})
    return {key: (int(good), int(asked) - int(good)) for key, good, asked in rows}


@cache
def _vote_facts() -> Any:
    good = func.sum(case((VoteRow.good, 1), else_=0))
    query = select(VoteRow.segmentation_id, good, func.count())
    query = query.join(SegmentationRow, SegmentationRow.id == VoteRow.segmentation_id)
    query = query.where(SegmentationRow.image_id.in_(_images()), VoteRow.state == AnswerState.COUNTED)
    return query.group_by(VoteRow.segmentation_id)


@dataclass(slots=True)
class _Words:
    """What the answers of a pair say besides points and masks."""

    spotted: int
    closures: list[ClosureFact]
    crowds: list[CrowdFact]


def _words(tx: Transaction, images: list[int]) -> defaultdict[Pair, _Words]:
    groups: defaultdict[Pair, _Words] = defaultdict(lambda: _Words(0, [], []))
    for row in tx.execute(_word_facts(), {"images": images}):
        words = groups[row.image_id, row.category_id]
        if row.stage == Stage.SPOT:
            words.spotted += 1
        elif row.stage == Stage.CROWD:
            words.crowds.append(CrowdFact(row.id, row.worker_id, row.outcome != "nothing"))
        elif row.outcome != "mask":
            words.closures.append(ClosureFact(row.id, row.worker_id, row.subject, row.outcome))
    return groups


@cache
def _word_facts() -> Any:
    query = select(AnswerRow.id, AnswerRow.stage, AnswerRow.image_id, AnswerRow.category_id, AnswerRow.worker_id,
                   AnswerRow.subject, AnswerRow.outcome)  # fmt: skip
    return query.where(
        AnswerRow.image_id.in_(_images()), AnswerRow.stage.in_([Stage.SPOT, Stage.SEGMENT, Stage.CROWD]),
        AnswerRow.state == AnswerState.COUNTED, AnswerRow.training.is_(False),
    ).order_by(AnswerRow.id)  # fmt: skip


def _held(tx: Transaction, images: list[int]) -> defaultdict[Pair, set[int]]:
    groups: defaultdict[Pair, set[int]] = defaultdict(set)
    for image, category, spot in tx.execute(_held_facts(), {"images": images}):
        groups[image or 0, category].add(spot)
    return groups


@cache
def _held_facts() -> Any:
    query = select(TaskRow.image_id, TaskRow.category_id, TaskRow.subject)
    query = query.join(PlaceRow, PlaceRow.task_id == TaskRow.id)
    return query.where(TaskRow.image_id.in_(_images()), TaskRow.stage == Stage.SEGMENT, PlaceRow.state == "leased")


def _images() -> Any:
    return bindparam("images", expanding=True)


def masks_by_id(tx: Transaction, ids: Iterable[int]) -> dict[int, Mask]:
    """Segmentation id -> mask."""
    return {row.id: mask_of(row) for row in tx.execute(_masks_by_id(), {"ids": sorted(ids)})}


@cache
def _masks_by_id() -> Any:
    return select(SegmentationRow.__table__).where(SegmentationRow.id.in_(bindparam("ids", expanding=True)))

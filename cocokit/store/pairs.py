"""Facts of (image, category) pairs out of their rows, and plans back into them.

Many pairs are read at once, for a page of votes touches as many pairs as it has tiles.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, update

from ..domain.answers import Mask
from ..domain.facts import ClosureFact, CrowdFact, MaskFact, PairFacts, PairPlan, SpotFact
from ..domain.stages import AnswerState, MaskState, Stage
from ..types import Box
from .database import Transaction
from .lists import among, among_pairs, pairs_given
from .models import AnswerRow, PlaceRow, SegmentationRow, SpotRow, TaskRow, VoteRow

#: (image id, category id).
Pair = tuple[int, int]
#: Boxes that are kept: those of the images that are being worked on.
_KEPT = 4096


class StoredMasks(dict[int, Mask]):
    """Id -> mask, as far as points are looked up in masks: it is made when it is first asked for.

    These masks have neither outlines nor a tool.
    """

    def __init__(self, rows: dict[int, Any]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, key: int) -> Mask:
        *_, height, width, counts, area, box = self._rows[key]
        made = self[key] = Mask(height, width, bytes(counts), area, _box(box), tool="")
        return made


@lru_cache(_KEPT)
def _box(text: str) -> Box:
    x, y, w, h = json.loads(text)
    return x, y, w, h


@dataclass(slots=True)
class PairRows:
    """The facts of a pair, the masks themselves, and what the rows say now (to write only what changes)."""

    facts: PairFacts
    masks: StoredMasks
    spot_states: dict[int, tuple[str, int | None]]
    mask_states: dict[int, str]
    mask_votes: dict[int, tuple[int, int]]


def load_pairs(tx: Transaction, pairs: Iterable[Pair]) -> dict[Pair, PairRows]:
    """The facts of some pairs."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    spots, masks = _by_pair(tx, _spot_facts(), wanted), _by_pair(tx, _mask_facts(), wanted)
    votes = _votes(tx, [row[2] for rows in masks.values() for row in rows])
    words, held = _words(tx, wanted), _by_pair(tx, _held_facts(), wanted)
    return {
        pair: PairRows(
            PairFacts(
                tuple(SpotFact(key, worker, x, y, primer, live)
                      for _, _, key, worker, x, y, primer, live, _, _ in spots[pair]),
                words[pair].spotted,
                tuple(_mask_fact(row, votes) for row in masks[pair]),
                tuple(words[pair].closures),
                tuple(words[pair].crowds),
                frozenset(spot for _, _, spot in held[pair]),
            ),
            StoredMasks({row[2]: row for row in masks[pair]}),
            {row[2]: (row[8], row[9]) for row in spots[pair]},
            {row[2]: row[7] for row in masks[pair]},
            {row[2]: (row[8], row[9]) for row in masks[pair]},
        )
        for pair in wanted
    }  # fmt: skip


def _mask_fact(row: Any, votes: dict[int, tuple[int, int]]) -> MaskFact:
    _, _, key, answer, worker, spot, live, *_ = row
    return MaskFact(key, answer, worker, spot, *votes.get(key, (0, 0)), live)


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


def save_plans(tx: Transaction, plans: Iterable[tuple[PairRows, PairPlan]]) -> None:
    """Write the states of the spots and masks of some pairs where they differ from the plans."""
    spots, masks = [], []
    for rows, plan in plans:
        spots += [
            {"b_id": key, "b_state": str(state), "b_mask": mask}
            for key, (state, mask) in plan.spots.items()
            if rows.spot_states[key] != (state, mask)
        ]
        facts = {mask.id: mask for mask in rows.facts.masks}
        masks += [
            {"b_id": key, "b_state": str(state), "b_good": facts[key].good, "b_bad": facts[key].bad}
            for key, state in plan.masks.items()
            if (rows.mask_states[key], *rows.mask_votes[key]) != (state, facts[key].good, facts[key].bad)
        ]
    for statement, changes in ((_spot_states(), spots), (_mask_states(), masks)):
        if changes:
            tx.execute(statement, sorted(changes, key=lambda row: row["b_id"]))


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


def _by_pair(tx: Transaction, statement: Any, pairs: Sequence[Pair]) -> defaultdict[Pair, list[Any]]:
    """The rows of some pairs; their first two columns are the pair."""
    groups: defaultdict[Pair, list[Any]] = defaultdict(list)
    for row in tx.execute(statement, pairs_given(pairs)).all():
        groups[row[0], row[1]].append(row)
    return groups


@cache
def _spot_facts() -> Any:
    query = select(SpotRow.image_id, SpotRow.category_id, SpotRow.id, SpotRow.worker_id, SpotRow.x, SpotRow.y,
                   SpotRow.primer, _live(), SpotRow.state, SpotRow.segmentation_id)  # fmt: skip
    query = query.join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    return query.where(among_pairs(SpotRow.image_id, SpotRow.category_id)).order_by(SpotRow.id)


def _live() -> Any:
    return case((AnswerRow.state == AnswerState.COUNTED, True), else_=False)


@cache
def _mask_facts() -> Any:
    row = SegmentationRow
    query = select(row.image_id, row.category_id, row.id, row.answer_id, row.worker_id, row.drawn_for, _live(),
                   row.state, row.good, row.bad, row.height, row.width, row.counts, row.area, row.bbox)  # fmt: skip
    query = query.join(AnswerRow, AnswerRow.id == row.answer_id)
    return query.where(among_pairs(row.image_id, row.category_id)).order_by(row.id)


def _votes(tx: Transaction, masks: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Mask -> its good and bad votes that count."""
    rows = tx.execute(_vote_facts(), {"masks": masks}).all() if masks else ()
    return {key: (int(good), int(asked) - int(good)) for key, good, asked in rows}


@cache
def _vote_facts() -> Any:
    good = func.sum(case((VoteRow.good, 1), else_=0))
    query = select(VoteRow.segmentation_id, good, func.count())
    query = query.where(among(VoteRow.segmentation_id, "masks"), VoteRow.state == AnswerState.COUNTED)
    return query.group_by(VoteRow.segmentation_id)


@dataclass(slots=True)
class _Words:
    """What the answers of a pair say besides points and masks."""

    spotted: int
    closures: list[ClosureFact]
    crowds: list[CrowdFact]


def _words(tx: Transaction, pairs: Sequence[Pair]) -> defaultdict[Pair, _Words]:
    groups: defaultdict[Pair, _Words] = defaultdict(lambda: _Words(0, [], []))
    for image, category, key, stage, worker, subject, outcome in tx.execute(_word_facts(), pairs_given(pairs)).all():
        words = groups[image, category]
        if stage == Stage.SPOT:
            words.spotted += 1
        elif stage == Stage.CROWD:
            words.crowds.append(CrowdFact(key, worker, outcome != "nothing"))
        else:
            words.closures.append(ClosureFact(key, worker, subject, outcome))
    return groups


@cache
def _word_facts() -> Any:
    drawn = and_(AnswerRow.stage == Stage.SEGMENT, AnswerRow.outcome == "mask")  # which its row of masks says
    query = select(AnswerRow.image_id, AnswerRow.category_id, AnswerRow.id, AnswerRow.stage, AnswerRow.worker_id,
                   AnswerRow.subject, AnswerRow.outcome)  # fmt: skip
    return query.where(
        among_pairs(AnswerRow.image_id, AnswerRow.category_id),
        AnswerRow.stage.in_([Stage.SPOT, Stage.SEGMENT, Stage.CROWD]), ~drawn,
        AnswerRow.state == AnswerState.COUNTED, AnswerRow.training.is_(False),
    ).order_by(AnswerRow.id)  # fmt: skip


@cache
def _held_facts() -> Any:
    query = select(TaskRow.image_id, TaskRow.category_id, TaskRow.subject)
    query = query.join(PlaceRow, PlaceRow.task_id == TaskRow.id)
    pairs = among_pairs(TaskRow.image_id, TaskRow.category_id)
    return query.where(pairs, TaskRow.stage == Stage.SEGMENT, PlaceRow.state == "leased")


def masks_by_id(tx: Transaction, ids: Iterable[int]) -> dict[int, Mask]:
    """Segmentation id -> mask, without outlines and tool."""
    rows = tx.execute(_masks_by_id(), {"ids": sorted(ids)}).all()
    return {key: Mask(height, width, bytes(counts), area, _box(box), tool="")
            for key, height, width, counts, area, box in rows}  # fmt: skip


@cache
def _masks_by_id() -> Any:
    row = SegmentationRow
    return select(row.id, row.height, row.width, row.counts, row.area, row.bbox).where(among(row.id, "ids"))

"""What was answered or drawn more than once in a campaign, as plain records for those who measure agreement."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..domain.answers import Mask
from ..domain.stages import MaskState
from ..store import repeats as store
from ..store.database import Transaction
from ..store.pairs import mask_of
from .engine import Engine

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Repeats:
    """Answers about the same thing.

    Attributes:
        filtered: (image, whether it was removed) of each time that a candidate was judged.
        spotted: (image, category, crosses) of each answer of the spot stage.
        redrawn: spot -> the masks drawn for it, (state, mask), the first one first; two or more.
        painted: (image, category) -> the regions painted there; two or more.
        drawn: (worker, state) of every mask, in the order in which they came.
    """

    filtered: list[tuple[int, bool]]
    spotted: list[tuple[int, int, int]]
    redrawn: Mapping[int, list[tuple[MaskState, Mask]]]
    painted: Mapping[tuple[int, int], list[Mask]]
    drawn: list[tuple[int, MaskState]]


def read_repeats(engine: Engine) -> Repeats:
    """What there is now."""
    key = engine.campaign.id
    redrawn: defaultdict[int, list[tuple[MaskState, Mask]]] = defaultdict(list)
    painted: defaultdict[tuple[int, int], list[Mask]] = defaultdict(list)
    with engine.database.read() as tx:
        for row in store.masks_of_one_spot(tx, key):
            redrawn[row.drawn_for].append((MaskState(row.state), mask_of(row)))
        for row in store.regions_of_one_crowd(tx, key):
            painted[row.image_id, row.category_id].append(mask_of(row))
        drawn = [(worker, MaskState(state)) for worker, state in store.masks_in_order(tx, key)]
        return Repeats(_filtered(tx, key), store.spots_counted(tx, key), _several(redrawn), _several(painted), drawn)


def _filtered(tx: Transaction, campaign_id: int) -> list[tuple[int, bool]]:
    pages = store.filtered_pages(tx, campaign_id)
    seen = Counter(page for page, _ in pages)
    if max(seen.values(), default=0) < 2:  # nobody looked at anything twice
        return []
    candidates: defaultdict[int, list[int]] = defaultdict(list)
    for page, image in store.candidates_of_pages(tx, campaign_id):
        candidates[page].append(image)
    found = []
    for page, payload in pages:
        removed = set(map(int, json.loads(payload)["removed"]))
        found += [(image, image in removed) for image in candidates[page]]
    return found


def _several(groups: Mapping[K, list[V]]) -> dict[K, list[V]]:
    """Without those of one: the newest masks may begin in the middle of a group."""
    return {key: group for key, group in groups.items() if len(group) > 1}

"""What must hold in every campaign at every moment: counts that agree, and states that follow from the answers.

The states of spots, masks and tasks are derived; here they are derived again from the answers, by the rules alone, and
compared with the rows. Any half-applied answer, lost update or forgotten worker shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..domain.facts import Wanted
from ..domain.stages import Stage
from ..pipeline.pairs import plan_pair
from ..store.audits import all_images, ask
from ..store.database import Transaction
from ..store.pairs import Pair, PairRows, load_pairs, pairs_of_images
from ..store.tasks import TaskKey, tasks_of_images
from .context import Campaign
from .engine import Engine
from .mask_points import contains
from .routing import OF_PAIRS, wanted_of_image

#: Called with (images done, images in all).
Progress = Callable[[int, int], None]
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be.

    Attributes:
        what: in words.
        where: which row or pair, such as "image 12, category 3" or "task 77".
    """

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check_campaign(engine: Engine, progress: Progress | None = None) -> list[Fault]:
    """Everything that is wrong in a campaign; an empty list if nothing is."""
    campaign = engine.campaign
    with engine.database.read() as tx:
        faults = [
            Fault(words.partition(": ")[2], f"{words.partition(': ')[0]} {key}")
            for words, keys in ask(tx, campaign.id).items()
            for key in keys
        ]
        images = all_images(tx, campaign.id)
        for start in range(0, len(images), _BATCH):
            faults += _check_images(tx, campaign, list(images[start : start + _BATCH]))
            if progress is not None:
                progress(min(start + _BATCH, len(images)), len(images))
    return faults


def _check_images(tx: Transaction, campaign: Campaign, images: list[int]) -> list[Fault]:
    faults = []
    tasks = tasks_of_images(tx, images, tuple(Stage))
    states = wanted_of_image(tx, campaign, images)
    for image, wanted in states.items():
        faults += _compare_tasks((image, 0), wanted, tasks[image, 0])
    loaded = load_pairs(tx, pairs_of_images(tx, images))
    for pair, rows in loaded.items():
        faults += _check_pair(campaign, pair, rows, tasks[pair], open_image=pair[0] in states)
    return faults


def _check_pair(
    campaign: Campaign, pair: Pair, rows: PairRows, tasks: dict[TaskKey, Any], *, open_image: bool
) -> list[Fault]:
    def covers(mask: int, x: float, y: float) -> bool:
        return contains(rows.masks[mask], x, y)

    plan = plan_pair(rows.facts, campaign.settings, campaign.graph, covers)
    where = f"image {pair[0]}, category {pair[1]}"
    faults = [
        Fault(f"spot {key} is {rows.spot_states[key]}, and its answers say {(str(state), mask)}", where)
        for key, (state, mask) in plan.spots.items()
        if rows.spot_states[key] != (str(state), mask)
    ]
    faults += [
        Fault(f"mask {key} is {rows.mask_states[key]}, and its votes say {state}", where)
        for key, state in plan.masks.items()
        if rows.mask_states[key] != str(state)
    ]
    wanted = {(stage, subject or pair[0]): want for (stage, subject), want in plan.tasks.items()}
    existing = {key: row for key, row in tasks.items() if key[0] in OF_PAIRS}
    return faults + _compare_tasks(pair, wanted if open_image else {}, existing)


def _compare_tasks(pair: Pair, wanted: dict[TaskKey, Wanted], existing: dict[TaskKey, Any]) -> list[Fault]:
    where = f"image {pair[0]}, category {pair[1]}"
    faults = [
        Fault(f"the {stage} task of {subject} is missing", where)
        for stage, subject in wanted
        if (stage, subject) not in existing
    ]
    for key, row in existing.items():
        places = wanted[key].places if key in wanted else row.answered
        if row.places != places:
            faults.append(Fault(f"the {key[0]} task of {key[1]} has {row.places} places, and wants {places}", where))
    return faults

"""An answer becomes rows: the answer itself, the facts in it, what it rests on, what it earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..domain.answers import (
    Answer,
    CaptionAnswer,
    CrowdAnswer,
    FilterAnswer,
    LabelAnswer,
    SegmentAnswer,
    SpotAnswer,
    VerifyAnswer,
)
from ..domain.stages import AnswerState, SentinelKind
from ..pipeline.sentinels import page_counts
from ..store import answers as store
from ..store.answers import Lease
from ..store.campaigns import lock_images
from ..store.database import Transaction
from ..store.pairs import Pair
from ..store.sentinels import mark_shown
from ..store.tasks import Held, as_they_stand, retake, take_answers
from .context import Campaign
from .routing import route_images, route_page, route_pairs


@dataclass(frozen=True, slots=True)
class Taken:
    """The places of an assignment, divided into those whose answer counts and the rest."""

    counted: tuple[Held, ...]
    late: tuple[Held, ...]

    @property
    def state(self) -> AnswerState:
        """Of the whole answer."""
        return AnswerState.COUNTED if self.counted else AnswerState.LATE

    @property
    def all(self) -> tuple[Held, ...]:
        """Every place, by position."""
        return tuple(sorted((*self.counted, *self.late), key=lambda held: held.position))


def look_at_places(tx: Transaction, lease: Lease, held: Sequence[Held]) -> Taken:
    """Lock the images of an assignment's places and see which of them are still its own.

    A place that expired counts all the same if nobody else has it (PROTOCOL 10.7); one whose task wants no more
    answers does not.
    """
    lock_images(tx, [h.task.image_id for h in held if h.task.image_id is not None])
    held = as_they_stand(tx, lease.id, held)  # now that nobody else decides about these images
    held = [replace(h, state="leased") if h.state == "expired" and h.wanted and retake(tx, h) else h for h in held]
    mine: list[Held] = []
    rest: list[Held] = []
    for h in held:
        (mine if h.wanted and h.state == "leased" else rest).append(h)
    return Taken(tuple(mine), tuple(rest))


def outcome_of(answer: Answer) -> str:
    """One word for an answer's row."""
    match answer:
        case SegmentAnswer(outcome=outcome):
            return outcome
        case CrowdAnswer(mask=None):
            return "nothing"
        case CrowdAnswer():
            return "painted"
    return ""


def is_trusted(
    tx: Transaction, campaign: Campaign, lease: Lease, answer: VerifyAnswer, checks: Mapping[int, SentinelKind]
) -> bool:
    """Whether a page's sentinels (position -> kind) were found; what the worker said of each is written down."""
    if checks:
        mark_shown(tx, lease.id, answer.bad)
    flagged = set(answer.bad)
    bad = [position in flagged for position, kind in checks.items() if kind is SentinelKind.BAD]
    good = [position in flagged for position, kind in checks.items() if kind is SentinelKind.GOOD]
    return page_counts(sum(bad), len(bad), sum(good), len(good), campaign.settings)


def take(
    tx: Transaction, campaign: Campaign, lease: Lease, taken: Taken, answer: Answer, answer_id: int, now: int,
    trusted: bool = True,
) -> None:  # fmt: skip
    """Write the facts of an answer and let the rules act on them."""
    take_answers(tx, taken.counted if trusted else (), taken.late if trusted else taken.all)
    _add_lineage(tx, taken.all, answer_id)
    if isinstance(answer, VerifyAnswer):
        _take_votes(tx, campaign, lease, taken, answer, answer_id, now, trusted)
        return
    task = taken.all[0].task
    if isinstance(answer, FilterAnswer):
        route_page(tx, campaign, task.subject, now)
        return
    assert task.image_id is not None
    head = {"campaign_id": campaign.id, "image_id": task.image_id, "answer_id": answer_id,
            "worker_id": lease.worker_id}  # fmt: skip
    in_pair = {**head, "category_id": task.category_id}
    pair: Pair = (task.image_id, task.category_id)
    match answer:
        case LabelAnswer(drops=drops):
            store.add_spots(tx, head, [(d.category_id, (d.x, d.y)) for d in drops], primer=True)
            route_images(tx, campaign, [task.image_id], now)
            route_pairs(tx, campaign, [(task.image_id, d.category_id) for d in drops], now)
        case SpotAnswer(points=points):
            store.add_spots(tx, head, [(task.category_id, point) for point in points], primer=False)
            route_pairs(tx, campaign, [pair], now)
        case SegmentAnswer(mask=mask):
            if mask is not None:
                store.add_segmentation(tx, in_pair, mask, task.subject)
            route_pairs(tx, campaign, [pair], now)
        case CrowdAnswer(mask=mask):
            if mask is not None:
                store.add_crowd(tx, in_pair, mask, taken.state)
            route_pairs(tx, campaign, [pair], now)
        case CaptionAnswer(text=text):
            store.add_caption(tx, head, text, taken.state)
            route_images(tx, campaign, [task.image_id], now)


def _take_votes(
    tx: Transaction, campaign: Campaign, lease: Lease, taken: Taken, answer: VerifyAnswer, answer_id: int, now: int,
    trusted: bool,
) -> None:  # fmt: skip
    flagged = set(answer.bad)
    mine = AnswerState.COUNTED if trusted else AnswerState.UNTRUSTED
    states = [(h, state) for places, state in ((taken.counted, mine), (taken.late, AnswerState.LATE)) for h in places]
    rows = [(h.task.subject, h.position not in flagged, state) for h, state in states]
    store.add_votes(tx, answer_id, lease.worker_id, rows)
    # A vote that does not count changes no fact, so nothing follows from it.
    pairs = [(h.task.image_id or 0, h.task.category_id) for h in taken.counted] if trusted else []
    route_pairs(tx, campaign, pairs, now)


def _add_lineage(tx: Transaction, places: Sequence[Held], answer_id: int) -> None:
    if places:
        task = places[0].task
        pair = (task.image_id or 0, task.category_id)
        store.add_lineage(tx, answer_id, task.stage, pair, [h.task.subject for h in places])

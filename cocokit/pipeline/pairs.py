"""One category in one image, from its label to its verified masks: what follows from the answers that count.

The plan is a function of the facts and of nothing else (PROTOCOL 3 to 6), so a campaign can be replayed from its
answers: a worker's rejection takes their facts away and asks for the plan again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..domain.facts import MaskFact, PairFacts, PairPlan, SpotFact, Wanted
from ..domain.stages import MaskState, Outcome, SpotState, Stage
from .graph import StageGraph
from .settings import CampaignSettings
from .verification import PASSED, Verdict, VoteState, verdict

#: Whether a mask (by its id) contains a point (x, y), px.
Covers = Callable[[int, float, float], bool]

#: The subject of tasks that are about the whole pair.
PAIR = 0

_VOTED = {
    VoteState.PASSED: MaskState.PASSED, VoteState.FAILED: MaskState.FAILED, VoteState.ASK: MaskState.UNVERIFIED
}  # fmt: skip
#: States of masks that answer a spot.
_STANDING = (MaskState.UNVERIFIED, MaskState.PASSED)


def plan_pair(facts: PairFacts, settings: CampaignSettings, graph: StageGraph, covers: Covers) -> PairPlan:
    """Decide what is true of a pair, and what is to be done next.

    Args:
        facts: everything that is known, in the order of ids.
        settings: the campaign's numbers.
        graph: which stages there are and where their outcomes lead.
        covers: whether a mask contains a point.
    """
    live = [spot for spot in facts.spots if spot.live]
    if not any(spot.primer for spot in live):
        return _absent(facts)
    verdicts = {mask.id: verdict(mask.good, mask.bad, settings) for mask in facts.masks}
    voted = graph.has(Stage.VERIFY)
    states = {mask.id: _state(mask, verdicts[mask.id] if voted else PASSED) for mask in facts.masks}
    drawn, covered = _homes(facts, live, states, covers)
    spots: dict[int, tuple[SpotState, int | None]] = {s.id: (SpotState.VOID, None) for s in facts.spots if not s.live}
    spots |= {s.id: (SpotState.OPEN, None) for s in live}
    spots |= {key: (SpotState.DRAWN, mask) for key, mask in drawn.items()}
    spots |= {key: (SpotState.COVERED, mask) for key, mask in covered.items()}
    left = [s for s in live if spots[s.id][0] is SpotState.OPEN]
    spots |= {s.id: (_told(s, facts, states, settings), None) for s in left}
    tasks = dict(_spot_task(settings, graph))
    ready = facts.spotted >= settings.k_spot or not tasks
    waiting = [s for s in left if spots[s.id][0] is SpotState.OPEN]
    if ready and _too_many(facts, len(drawn), waiting, settings, graph):
        # A mask that fails after the painting is drawn again by itself; everything else belongs to the region.
        again = {s.id for s in waiting if facts.crowds and _drawn(s, facts)}
        spots |= {s.id: (SpotState.CROWD, None) for s in waiting if s.id not in again}
        waiting = [s for s in waiting if s.id in again]
        tasks[Stage.CROWD, PAIR] = Wanted(settings.k_crowd)
    if ready and waiting:
        spot = min(waiting, key=lambda s: (s.id not in facts.held, _answers(s, facts), s.id))
        spots[spot.id] = (SpotState.POSTED, None)
        tasks[Stage.SEGMENT, spot.id] = Wanted(_answers(spot, facts) + 1)
    tasks |= {
        (Stage.VERIFY, mask.id): Wanted(mask.good + mask.bad + verdicts[mask.id].wanted, mask.worker_id)
        for mask in facts.masks
        if states[mask.id] is MaskState.UNVERIFIED
    }
    return PairPlan(True, spots, states, tasks)


def _absent(facts: PairFacts) -> PairPlan:
    """Nobody who counts has seen the category: spots and masks lead nowhere."""
    spots = {s.id: (SpotState.VOID, None) for s in facts.spots}
    masks = {m.id: MaskState.SPARE if m.live else MaskState.VOID for m in facts.masks}
    return PairPlan(False, spots, masks, {})


def _state(mask: MaskFact, votes: Verdict) -> MaskState:
    """What the votes make of a mask."""
    return _VOTED[votes.state] if mask.live else MaskState.VOID


def _homes(
    facts: PairFacts, live: Sequence[SpotFact], states: dict[int, MaskState], covers: Covers
) -> tuple[dict[int, int], dict[int, int]]:
    """Spot -> its own mask, of those that stand; and spot -> the first of these that it lies in, if it has none.

    The first mask has it: a spot that an earlier mask contains needs no second one. A mask that no spot needs becomes
    spare in ``states``.
    """
    drawn: dict[int, int] = {}
    covered: dict[int, int] = {}
    left = {spot.id: spot for spot in live}
    for mask in sorted(facts.masks, key=lambda m: m.at):
        if states[mask.id] not in _STANDING:
            continue
        home = left.get(mask.spot_id) or next((s for s in left.values() if covers(mask.id, s.x, s.y)), None)
        if home is None:
            states[mask.id] = MaskState.SPARE
            continue
        drawn[home.id] = mask.id
        del left[home.id]
        inside = [s.id for s in left.values() if covers(mask.id, s.x, s.y)]
        covered |= dict.fromkeys(inside, mask.id)
        left = {key: spot for key, spot in left.items() if key not in covered}
    return drawn, covered


def _told(
    spot: SpotFact, facts: PairFacts, states: dict[int, MaskState], settings: CampaignSettings
) -> SpotState:
    """What workers have said of a spot that lies in no mask that stands, or OPEN."""
    here = [c for c in facts.closures if c.spot_id == spot.id]
    if len({c.worker_id for c in here if c.outcome == Outcome.NO_OBJECT}) >= settings.no_object_answers:
        return SpotState.NO_OBJECT
    complete = {c.worker_id for c in facts.closures if c.outcome == "all_segmented"}
    if len(complete) >= settings.all_segmented_answers or any(c.outcome == "all_segmented" for c in here):
        return SpotState.CLOSED
    failed = sum(m.spot_id == spot.id and states[m.id] is MaskState.FAILED for m in facts.masks)
    return SpotState.GIVEN_UP if failed >= settings.max_attempts else SpotState.OPEN


def _spot_task(settings: CampaignSettings, graph: StageGraph) -> Iterator[tuple[tuple[Stage, int], Wanted]]:
    if Stage.SPOT in graph.targets(Stage.LABEL, Outcome.PRESENT):
        yield (Stage.SPOT, PAIR), Wanted(settings.k_spot)


def _too_many(
    facts: PairFacts, drawn: int, waiting: Sequence[SpotFact], settings: CampaignSettings, graph: StageGraph
) -> bool:
    """Whether the rest is painted: the eleventh instance waits, or it was painted already (PROTOCOL 6)."""
    if not waiting or not graph.targets(Stage.SEGMENT, Outcome.TOO_MANY):
        return False
    return bool(facts.crowds) or drawn >= settings.crowd_after


def _drawn(spot: SpotFact, facts: PairFacts) -> bool:
    return any(mask.live and mask.spot_id == spot.id for mask in facts.masks)


def _answers(spot: SpotFact, facts: PairFacts) -> int:
    """How many live answers the segment task of a spot has: masks and closures."""
    return sum(m.live and m.spot_id == spot.id for m in facts.masks) + sum(
        c.spot_id == spot.id for c in facts.closures
    )


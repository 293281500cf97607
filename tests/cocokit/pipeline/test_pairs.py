"""One category in one image: spots, masks, votes and crowds, and what follows from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.domain.facts import ClosureFact, CrowdFact, MaskFact, PairFacts, PairPlan, SpotFact, Wanted
from cocokit.domain.stages import MaskState, Outcome, SpotState, Stage
from cocokit.pipeline.graph import Edge, StageGraph
from cocokit.pipeline.pairs import PAIR, Covers, plan_pair
from cocokit.pipeline.presets import PRESETS
from cocokit.pipeline.settings import CampaignSettings

COCO = PRESETS["coco"]
SETTINGS = COCO.settings.changed(k_spot=2, crowd_after=3)


def spot(key: int, x: float, *, primer: bool = False, worker: int = 1, live: bool = True) -> SpotFact:
    return SpotFact(key, worker, x, 0.5, primer, live)


def mask(key: int, of: int, *, good: int = 0, bad: int = 0, worker: int = 1, live: bool = True) -> MaskFact:
    return MaskFact(key, 100 + key, worker, of, good, bad, live)


def wide(**spans: tuple[float, float]) -> Covers:
    """Masks as intervals of x: ``m7=(0, 10)``."""
    return lambda key, x, _y: spans[f"m{key}"][0] <= x < spans[f"m{key}"][1]


NOTHING = wide()


def plan(facts: PairFacts, covers: Covers = NOTHING, numbers: CampaignSettings = SETTINGS,
         graph: StageGraph = COCO.graph) -> PairPlan:  # fmt: skip
    return plan_pair(facts, numbers, graph, covers)


FIRST = spot(1, 5, primer=True)
SPOTTED = PairFacts((FIRST, spot(2, 6), spot(3, 20)), spotted=2)


def test_a_label_opens_spotting_and_nothing_else() -> None:
    found = plan(PairFacts((FIRST,)))
    assert found.present
    assert found.tasks == {(Stage.SPOT, PAIR): Wanted(2)}
    assert found.spots[1] == (SpotState.OPEN, None)


def test_without_a_label_nothing_is_wanted() -> None:
    found = plan(PairFacts((spot(1, 5),), spotted=2))
    assert not found.present
    assert found.tasks == {}
    assert found.spots[1][0] is SpotState.VOID


def test_spots_post_one_segment_task_after_another() -> None:
    found = plan(SPOTTED)
    assert [found.spots[i][0] for i in (1, 2, 3)] == [SpotState.POSTED, SpotState.OPEN, SpotState.OPEN]
    assert (Stage.SEGMENT, 1) in found.tasks
    assert (Stage.SEGMENT, 2) not in found.tasks


def test_a_covered_spot_closes_and_the_next_is_posted_while_the_mask_waits_for_votes() -> None:
    found = plan(replace(SPOTTED, masks=(mask(7, of=1, worker=9),)), wide(m7=(0, 10)))
    assert found.spots == {1: (SpotState.DRAWN, 7), 2: (SpotState.COVERED, 7), 3: (SpotState.POSTED, None)}
    assert found.tasks[Stage.VERIFY, 7] == Wanted(3, author_id=9)
    assert found.masks[7] is MaskState.UNVERIFIED


@pytest.mark.parametrize(
    "good, bad, state, places",
    [(3, 0, MaskState.PASSED, None), (2, 1, MaskState.UNVERIFIED, 5), (1, 2, MaskState.FAILED, None),
     (4, 1, MaskState.PASSED, None), (2, 0, MaskState.UNVERIFIED, 3), (3, 1, MaskState.UNVERIFIED, 5)],
)  # fmt: skip
def test_votes_decide(good: int, bad: int, state: MaskState, places: int | None) -> None:
    found = plan(replace(SPOTTED, masks=(mask(7, of=1, good=good, bad=bad),)), wide(m7=(0, 10)))
    assert found.masks[7] is state
    assert found.tasks.get((Stage.VERIFY, 7), Wanted(-1)).places == (places or -1)


def test_a_failed_mask_returns_its_spot_and_uncovers_the_others() -> None:
    found = plan(replace(SPOTTED, masks=(mask(7, of=1, bad=2),)), wide(m7=(0, 10)))
    assert found.spots[1] == (SpotState.OPEN, None)
    assert found.spots[2] == (SpotState.POSTED, None)  # those that were never tried go first
    again = replace(SPOTTED, masks=(mask(7, of=1, bad=2), mask(8, of=2, bad=2), mask(9, of=3, bad=2)))
    retried = plan(again, wide(m7=(0, 10), m8=(0, 10), m9=(19, 30)))
    assert retried.tasks[Stage.SEGMENT, 1] == Wanted(2)  # one more answer than it has


def test_a_spot_whose_masks_always_fail_is_given_up() -> None:
    tried = replace(SPOTTED, masks=tuple(mask(7 + i, of=3, bad=2) for i in range(5)))
    spans = {f"m{7 + i}": (19.0, 30.0) for i in range(5)}
    assert plan(tried, wide(**spans)).spots[3] == (SpotState.GIVEN_UP, None)


def test_no_object_drops_its_spot_after_as_many_workers_as_are_set() -> None:
    told = replace(SPOTTED, closures=(ClosureFact(50, 4, 1, "no_object"),))
    assert plan(told).spots[1][0] is SpotState.NO_OBJECT
    two = SETTINGS.changed(no_object_answers=2)
    assert plan(told, numbers=two).spots[1][0] is SpotState.OPEN
    assert plan(told, numbers=two).spots[2][0] is SpotState.POSTED


def test_all_segmented_closes_its_spot_and_with_a_second_worker_the_rest() -> None:
    once = replace(SPOTTED, closures=(ClosureFact(50, 4, 1, "all_segmented"),))
    assert [plan(once).spots[i][0] for i in (1, 2)] == [SpotState.CLOSED, SpotState.POSTED]
    twice = replace(once, closures=(*once.closures, ClosureFact(51, 5, 2, "all_segmented")))
    assert {state for state, _ in plan(twice).spots.values()} == {SpotState.CLOSED}
    same = replace(once, closures=(*once.closures, ClosureFact(51, 4, 2, "all_segmented")))
    assert plan(same).spots[3][0] is SpotState.POSTED  # one worker is one word


def many(count: int) -> tuple[PairFacts, Covers]:
    """``count`` instances, each with a spot; all but the last one drawn."""
    spots = tuple(spot(i, 10 * i + 5, primer=i == 1) for i in range(1, count + 1))
    masks = tuple(mask(i, of=i) for i in range(1, count))
    return PairFacts(spots, 2, masks), wide(**{f"m{i}": (10.0 * i, 10.0 * i + 10) for i in range(1, count)})


def test_the_instance_after_the_last_one_drawn_alone_opens_a_crowd_task() -> None:
    facts, covers = many(4)
    found = plan(facts, covers)
    assert found.tasks[Stage.CROWD, PAIR] == Wanted(1)
    assert found.spots[4][0] is SpotState.CROWD
    assert (Stage.SEGMENT, 4) not in found.tasks
    facts, covers = many(3)
    assert (Stage.CROWD, PAIR) not in plan(facts, covers).tasks


def test_the_eleventh_instance_in_the_paper() -> None:
    facts, covers = many(11)
    paper = COCO.settings.changed(k_spot=2)
    assert plan(facts, covers, paper).tasks[Stage.CROWD, PAIR] == Wanted(1)
    facts, covers = many(10)
    assert (Stage.CROWD, PAIR) not in plan(facts, covers, paper).tasks


def test_a_graph_without_crowds_goes_on_one_by_one() -> None:
    facts, covers = many(4)
    found = plan(facts, covers, graph=PRESETS["lvis"].graph)
    assert found.spots[4][0] is SpotState.POSTED
    assert (Stage.CROWD, PAIR) not in found.tasks


def test_after_the_painting_only_a_mask_that_failed_is_drawn_again() -> None:
    facts, covers = many(5)
    painted = replace(facts, crowds=(CrowdFact(300, 2, True),), masks=(*facts.masks[:3], mask(4, of=4, bad=2)))
    found = plan(painted, covers)
    assert found.spots[5][0] is SpotState.CROWD
    assert found.spots[4][0] is SpotState.POSTED


def test_a_graph_without_verification_passes_every_mask() -> None:
    edges = (Edge(Stage.LABEL, Outcome.PRESENT, Stage.SPOT), Edge(Stage.SPOT, Outcome.SPOTTED, Stage.SEGMENT))
    graph = StageGraph((Stage.LABEL, Stage.SPOT, Stage.SEGMENT), edges)
    found = plan(replace(SPOTTED, masks=(mask(7, of=1),)), wide(m7=(0, 10)), graph=graph)
    assert found.masks[7] is MaskState.PASSED
    assert (Stage.VERIFY, 7) not in found.tasks


def test_a_task_that_somebody_holds_is_not_taken_away() -> None:
    held = replace(SPOTTED, held=frozenset({3}))
    assert plan(held).spots[3][0] is SpotState.POSTED
    assert plan(held).spots[1][0] is SpotState.OPEN


def test_a_mask_for_a_spot_that_is_gone_finds_another_or_is_spare() -> None:
    gone = replace(SPOTTED, spots=(FIRST, spot(2, 6), spot(3, 20, live=False)), masks=(mask(7, of=3, good=3),))
    assert plan(gone, wide(m7=(0, 10))).spots[1] == (SpotState.DRAWN, 7)
    assert plan(gone, wide(m7=(19, 30))).masks[7] is MaskState.SPARE


def test_of_two_masks_on_one_instance_the_first_stands() -> None:
    # The first had failed and the second was drawn; then the worker who had voted it down was rejected.
    facts = replace(SPOTTED, masks=(mask(7, of=1, good=3), mask(8, of=1, good=3)))
    found = plan(facts, wide(m7=(0, 10), m8=(0, 10)))
    assert (found.masks[7], found.masks[8]) == (MaskState.PASSED, MaskState.SPARE)


# ---------------------------------------------------------------- properties

WORKERS = st.integers(1, 4)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[PairFacts, dict[int, tuple[float, float]]]:
    spots = tuple(
        SpotFact(i + 1, draw(WORKERS), draw(st.integers(0, 40)), 0.5, primer=i < 2)
        for i in range(draw(st.integers(1, 8)))
    )
    ids = [s.id for s in spots]
    masks, spans = [], {}
    for i in range(draw(st.integers(0, 5))):
        good, bad = draw(st.integers(0, 4)), draw(st.integers(0, 2))
        masks.append(MaskFact(i + 1, 10 * i + 5, draw(WORKERS), draw(st.sampled_from(ids)), good, bad))
        start = draw(st.integers(0, 40))
        spans[i + 1] = (start, start + draw(st.integers(1, 15)))
    words = st.sampled_from(["no_object", "all_segmented"])
    closures = tuple(
        ClosureFact(10 * i + 7, draw(WORKERS), draw(st.sampled_from(ids)), draw(words))
        for i in range(draw(st.integers(0, 3)))
    )
    crowds = tuple(CrowdFact(200, draw(WORKERS), draw(st.booleans())) for _ in range(draw(st.integers(0, 1))))
    return PairFacts(spots, draw(st.integers(0, 3)), tuple(masks), closures, crowds), spans


def of(spans: dict[int, tuple[float, float]]) -> Covers:
    return lambda key, x, _y: spans[key][0] <= x < spans[key][1]


@settings(max_examples=400)
@given(worlds(), WORKERS)
def test_rejecting_a_worker_equals_never_having_had_them(
    world: tuple[PairFacts, dict[int, tuple[float, float]]], worker: int
) -> None:
    facts, spans = world
    rejected = replace(
        facts,
        spots=tuple(replace(s, live=s.worker_id != worker) for s in facts.spots),
        masks=tuple(replace(m, live=m.worker_id != worker) for m in facts.masks),
        closures=tuple(c for c in facts.closures if c.worker_id != worker),
        crowds=tuple(c for c in facts.crowds if c.worker_id != worker),
    )
    never = replace(
        rejected,
        spots=tuple(s for s in rejected.spots if s.live),
        masks=tuple(m for m in rejected.masks if m.live),
    )
    after, without = plan(rejected, of(spans)), plan(never, of(spans))
    assert after.present == without.present
    assert after.tasks == without.tasks
    assert {k: v for k, v in after.spots.items() if k in without.spots} == without.spots
    assert {k: v for k, v in after.masks.items() if k in without.masks} == without.masks
    assert all(after.masks[m.id] is MaskState.VOID for m in facts.masks if m.worker_id == worker)


def homes_at_length(facts: PairFacts, states: dict[int, MaskState], covers: Covers) -> dict[int, int]:
    """Mask -> the spot that it answers, as the protocol says it: every mask and every spot asked again each time.

    ``states`` are the masks' own, without those that are spare.
    """
    homes: dict[int, int] = {}

    def needed(s: SpotFact) -> bool:
        return s.id not in homes.values() and not any(covers(m, s.x, s.y) for m in homes)

    for m in sorted(facts.masks, key=lambda m: m.at):
        if states[m.id] in (MaskState.UNVERIFIED, MaskState.PASSED):
            own = [s for s in facts.spots if s.live and s.id == m.spot_id]
            inside = [s for s in facts.spots if s.live and s not in own and covers(m.id, s.x, s.y)]
            home = next((s.id for s in [*own, *inside] if needed(s)), None)
            homes |= {} if home is None else {m.id: home}
    return homes


@settings(max_examples=400)
@given(worlds(), st.sets(WORKERS, max_size=2))
def test_masks_find_their_spots_as_if_each_asked_every_spot(
    world: tuple[PairFacts, dict[int, tuple[float, float]]], gone: set[int]
) -> None:
    facts, spans = world
    facts = replace(
        facts,
        spots=tuple(replace(s, live=s.worker_id not in gone) for s in facts.spots),
        masks=tuple(replace(m, live=m.worker_id not in gone) for m in facts.masks),
    )
    found = plan(facts, of(spans))
    if not found.present:
        return
    voted = {key: MaskState.PASSED if state is MaskState.SPARE else state for key, state in found.masks.items()}
    homes = homes_at_length(facts, voted, of(spans))
    assert {key for key, state in found.masks.items() if state is MaskState.SPARE} == {
        key for key, state in voted.items() if state in (MaskState.UNVERIFIED, MaskState.PASSED) and key not in homes
    }
    drawn = {spot: mask for mask, spot in homes.items()}
    for s in facts.spots:
        inside = next((m for m in homes if of(spans)(m, s.x, s.y)), None)
        state, home = found.spots[s.id]
        if not s.live:
            assert (state, home) == (SpotState.VOID, None)
        elif s.id in drawn:
            assert (state, home) == (SpotState.DRAWN, drawn[s.id])
        elif inside is not None:
            assert (state, home) == (SpotState.COVERED, inside)
        else:
            assert home is None
            assert state not in (SpotState.DRAWN, SpotState.COVERED)


@settings(max_examples=400)
@given(worlds())
def test_what_every_plan_obeys(world: tuple[PairFacts, dict[int, tuple[float, float]]]) -> None:
    facts, spans = world
    covers, found = of(spans), plan(facts, of(spans))
    standing = {k for k, s in found.masks.items() if s in (MaskState.PASSED, MaskState.UNVERIFIED)}
    posted = [k for k, (state, _) in found.spots.items() if state is SpotState.POSTED]
    assert found.spots.keys() == {s.id for s in facts.spots}
    assert found.masks.keys() == {m.id for m in facts.masks}
    assert len(posted) <= 1
    assert [key for stage, key in found.tasks if stage is Stage.SEGMENT] == posted
    for s in facts.spots:
        state, home = found.spots[s.id]
        assert (home is not None) == (state in (SpotState.DRAWN, SpotState.COVERED))
        assert home is None or home in standing
        if state is SpotState.COVERED:
            assert home is not None
            assert covers(home, s.x, s.y)
        elif state is not SpotState.DRAWN:
            assert not any(covers(m, s.x, s.y) for m in standing), "a covered spot must post no task"
    homes = [home for state, home in found.spots.values() if state is SpotState.DRAWN]
    assert sorted(h for h in homes if h is not None) == sorted(standing), "each mask that stands has a spot of its own"


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_listed_does_not_matter(
    world: tuple[PairFacts, dict[int, tuple[float, float]]], chance: object
) -> None:
    facts, spans = world
    shuffled = list(facts.masks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    closures = list(facts.closures)
    chance.shuffle(closures)  # type: ignore[attr-defined]
    mixed = replace(facts, masks=tuple(shuffled), closures=tuple(closures))
    assert plan(mixed, of(spans)) == plan(facts, of(spans))

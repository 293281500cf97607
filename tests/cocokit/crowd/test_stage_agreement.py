"""Agreement of each stage and what workers learn: over a campaign, and against the same rules in plain loops."""

from __future__ import annotations

import statistics
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.campaign.engine import Engine
from cocokit.campaign.figures import read_facts
from cocokit.campaign.repeats import read_repeats
from cocokit.crowd.agreement import krippendorff_alpha, same_share
from cocokit.crowd.labels import Labels
from cocokit.crowd.learning import STARTS, learning, mask_shares, span_of, worker_paces
from cocokit.crowd.quality_plots import quality_plots
from cocokit.crowd.stage_agreement import StageAgreement, stage_agreement
from cocokit.crowd.worker_quality import label_alpha, measure
from cocokit.domain.stages import MaskState, Stage
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database
from tests.cocokit.campaign import small


def campaign(database: Database, error: float, **settings: int) -> Engine:
    truth = small.create(database, images=5, crowd_after=10, **settings)
    engine = Engine(database, clock=ManualClock(0), chance=Random(0))
    small.finish(engine, truth, small.join(engine, 6), Random(0), error, most=400)
    return engine


def by_stage(engine: Engine) -> dict[Stage, StageAgreement]:
    return {one.stage: one for one in stage_agreement(engine, measure(engine)).stages}


def test_nothing_is_compared_before_anybody_worked(database: Database) -> None:
    small.create(database, images=2)
    engine = Engine(database, clock=ManualClock(0), chance=Random(0))
    found = stage_agreement(engine, measure(engine))
    assert found.twice == ()
    assert [(one.value, one.items) for one in found.stages] == [(None, 0)] * 6
    assert {one.meaning for one in found.stages} == {"One answer each: there is nothing to compare."}
    assert (learning(engine).paces, learning(engine).shares) == ((), ())


def test_honest_workers_agree_and_others_less(database: Database) -> None:
    engine = campaign(database, 0.0, k_filter=2)
    honest = by_stage(engine)
    for stage in (Stage.FILTER, Stage.LABEL, Stage.SPOT):
        assert honest[stage].value == pytest.approx(1), stage
        assert honest[stage].items > 1
        assert "a further answer changes little" in honest[stage].meaning


def test_masks_that_were_sent_back_are_compared_with_what_came_after(database: Database) -> None:
    engine = campaign(database, 0.15, votes_needed=3)
    repeats = read_repeats(engine)
    failed = sum(state is MaskState.FAILED for masks in repeats.redrawn.values() for state, _ in masks[:-1])
    assert failed > 0
    found = {one.what: one for one in stage_agreement(engine, measure(engine)).twice}
    assert found["sent back"].count == failed
    assert 0 <= found["sent back"].tenth <= found["sent back"].median <= found["sent back"].nine_tenths <= 1
    with engine.database.read() as tx:
        rows = tx.exec_driver_sql(
            "SELECT drawn_for, count(*) FROM segmentation WHERE state != 'void' GROUP BY drawn_for HAVING count(*) > 1"
        )
        assert {row[0]: row[1] for row in rows} == {spot: len(masks) for spot, masks in repeats.redrawn.items()}
        votes = tx.exec_driver_sql(
            "SELECT category_id, sum(good + bad), count(*) FROM segmentation "
            "WHERE state IN ('passed', 'failed') GROUP BY category_id"
        )
        assert {row[0]: (row[1], row[2]) for row in votes} == {
            key: (voted, decided) for key, (_, decided, voted) in read_facts(engine).pass_rates.items()
        }
    for rate in quality_plots(engine).rates:
        assert rate.votes >= 1


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), max_size=20))
def test_the_same_answer_is_counted_over_pairs_of_people(rows: list[tuple[int, int]]) -> None:
    shares, weights = [], []
    for item in {row[0] for row in rows}:
        said = [value for key, value in rows if key == item]
        pairs = [a == b for i, a in enumerate(said) for j, b in enumerate(said) if i != j]
        if pairs:
            shares.append(sum(pairs) / len(pairs))
            weights.append(len(said))
    found = same_share([row[0] for row in rows], [row[1] for row in rows])
    assert found == pytest.approx(np.average(shares, weights=weights) if shares else float("nan"), nan_ok=True)


def test_where_one_answer_is_rare_it_is_said() -> None:
    assert "same answer 95 % of the time" in StageAgreement(Stage.VERIFY, "alpha", 0.1, 40, 0.95).meaning
    assert "changes little" in StageAgreement(Stage.VERIFY, "alpha", 0.9, 40, 0.95).meaning


@given(st.sets(st.tuples(st.integers(1, 4), st.integers(1, 3))), st.sets(st.tuples(*[st.integers(1, 4)] * 3)))
def test_alpha_of_labels_is_that_of_every_yes_and_no(
    seen: set[tuple[int, int]], named: set[tuple[int, int, int]]
) -> None:
    said = [row for row in sorted(named) if row[:2] in seen]
    items, values = [], []
    for worker, image in sorted(seen):
        for category in range(1, 6):  # the fifth is never named
            items.append(10 * image + category)
            values.append((worker, image, category) in set(said))
    if not seen:
        return
    alpha, count = label_alpha(Labels.of(sorted(seen), np.array(said).reshape(-1, 3)), 5)
    assert alpha == pytest.approx(krippendorff_alpha(items, values), nan_ok=True)
    assert count == sum(items.count(item) > 1 for item in set(items))


TIMES = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["label", "spot"]), st.integers(0, 50)), max_size=60)


@given(TIMES)
def test_paces_are_what_counting_says(times: list[tuple[int, str, int]]) -> None:
    found = worker_paces(times)
    for worker in (1, 2, 3):
        spans: dict[int, list[float]] = {}
        for stage in ("label", "spot"):
            everybody = [ms for _, where, ms in times if where == stage and ms > 0]
            mine = [ms for who, where, ms in times if (who, where) == (worker, stage) and ms > 0]
            for i, ms in enumerate(mine):
                start = max(s for s in STARTS if s <= i + 1)
                spans.setdefault(start, []).append(ms / statistics.median(everybody))
        wanted = {start: statistics.median(sorted(values)) for start, values in spans.items()}
        assert dict(found.get(worker, ())) == pytest.approx(wanted)


@given(st.lists(st.tuples(st.integers(1, 2), st.sampled_from(MaskState)), max_size=80))
def test_shares_count_decided_masks_only(drawn: list[tuple[int, MaskState]]) -> None:
    found = {one.start: one for one in mask_shares(drawn)}
    seen = {1: 0, 2: 0}
    wanted: dict[int, list[bool]] = {}
    for worker, state in drawn:
        seen[worker] += 1
        if state in (MaskState.PASSED, MaskState.FAILED):
            wanted.setdefault(span_of(seen[worker]), []).append(state is MaskState.PASSED)
    kept = {start: results for start, results in wanted.items() if len(results) >= 5}
    assert {start: (one.passed, one.decided) for start, one in found.items()} == {
        start: (sum(results), len(results)) for start, results in kept.items()
    }
    assert all(one.low <= one.passed / one.decided <= one.high for one in found.values())


@pytest.mark.parametrize(("measure_", "value", "words"), [
    ("alpha", 0.81, "changes little"), ("alpha", 0.7, "mostly agree"), ("alpha", 0.4, "often differ"),
    ("alpha", -0.2, "by chance"), ("iou", 0.9, "nearly the same"), ("iou", 0.75, "border"), ("iou", 0.2, "far apart"),
])  # fmt: skip
def test_a_number_has_its_sentence(measure_: str, value: float, words: str) -> None:
    for stage in (Stage.FILTER, Stage.LABEL, Stage.SPOT, Stage.SEGMENT, Stage.VERIFY, Stage.CROWD):
        said = StageAgreement(stage, measure_, value, 9).meaning
        assert words in said
        assert said.endswith(".")
        assert len(said) < 110

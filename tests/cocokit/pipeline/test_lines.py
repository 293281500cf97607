"""The rejection line."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cocokit.pipeline.lines import below_line, line_score
from cocokit.pipeline.settings import CampaignSettings

COCO = CampaignSettings()
TENTHS = st.integers(0, 10)


@given(TENTHS, TENTHS, st.integers(0, 20))
@example(7, 1, 8)  # 0.7 + 0.1 is less than 0.8
def test_a_worker_on_the_line_stays_whatever_the_last_bit_says(p: int, r: int, c: int) -> None:
    assert below_line(p / 10, r / 10, CampaignSettings(line_at_least=c / 10)) == (p + r < c)


def test_the_weights_are_settings() -> None:
    recall_only = CampaignSettings(line_precision=0.0, line_recall=1.0, line_at_least=0.5)
    assert below_line(1.0, 0.4, recall_only)
    assert not below_line(0.0, 0.5, recall_only)


def test_what_could_not_be_measured_counts_as_nothing_wrong() -> None:
    assert not below_line(None, None, COCO), "nothing was seen of this worker"
    assert below_line(None, 0.0, COCO), "names nothing where there is much"
    assert below_line(0.0, None, COCO), "names what nobody else sees"
    assert not below_line(None, 0.3, COCO)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_worker_is_never_further_down(p: float, r: float, more: float) -> None:
    assert line_score(max(p, more), r, COCO) >= line_score(p, r, COCO)
    assert line_score(p, max(r, more), COCO) >= line_score(p, r, COCO)

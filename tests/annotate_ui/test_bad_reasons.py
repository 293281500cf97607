"""Reasons on the verify page reach whoever reviews; whatever else is sent as strokes does no harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit.campaign.bad_reasons import REASONS, bad_reasons, last_reasons
from cocokit.campaign.desk import assignment_by_word
from cocokit.domain.stages import Stage
from cocokit.store.tasks import held_places

from .conftest import Caller, come
from .site import Site

PAGE = Path(__file__).parents[2] / "annotate_ui/static/js/pages/verify.js"


def test_the_page_and_the_campaign_know_the_same_words() -> None:
    text = PAGE.read_text(encoding="utf-8")
    block = text[text.index("const REASONS") : text.index("];")]
    assert dict(re.findall(r'id: "(\w+)", text: "([^"]+)"', block)).keys() == REASONS.keys()


def masks_on(ann: Caller, word: str) -> dict[int, int]:
    """Position -> mask of a page that a worker holds; sentinels are left out."""
    from cocokit.store.answers import find_lease

    with ann.site.database.read() as tx:
        lease = find_lease(tx, word, lock=False)
        assert lease is not None
        return {held.position: held.task.subject for held in held_places(tx, lease.id)}


def test_what_a_voter_chose_last_is_read_beside_the_mask(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.VERIFY)
    ann = come(site)
    given_ = ann.next()["assignment"]
    masks = masks_on(ann, given_["id"])
    first, second, third, *_ = masks
    payload = ann.payload(given_["id"])
    bad = sorted({*payload["bad"], first, second})
    strokes: list[Any] = [
        {"ms": 1, "on": [first, second, third], "marked": True, "reason": None},
        {"ms": 2, "on": [first], "marked": True, "reason": "coarse"},
        {"ms": 3, "on": [first], "marked": True, "reason": "edge"},
        {"ms": 4, "on": [third], "marked": True, "reason": "two"},
        {"ms": 5, "on": [third], "marked": False, "reason": None},
        {"ms": 6, "on": [second], "marked": True, "reason": "part"},
        {"ms": 7, "on": [second], "marked": True, "reason": None},
    ]
    assert ann.submit(given_["id"], payload={"bad": bad}, trace=strokes).status_code == 200
    lease = assignment_by_word(site.database, given_["id"])
    assert lease is not None
    assert bad_reasons(site.engine, list(masks.values())) == {masks[first]: {lease.worker_id: "misses the edge"}}
    assert bad_reasons(site.engine, [masks[second], 10**9]) == {}


WORDS = st.sampled_from(["on", "marked", "reason", "ms"])
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(ANY | st.lists(ANY))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine
def test_any_trace_gives_known_words_at_whole_positions(trace: Any) -> None:
    for position, word in last_reasons(trace).items():
        assert type(position) is int
        assert word in REASONS


@pytest.mark.parametrize("trace", [[{"on": [[1]], "marked": True, "reason": "edge"}],
                                   [{"on": [1], "marked": True, "reason": ["edge"]}],
                                   [{"on": [True], "marked": True, "reason": "edge"}]])  # fmt: skip
def test_strange_strokes_say_nothing(trace: Any) -> None:
    assert last_reasons(trace) == {}


def test_a_reason_that_was_taken_back_is_gone_though_its_tile_stays_bad() -> None:
    words = [None, "edge", None]
    assert last_reasons([{"on": [3], "marked": True, "reason": word} for word in words]) == {}
    assert last_reasons([{"on": [3], "marked": True, "reason": word} for word in words[:2]]) == {3: "edge"}

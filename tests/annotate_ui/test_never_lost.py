"""What happens to work when a tab, a lease, a token or the server goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cocokit.annotate_ui import create_app
from cocokit.campaign.drafts import read_trace
from cocokit.domain.stages import CampaignState, Stage, WorkerState
from cocokit.pipeline.leases import ManualClock
from cocokit.store.campaigns import set_campaign
from cocokit.store.workers import set_worker_state

from .conftest import Caller, come, tokens_of
from .site import Site

HOUR = 3_600_000


@pytest.fixture
def bob(make_site: Callable[..., Site]) -> Caller:
    """A worker at a campaign in which an image has one place for a label."""
    return come(make_site(Stage.LABEL, k_label=1), "bob")


def test_a_draft_is_saved_in_turns_and_comes_back_after_a_reload(bob: Caller) -> None:
    word = bob.next()["assignment"]["id"]
    draft = f"assignments/{word}/draft"
    assert bob.call("GET", draft).json == {"version": 0, "data": None}
    for version in range(3):
        saved = bob.call("PUT", draft, {"version": version, "data": {"drops": [version]}})
        assert saved.json["version"] == version + 1
    assert bob.call("GET", draft).json == {"version": 3, "data": {"drops": [2]}}
    (held,) = bob.call("GET", "assignments").json["assignments"]
    assert (held["id"], held["draft"]) == (word, {"version": 3, "data": {"drops": [2]}})
    assert bob.next()["assignment"]["draft"] == {"version": 3, "data": {"drops": [2]}}


def test_a_second_tab_cannot_write_over_the_first(bob: Caller) -> None:
    word = bob.next()["assignment"]["id"]
    draft = f"assignments/{word}/draft"
    bob.call("PUT", draft, {"version": 0, "data": "first tab"})
    late = bob.call("PUT", draft, {"version": 0, "data": "second tab"})
    assert late.status_code == 409
    assert late.json["error"]["code"] == "stale"
    assert (late.json["error"]["version"], late.json["error"]["data"]) == (1, "first tab")
    assert bob.call("PUT", draft, {"version": 1, "data": "second tab, later"}).json["version"] == 2


def test_submitting_twice_is_one_answer_and_keeps_the_strokes_of_the_first(bob: Caller) -> None:
    word = bob.next()["assignment"]["id"]
    bob.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": 1})
    payload = bob.payload(word)
    first = bob.submit(word, "once", payload=payload, trace=[[0, 1.5, 2.5]]).json
    again = bob.submit(word, "once", payload=payload, trace=[["other"]]).json
    assert (first["receipt"]["repeated"], again["receipt"]["repeated"]) == (False, True)
    assert again["next"]["me"]["cents"] == first["receipt"]["cents"]
    last = max(range(1, 100), key=lambda key: key if read_trace(bob.site.engine, key) else 0)
    assert read_trace(bob.site.engine, last) == [[0, 1.5, 2.5]]
    other = bob.submit(word, "twice", payload=payload)
    assert (other.status_code, other.json["error"]["code"]) == (409, "gone")
    assert bob.call("GET", f"assignments/{word}/draft").json["version"] == 0


def test_a_late_answer_counts_while_its_place_is_free(bob: Caller, clock: ManualClock) -> None:
    word = bob.next()["assignment"]["id"]
    bob.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": "half"})
    clock.advance(2 * HOUR)
    bob.site.engine.keep_up()
    assert bob.call("GET", f"assignments/{word}/draft").json["data"] == "half"
    assert bob.call("PUT", f"assignments/{word}/draft", {"version": 1, "data": "more"}).status_code == 200
    extended = bob.call("POST", f"assignments/{word}/extend")
    assert (extended.status_code, extended.json["error"]["code"]) == (409, "gone")
    assert bob.submit(word).json["receipt"]["state"] == "counted"


def test_a_late_answer_is_kept_when_somebody_else_was_quicker(bob: Caller, clock: ManualClock) -> None:
    word = bob.next()["assignment"]["id"]
    payload = bob.payload(word)
    clock.advance(2 * HOUR)
    bob.site.engine.keep_up()
    assert bob.site.work(stages=[Stage.LABEL]) > 0
    done = bob.submit(word, payload=payload)
    assert (done.status_code, done.json["receipt"]["state"]) == (200, "late")
    assert done.json["receipt"]["cents"] > 0


def test_drafts_of_leases_that_ended_a_day_ago_go(bob: Caller, clock: ManualClock) -> None:
    word = bob.next()["assignment"]["id"]
    bob.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": "half"})
    clock.advance(23 * HOUR)
    bob.site.engine.keep_up()
    fresh = come(bob.site, "bob").next()["assignment"]["id"]
    token = come(bob.site, "bob")
    token.call("PUT", f"assignments/{fresh}/draft", {"version": 0, "data": "x"})
    assert token.call("GET", f"assignments/{word}/draft").json["data"] == "half"
    clock.advance(3 * HOUR)
    bob.site.engine.keep_up()
    token.call("PUT", f"assignments/{token.next(fresh)['assignment']['id']}/draft", {"version": 0, "data": "y"})
    assert token.call("GET", f"assignments/{word}/draft").json["version"] == 0


def test_a_token_that_is_over_is_made_anew_by_the_entry_and_it_is_the_same_worker(
    bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = bob.next()["assignment"]["id"]
    bob.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": "half"})
    with monkeypatch.context() as patch:
        patch.setattr("cocokit.annotate_ui.tokens.TOKEN_S", -1)
        refused = bob.call("POST", "next")
    assert (refused.status_code, refused.json["error"]["code"]) == (401, "token")
    back = come(bob.site, "bob")
    (held,) = back.call("GET", "assignments").json["assignments"]
    assert (held["id"], held["draft"]["data"]) == (word, "half")


def test_a_restarted_server_knows_tokens_tasks_and_pictures(bob: Caller, clock: ManualClock) -> None:
    given = bob.next()["assignment"]
    bob.call("PUT", f"assignments/{given['id']}/draft", {"version": 0, "data": "half"})
    payload = bob.payload(given["id"])
    app = create_app(bob.site.app.extensions["cocokit"].config, clock=clock)
    again = Caller(bob.site, app.test_client(), bob.token)
    assert again.client.get(given["work"]["image"]["url"]).status_code == 200
    assert again.call("GET", f"assignments/{given['id']}/draft").json["data"] == "half"
    assert again.submit(given["id"], payload=payload).json["receipt"]["state"] == "counted"
    app.extensions["cocokit"].close()


def test_the_next_task_is_there_before_the_last_one_is_handed_in(bob: Caller) -> None:
    first = bob.next()["assignment"]["id"]
    second = bob.next(first)["assignment"]["id"]
    third = bob.next(first, second)["assignment"]["id"]
    assert len({first, second, third}) == 3
    assert bob.next(first, second, third)["state"] == "none"
    done = bob.submit(first, hold=[second, third]).json
    assert done["next"]["assignment"]["id"] not in (first, second, third)
    assert bob.next()["assignment"]["id"] == second  # a page that was loaded again gets what it held


def test_a_training_task_is_not_fetched_twice(make_site: Callable[..., Site]) -> None:
    ann = come(make_site(Stage.SEGMENT))
    first = ann.next()["assignment"]
    assert first["training"]
    assert ann.next(first["id"])["state"] == "none"


def test_a_task_that_is_given_back_goes_to_somebody_else(bob: Caller) -> None:
    word = bob.next()["assignment"]["id"]
    image = bob.call("GET", "assignments").json["assignments"][0]["work"]["image"]["id"]
    assert bob.call("POST", f"assignments/{word}/release", {"reason": "not_loading"}).json == {}
    assert bob.call("GET", "assignments").json == {"assignments": []}
    assert bob.next()["assignment"]["work"]["image"]["id"] != image
    assert come(bob.site, "eve").next()["assignment"]["work"]["image"]["id"] == image


def test_why_there_is_nothing_to_do_is_said(bob: Caller, clock: ManualClock) -> None:
    site, key = bob.site, bob.site.engine.campaign.id
    eve = come(site, "eve")
    held = []
    while (found := eve.next())["state"] == "task" and len(held) < 20:
        held.append(found["assignment"]["id"])
        eve = come(site, f"eve {len(held)}")
    nothing = bob.next()
    assert nothing["state"] == "none"
    assert "are with other workers, and the first may be free within 10 minutes" in nothing["sentence"]
    assert 5 <= nothing["retry_s"] <= 30

    def set_to(state: CampaignState) -> None:
        site.database.run(lambda tx: set_campaign(tx, key, state))

    set_to(CampaignState.PAUSED)
    assert bob.next()["state"] == "paused"
    set_to(CampaignState.CLOSED)
    assert bob.next()["state"] == "closed"
    set_to(CampaignState.RUNNING)
    worker = tokens_of(site).read_bearer(bob.token).worker
    for state, word in ((WorkerState.PAUSED, "paused"), (WorkerState.REJECTED, "rejected")):
        site.database.run(lambda tx, to=state: set_worker_state(tx, worker, to, "a test"))  # type: ignore[misc]
        assert bob.next()["state"] == word

"""Nothing gets lost between a browser and the real server: tab, network, lease, second tab, restart, token.

What a page does about each is tested with canned tasks too (``test_never_lose.py``); here both ends are the real ones,
and what counts is what the database has in the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cocokit.domain.stages import Stage
from tests.annotate_ui.site import build, close
from tests.e2e.conftest import AGREED, LOOKS, Watch
from tests.e2e.drawing import KNOWN, Hand
from tests.e2e.real import BROKEN, Server

Open = Callable[..., Hand]
HOUR = 3_600_000
HALF, REST = KNOWN[:4], KNOWN[4:]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign in which masks are to be drawn, by polygons."""
    site = build(tmp_path_factory.mktemp("lost") / "site", stage=Stage.SEGMENT, training=False, tools=("polygon",))
    close(site)
    return site.workspace


@pytest.fixture
def server(workspace: Path, tmp_path: Path) -> Iterator[Server]:
    """The campaign, served."""
    made = Server(workspace, tmp_path / "site")
    yield made
    made.stop()


@pytest.fixture
def come(browser: Any, server: Server) -> Iterator[Open]:
    """Opens the invite link, in a new browser or (``context``) in a further tab of one."""
    contexts, watches = [], []

    def opened(context: Any = None) -> Hand:
        if context is None:
            context = browser.new_context(**LOOKS["light"])
            context.add_init_script(AGREED)
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        watches.append(Watch(page, server.site.url))
        watches[-1].allowed = BROKEN
        page.goto(server.link)
        return ready(page)

    yield opened
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()


def ready(page: Any) -> Hand:
    """A drawing page that shows the whole photo."""
    page.locator(".photo.loaded").wait_for()
    page.locator(".rail .tool").first.wait_for()
    hand = Hand(type("Seen", (), {"page": page})())
    hand.keys("0", "p")
    hand.settled()
    return hand


def draw(hand: Hand, *points: Any) -> None:
    hand.click(*points)
    hand.settled()


def task(hand: Hand) -> str:
    """The word of the task on screen."""
    return str(hand.page.evaluate("performance.getEntriesByName('task-shown').at(-1).detail"))


def later(hand: Hand, than: str) -> None:
    """Waits for another task."""
    for _ in range(200):
        if task(hand) != than and hand.page.locator(".photo.loaded").count():
            return
        hand.page.wait_for_timeout(50)
    raise AssertionError(hand.page.locator("body").inner_text()[:400])


def arrived(server: Server, hand: Hand, count: int = 1) -> list[tuple[str, str, list[Any]]]:
    """(stage, state, rings) of the answers, once there are so many."""
    for _ in range(200):
        if len(found := server.answers()) >= count:
            assert len(found) == count
            return [(stage, state, json.loads(payload)["polygons"]) for stage, state, payload in found]
        hand.page.wait_for_timeout(50)
    raise AssertionError(f"{len(server.answers())} of {count}: {hand.page.locator('body').inner_text()[:400]}")


def test_a_tab_that_is_closed_while_drawing_comes_back_with_every_point(server: Server, come: Open) -> None:
    hand = come()
    word = task(hand)
    draw(hand, *HALF)
    hand.page.close()
    hand = come(hand.page.context)
    assert task(hand) == word
    assert hand.points() == f"{len(HALF)} points"
    draw(hand, *REST)
    hand.page.locator("#submit").click()
    ((_, state, rings),) = arrived(server, hand)
    assert state == "counted"
    assert [len(ring) for ring in rings] == [2 * len(KNOWN)]


def test_without_a_network_answers_wait_and_all_arrive(server: Server, come: Open) -> None:
    hand = come()
    first = task(hand)
    draw(hand, *KNOWN)
    hand.page.wait_for_timeout(1500)  # the next task comes ahead of time
    hand.page.context.set_offline(True)
    hand.page.locator("#submit").click()
    later(hand, first)
    hand.page.wait_for_selector("text=1 answer waits")
    second = task(hand)
    ready(hand.page)
    draw(hand, *KNOWN)
    hand.page.locator("#submit").click()
    hand.page.locator(".state[data-state=offline]").wait_for()
    assert "2 answers wait" in hand.page.locator(".state .lead").inner_text()
    assert server.answers() == []
    hand.page.context.set_offline(False)
    hand.page.locator(".state .primary").click()
    later(hand, second)
    assert [state for _, state, _ in arrived(server, hand, 2)] == ["counted", "counted"]


def test_a_page_closed_without_a_network_sends_its_answer_with_the_next_visit(server: Server, come: Open) -> None:
    hand = come()
    draw(hand, *KNOWN)
    hand.page.wait_for_timeout(1500)
    hand.page.context.set_offline(True)
    hand.page.locator("#submit").click()
    hand.page.wait_for_selector("text=1 answer waits")
    hand.page.close()
    hand.page.context.set_offline(False)
    arrived(server, come(hand.page.context))


@pytest.mark.parametrize("quicker", [False, True], ids=["counted", "late"])
def test_an_answer_after_the_lease_is_kept_and_counts_if_nobody_was_quicker(
    server: Server, come: Open, quicker: bool
) -> None:
    hand = come()
    word = task(hand)
    draw(hand, *KNOWN)
    server.clock.ahead = 2 * HOUR
    server.site.engine.keep_up()
    if quicker:
        server.site.work(stages=[Stage.SEGMENT])
    hand.page.locator("#submit").click()
    ((_, state, rings),) = arrived(server, hand)
    assert state == ("late" if quicker else "counted")
    assert [len(ring) for ring in rings] == [2 * len(KNOWN)]
    later(hand, word)


def test_a_page_whose_lease_has_ended_says_so_and_can_still_send(server: Server, come: Open) -> None:
    hand = come()
    draw(hand, *HALF)
    server.clock.ahead = 2 * HOUR
    server.site.engine.keep_up()
    hand.page.evaluate("Date.now = ((now) => () => now() + 7_200_000)(Date.now)")  # the page's clock jumps too
    hand.page.wait_for_selector("#notice >> text=time for this task is over")
    assert hand.points() == f"{len(HALF)} points"
    draw(hand, *REST)
    hand.page.locator("#submit").click()
    assert [state for _, state, _ in arrived(server, hand)] == ["counted"]
    hand.page.locator("#notice").wait_for(state="hidden")


def test_a_second_tab_only_looks_on_until_it_takes_over(server: Server, come: Open) -> None:
    first = come()
    word = task(first)
    draw(first, *HALF)
    second = come(first.page.context)
    second.page.wait_for_selector("text=open in another tab")
    assert task(second) == word
    assert second.points() == f"{len(HALF)} points"
    draw(second, *REST)
    assert second.points() == f"{len(HALF)} points"
    draw(first, REST[0])
    second.page.get_by_role("button", name="Work here instead").click()
    first.page.wait_for_selector("text=open in another tab")
    second.page.wait_for_timeout(200)
    assert second.points() == f"{len(HALF) + 1} points"
    draw(second, *REST[1:])
    second.page.locator("#submit").click()
    ((_, state, rings),) = arrived(server, second)
    assert (state, [len(ring) for ring in rings]) == ("counted", [2 * len(KNOWN)])
    first.page.locator(".state[data-state=answered]").wait_for()
    first.page.locator(".state .primary").click()
    later(first, word)
    assert len(server.answers()) == 1


def test_a_server_that_is_started_anew_goes_on_where_it_was(server: Server, come: Open) -> None:
    hand = come()
    word = task(hand)
    draw(hand, *HALF)
    server.stop()
    draw(hand, *REST)
    hand.page.locator("[data-how=offline]").wait_for()
    server.start()
    hand.page.locator("[data-how=saved]").wait_for()
    hand.page.locator("#submit").click()
    later(hand, word)
    assert [state for _, state, _ in arrived(server, hand)] == ["counted"]


def test_a_token_that_is_over_is_made_anew_without_a_word(
    server: Server, come: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cocokit.annotate_ui.tokens.TOKEN_S", 1)
    hand = come()
    word = task(hand)
    draw(hand, *KNOWN)
    hand.page.wait_for_timeout(2500)
    hand.page.locator("#submit").click()
    later(hand, word)
    assert [state for _, state, _ in arrived(server, hand)] == ["counted"]
    assert hand.page.locator(".state").count() == 0

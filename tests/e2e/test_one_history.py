"""Every action of every page: the journal has it at once, one undo takes it back, and it outlives tab and browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.doings import DOINGS, changed, kept, ready
from tests.e2e.drawing import Hand

every = pytest.mark.parametrize("stage", DOINGS)


def done(visit: Any, stage: str) -> tuple[Hand, list[Any]]:
    """A page on which everything was done, and what the journal had after each action."""
    hand = ready(Hand(visit(stage)))
    assert kept(hand) is None
    states: list[Any] = [None]
    for act in DOINGS[stage]:
        act(hand)
        states.append(changed(hand, states[-1]))
    return hand, states[1:]


@every
def test_each_action_is_in_the_journal_and_one_undo_takes_it_back(visit: Any, stage: str) -> None:
    hand, states = done(visit, stage)
    now = states[-1]
    for before in states[-2::-1]:
        hand.keys("Control+z")
        now, last = changed(hand, now), now
        assert now == before, f"from {last}"
    hand.keys("Control+z")
    changed(hand, now)
    expect(hand.page.locator("[data-tool=undo]").first).to_have_attribute("aria-disabled", "true")
    for after in states:
        hand.keys("Control+Shift+z")
        assert changed(hand, None if after is states[0] else now) == after
        now = after
    expect(hand.page.locator("[data-tool=redo]").first).to_have_attribute("aria-disabled", "true")


@every
def test_what_was_done_is_there_again_after_a_closed_tab_and_in_another_browser(visit: Any, stage: str) -> None:
    wanted = sent(done(visit, stage)[0])
    for tab in (True, False):
        hand, _ = done(visit, stage)
        if not tab:
            hand.page.locator("[data-how=saved]").wait_for()
        hand.page.close()
        assert sent(ready(Hand(visit(stage, of=hand.visit, tab=tab)))) == wanted, "tab" if tab else "browser"


def sent(hand: Hand) -> Any:
    """What the primary button sends; a page may have further screens, or ask whether it is meant."""
    for _ in range(14):
        if hand.visit.fake.answers:
            break
        hand.page.locator("#submit").click()
        hand.settled()
    return hand.sent()

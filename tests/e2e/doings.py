"""What somebody does on each kind of page, action by action, and what the browser's journal keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.drawing import Hand
from tests.e2e.grids import keys, tile

Doing = Callable[[Hand], None]
#: What a page notes on the way: it tells of undo itself, and is no part of the work.
_NOTES = ("trace", "looked", "seen", "at", "hand", "place")
_JOURNAL = """() => new Promise((done, bad) => {
  const opening = indexedDB.open("cocokit", 1);
  opening.onerror = () => bad(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => { opening.result.close(); done(all.result.map((one) => one.data)); };
  };
})"""


def _icon(hand: Hand, at: tuple[float, float], i: int = 0) -> None:
    hand.page.locator(".tray .tile").nth(i).click()
    hand.click(at)


def _tools(hand: Hand, key: str, *points: tuple[float, float]) -> None:
    hand.keys(key)
    hand.click(*points)


def _patches(hand: Hand) -> None:
    patches = hand.page.locator("[data-tool='draw.patches']:not([aria-disabled=true])")
    patches.wait_for()
    patches.click()
    hand.click((480, 60))


def _type(hand: Hand) -> None:
    hand.page.locator("#sentence").fill("A red cup of coffee stands on a red saucer.")


_OUTLINE: list[Doing] = [
    lambda hand: _tools(hand, "p", (230, 150)), lambda hand: hand.click((400, 150)),
    lambda hand: hand.click((400, 270)), lambda hand: hand.click((230, 270)), lambda hand: hand.keys("Backspace"),
    lambda hand: hand.click((240, 280)), lambda hand: hand.keys("Enter"),
]  # fmt: skip

#: Stage -> actions, each of which changes the answer or the way to it.
DOINGS: dict[str, list[Doing]] = {
    "filter": [
        lambda hand: tile(hand.page, 5).click(), lambda hand: keys(hand.page, "2"),
        lambda hand: tile(hand.page, 8).click(modifiers=["Shift"]), lambda hand: tile(hand.page, 5).click(),
        lambda hand: keys(hand.page, "ArrowRight", "3"),
    ],
    "verify": [
        lambda hand: tile(hand.page, 3).click(), lambda hand: keys(hand.page, "2"),
        lambda hand: tile(hand.page, 5).click(modifiers=["Shift"]), lambda hand: keys(hand.page, "4"),
        lambda hand: keys(hand.page, "4"), lambda hand: hand.page.get_by_role("radio", name="Coarse outline").click(),
        lambda hand: tile(hand.page, 3).click(),
    ],
    "label": [
        lambda hand: _icon(hand, (300, 200)), lambda hand: _icon(hand, (200, 120), 1),
        lambda hand: hand.page.locator(".mark .shut, .mark button[aria-label^=Remove]").first.click(),
        lambda hand: hand.keys("ArrowRight", "n"), lambda hand: _icon(hand, (420, 220)),
    ],
    "spot": [
        lambda hand: hand.click((320, 210)), lambda hand: hand.click((120, 80)), lambda hand: hand.click((480, 300)),
        lambda hand: hand.page.get_by_role("button", name="Cross 2").click(),
        lambda hand: hand.page.get_by_role("button", name="None here", exact=True).click(),
        lambda hand: hand.click((300, 150)),
    ],
    "segment": _OUTLINE,
    "training": _OUTLINE,
    "crowd": [
        lambda hand: _tools(hand, "b", (500, 50)), lambda hand: hand.drag((20, 330), (330, 350)),
        _patches, lambda hand: _tools(hand, "p", (400, 300)), lambda hand: hand.click((560, 300)),
        lambda hand: hand.click((560, 380)), lambda hand: hand.keys("Enter"),
        lambda hand: _tools(hand, "e", (500, 310)),
    ],
    "caption": [_type],
}  # fmt: skip


def kept(hand: Hand) -> Any:
    """What the journal has of the work on the page; None before the first action."""
    drafts = hand.page.evaluate(_JOURNAL)
    if not drafts:
        return None
    assert len(drafts) == 1
    found = {name: value for name, value in drafts[0]["page"].items() if name not in _NOTES}
    if "marks" in found:  # in the order of marking, which says nothing
        found["marks"].sort()
    return found


def changed(hand: Hand, before: Any) -> Any:
    """What the journal has, as soon as that is something else than before."""
    for _ in range(60):
        if (now := kept(hand)) != before:
            return now
        hand.page.wait_for_timeout(25)
    raise AssertionError(f"the journal still has {str(before)[:600]}")


def ready(hand: Hand) -> Hand:
    """A page that can be worked on."""
    hand.page.locator(".photo.loaded, .tile .face").first.wait_for()
    hand.page.locator(".rail .tool, .tray .tile, .tiles .tile, #sentence, .primer .halo").first.wait_for()
    hand.settled()
    return hand

"""What a move of the pointer costs, with 2,000 outlines on the photo and a mask of 2048 x 2048 px in hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route
from pycocotools import mask as oracle

from tests.e2e.drawing import Hand, opened

SIDE = 2048
MOVE_MS = 8.0  # script of one move, and of the frame that draws it

MEASURE = """async ({ pressed, moves }) => {
  const photo = document.querySelector('.photo'), box = photo.getBoundingClientRect();
  const round = (i) => ({ clientX: box.left + 300 + 200 * Math.cos(i / 9),
    clientY: box.top + 300 + 200 * Math.sin(i / 7) });
  const mouse = { bubbles: true, pointerId: 1, pointerType: 'mouse', isPrimary: true };
  const send = (type, i) => photo.dispatchEvent(new PointerEvent(type, { ...mouse, ...round(i) }));
  photo.setPointerCapture = () => {};
  const real = window.requestAnimationFrame, spent = [];
  let queue = [];
  window.requestAnimationFrame = (run) => queue.push(run);
  window.cancelAnimationFrame = () => {};
  if (pressed) send('pointerdown', 0);
  for (let i = 1; i <= moves; i++) {
    const start = performance.now();
    send('pointermove', i);
    const due = queue;
    queue = [];
    due.forEach((run) => run(start));
    spent.push(performance.now() - start);
    await new Promise((done) => real(done));
  }
  if (pressed) send('pointerup', moves);
  window.requestAnimationFrame = real;
  return spent;
}"""


def crowded(page: Page) -> None:
    """Puts 2,000 outlines into the first task, and a photo of 2048 x 2048 px under them."""
    rng = np.random.default_rng(1)
    centres = rng.uniform(40, SIDE - 40, (2000, 1, 2))
    angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    rings = centres + 18 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    masks = [oracle.frPyObjects([ring.ravel().tolist()], SIDE, SIDE)[0] for ring in rings]
    others = [{"category": {"id": 2, "name": "cup", "supercategory": "kitchen", "icon": None}, "mine": False,
               "mask": {"size": [SIDE, SIDE], "counts": one["counts"].decode()}} for one in masks]  # fmt: skip

    def larger(route: Route) -> None:
        response = route.fetch()
        said: dict[str, Any] = response.json()
        work = said["assignment"]["work"]
        work["image"].update(width=SIDE, height=SIDE)
        work.update(others=others, box=[400, 400, 1200, 1200], spot=[1000, 1000])
        route.fulfill(response=response, body=json.dumps(said))

    page.set_default_timeout(60_000)
    page.route("**/api/v1/next", larger)


def slow(hand: Hand, pressed: bool = False) -> float:
    """The 90th percentile of the ms that a move takes."""
    return float(np.percentile(hand.page.evaluate(MEASURE, {"pressed": pressed, "moves": 60}), 90))


@pytest.mark.slow
def test_a_move_costs_less_than_half_a_frame(visit: Any) -> None:
    hand = opened(visit, before=crowded)
    hand.keys("p")
    found = {"hover": slow(hand)}
    scale = hand.page.locator(".photo").evaluate("node => Number(getComputedStyle(node).getPropertyValue('--px'))")
    assert scale > 0
    for x, y in ((500, 300), (700, 300), (700, 500), (600, 560)):
        hand.page.mouse.click(x, y)
    found["polygon"] = slow(hand)
    hand.keys("l")
    found["wire"] = slow(hand)
    hand.keys("Enter", "b", "]", "]", "]")
    found["brush"] = slow(hand, pressed=True)
    assert all(ms <= MOVE_MS for ms in found.values()), found

/** Where the photo lies: there and back, the point under the pointer stays, nothing gets lost outside. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { STEP, View, wheelFactor } from "../../annotate_ui/static/js/core/view.js";
import { below, random } from "./support.js";

const near = (a, b, by = 1e-6) => a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) <= by, `${a} is not ${b}`));

/** A view after a random walk. */
function walked(next, steps = 30) {
  const view = new View(1 + below(next, 4000), 1 + below(next, 4000));
  view.resize(100 + below(next, 2000), 100 + below(next, 1500));
  for (let i = 0; i < steps; i += 1) {
    const dice = below(next, 5);
    if (dice === 0) view.fit();
    if (dice === 1) view.zoomBy(next() * 3 + 0.1, [below(next, 500), below(next, 500)]);
    if (dice === 2) view.panBy(below(next, 9000) - 4500, below(next, 9000) - 4500);
    if (dice === 3) view.zoomTo([below(next, 100), below(next, 100), below(next, 300), below(next, 300)], next());
    if (dice === 4) view.resize(100 + below(next, 2000), 100 + below(next, 1500));
  }
  return view;
}

test("to the screen and back is where one was, and some of the photo is always seen", () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const next = random(seed);
    const view = walked(next);
    const at = [next() * view.width, next() * view.height];
    near(view.toImage(view.toScreen(at)), at, 1e-5);
    const [left, top] = view.toScreen([0, 0]);
    const [right, bottom] = view.toScreen([view.width, view.height]);
    const room = [Math.min(64, view.width * view.scale), Math.min(64, view.height * view.scale)];
    assert.ok(right >= room[0] - 1e-6 && bottom >= room[1] - 1e-6, "left or top");
    assert.ok(left <= view.stage[0] - room[0] + 1e-6 && top <= view.stage[1] - room[1] + 1e-6, "right or bottom");
    assert.ok(view.scale >= view.leastScale - 1e-9 && view.scale <= view.mostScale + 1e-9);
  }
});

test("zooming keeps the point under the pointer, away from the edges", () => {
  const view = new View(640, 480);
  view.resize(1000, 800);
  view.fit();
  for (const factor of [1.3, 2, 0.7, 3, 0.5]) {
    const under = view.toImage([400, 300]);
    view.zoomBy(factor, [400, 300]);
    near(view.toImage([400, 300]), under);
  }
});

test("fit shows all of it in the middle; zoomTo shows a box with its margin", () => {
  const view = new View(640, 480);
  view.resize(1000, 600);
  view.fit();
  near(view.toScreen([320, 240]), [500, 300]);
  near([view.scale], [1.25]);
  view.zoomTo([100, 100, 50, 50], 0.5);
  near(view.toScreen([125, 125]), [500, 300]);
  near([view.scale], [6]);
});

test("zoomTo leaves no room beside the photo that the photo could fill", () => {
  const view = new View(640, 480);
  view.resize(1000, 600);
  view.inset = { left: 12, right: 72, top: 52, bottom: 64 };
  view.zoomTo([600, 0, 40, 40], 0.5);
  near(view.toScreen([640, 0]), [1000 - 72, 52]);
  view.zoomTo([500, 0, 100, 480]);
  near([view.scale], [view.fitScale]);
  near(view.toScreen([320, 240]), [12 + 916 / 2, 52 + 484 / 2]);
});

test("a new size of the stage keeps what was asked for, until the worker moves the view", () => {
  const view = new View(640, 480);
  view.resize(640, 480);
  view.zoomTo([0, 0, 100, 100]);
  view.resize(1280, 960);
  near([view.scale], [6.4]);
  view.panBy(10, 0);
  const middle = view.toImage([640, 480]);
  view.resize(800, 500);
  near(view.toImage([400, 250]), middle);
  near([view.scale], [6.4]);
});

test("show pans no more than it must", () => {
  const view = new View(640, 480);
  view.resize(640, 480);
  view.zoomTo([300, 200, 40, 40]);
  const before = [view.x, view.y];
  view.show([320, 220]);
  near([view.x, view.y], before);
  view.show([10, 10]);
  near(view.toScreen([10, 10]), [24, 24]);
});

test("no wheel and no trackpad jumps", () => {
  for (const delta of [-9000, -120, -4, -0.5, 0, 0.5, 4, 120, 9000]) {
    const factor = wheelFactor(delta, 0);
    assert.ok(factor <= STEP && factor >= 1 / STEP);
    near([factor * wheelFactor(-delta, 0)], [1]);
  }
  assert.ok(wheelFactor(-4, 0) < 1.02, "one step of a trackpad is gentle");
});

// Crosses on a photo: numbered, at most so many, one on a pixel, every change undone exactly.
import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../annotate_ui/static/js/core/history.js";
import { Crosses } from "../../annotate_ui/static/js/pages/photo/crosses.js";
import { pixelOf } from "../../annotate_ui/static/js/pages/photo/places.js";

const IMAGE = { width: 640, height: 480 };

function fresh(most = 10) {
  const history = new History();
  return { history, crosses: new Crosses(IMAGE, most, history) };
}

test("crosses are numbered in order, and close up when one goes", () => {
  const { crosses, history } = fresh();
  [[10, 10], [30, 10], [50, 10]].forEach((at) => crosses.put(at));
  const [, second, third] = crosses.list;
  crosses.remove(second.key);
  assert.equal(crosses.numberOf(third.key), 2);
  history.undo();
  assert.equal(crosses.numberOf(third.key), 3);
  assert.deepEqual(crosses.payload(), { points: [[10, 10], [30, 10], [50, 10]] });
});

test("there is room for so many and no more", () => {
  const { crosses, history } = fresh(2);
  assert.deepEqual([[1, 1], [20, 1], [40, 1]].map((at) => crosses.put(at)), ["put", "put", "full"]);
  assert.equal(history.length, 2);
});

test("two crosses never lie on one pixel, as the server counts pixels", () => {
  const { crosses } = fresh();
  assert.equal(crosses.put([640, 12.9]), "put");
  assert.equal(crosses.put([639.2, 12.1]), "taken");
  crosses.put([5, 5]);
  assert.equal(crosses.move(crosses.list[1].key, [639.9, 12]), "taken");
  assert.equal(crosses.move(crosses.list[1].key, [5.5, 5.5]), "moved");
  assert.equal(pixelOf([640, 480], IMAGE), "639,479");
});

test("two crosses within 6 px are named", () => {
  const { crosses } = fresh();
  [[10, 10], [100, 10], [14, 13]].forEach((at) => crosses.put(at));
  assert.deepEqual(crosses.close(), [[1, 3]]);
  assert.equal(crosses.near([15, 13]).key, crosses.list[2].key);
  assert.equal(crosses.near([300, 300]), null);
});

test("what is said of the count goes with the crosses that it was said of", () => {
  const { crosses, history } = fresh();
  crosses.put([1, 1]);
  crosses.say("all");
  crosses.put([50, 50]);
  assert.equal(crosses.claim, null);
  history.undo();
  assert.equal(crosses.claim, "all");
  crosses.say("all");
  assert.equal(history.length, 2);
});

test("any actions undone in turn give every state before them", () => {
  const { crosses, history } = fresh();
  let seed = 3;
  const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
  const states = [JSON.stringify(crosses.snapshot())];
  for (let i = 0; i < 300; i += 1) {
    const before = history.length;
    const some = crosses.list[random(Math.max(crosses.list.length, 1))];
    const what = random(4);
    if (what < 2) crosses.put([random(660), random(500)]);
    else if (what === 2 && some) crosses.move(some.key, [random(640), random(480)]);
    else if (some) crosses.remove(some.key);
    if (history.length > before) states.push(JSON.stringify(crosses.snapshot()));
  }
  assert.ok(states.length > 150);
  for (const state of states.slice(0, -1).reverse()) {
    history.undo();
    assert.equal(JSON.stringify(crosses.snapshot()), state);
  }
});

test("a draft comes back whole", () => {
  const { crosses } = fresh();
  crosses.put([3, 4]);
  crosses.put([30, 4]);
  crosses.say("all");
  const { crosses: again } = fresh();
  again.restore(JSON.parse(JSON.stringify(crosses.snapshot())));
  assert.deepEqual(again.snapshot(), crosses.snapshot());
  again.restore({ points: [], claim: "nonsense" });
  assert.deepEqual(again.snapshot(), { points: [], claim: null });
});

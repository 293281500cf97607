// Icons on a photo: one of a category, every change undone exactly, a draft restored whole.
import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../annotate_ui/static/js/core/history.js";
import { Drops } from "../../annotate_ui/static/js/pages/photo/drops.js";

const IMAGE = { width: 640, height: 480 };
const GROUPS = [
  { name: "vehicle", categories: [{ id: 2, name: "bicycle" }, { id: 3, name: "car" }, { id: 6, name: "bus" }] },
  { name: "animal", categories: [{ id: 17, name: "cat" }, { id: 18, name: "dog" }] },
];

function fresh() {
  const history = new History();
  return { history, drops: new Drops(GROUPS, IMAGE, history) };
}

test("what is sent are the drops in their order, px of the image", () => {
  const { drops } = fresh();
  drops.put(18, [120.504, 88]);
  drops.put(3, [10, 20]);
  assert.deepEqual(drops.payload(), { drops: [{ category_id: 18, x: 120.5, y: 88 }, { category_id: 3, x: 10, y: 20 }] });
});

test("a second drop of a category moves the first", () => {
  const { drops, history } = fresh();
  drops.put(18, [1, 1]);
  drops.put(3, [2, 2]);
  drops.put(18, [3, 3]);
  assert.deepEqual(drops.payload().drops.map((d) => [d.category_id, d.x]), [[18, 3], [3, 2]]);
  assert.equal(history.undoName, "Move dog");
});

test("a drop outside the photo lands on its edge", () => {
  const { drops } = fresh();
  drops.put(3, [-5, 900]);
  assert.deepEqual(drops.of(3).at, [0, 480]);
});

test("saying that there is none gives way to a drop, and comes back with undo", () => {
  const { drops, history } = fresh();
  drops.sayNone("animal");
  drops.put(17, [5, 5]);
  assert.equal(drops.isNone("animal"), false);
  history.undo();
  assert.equal(drops.isNone("animal"), true);
  history.undo();
  assert.equal(drops.isNone("animal"), false);
});

test("any actions undone in turn give every state before them, and redone every state after", () => {
  const { drops, history } = fresh();
  let seed = 7;
  const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
  const ids = [2, 3, 6, 17, 18];
  const states = [JSON.stringify(drops.snapshot())];
  for (let i = 0; i < 300; i += 1) {
    const before = history.length;
    const what = random(5);
    if (what < 3) drops.put(ids[random(5)], [random(700) - 30, random(500)]);
    else if (what < 4) drops.remove(ids[random(5)]);
    else drops.sayNone(["vehicle", "animal"][random(2)]);
    if (history.length > before) states.push(JSON.stringify(drops.snapshot()));
  }
  assert.ok(states.length > 200);
  for (const state of states.slice(0, -1).reverse()) {
    history.undo();
    assert.equal(JSON.stringify(drops.snapshot()), state);
  }
  for (const state of states.slice(1)) {
    history.redo();
    assert.equal(JSON.stringify(drops.snapshot()), state);
  }
});

test("a draft comes back whole, without what the page does not know", () => {
  const { drops } = fresh();
  drops.put(18, [3, 4]);
  drops.sayNone("vehicle");
  const saved = JSON.parse(JSON.stringify(drops.snapshot()));
  saved.drops.push({ category_id: 999, x: 1, y: 1 });
  saved.none.push("nonsense");
  const { drops: again } = fresh();
  again.restore(saved);
  assert.deepEqual(again.snapshot(), drops.snapshot());
  again.restore(null);
  assert.deepEqual(again.payload(), { drops: [] });
});

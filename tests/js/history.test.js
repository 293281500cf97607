/** One linear undo stack: whatever is done, undone and done again, the state is that of a plain list of states. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../annotate_ui/static/js/core/history.js";
import { below, random } from "./support.js";

/** An action that puts a value in a place, and takes it back. */
function put(state, place, value) {
  const before = state[place];
  return { name: `put ${value}`, redo: () => { state[place] = value; }, undo: () => { state[place] = before; } };
}

test("any walk of do, undo and redo is a walk along a list of states", () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const next = random(seed);
    const history = new History();
    const state = [0, 0, 0, 0];
    let states = [[...state]];
    let at = 0;
    for (let step = 0; step < 120; step += 1) {
      const dice = next();
      if (dice < 0.5) {
        history.do(put(state, below(next, 4), below(next, 100)));
        states = [...states.slice(0, at + 1), [...state]];
        at += 1;
      } else if (dice < 0.8) {
        assert.equal(history.undo() !== null, at > 0);
        at = Math.max(at - 1, 0);
      } else {
        assert.equal(history.redo() !== null, at < states.length - 1);
        at = Math.min(at + 1, states.length - 1);
      }
      assert.deepEqual(state, states[at]);
      assert.deepEqual([history.canUndo, history.canRedo, history.length], [at > 0, at < states.length - 1, at]);
    }
  }
});

test("an action that throws is not remembered, and one inside another is refused", () => {
  const history = new History();
  assert.throws(() => history.do({ name: "bad", redo: () => { throw new Error("no"); }, undo() {} }), /no/);
  assert.equal(history.canUndo, false);
  const inner = { name: "inner", redo() {}, undo() {} };
  assert.throws(() => history.do({ name: "outer", redo: () => history.do(inner), undo() {} }), /one action/);
  history.do(inner);
  assert.equal(history.undoName, "inner");
});

test("each change is told, with its verb", () => {
  const told = [];
  const history = new History();
  history.onchange = (action, verb) => told.push([action?.name, verb]);
  history.do({ name: "a", redo() {}, undo() {} });
  history.undo();
  history.undo();
  history.redo();
  history.clear();
  assert.deepEqual(told, [["a", "do"], ["a", "undo"], ["a", "redo"], [undefined, "clear"]]);
});

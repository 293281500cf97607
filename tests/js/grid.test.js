/** The pure parts of the two grid pages: moves, marks, stacks, rows looked at, sentences. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { checksFound, counted, filterQuestion, rowsLeft, verifyQuestion } from "../../annotate_ui/static/js/pages/grid/guards.js";
import { Looked } from "../../annotate_ui/static/js/pages/grid/looked.js";
import { Marks } from "../../annotate_ui/static/js/pages/grid/marks.js";
import { jumped, letter, moved, nameOf, range, rowsOf } from "../../annotate_ui/static/js/pages/grid/moves.js";
import { pages, stacked } from "../../annotate_ui/static/js/pages/grid/stacks.js";

const FULL = { columns: 8, count: 64 };
const SHORT = { columns: 16, count: 119 };

/** A history as the frame's, without its buttons. */
class History {
  constructor() { this.done = []; this.undone = []; }

  do(action) { action.redo(); this.done.push(action); this.undone = []; }

  undo() { const action = this.done.pop(); action.undo(); this.undone.push(action); }

  redo() { const action = this.undone.pop(); action.redo(); this.done.push(action); }
}

test("arrows move by one tile and one row and stop at the edges", () => {
  assert.equal(moved("ArrowRight", 7, FULL), 8);
  assert.equal(moved("ArrowLeft", 8, FULL), 7);
  assert.equal(moved("ArrowLeft", 0, FULL), 0);
  assert.equal(moved("ArrowRight", 63, FULL), 63);
  assert.equal(moved("ArrowUp", 3, FULL), 3);
  assert.equal(moved("ArrowDown", 60, FULL), 60);
  assert.equal(moved("ArrowDown", 3, FULL), 11);
  assert.equal(moved("x", 3, FULL), null);
});

test("a short last row sends the focus to its last tile", () => {
  assert.equal(rowsOf(SHORT), 8);
  assert.equal(moved("ArrowDown", 6 * 16 + 15, SHORT), 118);
  assert.equal(jumped(8, 15, SHORT), 118);
  assert.equal(moved("End", 113, SHORT), 118);
  assert.equal(moved("ArrowUp", 118, SHORT), 102);
});

test("Home and End lead to the row's ends, with Ctrl to the page's; rows can be jumped to", () => {
  assert.equal(moved("Home", 13, FULL), 8);
  assert.equal(moved("End", 13, FULL), 15);
  assert.equal(moved("Home", 13, FULL, true), 0);
  assert.equal(moved("End", 13, FULL, true), 63);
  assert.equal(moved("PageDown", 13, FULL), 45);
  assert.equal(moved("PageUp", 13, FULL), 5);
  assert.equal(jumped(5, 13, FULL), 37);
  assert.equal(jumped(9, 13, FULL), null);
  assert.equal(jumped(0, 13, FULL), null);
});

test("every key keeps the focus inside, whatever the shape", () => {
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
  for (let count = 1; count < 40; count += 1) {
    for (let columns = 1; columns < 9; columns += 1) {
      for (let at = 0; at < count; at += 1) {
        for (const key of keys) {
          const to = moved(key, at, { columns, count });
          assert.ok(Number.isInteger(to) && to >= 0 && to < count, `${key} of ${at} in ${columns}, ${count}: ${to}`);
        }
      }
    }
  }
});

test("tiles are named by column and row", () => {
  assert.equal(nameOf(38, 8), "G5");
  assert.equal(nameOf(0, 2), "A1");
  assert.equal(letter(25), "Z");
  assert.equal(letter(26), "AA");
});

test("a range holds both ends, either way round", () => {
  assert.deepEqual(range(3, 6), [3, 4, 5, 6]);
  assert.deepEqual(range(6, 3), [3, 4, 5, 6]);
  assert.deepEqual(range(2, 2), [2]);
});

test("marks toggle as one action and come back with their reasons", () => {
  const history = new History();
  const told = [];
  const marks = new Marks(history, (keys) => told.push(keys));
  assert.equal(marks.toggle([3], "coarse", () => "one"), true);
  assert.equal(marks.toggle([2, 3, 4], null, (marking) => (marking ? "mark" : "clear")), true);
  assert.deepEqual(new Map(marks.snapshot()), new Map([[3, "coarse"], [2, null], [4, null]]));
  assert.equal(history.done.at(-1).name, "mark");
  assert.equal(marks.toggle([2, 3, 4], null, (marking) => (marking ? "mark" : "clear")), false);
  assert.equal(marks.size, 0);
  history.undo();
  assert.equal(marks.reason(3), "coarse");
  history.undo();
  assert.deepEqual(marks.snapshot(), [[3, "coarse"]]);
  history.undo();
  assert.equal(marks.size, 0);
  history.redo();
  assert.deepEqual(marks.snapshot(), [[3, "coarse"]]);
  assert.deepEqual(told.at(-1), [3]);
});

test("a change that changes nothing is no action", () => {
  const history = new History();
  const marks = new Marks(history, () => {});
  marks.change("a", [[1, "iconic"]]);
  assert.equal(marks.change("b", [[1, "iconic"]]), false);
  assert.equal(history.done.length, 1);
  assert.equal(marks.change("c", [[1, undefined], [2, undefined]]), true);
  assert.equal(marks.has(1), false);
});

test("a restored page tells every tile that it changed and leaves the history alone", () => {
  const history = new History();
  let told = [];
  const marks = new Marks(history, (keys) => { told = keys; });
  marks.change("a", [[1, null]]);
  marks.restore([[5, "two"]]);
  assert.deepEqual(told.sort(), [1, 5]);
  assert.equal(history.done.length, 1);
});

test("near duplicates make one tile at the first one's place", () => {
  const list = [1, 2, 3, 4, 5].map((id, at) => ({ id, sheet: 0, at, stack: [7, 8, 7, null, null][at] }));
  assert.deepEqual(stacked(list).map((tile) => tile.map((one) => one.id)), [[1, 3], [2], [4], [5]]);
  assert.deepEqual(stacked([]), []);
});

test("a phone's pages cover every tile once", () => {
  assert.deepEqual(pages(119, 32), [[0, 32], [32, 64], [64, 96], [96, 119]]);
  assert.deepEqual(pages(32, 32), [[0, 32]]);
});

test("a row counts once one of its tiles was in hand, in any number of columns", () => {
  let calls = 0;
  const looked = new Looked(() => { calls += 1; });
  looked.add([0, 9]);
  looked.add([9]);
  assert.equal(calls, 1);
  assert.deepEqual(looked.rows({ columns: 8, count: 20 }), [true, true, false]);
  assert.deepEqual(looked.rows({ columns: 4, count: 20 }), [true, false, true, false, false]);
  looked.restore([19]);
  assert.deepEqual(looked.snapshot(), [19]);
});

test("sentences name the number, and a question comes only at the two ends", () => {
  assert.equal(counted(1, "row"), "1 row");
  assert.match(filterQuestion(0, 128), /none of the 128/);
  assert.equal(filterQuestion(1, 128), null);
  assert.equal(filterQuestion(121, 128), null);
  assert.match(filterQuestion(122, 128), /122 of the 128/);
  assert.equal(verifyQuestion(0, 64), null);
  assert.match(verifyQuestion(61, 64), /61 of the 64/);
  assert.equal(rowsLeft([true, false, false]), "2 rows not looked at yet");
  assert.equal(rowsLeft([true]), "");
  assert.equal(checksFound({ found: 3, of: 4 }), "You found 3 of 4 checks");
  assert.equal(checksFound(null), null);
});

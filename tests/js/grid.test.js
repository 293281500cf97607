/** The pure parts of the two grid pages: moves, marks, stacks, rows looked at, sentences. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../../annotate_ui/static/js/masks/rle.js";
import { asked, checksFound, counted, filterQuestion, rowsLeft, verifyQuestion } from "../../annotate_ui/static/js/pages/grid/guards.js";
import { Looked } from "../../annotate_ui/static/js/pages/grid/looked.js";
import { Marks } from "../../annotate_ui/static/js/pages/grid/marks.js";
import { columnsFor, jumped, letter, moved, nameOf, range, rowsOf } from "../../annotate_ui/static/js/pages/grid/moves.js";
import { softened, windowed } from "../../annotate_ui/static/js/pages/grid/cut.js";
import { placed, squared } from "../../annotate_ui/static/js/pages/grid/sheet.js";
import { pages, stacked } from "../../annotate_ui/static/js/pages/grid/stacks.js";
import { random } from "./support.js";

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

test("tiles are as large as they can be with all of them in sight", () => {
  assert.equal(columnsFor(64, 8, 800, 760), 8);
  assert.equal(columnsFor(12, 8, 800, 760), 4);
  assert.equal(columnsFor(128, 16, 1104, 788), 14);
  assert.equal(columnsFor(128, 16, 1600, 800), 16);
  assert.equal(columnsFor(128, 16, 700, 1100), 9);
  assert.equal(columnsFor(7, 16, 1100, 788), 4);
  assert.equal(columnsFor(1, 16, 1100, 788), 2);
  assert.equal(columnsFor(2, 8, 800, 100), 2);
  assert.equal(columnsFor(5, 8, 800, 100), 5);
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
  assert.equal(asked("dog + car").join(""), "Keep everyday photos of dog + car. Remove the rest.");
  assert.equal(asked("").join(""), "Keep everyday photos. Remove what is posed, doubled or useless.");
  assert.match(filterQuestion(0, 128), /none of the 128/);
  assert.equal(filterQuestion(1, 128), null);
  assert.equal(filterQuestion(121, 128), null);
  assert.match(filterQuestion(122, 128), /122 of the 128/);
  assert.equal(verifyQuestion(0, 64), null);
  assert.match(verifyQuestion(61, 64), /61 of the 64/);
  assert.equal(rowsLeft([true, false, false]), "2 rows not looked at yet");
  assert.equal(rowsLeft([true]), "");
  assert.equal(checksFound({ found: 3, of: 4 }), "You found 3 of 4 planted bad outlines");
  assert.equal(checksFound(null), null);
});

/** A mask by a rule, and its RLE. */
function maskBy(width, height, rule) {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data[y * width + x] = rule(x, y) ? 1 : 0;
  return { width, height, data };
}

test("a window of a mask holds the pixels that the whole mask has there", () => {
  const next = random(7);
  const whole = maskBy(37, 29, () => next() < 0.5);
  const rle = encode(whole);
  for (const [x, y, w, h] of [[0, 0, 37, 29], [5, 3, 20, 11], [36, 28, 1, 1], [30, 20, 7, 9]]) {
    const { mask, step } = windowed(rle, [x, y, w, h]);
    assert.equal(step, 1);
    assert.deepEqual([mask.width, mask.height], [w, h]);
    for (let j = 0; j < h; j += 1) {
      for (let i = 0; i < w; i += 1) assert.equal(mask.data[j * w + i], whole.data[(y + j) * 37 + x + i]);
    }
  }
});

test("a large crop is thinned, and a mask of the crop alone needs no offset", () => {
  const rle = encode(maskBy(1000, 600, (x) => x >= 500));
  const { mask, step } = windowed(rle, [100, 0, 800, 600], 200);
  assert.deepEqual([mask.width, mask.height, step], [200, 150, 4]);
  assert.equal(mask.data[99], 0);
  assert.equal(mask.data[101], 1);
  const own = windowed(encode(maskBy(20, 10, (x) => x === 0)), [400, 300, 20, 10]);
  assert.deepEqual([...own.mask.data.slice(0, 3)], [1, 0, 0]);
});

test("the stairs of a slope lie on one line once softened, and a long side keeps its place", () => {
  const stairs = softened([0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 3, 2, 3, 3, 0, 3]);
  assert.deepEqual(stairs.slice(0, 12), [0.5, 0, 1, 0.5, 1.5, 1, 2, 1.5, 2.5, 2, 3, 2.5]);
  const box = softened([0, 0, 10, 0, 10, 10, 0, 10]);
  assert.deepEqual(box.slice(0, 4), [1, 0, 9, 0]);
});

test("a picture lies in the middle of its cell, never larger than three times itself", () => {
  const sheet = { url: "", columns: 8, rows: 4, tile_width: 160, tile_height: 120 };
  assert.deepEqual(placed(sheet, 9, 640, 480), [160, 120, 160, 120]);
  assert.deepEqual(placed(sheet, 0, 300, 600), [50, 0, 60, 120]);
  assert.deepEqual(placed(sheet, 0, 20, 20), [50, 30, 60, 60]);
  assert.deepEqual(squared([0, 0, 160, 120], 0.34), [20, 0, 120, 120]);
  assert.deepEqual(squared([0, 0, 200, 100], 0.25), [25, 0, 150, 100]);
  assert.deepEqual(squared([50, 0, 60, 120], 0), [50, 0, 60, 120]);
});

/** Colours of masks: neighbours differ in colour and in hatch, every ink can be told on a photo. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { boxOf, colouring, ink, inks } from "../../annotate_ui/static/js/core/palette.js";
import { widest } from "../../annotate_ui/static/js/core/passive.js";
import { maskOf } from "./support.js";

test("four masks side by side differ in colour and hatch", () => {
  const boxes = [0, 1, 2, 3].map((i) => ({ box: [i * 20, 0, 20, 20] }));
  const numbers = colouring(boxes);
  for (let i = 0; i < 3; i += 1) {
    assert.notEqual(numbers[i], numbers[i + 1]);
    assert.notEqual(ink(numbers[i]).hatch, ink(numbers[i + 1]).hatch);
  }
});

test("twelve in one place are twelve colours, and the thirteenth repeats one", () => {
  const heap = Array.from({ length: 13 }, () => ({ box: [0, 0, 9, 9] }));
  assert.equal(new Set(colouring(heap).slice(0, 12)).size, 12);
  assert.equal(inks.length, 12);
  assert.equal(ink(13).number, 1);
});

test("the box of a mask and of rings", () => {
  assert.deepEqual(boxOf({ mask: maskOf(["0000", "0110", "0010"]) }), [1, 1, 2, 2]);
  assert.deepEqual(boxOf({ rings: [[1, 2, 5, 2, 5, 9]] }), [1, 2, 4, 7]);
});

test("a badge lies inside its mask, also in a ring with a hole", () => {
  const outer = [0, 0, 100, 0, 100, 100, 0, 100];
  const hole = [30, 20, 95, 20, 95, 80, 30, 80];
  const [x, y] = widest([outer, hole], [0, 0, 100, 100]);
  const inHole = x > 30 && x < 95 && y > 20 && y < 80;
  assert.ok(x > 0 && x < 100 && !inHole, `${x}, ${y}`);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { crossings } from "../../annotate_ui/static/js/masks/cross.js";
import { fill } from "../../annotate_ui/static/js/masks/fill.js";
import { bbox } from "../../annotate_ui/static/js/masks/mask.js";
import { trace } from "../../annotate_ui/static/js/masks/outline.js";
import { Along } from "../../annotate_ui/static/js/tools/along.js";
import { random } from "./support.js";

const SQUARE = { box: [10, 10, 20, 20], rings: [[30, 10, 30, 30, 10, 30, 10, 10]] };

test("a point near an outline is taken to a corner of a pixel on it", () => {
  const along = new Along([SQUARE]);
  assert.deepEqual(along.snap([17.3, 8.2], 4), [17, 10]);
  assert.deepEqual(along.snap([32.6, 33], 5), [30, 30]);
  assert.equal(along.snap([20, 20], 4), null);
});

test("the shorter way is followed, and the other one when it is asked for or turned to", () => {
  const along = new Along([SQUARE]);
  assert.deepEqual(along.path([12, 10], [30, 14]), [30, 10, 30, 14]);
  assert.deepEqual(along.path([12, 10], [30, 14], true), [10, 10, 10, 30, 30, 30, 30, 14]);
  assert.deepEqual(along.path([30, 14], [12, 10]), [30, 10, 12, 10]);
  along.turned = true;
  assert.deepEqual(along.path([12, 10], [30, 14]), [10, 10, 10, 30, 30, 30, 30, 14]);
  assert.deepEqual(along.path([12, 10], [30, 14], true), [30, 10, 30, 14]);
});

test("on one side, and from and to corners, nothing is said twice", () => {
  const along = new Along([SQUARE]);
  assert.deepEqual(along.path([12, 10], [20, 10]), [20, 10]);
  assert.deepEqual(along.path([20, 10], [12, 10]), [12, 10]);
  assert.deepEqual(along.path([10, 10], [30, 10]), [30, 10]);
  assert.deepEqual(along.path([30, 10], [10, 10], true), [30, 30, 10, 30, 10, 10]);
  assert.deepEqual(along.path([20, 10], [12, 10], true), [30, 10, 30, 30, 10, 30, 10, 10, 12, 10]);
});

test("points on different outlines, or on none, have no way between them", () => {
  const along = new Along([SQUARE, { box: [50, 10, 5, 5], rings: [[55, 10, 55, 15, 50, 15, 50, 10]] }]);
  assert.equal(along.path([12, 10], [52, 10]), null);
  assert.equal(along.path([12, 11], [30, 14]), null);
  assert.equal(along.path([12, 10], [12, 10]), null);
});

test("two masks that share a side share no pixel and leave none free", () => {
  const next = random(7);
  for (let round = 0; round < 40; round++) {
    // A hill whose top is rough: the neighbour. Everything above it, to the frame's top, is ours.
    const heights = Array.from({ length: 60 }, () => 20 + Math.floor(next() * 15));
    const hill = { width: 60, height: 50, data: new Uint8Array(3000) };
    heights.forEach((top, x) => { for (let y = top; y < 50; y++) hill.data[y * 60 + x] = 1; });
    const along = new Along([{ box: bbox(hill), rings: trace(hill).map(({ ring }) => ring) }]);
    const from = along.snap([0, heights[0]], 0.5), to = along.snap([60, heights[59]], 0.5);
    const ways = [along.path(from, to), along.path(from, to, true)];
    const over = ways.find((way) => way.length > 8) ?? ways[0];
    const ours = [...from, ...over, 60, 0, 0, 0];
    const mask = fill([ours], 60, 50, {});
    const both = mask.data.filter((v, i) => v && hill.data[i]).length, none = mask.data.filter((v, i) => !v && !hill.data[i]).length;
    assert.deepEqual([both, none], [0, 0], `round ${round}`);
    assert.deepEqual(crossings(ours, 1), []);
  }
});

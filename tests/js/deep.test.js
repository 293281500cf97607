/** Tiles of true pixels: which are seen, and that they are all that is needed and no more than may be kept. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST, visible } from "../../annotate_ui/static/js/core/deep.js";
import { roomy, whyNot } from "../../annotate_ui/static/js/pages/draw/roomy.js";
import { below, random } from "./support.js";

const IMAGE = { width: 12000, height: 9000, shown_width: 2048, shown_height: 1536, tiles: { size: 512, steps: [1, 2, 4] } };
const names = (found) => found.map(({ step, x, y }) => `${step}/${x}/${y}`).sort();

test("the copy is fine enough until the view is finer than it", () => {
  const copied = 2048 / 12000;
  assert.deepEqual(visible(IMAGE, [0, 0, 8000, 5000], copied), []);
  assert.equal(visible(IMAGE, [0, 0, 8000, 5000], copied * 1.01)[0].step, 4);
  assert.equal(visible(IMAGE, [0, 0, 3000, 2000], 0.5)[0].step, 2);
  assert.equal(visible(IMAGE, [0, 0, 2800, 1800], 0.51)[0].step, 1);
  assert.equal(visible(IMAGE, [0, 0, 90, 60], 16)[0].step, 1);
  assert.deepEqual(visible(IMAGE, [12000, 9000, 0, 0], 16), []);
});

test("the tiles of a small view are those under it, at the photo's edges too", () => {
  assert.deepEqual(names(visible(IMAGE, [500, 500, 20, 8], 4)), ["1/0/0", "1/1/0"]);
  assert.deepEqual(names(visible(IMAGE, [512, 512, 512, 512], 1)), ["1/1/1"]);
  assert.deepEqual(names(visible(IMAGE, [11900, 8990, 100, 10], 9)), ["1/23/17"]);
  assert.deepEqual(visible(IMAGE, [0, 0, 1500, 300], 1)[0], { step: 1, x: 1, y: 0 }, "the middle first");
});

test("whatever is seen is covered by few tiles, at the resolution of the screen where there is room", () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const next = random(seed), scale = 0.171 * 2 ** (next() * 8);
    const stage = [300 + below(next, 3600), 300 + below(next, 1900)];
    const size = [Math.min(stage[0] / scale, IMAGE.width), Math.min(stage[1] / scale, IMAGE.height)];
    const seen = [next() * (IMAGE.width - size[0]), next() * (IMAGE.height - size[1]), ...size];
    const found = visible(IMAGE, seen, scale), [{ step }] = found, side = 512 * step;
    assert.ok(found.length <= MOST && found.every((tile) => tile.step === step));
    assert.equal(new Set(names(found)).size, found.length);
    if (step * scale > 1 && step > 1) {
      const finer = side / 2;
      assert.ok((size[0] / finer + 2) * (size[1] / finer + 2) > MOST, "coarser only for want of room");
    }
    for (let i = 0; i < 20; i += 1) {
      const x = Math.floor((seen[0] + next() * size[0] * 0.9999) / side), y = Math.floor((seen[1] + next() * size[1] * 0.9999) / side);
      assert.ok(found.some((tile) => tile.x === x && tile.y === y), `${x} ${y} of ${names(found)} at ${scale}`);
      assert.ok(x * side < IMAGE.width && y * side < IMAGE.height);
    }
  }
});

test("a photo of a camera can be painted on, one of 108 megapixels cannot, and the sentence says why", () => {
  assert.ok(roomy({ width: 7000, height: 5000 }));
  assert.ok(!roomy(IMAGE));
  assert.match(whyNot(IMAGE), /it would take 1\.1 GB of memory/);
});

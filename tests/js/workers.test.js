import assert from "node:assert/strict";
import { test } from "node:test";

import { drawingOf } from "../../annotate_ui/static/js/pages/draw/outlines.js";
import { toMask } from "../../annotate_ui/static/js/pages/draw/raster.js";
import { EMPTY } from "../../annotate_ui/static/js/pages/draw/shape.js";
import { cut } from "../../annotate_ui/static/js/tools/box.js";
import { Tools } from "../../annotate_ui/static/js/workers/calls.js";
import { calls } from "../../annotate_ui/static/js/workers/tools.js";

const halves = new Uint8ClampedArray(12000).map((_, i) => ((i >> 2) % 60 > 30 ? 200 : 40));
const pixels = { width: 60, height: 50, x: 0, y: 0, scale: 1, data: halves };
const image = { width: 60, height: 50 };
const crop = { pixels, box: [0, 0, 60, 50] };
const BOX = [25, 10, 30, 30];
const recipe = (key, clicks = []) => ({ key, crop, box: BOX, clicks, base: null, image, step: 0.8 });
const expected = (clicks = []) => drawingOf(cut(pixels, BOX, clicks), "box", 0.8);

/** A worker in this thread: messages cross by structured copies, as they do in a browser. */
function inThread(sent = []) {
  const worker = { terminate() {} };
  const answers = [];
  globalThis.postMessage = (message) => answers.push(structuredClone(message));
  worker.postMessage = (message) => {
    sent.push(message);
    globalThis.onmessage({ data: structuredClone(message) });
    const data = answers.pop();
    queueMicrotask(() => worker.onmessage({ data }));
  };
  return worker;
}

test("calls come back as the functions' own results", async () => {
  const tools = new Tools(inThread);
  assert.deepEqual(await tools.cut(recipe(1)), expected());
  const clicks = [{ at: [20, 20], inside: true }];
  assert.deepEqual(await tools.cut(recipe(1, clicks)), expected(clicks));
  assert.equal((await tools.superpixels(pixels, 12)).length, 3000);
  const rough = { ...EMPTY, parts: [{ outer: { flat: [28, 4, 58, 4, 58, 46, 28, 46], tool: "polygon" }, holes: [] }] };
  const tight = await tools.tighten({ crop, drawing: rough, image, slack: 0.08, step: 0.8 });
  assert.equal(tight.parts[0].outer.tool, "tighten");
});

test("several boxes are kept apart, and a click sends no photo", async () => {
  const sent = [];
  const tools = new Tools(() => inThread(sent));
  const other = { ...recipe(12), box: [5, 5, 20, 30] };
  const [one, two] = await Promise.all([tools.cut(recipe(11)), tools.cut(other)]);
  assert.deepEqual(one, expected());
  assert.deepEqual(two, drawingOf(cut(pixels, other.box), "box", 0.8));
  sent.length = 0;
  const clicks = [{ at: [20, 20], inside: true }];
  assert.deepEqual(await tools.cut(recipe(11, clicks)), expected(clicks));
  assert.deepEqual(sent.map(({ args: [{ crop: photo }] }) => photo), [null]);
  assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
});

test("after undo another click can be made at its place", async () => {
  const tools = new Tools(inThread);
  const [a, b, c] = [[20, 20, true], [50, 40, false], [40, 20, false]].map(([x, y, inside]) => ({ at: [x, y], inside }));
  await tools.cut(recipe(2, [a]));
  await tools.cut(recipe(2, [a, b]));
  assert.deepEqual(await tools.cut(recipe(2, [c])), expected([c]));
  assert.deepEqual(await tools.cut(recipe(2)), expected());
});

test("a box that a new worker does not know is cut again, with all its clicks", async () => {
  const tools = new Tools(inThread);
  for (let key = 20; key < 30; key++) await tools.cut(recipe(key));
  const clicks = [{ at: [20, 20], inside: true }, { at: [50, 40], inside: false }];
  assert.deepEqual(await tools.cut(recipe(20, clicks)), expected(clicks));
});

test("what belongs to a neighbour is trimmed off, from outlines and from pixels", () => {
  const square = { ...EMPTY, parts: [{ outer: { flat: [10, 10, 40, 10, 40, 40, 10, 40], tool: "polygon" }, holes: [] }] };
  const other = { box: [30, 0, 30, 50], mask: { width: 30, height: 50, data: new Uint8Array(1500).fill(1) } };
  const left = calls.trim({ drawing: square, image, other, tool: "polygon" });
  const mask = toMask(left, image);
  assert.equal(mask.data.reduce((sum, v) => sum + v, 0), 600);
  const painted = calls.trim({ drawing: { ...EMPTY, paint: { mask: toMask(square, image), tool: "brush" } }, image, other, tool: "brush" });
  assert.deepEqual(painted.paint.mask, mask);
});

test("what goes wrong in the worker is an error of the call", async () => {
  const tools = new Tools(inThread);
  await assert.rejects(tools.cut({ ...recipe(9), image: null }), Error);
  assert.deepEqual(Object.keys(calls), ["cut", "tighten", "trim", "superpixels"]);
});

test("a worker that cannot begin, or is closed, leaves no call waiting", async () => {
  let ended = 0, begun = 0;
  const silent = { postMessage() {}, terminate() { ended += 1; } };
  const tools = new Tools(() => {
    begun += 1;
    return silent;
  });
  const lost = tools.superpixels(pixels, 3);
  silent.onerror();
  await assert.rejects(lost, /could not be loaded/);
  const closed = tools.superpixels(pixels, 3);
  tools.close();
  await assert.rejects(closed, /closed/);
  assert.deepEqual([begun, ended], [2, 1]);
});

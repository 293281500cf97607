import assert from "node:assert/strict";
import { test } from "node:test";

import { cut } from "../../annotate_ui/static/js/tools/box.js";
import { Tools } from "../../annotate_ui/static/js/workers/calls.js";
import { calls } from "../../annotate_ui/static/js/workers/tools.js";

const halves = new Uint8ClampedArray(12000).map((_, i) => ((i >> 2) % 60 > 30 ? 200 : 40));
const pixels = { width: 60, height: 50, data: halves };
const BOX = [25, 10, 30, 30];

/** A worker in this thread: messages cross by structured copies, as they do in a browser. */
function inThread() {
  const worker = { terminate() {} };
  const answers = [];
  globalThis.postMessage = (message) => answers.push(structuredClone(message));
  worker.postMessage = (message) => {
    globalThis.onmessage({ data: structuredClone(message) });
    const data = answers.pop();
    queueMicrotask(() => worker.onmessage({ data }));
  };
  return worker;
}

test("calls come back as the functions' own results", async () => {
  const tools = new Tools(inThread);
  assert.deepEqual(await tools.box(pixels, BOX), cut(pixels, BOX));
  const at = [20, 20];
  assert.deepEqual(await tools.click(0, at, true), cut(pixels, BOX, [{ at, inside: true }]));
  assert.equal((await tools.superpixels(pixels, 12)).length, 3000);
  const mask = cut(pixels, BOX);
  assert.equal((await tools.tighten(pixels, mask)).data.length, 3000);
});

test("after undo another click can be made at its place", async () => {
  const tools = new Tools(inThread);
  await tools.box(pixels, BOX);
  await tools.click(0, [20, 20], true);
  await tools.click(1, [50, 40], false);
  const other = await tools.click(0, [40, 20], false);
  assert.deepEqual(other, cut(pixels, BOX, [{ at: [40, 20], inside: false }]));
  await assert.rejects(tools.click(5, [1, 1], true), /no box/);
});

test("what goes wrong in the worker is an error of the call", async () => {
  const tools = new Tools(inThread);
  await assert.rejects(tools.box(null, BOX), Error);
  assert.deepEqual(Object.keys(calls), ["box", "click", "tighten", "superpixels"]);
});

test("a worker that cannot begin, or is closed, leaves no call waiting", async () => {
  const silent = { postMessage() {}, terminate() {} };
  const tools = new Tools(() => silent);
  const lost = tools.superpixels(pixels, 3);
  silent.onerror();
  await assert.rejects(lost, /could not be loaded/);
  const closed = tools.superpixels(pixels, 3);
  tools.close();
  await assert.rejects(closed, /closed/);
});

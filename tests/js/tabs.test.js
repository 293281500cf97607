/** Tabs and leases: who has a task, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Lease, WARN_MS } from "../../annotate_ui/static/js/core/lease.js";
import { Tabs } from "../../annotate_ui/static/js/core/tabs.js";

/** Channels that hear each other at once, in order. */
function channels(n) {
  const all = Array.from({ length: n }, () => ({ postMessage(data) { for (const one of all) if (one !== this) one.onmessage?.({ data }); } }));
  return all;
}

function tabs(n) {
  const told = [];
  const made = channels(n).map((channel, i) => new Tabs({ onheld: () => told.push(`held ${i}`), ontaken: () => told.push(`taken ${i}`), ondone: () => told.push(`done ${i}`) }, channel));
  return { made, told };
}

test("the second tab only looks on, and may take over; so may the first again", () => {
  const { made: [a, b, c], told } = tabs(3);
  a.open("x");
  c.open("y");
  b.open("x");
  assert.deepEqual(told, ["held 1"]);
  assert.deepEqual([a.mine, b.mine, c.mine], [true, false, true]);
  b.take();
  assert.deepEqual([a.mine, b.mine], [false, true]);
  a.take();
  assert.deepEqual(told, ["held 1", "taken 0", "taken 1"]);
});

test("two tabs that open in one moment: one of them has it", () => {
  const waiting = [];
  const pair = [0, 1].map((i) => ({ postMessage: (data) => waiting.push([1 - i, data]) }));
  const made = pair.map((channel) => new Tabs({ onheld() {}, ontaken() {} }, channel));
  made.forEach((tab) => tab.open("x"));
  while (waiting.length) {
    const [to, data] = waiting.shift();
    pair[to].onmessage({ data });
  }
  assert.equal(made.filter((tab) => tab.mine).length, 1);
});

test("an answer that one tab sent is known to the others that show the task", () => {
  const { made: [a, b, c], told } = tabs(3);
  a.open("x");
  b.open("x");
  c.open("y");
  a.close();
  a.done("x");
  assert.deepEqual(told, ["held 1", "done 1"]);
});

test("a closed task is nobody's", () => {
  const { made: [a, b], told } = tabs(2);
  a.open("x");
  a.close();
  b.open("x");
  assert.deepEqual(told, []);
});

/** A lease whose clock stands still until it is told. */
function lease(more = {}) {
  const told = [];
  const made = new Lease({ end: 600_000, length: 600_000, now: () => made?.at ?? 0, working: () => false,
    extendNow: async () => { told.push("extend"); return made.at + 600_000; },
    onwarn: (left) => told.push(left === null ? "fine" : left), onlost: (error) => told.push(`lost: ${error.message}`), ...more });
  made.at = 0;
  return { made, told };
}

test("who rests is warned two minutes before the end; one key gives the full time again", async () => {
  const { made, told } = lease();
  made.at = 400_000;
  made.tick();
  assert.deepEqual(told, []);
  made.at = 600_000 - WARN_MS;
  made.tick();
  await made.extend();
  assert.deepEqual(told, [WARN_MS, "extend", "fine"]);
  assert.equal(made.left, 600_000);
  made.close();
});

test("who works is never warned", async () => {
  const { made, told } = lease({ working: () => true });
  made.at = 310_000;
  made.tick();
  await Promise.resolve();
  assert.deepEqual(told, ["extend"]);
  made.close();
});

test("at the end the server is asked, and its no is told", async () => {
  const no = Object.assign(new Error("gone"), { name: "Refusal" });
  const { made, told } = lease({ extendNow: async () => { throw no; } });
  made.at = 600_001;
  made.tick();
  await new Promise((done) => { setTimeout(done, 1); });
  assert.deepEqual(told, ["lost: gone"]);
  made.close();
});

test("offline at the end, the task waits", async () => {
  const { made, told } = lease({ extendNow: async () => { throw new Error("offline"); } });
  made.at = 600_001;
  await made.extend(true);
  assert.deepEqual(told, [0]);
  made.close();
});

/** Times of a task: wall, visible and active are three things, and a draft's time is not counted twice. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIVE_MS, Times } from "../../annotate_ui/static/js/core/times.js";
import { below, random } from "./support.js";

test("active is within five seconds of an input", () => {
  let now = 1000;
  const times = new Times({}, () => now);
  now += 3000;
  times.input();
  now += 2000;
  times.input();
  now += 60_000;
  assert.deepEqual(times.spent(), { wall_ms: 65_000, visible_ms: 65_000, active_ms: 7000 });
  times.input();
  assert.equal(times.spent().active_ms, 7000);
  now += 1000;
  assert.equal(times.spent().active_ms, 8000);
});

test("a hidden page is neither seen nor worked on", () => {
  let now = 0;
  const times = new Times({}, () => now);
  now = 1000;
  times.input();
  now = 2000;
  times.show(false);
  now = 50_000;
  times.show(true);
  now = 51_000;
  assert.deepEqual(times.spent(), { wall_ms: 51_000, visible_ms: 3000, active_ms: 1000 });
});

test("what an earlier page counted is gone on from", () => {
  let now = 5;
  const times = new Times({ wall_ms: 100, visible_ms: 80, active_ms: 60 }, () => now, false);
  now += 10;
  assert.deepEqual(times.spent(), { wall_ms: 110, visible_ms: 80, active_ms: 60 });
});

test("against a count of every millisecond", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const next = random(seed);
    let now = 0;
    const times = new Times({}, () => now);
    let [visible, shown, active, last] = [0, true, 0, -Infinity];
    for (; now < 40_000; now += 100) {
      const dice = below(next, 200);
      if (dice < 3 && shown) { times.input(); last = now; }
      if (dice === 7) { shown = !shown; times.show(shown); if (!shown) last = -Infinity; }
      if (shown) visible += 100;
      if (shown && now - last < ACTIVE_MS) active += 100;
    }
    assert.deepEqual(times.spent(), { wall_ms: 40_000, visible_ms: visible, active_ms: active });
  }
});

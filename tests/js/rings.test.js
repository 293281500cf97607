import assert from "node:assert/strict";
import { test } from "node:test";

import { crossings } from "../../annotate_ui/static/js/masks/cross.js";
import { fill } from "../../annotate_ui/static/js/masks/fill.js";
import { simplify, simplifyLine, trace } from "../../annotate_ui/static/js/masks/outline.js";
import { iou } from "../../annotate_ui/static/js/masks/sets.js";
import { below, random } from "./support.js";

/** A ring around a middle that nowhere meets itself. */
function star(next, n) {
  return Array.from({ length: n }, (_, i) => {
    const angle = (2 * Math.PI * (i + 0.8 * next())) / n, radius = 10 + 40 * next();
    return [60 + radius * Math.cos(angle), 60 + radius * Math.sin(angle)];
  }).flat();
}

test("simple rings have no crossings", () => {
  const next = random(1);
  for (let i = 0; i < 300; i++) assert.deepEqual(crossings(star(next, 3 + below(next, 60))), []);
});

test("places where a ring meets itself are found", () => {
  const cases = [
    [[0, 0, 2, 2, 2, 0, 0, 2], [[1, 1]]],
    [[0, 0, 4, 0, 4, 4, 2, 0, 0, 4], [[2, 0]]], // a corner on a side
    [[0, 0, 4, 0, 4, 4, 2, 2, 0, 4, 0, 2, 2, 2, 0, 1], [[2, 2]]], // corners that touch
    [[0, 0, 4, 0, 2, 0, 2, 4], [[4, 0], [2, 0]]], // back along itself
    [[0, 0, 4, 0], [[4, 0]]],
    [[0, 0, 0, 0, 4, 0, 4, 0, 4, 4, 0, 0], []], // repeated points are no touch
    [[], []], [[1, 1], []], [[1, 1, 1, 1, 1, 1], []],
  ];
  const set = (points) => new Set(points.map(String));
  for (const [ring, points] of cases) assert.deepEqual(set(crossings(ring)), set(points));
});

/** Crossings inside two sides, pair by pair, by solving for both parameters. */
function naive(ring) {
  const n = ring.length / 2, at = (i) => [ring[2 * (i % n)], ring[2 * (i % n) + 1]];
  let found = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      const [a, b, c, d] = [at(i), at(i + 1), at(j), at(j + 1)];
      const by = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0]);
      const s = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / by;
      const t = ((c[0] - a[0]) * (b[1] - a[1]) - (c[1] - a[1]) * (b[0] - a[0])) / by;
      if (s > 0 && s < 1 && t > 0 && t < 1) found++;
    }
  }
  return found;
}

test("random rings cross as often as a pair-by-pair search says", () => {
  const next = random(2);
  for (let i = 0; i < 300; i++) {
    const ring = Array.from({ length: 2 * (3 + below(next, 12)) }, () => 100 * next());
    assert.equal(crossings(ring, Infinity).length, naive(ring));
  }
});

test("a scribble of thousands of points stays quick", () => {
  const next = random(3);
  const ring = Array.from({ length: 8000 }, (_, i) => (i % 2 ? 500 * next() : i / 8));
  const begin = performance.now();
  assert.ok(crossings(ring).length >= 100);
  assert.deepEqual(crossings(star(next, 5000)), []);
  assert.ok(performance.now() - begin < 2000);
});

/** How far a point is from a closed ring. */
function distance(x, y, ring) {
  let best = Infinity;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length, dx = ring[j] - ring[i], dy = ring[j + 1] - ring[i + 1];
    const t = Math.min(Math.max(((x - ring[i]) * dx + (y - ring[i + 1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
    best = Math.min(best, Math.hypot(x - ring[i] - t * dx, y - ring[i + 1] - t * dy));
  }
  return best;
}

test("a simplified ring keeps old points and stays near those it drops", () => {
  const next = random(4);
  for (let i = 0; i < 300; i++) {
    const ring = star(next, 3 + below(next, 80)), tolerance = next() * 6;
    const kept = simplify(ring, tolerance);
    assert.ok(kept.length >= 6 && kept.length <= ring.length);
    const old = (x, y) => ring.some((v, k) => v === x && ring[k + 1] === y);
    for (let p = 0; p < kept.length; p += 2) assert.ok(old(kept[p], kept[p + 1]));
    for (let p = 0; p < ring.length; p += 2) assert.ok(distance(ring[p], ring[p + 1], kept) <= tolerance + 1e-9);
  }
});

test("simplifying a traced disc keeps its pixels, nearly, with far fewer points", () => {
  const disc = { width: 100, height: 100, data: new Uint8Array(10000) };
  disc.data.forEach((_, i) => (disc.data[i] = Math.hypot((i % 100) - 50, i / 100 - 50) < 40 ? 1 : 0));
  const [{ ring }] = trace(disc);
  const few = simplify(ring, 1);
  assert.ok(few.length < ring.length / 5);
  assert.ok(iou(fill([few], 100, 100), disc) > 0.97);
});

test("short and flat rings survive simplifying", () => {
  for (const ring of [[], [1, 1], [1, 1, 2, 2], [1, 1, 2, 2, 3, 1], [0, 0, 0, 0, 0, 0, 0, 0]]) {
    assert.ok(simplify(ring, 5).length <= ring.length);
  }
  assert.equal(simplify([0, 0, 1, 0, 2, 0.01, 3, 0], 5).length, 6);
  assert.deepEqual(simplifyLine([0, 0, 1, 0.1, 2, 0, 3, 5], 0.5), [0, 0, 2, 0, 3, 5]);
  assert.deepEqual(simplifyLine([0, 0, 1, 1], 9), [0, 0, 1, 1]);
});

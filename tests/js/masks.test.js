import assert from "node:assert/strict";
import { test } from "node:test";

import { stroke } from "../../annotate_ui/static/js/masks/brush.js";
import { fill } from "../../annotate_ui/static/js/masks/fill.js";
import { trace } from "../../annotate_ui/static/js/masks/outline.js";
import { area, bbox, decode, encode } from "../../annotate_ui/static/js/masks/rle.js";
import { blank, copy, intersect, iou, overlap, subtract, union } from "../../annotate_ui/static/js/masks/sets.js";
import { below, fixtures, maskOf, random, scattered } from "./support.js";

const FIXTURES = fixtures();

test("counts are pycocotools' own, both ways", () => {
  assert.ok(FIXTURES.masks.length >= 500);
  for (const { rows, size, counts, area: pixels, bbox: box } of FIXTURES.masks) {
    const mask = maskOf(rows);
    assert.deepEqual(encode(mask), { size, counts });
    assert.deepEqual(decode({ size, counts }), mask);
    assert.equal(area(mask), pixels);
    if (pixels) assert.deepEqual(bbox(mask), box);
  }
});

test("long runs are written like pycocotools'", () => {
  for (const { rings, size, counts } of FIXTURES.large) {
    const drawn = fill(rings, size[1], size[0]);
    assert.equal(encode(drawn).counts, counts);
    assert.deepEqual(encode(decode({ size, counts })), { size, counts });
  }
});

test("every random mask comes back from its counts", () => {
  const next = random(1);
  for (let i = 0; i < 500; i++) {
    const mask = scattered(next, below(next, 40), below(next, 40), next());
    assert.deepEqual(decode(encode(mask)), mask);
  }
});

test("polygons are filled pixel for pixel like pycocotools", () => {
  assert.ok(FIXTURES.polygons.length >= 5000);
  for (const { rings, size, counts } of FIXTURES.polygons) {
    assert.equal(encode(fill(rings, size[1], size[0])).counts, counts, JSON.stringify(rings));
  }
});

test("holes are cut out of all rings", () => {
  const square = (a, b) => [a, a, b, a, b, b, a, b];
  const mask = fill([square(0, 8), square(2, 6)], 8, 8, { holes: [square(3, 5)] });
  assert.equal(area(mask), 60);
  assert.equal(mask.data[3 * 8 + 3], 0);
});

test("a ring of no or odd points draws what it can and breaks nothing", () => {
  const far = [Infinity, 0, 0, Infinity, -Infinity, 3];
  for (const ring of [[], [1], [1, 1], [1, 1, 3, 3], [NaN, 1, 4, NaN, 2, 2], far]) {
    assert.equal(fill([ring], 5, 4).data.length, 20);
  }
  assert.equal(area(fill([[0, 0, 9, 0, 9, 9]], 0, 0)), 0);
});

test("damaged counts are refused in a sentence", () => {
  const bad = [
    [{ size: [2, 2], counts: "2" }, /sum to 2, the image has 4 px/],
    [{ size: [2, 2], counts: "P" }, /cannot be read/],
    [{ size: [2, 2], counts: "PPPPPPPPPPPP1" }, /cannot be read/],
    [{ size: [2, 2], counts: "\u00ff" }, /cannot be read/],
    [{ size: [2, 2], counts: "O5" }, /not run lengths/],
    [{ size: [2, 2], counts: [2, -1, 3] }, /not run lengths/],
    [{ size: [2, 2], counts: [1.5, 2.5] }, /not run lengths/],
    [{ size: [2, 2] }, /not run lengths/],
    [{ size: [1e9, 1e9], counts: "0" }, /cannot be/],
    [{ size: ["2", 2], counts: "4" }, /cannot be/],
    [{ counts: "4" }, /cannot be/],
    [null, /cannot be/],
  ];
  for (const [rle, sentence] of bad) assert.throws(() => decode(rle), sentence);
});

test("random text never makes more than an error", () => {
  const next = random(2);
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const counts = Array.from({ length: below(next, 12) }, () => String.fromCharCode(40 + below(next, 80))).join("");
    try {
      const { counts: again } = encode(decode({ size: [5, 7], counts }));
      assert.ok(again.length <= counts.length);
    } catch (error) {
      assert.ok(error instanceof RangeError, error.stack);
      refused++;
    }
  }
  assert.ok(refused > 1000);
});

test("filling the traced rings gives the mask again", () => {
  const next = random(3);
  for (let i = 0; i < 1500; i++) {
    const mask = scattered(next, 1 + below(next, 24), 1 + below(next, 24), next());
    const rings = trace(mask);
    assert.deepEqual(fill(rings, mask.width, mask.height), mask);
    assert.equal(rings.length === 0, area(mask) === 0);
  }
});

/** Twice the area of a ring, positive when it goes clockwise on the screen. */
function turned(ring) {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    sum += ring[i] * ring[j + 1] - ring[j] * ring[i + 1];
  }
  return sum;
}

test("areas of traced rings add up to the pixels; holes go the other way", () => {
  const next = random(4);
  for (let i = 0; i < 300; i++) {
    const mask = scattered(next, 20, 15, next());
    const rings = trace(mask);
    for (const { ring, hole } of rings) assert.equal(Math.sign(turned(ring)), hole ? -1 : 1);
    assert.equal(rings.reduce((sum, { ring }) => sum + turned(ring), 0) / 2, area(mask));
  }
});

/** The connected parts of the pixels of one value, by flooding. */
function parts({ width, height, data }, value, corners) {
  const seen = new Uint8Array(width * height);
  let found = 0;
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== value || seen[start]) continue;
    found++;
    const stack = [start];
    seen[start] = 1;
    while (stack.length) {
      const i = stack.pop(), x = i % width, y = (i - x) / width;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (!corners && dx && dy) continue;
          const j = i + dy * width + dx;
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          if (data[j] === value && !seen[j]) stack.push(j) && (seen[j] = 1);
        }
      }
    }
  }
  return found;
}

test("there is one outer ring per part and one hole per enclosed background", () => {
  const next = random(5);
  for (let i = 0; i < 300; i++) {
    const mask = scattered(next, 14, 17, next());
    const rings = trace(mask);
    const framed = blank(16, 19);
    for (let y = 0; y < 17; y++) framed.data.set(mask.data.subarray(14 * y, 14 * y + 14), 16 * (y + 1) + 1);
    assert.equal(rings.filter((r) => !r.hole).length, parts(mask, 1, false));
    assert.equal(rings.filter((r) => r.hole).length, parts(framed, 0, true) - 1);
  }
});

test("the brush paints the pixels whose middle is near, and tells where", () => {
  const next = random(6);
  for (let i = 0; i < 300; i++) {
    const mask = scattered(next, 30, 20, next());
    const value = below(next, 2), radius = next() * 6;
    const [x0, y0, x1, y1] = Array.from({ length: 4 }, () => next() * 40 - 5);
    const painted = copy(mask);
    const [left, top, wide, high] = stroke(painted, [x0, y0], [x1, y1], radius, value);
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 30; x++) {
        const near = nearest(x + 0.5, y + 0.5, x0, y0, x1, y1) <= radius;
        const tip = [[x0, y0], [x1, y1]].some(([u, v]) => Math.floor(u) === x && Math.floor(v) === y);
        assert.equal(painted.data[30 * y + x], near || tip ? value : mask.data[30 * y + x]);
        if (near || tip) assert.ok(x >= left && x < left + wide && y >= top && y < top + high);
      }
    }
  }
});

/** Distance to a segment by trying many points of it. */
function nearest(x, y, x0, y0, x1, y1) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const t = Math.min(Math.max(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length ** 2, 0), 1);
  return Math.hypot(x - (x0 + t * (x1 - x0)), y - (y0 + t * (y1 - y0)));
}

test("a dab of the finest tip is one pixel; a stroke outside is nothing", () => {
  const mask = blank(4, 4);
  assert.deepEqual(stroke(mask, [2.8, 1.2], [2.8, 1.2], 0.1, 1), [2, 1, 1, 1]);
  assert.equal(area(mask), 1);
  assert.deepEqual(stroke(mask, [-9, -9], [-9, 20], 2, 1), [0, 0, 0, 0]);
  assert.deepEqual(stroke(blank(0, 0), [0, 0], [3, 3], 2, 1), [0, 0, 0, 0]);
  assert.equal(area(mask), 1);
});

test("sets of pixels obey the laws of sets", () => {
  const next = random(7);
  for (let i = 0; i < 100; i++) {
    const [a, b] = [scattered(next, 9, 11, next()), scattered(next, 9, 11, next())];
    assert.equal(overlap(a, b), area(intersect(a, b)));
    assert.equal(area(union(a, b)), area(a) + area(b) - overlap(a, b));
    assert.deepEqual(union(subtract(a, b), intersect(a, b)), a);
    assert.equal(overlap(subtract(a, b), b), 0);
    assert.equal(iou(a, a), area(a) ? 1 : 0);
  }
  assert.throws(() => union(blank(2, 3), blank(3, 2)), /not of one image/);
});

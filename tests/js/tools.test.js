import assert from "node:assert/strict";
import { test } from "node:test";

import { fill } from "../../annotate_ui/static/js/masks/fill.js";
import { simplify, trace } from "../../annotate_ui/static/js/masks/outline.js";
import { area, iou } from "../../annotate_ui/static/js/masks/sets.js";
import { click, cut, maskOf, start } from "../../annotate_ui/static/js/tools/box.js";
import { CERTAIN, cheapestCut } from "../../annotate_ui/static/js/tools/flow.js";
import { signedDistance } from "../../annotate_ui/static/js/tools/distance.js";
import { field } from "../../annotate_ui/static/js/tools/paths.js";
import { planes, smooth } from "../../annotate_ui/static/js/tools/planes.js";
import { superpixels } from "../../annotate_ui/static/js/tools/superpixels.js";
import { tighten } from "../../annotate_ui/static/js/tools/tighten.js";
import { Wire } from "../../annotate_ui/static/js/tools/wire.js";
import { below, random, scattered } from "./support.js";

/** A grainy photo of a shape in one colour before a ground in another. */
function photo(width, height, covers, seed = 1) {
  const next = random(seed), data = new Uint8ClampedArray(4 * width * height);
  const truth = { width, height, data: new Uint8Array(width * height) };
  for (let i = 0; i < width * height; i++) {
    const inside = covers((i % width) + 0.5, Math.floor(i / width) + 0.5);
    truth.data[i] = inside ? 1 : 0;
    (inside ? [190, 90, 60] : [90, 120, 130]).forEach((v, c) => (data[4 * i + c] = v + 24 * (next() - 0.5)));
    data[4 * i + 3] = 255;
  }
  return { pixels: { width, height, data }, truth };
}

const disc = (x, y) => Math.hypot(x - 100, y - 80) < 50;
const SHAPES = {
  disc,
  bar: (x, y) => Math.abs(x - 100) < 70 && Math.abs(y - 80) < 15,
  C: (x, y) => Math.abs(Math.hypot(x - 100, y - 80) - 45) < 15 && !(x > 100 && Math.abs(y - 80) < 15),
  star: (x, y) => Math.hypot(x - 100, y - 80) < 40 + 18 * Math.cos(5 * Math.atan2(y - 80, x - 100)),
};

test("the cheapest ways are as cheap as those of a search that tries everything", () => {
  const next = random(1);
  for (let round = 0; round < 60; round++) {
    const width = 1 + below(next, 9), height = 1 + below(next, 9), n = width * height;
    const cost = Uint8Array.from({ length: n }, () => 1 + below(next, round % 2 ? 255 : 9));
    const seeds = [below(next, n), below(next, n)];
    const { distance, back } = field(cost, width, height, seeds);
    const best = new Array(n).fill(Infinity);
    for (const s of seeds) best[s] = 0;
    for (let turn = 0; turn < n; turn++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const dx = Math.abs((i % width) - (j % width)), dy = Math.abs(Math.floor(i / width) - Math.floor(j / width));
          if (Math.max(dx, dy) === 1) best[j] = Math.min(best[j], best[i] + (dx && dy ? 7 : 5) * cost[j]);
        }
      }
    }
    assert.deepEqual([...distance], best);
    back.forEach((b, i) => assert.ok(b === i ? seeds.includes(i) : distance[b] < distance[i]));
  }
});

test("a search with a reach leaves out what is farther and changes nothing nearer", () => {
  const next = random(2);
  const cost = Uint8Array.from({ length: 400 }, () => 1 + below(next, 20));
  const all = field(cost, 20, 20, [210]).distance, near = field(cost, 20, 20, [210], 300).distance;
  assert.ok(near.includes(-1));
  near.forEach((d, i) => assert.equal(d, all[i] <= 300 ? all[i] : -1));
});

test("distances to the other label are right to a tenth", () => {
  const mask = scattered(random(3), 20, 20, 0.9);
  const found = signedDistance(mask.data, 20, 20);
  mask.data.forEach((label, i) => {
    let least = Infinity;
    mask.data.forEach((other, j) => {
      const apart = Math.hypot((i % 20) - (j % 20), Math.floor(i / 20) - Math.floor(j / 20));
      if (other !== label) least = Math.min(least, apart);
    });
    assert.equal(Math.sign(found[i]), label ? 1 : -1);
    assert.ok(Math.abs(Math.abs(found[i]) + 0.5 - least) <= 0.1 * least);
  });
});

/** What labels cost: wishes not granted, and prices between neighbours of different labels. */
function costOf(labels, wish, price, width) {
  let sum = 0;
  labels.forEach((label, i) => {
    if (wish[i] > 0 !== (label === 1)) sum += Math.abs(wish[i]);
    [[1, 0], [0, 1], [1, 1], [-1, 1]].forEach(([dx, dy], d) => {
      const j = i + dy * width + dx;
      if (price[d][i] && labels[j] !== label) sum += price[d][i];
    });
  });
  return sum;
}

test("no labels are cheaper than those of the cut: all of them tried", () => {
  const next = random(4), width = 4, height = 3, n = 12;
  for (let round = 0; round < 40; round++) {
    const certain = () => (round % 2 && next() < 0.3 ? (next() < 0.5 ? CERTAIN : -CERTAIN) : 0);
    const wish = Float32Array.from({ length: n }, () => certain() || below(next, 41) / 4 - 5);
    const price = [[1, 0], [0, 1], [1, 1], [-1, 1]].map(([dx, dy]) => Float32Array.from({ length: n }, (_, i) => {
      const x = (i % width) + dx, y = Math.floor(i / width) + dy;
      return x < 0 || x >= width || y >= height ? 0 : below(next, 16) / 4;
    }));
    let least = Infinity;
    for (let bits = 0; bits < 1 << n; bits++) {
      least = Math.min(least, costOf(Array.from({ length: n }, (_, i) => (bits >> i) & 1), wish, price, width));
    }
    assert.equal(costOf([...cheapestCut(wish, price, width)], wish, price, width), least);
  }
});

test("a smoothed plane keeps its mean and grows no new extremes", () => {
  const next = random(5), plane = Float32Array.from({ length: 600 }, next);
  const made = smooth(plane, 30, 20, 1.5);
  assert.ok(Math.max(...made) < Math.max(...plane) && Math.min(...made) > Math.min(...plane));
  const even = smooth(new Float32Array(600).fill(7), 30, 20, 2);
  even.forEach((v) => assert.ok(Math.abs(v - 7) < 1e-4));
});

test("Lab of known colours", () => {
  const colours = [[[255, 255, 255], [100, 0, 0]], [[0, 0, 0], [0, 0, 0]], [[255, 0, 0], [53.2, 80.1, 67.2]],
    [[0, 255, 0], [87.7, -86.2, 83.2]], [[0, 0, 255], [32.3, 79.2, -107.9]], [[119, 119, 119], [50, 0, 0]]];
  for (const [rgb, expected] of colours) {
    const { lab } = planes({ width: 1, height: 1, data: [...rgb, 255] }, 9);
    expected.forEach((v, c) => assert.ok(Math.abs(lab[c][0] - v) < 0.6, `${rgb}: ${lab.map((p) => p[0])}`));
  }
});

test("the wire follows the border of a disc from click to click", () => {
  const { pixels, truth } = photo(200, 160, disc);
  const wire = new Wire(pixels), ring = [150, 80];
  for (const angle of [1, 2, 3, 4, 5, 6].map((i) => (i * Math.PI) / 3)) {
    wire.from(ring.slice(-2));
    ring.push(...wire.to([100 + 50 * Math.cos(angle), 80 + 50 * Math.sin(angle)]));
  }
  const corner = (angle) => [100 + 50 * Math.cos(angle), 80 + 50 * Math.sin(angle)];
  const straight = Array.from({ length: 6 }, (_, i) => corner((i * Math.PI) / 3));
  assert.ok(iou(fill([ring], 200, 160), truth) > 0.96);
  assert.ok(iou(fill([straight.flat()], 200, 160), truth) < 0.85);
});

test("a line of the wire ends where the pointer is, wherever that is", () => {
  const wire = new Wire(photo(60, 40, () => false).pixels);
  wire.from([5, 5]);
  for (const point of [[5, 5], [59.9, 39.9], [-20, 900], [30.25, 1.5]]) {
    assert.deepEqual(wire.to(point).slice(-2), point);
    assert.equal(wire.to(point).length % 2, 0);
  }
  for (const [width, height] of [[1, 1], [1, 50], [3000, 2]]) {
    const thin = new Wire({ width, height, data: new Uint8ClampedArray(4 * width * height) });
    thin.from([0, 0]);
    assert.deepEqual(thin.to([width, height]).slice(-2), [width, height]);
  }
});

/** The box around what a mask covers. */
function boxOf(truth) {
  const ys = [], xs = [];
  truth.data.forEach((v, i) => v && xs.push(i % truth.width) && ys.push(Math.floor(i / truth.width)));
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return [x, y, Math.max(...xs) - x + 1, Math.max(...ys) - y + 1];
}

const AFTER_BOX = { disc: 0.97, bar: 0.93, C: 0.6, star: 0.7 };
for (const [name, covers] of Object.entries(SHAPES)) {
  test(`a box around a ${name} is cut to it`, () => {
    const { pixels, truth } = photo(200, 160, covers);
    assert.ok(iou(cut(pixels, boxOf(truth)), truth) > AFTER_BOX[name], String(iou(cut(pixels, boxOf(truth)), truth)));
  });
}

test("a click sets right what a box got wrong, and nothing far from it", () => {
  const two = (x, y) => disc(x, y) || (x > 160 && x < 185 && y > 20 && y < 140);
  const { pixels, truth } = photo(200, 160, two);
  const first = start(pixels, [50, 30, 100, 100]);
  const kept = new Uint8Array(first.inside);
  const next = click(first, [172, 80], true);
  assert.deepEqual(first.inside, kept, "the region before a click is still there for undo");
  assert.ok(maskOf(next).data[80 * 200 + 172] === 1 && maskOf(next).data[80 * 200 + 20] === 0);
  assert.ok(iou(maskOf(next), truth) > iou(maskOf(first), truth));
  const back = maskOf(click(next, [172, 80], false));
  assert.equal(back.data[80 * 200 + 172], 0);
  assert.deepEqual(cut(pixels, [50, 30, 100, 100], [{ at: [172, 80], inside: true }]), maskOf(next));
});

test("no box and no click breaks the cut", () => {
  const { pixels } = photo(40, 30, () => false);
  const boxes = [[0, 0, 40, 30], [10, 10, 0, 0], [-50, -50, 10, 10], [39, 29, 500, 500], [20, 10, 1, 1]];
  for (const box of boxes) {
    const mask = cut(pixels, box, [{ at: [-5, 99], inside: true }, { at: [20, 15], inside: false }]);
    assert.deepEqual([mask.width, mask.height, mask.data.length], [40, 30, 1200]);
    assert.ok(mask.data.every((v) => v === 0 || v === 1));
  }
});

test("tightening pulls a rough outline to the edge, and never loses it all", () => {
  const { pixels, truth } = photo(200, 160, disc);
  const rough = Array.from({ length: 9 }, (_, i) => {
    const radius = 50 + (i % 2 ? 6 : -5);
    return [100 + radius * Math.cos(i * 0.698), 80 + radius * Math.sin(i * 0.698)];
  }).flat();
  const before = fill([rough], 200, 160);
  assert.ok(iou(tighten(pixels, before, { slack: 0.1 }), truth) > Math.max(0.96, iou(before, truth)));
  for (const ring of [[], [100, 80, 101, 80, 101, 81, 100, 81], [0, 0, 200, 0, 200, 160, 0, 160]]) {
    const mask = fill([ring], 200, 160);
    assert.equal(area(tighten(pixels, mask)) > 0, area(mask) > 0);
  }
});

test("superpixels are connected, about as many as asked, and keep to edges", () => {
  const { pixels, truth } = photo(200, 160, disc);
  for (const n of [20, 80, 300]) {
    const labels = superpixels(pixels, n);
    const many = Math.max(...labels) + 1;
    assert.ok(many > 0.6 * n && many < 1.4 * n, `${many} of ${n}`);
    const best = new Map();
    labels.forEach((k, i) => best.set(k, (best.get(k) ?? 0) + (truth.data[i] ? 1 : -1)));
    const mask = { ...truth, data: Uint8Array.from(labels, (k) => (best.get(k) > 0 ? 1 : 0)) };
    assert.ok(iou(mask, truth) > 0.95, `${n}: ${iou(mask, truth)}`);
    for (let k = 0; k < many; k++) {
      const one = { ...truth, data: Uint8Array.from(labels, (v) => (v === k ? 1 : 0)) };
      if (k % 7 === 0) assert.equal(trace(one).filter((r) => !r.hole).length, 1);
    }
  }
  assert.deepEqual([...superpixels({ width: 1, height: 1, data: [1, 2, 3, 255] }, 0)], [0]);
});

test("a wire through a simplified outline of the truth stays near the truth", () => {
  const { pixels, truth } = photo(200, 160, SHAPES.star);
  const [{ ring }] = trace(truth), few = simplify(ring, 6), wire = new Wire(pixels);
  const line = [];
  for (let i = 0; i < few.length; i += 2) {
    wire.from(few.slice(i, i + 2));
    line.push(...wire.to([few[(i + 2) % few.length], few[(i + 3) % few.length]]));
  }
  assert.ok(iou(fill([line], 200, 160), truth) > Math.max(0.94, iou(fill([few], 200, 160), truth)));
});

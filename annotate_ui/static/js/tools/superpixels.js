/** Superpixels: a photo in patches of one colour, so that a stroke paints many pixels (SLIC, in Lab). */

import { planes, smooth } from "./planes.js";

/** How much nearness counts beside colour; rounds of moving the middles; the smallest part of a patch that may stay. */
const COMPACT = 12, ROUNDS = 5, SMALLEST = 0.25;

/**
 * The patch that each pixel is in; every patch is connected.
 * @param {import("./planes.js").Pixels} pixels
 * @param {number} n about how many patches
 * @returns {Int32Array} labels from 0, row by row
 */
export function superpixels(pixels, n) {
  const { width, height, lab: raw } = planes(pixels, Infinity);
  const lab = raw.map((plane) => smooth(plane, width, height, 0.8));
  const step = Math.max(Math.sqrt((width * height) / Math.max(n, 1)), 1);
  const middles = grid(width, height, step, lab);
  const labels = new Int32Array(width * height);
  for (let round = 0; round < ROUNDS; round++) {
    assign(labels, middles, lab, width, height, step);
    move(labels, middles, lab, width);
  }
  return connected(labels, width, height, SMALLEST * step * step);
}

/** Middles as l, a, b, x, y, five numbers each, at even distances. */
function grid(width, height, step, lab) {
  const across = Math.max(Math.round(width / step), 1), down = Math.max(Math.round(height / step), 1);
  const middles = [];
  for (let v = 0; v < down; v++) {
    for (let u = 0; u < across; u++) {
      const x = Math.floor(((u + 0.5) * width) / across), y = Math.floor(((v + 0.5) * height) / down);
      middles.push(...lab.map((plane) => plane[y * width + x]), x, y);
    }
  }
  return Float32Array.from(middles);
}

/** Gives each pixel the best of the middles that are at most a step away. */
function assign(labels, middles, [l, a, b], width, height, step) {
  const best = new Float32Array(labels.length).fill(Infinity);
  const nearness = (COMPACT / step) ** 2;
  for (let k = 0; 5 * k < middles.length; k++) {
    const [ml, ma, mb, mx, my] = middles.subarray(5 * k, 5 * k + 5);
    const left = Math.max(Math.floor(mx - step), 0), right = Math.min(Math.ceil(mx + step), width - 1);
    const top = Math.max(Math.floor(my - step), 0), bottom = Math.min(Math.ceil(my + step), height - 1);
    for (let y = top; y <= bottom; y++) {
      for (let x = left, i = y * width + left; x <= right; x++, i++) {
        const dl = l[i] - ml, da = a[i] - ma, db = b[i] - mb, dx = x - mx, dy = y - my;
        const d = dl * dl + da * da + db * db + nearness * (dx * dx + dy * dy);
        if (d < best[i]) {
          best[i] = d;
          labels[i] = k;
        }
      }
    }
  }
}

/** Puts each middle into the middle of its pixels. */
function move(labels, middles, [l, a, b], width) {
  const sums = new Float64Array(middles.length), many = new Int32Array(middles.length / 5);
  for (let i = 0; i < labels.length; i++) {
    const k = labels[i], x = i % width, s = 5 * k;
    many[k]++;
    sums[s] += l[i];
    sums[s + 1] += a[i];
    sums[s + 2] += b[i];
    sums[s + 3] += x;
    sums[s + 4] += (i - x) / width;
  }
  for (let s = 0; s < sums.length; s++) {
    const count = many[Math.floor(s / 5)];
    if (count) middles[s] = sums[s] / count;
  }
}

/** Labels of connected parts, counted from 0; a part that is too small joins the one before it. */
function connected(labels, width, height, smallest) {
  const made = new Int32Array(labels.length).fill(-1), stack = new Int32Array(labels.length);
  let next = 0;
  for (let start = 0; start < labels.length; start++) {
    if (made[start] >= 0) continue;
    let count = 1;
    made[(stack[0] = start)] = next;
    for (let p = 0; p < count; p++) {
      const i = stack[p], x = i % width;
      for (const j of [x ? i - 1 : -1, x + 1 < width ? i + 1 : -1, i - width, i + width]) {
        const fresh = j >= 0 && j < labels.length && made[j] < 0;
        if (fresh && labels[j] === labels[start]) made[(stack[count++] = j)] = next;
      }
    }
    const before = start % width ? made[start - 1] : start >= width ? made[start - width] : -1;
    if (count < smallest && before >= 0) for (let p = 0; p < count; p++) made[stack[p]] = before;
    else next++;
  }
  return made;
}

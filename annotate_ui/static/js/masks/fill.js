/**
 * Rings to pixels, the pixels that pycocotools draws.
 *
 * Its rasteriser walks a ring at five times the resolution and notes where the walk passes the middle of a column of
 * pixels; between two such crossings a column is inside. Every edge crosses a column at most once, so only those
 * crossings are computed here, with the same arithmetic, and each one turns the pixels below it over.
 */

import { blank } from "./mask.js";

/**
 * The pixels inside any ring and in no hole.
 * @param {(number[] | {ring: number[], hole?: boolean})[]} rings x0, y0, x1, y1, ... px. What `trace` gives is painted
 *   in its order, so that an island in a hole stays.
 * @param {number} width of the image, px
 * @param {number} height of the image, px
 * @param {{holes?: number[][]}} [options] rings that are cut out of all the others
 * @returns {import("./sets.js").Mask}
 */
export function fill(rings, width, height, { holes = [] } = {}) {
  const mask = blank(width, height);
  for (const one of rings) Array.isArray(one) ? paint(mask, one, 1) : paint(mask, one.ring, one.hole ? 0 : 1);
  for (const hole of holes) paint(mask, hole, 0);
  return mask;
}

/**
 * Gives the pixels inside a ring a value; changes `mask`.
 * @param {import("./sets.js").Mask} mask
 * @param {ArrayLike<number>} ring x0, y0, ... px; may be open or closed, may cross itself
 * @param {0 | 1} value
 */
export function paint(mask, ring, value) {
  const { width, height, data } = mask;
  const points = Array.from(ring, upsampled);
  const [left, right] = columns(points, width);
  const wide = right - left + 1;
  if (wide < 1 || !height) return;
  const turns = new Uint8Array(wide * height);
  let top = height;
  crossings(points, left, right, (k, v) => {
    const y = Math.floor((Math.max(v, 0) + 2) / 5);
    if (y < height) turns[y * wide + k - left] ^= 1;
    top = Math.min(top, y);
  });
  const inside = new Uint8Array(wide);
  for (let y = top; y < height; y++) {
    for (let k = 0, t = y * wide, i = y * width + left; k < wide; k++, t++, i++) {
      inside[k] ^= turns[t];
      if (inside[k]) data[i] = value;
    }
  }
}

/** `(int)(5 * x + .5)` as C has it: the smallest int for NaN and for what does not fit. */
function upsampled(x) {
  const t = 5 * x + 0.5;
  return t > -2147483649 && t < 2147483648 ? Math.trunc(t) : -2147483648;
}

const firstColumn = (a, b) => Math.max(Math.floor((Math.min(a, b) + 2) / 5), 0);
const lastColumn = (a, b) => Math.floor((Math.max(a, b) - 3) / 5);

/** First and last column of pixels that a ring crosses. */
function columns(points, width) {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i + 1 < points.length; i += 2) {
    low = Math.min(low, points[i]);
    high = Math.max(high, points[i]);
  }
  return low <= high ? [firstColumn(low, high), Math.min(lastColumn(low, high), width - 1)] : [0, -1];
}

/** Calls `mark(column, upsampled y)` for every edge and column that it crosses. */
function crossings(points, left, right, mark) {
  const n = points.length >> 1;
  for (let i = 0; i < n; i++) {
    const j = i + 1 < n ? i + 1 : 0;
    const a = [points[2 * i], points[2 * i + 1]], b = [points[2 * j], points[2 * j + 1]];
    if (a[0] === b[0]) continue;
    const first = Math.max(firstColumn(a[0], b[0]), left), last = Math.min(lastColumn(a[0], b[0]), right);
    const flat = Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]);
    const forth = flat ? a[0] < b[0] : a[1] < b[1];
    (flat ? drawFlat : drawSteep)(...(forth ? [a, b] : [b, a]), first, last, mark);
  }
}

/** An edge at least as wide as high, left to right: one point per upsampled x, the smaller height of a step counts. */
function drawFlat([x0, y0], [x1, y1], first, last, mark) {
  const slope = (y1 - y0) / (x1 - x0);
  const after = y1 < y0 ? 1 : 0;
  for (let k = first; k <= last; k++) {
    mark(k, Math.trunc(y0 + slope * (5 * k + 2 - x0 + after) + 0.5));
  }
}

/** An edge higher than wide, top to bottom: the step into the next column is at the first t that lies beyond it. */
function drawSteep([x0, y0], [x1, y1], first, last, mark) {
  const slope = (x1 - x0) / (y1 - y0), back = (y1 - y0) / (x1 - x0);
  const rising = x1 > x0;
  for (let k = first; k <= last; k++) {
    const border = 5 * k + 3;
    let t = Math.trunc((border - 0.5 - x0) * back);
    while ((x0 + slope * t + 0.5 >= border) !== rising) t++;
    while ((x0 + slope * (t - 1) + 0.5 >= border) === rising) t--;
    mark(k, y0 + t - 1);
  }
}

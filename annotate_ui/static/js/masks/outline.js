/**
 * Pixels to rings, along the outer corners of the pixels, and rings with fewer points.
 */

import { bbox } from "./mask.js";

/** Steps of a walk that keeps the foreground on its right: right, down, left, up. */
const DX = [1, 0, -1, 0], DY = [0, 1, 0, -1];

/**
 * The borders of a mask. Foreground is connected by sides, background by sides and corners; an outer ring goes
 * clockwise on the screen, a hole the other way. A ring comes after those around it: `fill(trace(mask))` is the mask.
 * @param {import("./sets.js").Mask} mask
 * @returns {{ring: number[], hole: boolean}[]} rings x0, y0, x1, y1, ... px, corners only
 */
export function trace(mask) {
  const [left, top, wide, high] = bbox(mask);
  const { width, data } = mask;
  const inside = (x, y) => x >= left && y >= top && x < left + wide && y < top + high && data[y * width + x] === 1;
  const walked = new Uint8Array(wide * (high + 1)); // one per horizontal side of a pixel
  const mark = (x, y) => (walked[(y - top) * wide + x - left] = 1);
  const found = [];
  for (let y = top; wide && y <= top + high; y++) {
    for (let x = left; x < left + wide; x++) {
      const below = inside(x, y);
      if (below === inside(x, y - 1) || walked[(y - top) * wide + x - left]) continue;
      // The first side of a ring that the rows come to is its highest: it has foreground below, or it is a hole's.
      found.push({ ring: below ? walk(inside, mark, x, y, 0) : walk(inside, mark, x + 1, y, 2), hole: !below });
    }
  }
  return found;
}

/** The corners of one ring, from a corner at the begin of a horizontal side. */
function walk(inside, mark, startX, startY, startWay) {
  const ring = [];
  let x = startX, y = startY, way = startWay;
  do {
    if (way === 0) mark(x, y);
    if (way === 2) mark(x - 1, y);
    x += DX[way];
    y += DY[way];
    const turn = next(inside, x, y, way);
    if (turn !== way) ring.push(x, y);
    way = turn;
  } while (x !== startX || y !== startY || way !== startWay);
  return ring;
}

/** Where a walk goes on from a corner: right if the pixel ahead on the right is background, left if both are not. */
function next(inside, x, y, way) {
  const ahead = (side) => {
    const dx = DX[way] + side * DX[(way + 1) % 4], dy = DY[way] + side * DY[(way + 1) % 4];
    return inside(x + (dx < 0 ? -1 : 0), y + (dy < 0 ? -1 : 0));
  };
  if (!ahead(1)) return (way + 1) % 4;
  return ahead(-1) ? (way + 3) % 4 : way;
}

/**
 * A ring with fewer points, none of the old ones farther than `tolerance` from it (Douglas and Peucker).
 * @param {number[]} ring x0, y0, ... px, closed by itself
 * @param {number} tolerance px
 * @returns {number[]} at least three points, where the ring has them
 */
export function simplify(ring, tolerance) {
  const n = ring.length >> 1;
  if (n < 4) return ring.slice(0, 2 * n);
  const far = farthest(ring, n, 0, n, (x, y) => Math.hypot(x - ring[0], y - ring[1])).index;
  const keep = new Uint8Array(n);
  keep[0] = keep[far] = 1;
  halves(ring, n, keep, [[0, far], [far, n]], tolerance);
  if (keep.reduce((sum, k) => sum + k, 0) < 3) {
    keep[farthest(ring, n, 0, n, toSegment(ring, n, 0, far)).index] = 1;
  }
  return ring.filter((_, i) => i < 2 * n && keep[i >> 1]);
}

/**
 * The same for a line that is open: its ends stay.
 * @param {number[]} line x0, y0, ... px
 * @param {number} tolerance px
 * @returns {number[]}
 */
export function simplifyLine(line, tolerance) {
  const n = line.length >> 1;
  if (n < 3) return line.slice(0, 2 * n);
  const keep = new Uint8Array(n);
  keep[0] = keep[n - 1] = 1;
  halves(line, n, keep, [[0, n - 1]], tolerance);
  return line.filter((_, i) => i < 2 * n && keep[i >> 1]);
}

/** Marks the points to keep between pairs of kept ones; a stack, for a ring of a huge mask is deep. */
function halves(ring, n, keep, pairs, tolerance) {
  while (pairs.length) {
    const [a, b] = pairs.pop();
    const { index, distance } = farthest(ring, n, a + 1, b, toSegment(ring, n, a, b));
    if (distance > tolerance) {
      keep[index] = 1;
      pairs.push([a, index], [index, b]);
    }
  }
}

function farthest(ring, n, from, to, measure) {
  let index = from, distance = -1;
  for (let i = from; i < to; i++) {
    const d = measure(ring[2 * (i % n)], ring[2 * (i % n) + 1]);
    if (d > distance) [index, distance] = [i, d];
  }
  return { index, distance };
}

/** A function that measures the distance of a point to the segment between two points of a ring. */
function toSegment(ring, n, a, b) {
  const ax = ring[2 * (a % n)], ay = ring[2 * (a % n) + 1];
  const dx = ring[2 * (b % n)] - ax, dy = ring[2 * (b % n) + 1] - ay;
  const length = dx * dx + dy * dy;
  return (x, y) => {
    const t = length ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1) : 0;
    return Math.hypot(x - ax - t * dx, y - ay - t * dy);
  };
}

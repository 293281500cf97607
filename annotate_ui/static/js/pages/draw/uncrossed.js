/**
 * Lines that no hand has set point by point cross themselves in small loops and run back along themselves, mostly where
 * they close: those are taken out. Crossings of straight sides are the worker's to see.
 * @module pages/draw/uncrossed
 */
import { crossings } from "../../masks/cross.js";
import { distinct, rings, signedArea } from "./shape.js";

/** A loop with more than this share of the area was meant. */
const SMALL = 0.03;
/** So many loops are taken out at most. */
const ROUNDS = 60;

const cross = (ax, ay, bx, by) => ax * by - ay * bx;

/** Where two sides meet, ends counted; null if nowhere. */
function meeting([ax, ay, bx, by], [cx, cy, dx, dy]) {
  const rx = bx - ax, ry = by - ay, sx = dx - cx, sy = dy - cy;
  const turn = cross(rx, ry, sx, sy), off = cross(cx - ax, cy - ay, rx, ry);
  if (turn !== 0) {
    const t = cross(cx - ax, cy - ay, sx, sy) / turn, u = off / turn;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [ax + t * rx, ay + t * ry] : null;
  }
  const along = (x, y) => ((x - ax) * rx + (y - ay) * ry) / (rx * rx + ry * ry);
  const on = [[cx, cy], [dx, dy]].find(([x, y]) => along(x, y) >= 0 && along(x, y) <= 1);
  return off === 0 ? on ?? (along(cx, cy) < 0 !== along(dx, dy) < 0 ? [ax, ay] : null) : null;
}

/** The first pair of sides that meet but are not neighbours, or a corner that turns right back. */
function fault(flat) {
  const n = flat.length / 2;
  const side = (i) => [flat[2 * i], flat[2 * i + 1], flat[(2 * i + 2) % flat.length], flat[(2 * i + 3) % flat.length]];
  for (let i = 0; i < n; i++) {
    const a = side(i), b = side((i + 1) % n);
    const [rx, ry, sx, sy] = [a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]];
    if (cross(rx, ry, sx, sy) === 0 && rx * sx + ry * sy < 0) return { corner: (i + 1) % n };
    for (let j = i + 2; j < n; j++) {
      const at = (i > 0 || j < n - 1) && meeting(a, side(j));
      if (at) return { i, j, at };
    }
  }
  return null;
}

/** A ring without small loops, or null if one is not small. @param {number[]} flat @returns {number[]|null} */
export function withoutLoops(flat) {
  let ring = distinct(flat);
  for (let round = 0; round < ROUNDS; round++) {
    const found = fault(ring);
    if (!found) return ring.length >= 6 ? ring : null;
    if (found.corner !== undefined) ring = distinct(ring.filter((_, k) => k >> 1 !== found.corner));
    else {
      const at = found.at.map((v) => Math.round(v * 100) / 100);
      const within = distinct([...at, ...ring.slice(2 * found.i + 2, 2 * found.j + 2)]);
      const around = distinct([...ring.slice(0, 2 * found.i + 2), ...at, ...ring.slice(2 * found.j + 2)]);
      const [less, more] = [within, around].sort((a, b) => Math.abs(signedArea(a)) - Math.abs(signedArea(b)));
      if (Math.abs(signedArea(less)) > SMALL * Math.abs(signedArea(more))) return null;
      ring = more;
    }
  }
  return null;
}

/**
 * @param {import("./shape.js").Drawing} drawing that was closed just now
 * @returns {import("./shape.js").Drawing}
 */
export function uncrossed(drawing) {
  const traced = (ring) => ring.tool !== "polygon" && crossings(ring.flat, 1).length > 0;
  if (!rings(drawing).some(({ ring }) => traced(ring))) return drawing;
  const clean = (ring) => (traced(ring) ? { ...ring, flat: withoutLoops(ring.flat) ?? ring.flat } : ring);
  return { ...drawing, parts: drawing.parts.map(({ outer, holes }) => ({ outer: clean(outer), holes: holes.map(clean) })) };
}

/** Where the closed rings cross themselves. @param {import("./shape.js").Drawing} drawing @returns {[number, number][]} */
export const crossed = (drawing) => rings(drawing).flatMap(({ ring }) => crossings(ring.flat, 8));

/**
 * What is changed about the points of closed rings, and which of them is near. Every function gives a new drawing.
 * @module pages/draw/edits
 */
import { ringAt, rings } from "./shape.js";

/** Puts another ring in a place; null takes it out, an outer one with its holes. */
function put(drawing, { part, hole }, flat) {
  const changed = (one) => {
    if (hole < 0) return flat ? [{ ...one, outer: { ...one.outer, flat } }] : [];
    const holes = one.holes.flatMap((ring, i) => (i !== hole ? [ring] : flat ? [{ ...ring, flat }] : []));
    return [{ ...one, holes }];
  };
  return { ...drawing, parts: drawing.parts.flatMap((one, i) => (i === part ? changed(one) : [one])) };
}

/** @param {import("./shape.js").Drawing} drawing @param {import("./shape.js").Place} place @param {number} index @param {number[]} at @returns {import("./shape.js").Drawing} */
export function move(drawing, place, index, at) {
  const flat = ringAt(drawing, place).flat.slice();
  flat.splice(2 * index, 2, ...at);
  return put(drawing, place, flat);
}

/** A new point after the one with this index. @returns {import("./shape.js").Drawing} */
export function insert(drawing, place, index, at) {
  const flat = ringAt(drawing, place).flat.slice();
  flat.splice(2 * index + 2, 0, ...at);
  return put(drawing, place, flat);
}

/** Without a point; a ring of three goes with it. @returns {import("./shape.js").Drawing} */
export function remove(drawing, place, index) {
  const flat = ringAt(drawing, place).flat.slice();
  flat.splice(2 * index, 2);
  return put(drawing, place, flat.length < 6 ? null : flat);
}

/**
 * The vertex nearest to a place, if one is near.
 * @param {import("./shape.js").Drawing} drawing @param {number[]} at px @param {number} within px
 * @returns {{place: import("./shape.js").Place, index: number, at: number[]}|null}
 */
export function nearVertex(drawing, [x, y], within) {
  let best = null, least = within * within;
  for (const { place, ring: { flat } } of rings(drawing)) {
    for (let i = 0; i < flat.length; i += 2) {
      const d = (flat[i] - x) ** 2 + (flat[i + 1] - y) ** 2;
      if (d <= least) [least, best] = [d, { place, index: i / 2, at: [flat[i], flat[i + 1]] }];
    }
  }
  return best;
}

/**
 * The side nearest to a place, if one is near, and the point on it.
 * @returns {{place: import("./shape.js").Place, index: number, at: number[]}|null} index: of the vertex that the side begins at
 */
export function nearSide(drawing, [x, y], within) {
  let best = null, least = within * within;
  for (const { place, ring: { flat } } of rings(drawing)) {
    for (let i = 0, n = flat.length; i < n; i += 2) {
      const j = (i + 2) % n;
      const dx = flat[j] - flat[i], dy = flat[j + 1] - flat[i + 1], length = dx * dx + dy * dy;
      const t = length ? Math.min(Math.max(((x - flat[i]) * dx + (y - flat[i + 1]) * dy) / length, 0), 1) : 0;
      const at = [flat[i] + t * dx, flat[i + 1] + t * dy];
      const d = (at[0] - x) ** 2 + (at[1] - y) ** 2;
      if (d <= least) [least, best] = [d, { place, index: i / 2, at }];
    }
  }
  return best;
}

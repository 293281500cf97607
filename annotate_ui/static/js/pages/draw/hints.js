/**
 * What is worth saying of a drawing while the worker draws. Hints never block.
 * @module pages/draw/hints
 */
import { crossings } from "../../masks/cross.js";
import { bbox, overlap } from "../../masks/sets.js";
import { flatBox, rings } from "./shape.js";

/** An outline coarser than this is worth a word: px along the border for one point, relative to the size. */
const FEW = 8, LARGE = 120;
/** Px of a neighbour's mask that may be covered without a word. */
const TOUCH = 12;

/** Where the closed rings cross themselves. @param {import("./shape.js").Drawing} drawing @returns {[number, number][]} */
export const crossed = (drawing) => rings(drawing).flatMap(({ ring }) => crossings(ring.flat, 8));

/** "Only 5 points for a 300-px elephant", or null. */
export function coarse({ parts, paint }, name) {
  if (paint || !parts.length || parts.some((part) => part.outer.tool !== "polygon")) return null;
  const points = parts.reduce((sum, part) => sum + part.outer.flat.length / 2, 0);
  const size = Math.round(Math.max(...flatBox(parts.flatMap((part) => part.outer.flat)).slice(2)));
  return points < FEW && size >= LARGE ? `Only ${points} points for a ${size}-px ${name}` : null;
}

/**
 * The other mask that a drawing runs into most, with how deep: px of the longer side of what is shared is too much to
 * say, so the depth is area over length.
 * @param {object} mask @param {{mask: object, box: number[]}[]} others
 * @returns {{index: number, px: number}|null}
 */
export function runsInto(mask, others) {
  const [x, y, w, h] = bbox(mask);
  let best = null;
  others.forEach((other, index) => {
    const [a, b, c, d] = other.box;
    if (a >= x + w || x >= a + c || b >= y + h || y >= b + d) return;
    const both = overlap(mask, other.mask);
    if (both < TOUCH || both <= (best?.area ?? 0)) return;
    best = { index, area: both, px: depth(mask, other.mask, other.box) };
  });
  return best && { index: best.index, px: best.px };
}

/** How deep the shared pixels are: the shorter of their longest run along a row and along a column. */
function depth(a, b, [left, top, width, height]) {
  const both = (x, y) => a.data[y * a.width + x] & b.data[y * a.width + x];
  const longest = (outer, inner, at) => {
    let most = 0;
    for (let i = 0; i < outer; i++) {
      for (let j = 0, run = 0; j < inner; j++) most = Math.max(most, (run = at(i, j) ? run + 1 : 0));
    }
    return most;
  };
  return Math.min(longest(height, width, (y, x) => both(left + x, top + y)),
    longest(width, height, (x, y) => both(left + x, top + y)));
}

/**
 * What is worth saying of a drawing while the worker draws. Hints never block.
 * @module pages/draw/hints
 */
import { bbox } from "../../masks/mask.js";
import { flatBox } from "./shape.js";

/** An outline coarser than this is worth a word: px along the border for one point, relative to the size. */
const FEW = 8, LARGE = 120;
/** Px of a neighbour's mask that may be covered without a word. */
const TOUCH = 12;

/** "Only 5 points for a 300-px elephant", or null. */
export function coarse({ parts, paint }, name) {
  if (paint || !parts.length || parts.some((part) => part.outer.tool !== "polygon")) return null;
  const points = parts.reduce((sum, part) => sum + part.outer.flat.length / 2, 0);
  const size = Math.round(Math.max(...flatBox(parts.flatMap((part) => part.outer.flat)).slice(2)));
  return points < FEW && size >= LARGE ? `Only ${points} points for a ${size}-px ${name}` : null;
}

/**
 * The other mask that a drawing runs into most, and how deep: the shorter of the longest shared runs along a row and a
 * column.
 * @param {object} mask of the image @param {{box: number[], mask: object}[]} others masks inside their boxes
 * @returns {{index: number, px: number}|null}
 */
export function runsInto(mask, others) {
  const [x, y, w, h] = bbox(mask);
  let best = null;
  others.forEach((other, index) => {
    const [a, b, c, d] = other.box;
    if (a >= x + w || x >= a + c || b >= y + h || y >= b + d) return;
    const shared = (u, v) => other.mask.data[v * c + u] & mask.data[(b + v) * mask.width + a + u];
    let area = 0;
    for (let v = 0; v < d; v++) for (let u = 0; u < c; u++) area += shared(u, v);
    if (area < TOUCH || area <= (best?.area ?? 0)) return;
    best = { index, area, px: Math.min(longest(d, c, (v, u) => shared(u, v)), longest(c, d, shared)) };
  });
  return best && { index: best.index, px: best.px };
}

/** The longest run of ones along the second index. */
function longest(outer, inner, at) {
  let most = 0;
  for (let i = 0; i < outer; i++) {
    for (let j = 0, run = 0; j < inner; j++) most = Math.max(most, (run = at(i, j) ? run + 1 : 0));
  }
  return most;
}

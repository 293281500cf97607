/** Pulls a rough outline to the edges near it. It helps a quick lasso and harms a careful outline: never unasked. */

import { area } from "../masks/mask.js";
import { maskOf, recut, region } from "./region.js";

/** A drawn outline is nearer to the truth than a box: it counts more, see `recut`. */
const WEIGHTS = [8, 2];

/**
 * The mask along the photo's edges near its outline; the same mask where nothing would be left of it.
 * @param {import("./planes.js").Pixels} pixels the mask with a margin of about a quarter of its size
 * @param {import("../masks/sets.js").Mask} mask of the same size
 * @param {{slack?: number}} [options] how far its outline is off, as a share of the root of its area: .04 for a lasso,
 *   .1 for a few straight sides
 * @returns {import("../masks/sets.js").Mask}
 */
export function tighten(pixels, mask, { slack = 0.04 } = {}) {
  const covers = (x, y) => mask.data[Math.floor(y) * mask.width + Math.floor(x)] === 1;
  const first = region(pixels, covers);
  const before = maskOf(first), after = maskOf(recut(first, slack * Math.sqrt(area(mask)), WEIGHTS));
  // Only what the cut has changed: the rest keeps the pixels of the mask, which are finer than the cut's.
  const data = mask.data.map((v, i) => (before.data[i] === after.data[i] ? v : after.data[i]));
  return data.includes(1) ? { ...mask, data } : mask;
}

/**
 * Masks as sets of pixels. Nothing here changes what it is given; the brush and `paint` of fill.js do, and say so.
 * @typedef {import("./mask.js").Mask} Mask
 */

import { area, bbox, blank, copy } from "./mask.js";

export { area, bbox, blank, copy };

/** Pixels in either mask. @param {Mask} a @param {Mask} b @returns {Mask} */
export const union = (a, b) => combine(a, b, (p, q) => p | q);

/** Pixels of the first mask that are not in the second. @param {Mask} a @param {Mask} b @returns {Mask} */
export const subtract = (a, b) => combine(a, b, (p, q) => p & ~q);

/** Pixels in both masks. @param {Mask} a @param {Mask} b @returns {Mask} */
export const intersect = (a, b) => combine(a, b, (p, q) => p & q);

/** How many pixels are in both masks. @param {Mask} a @param {Mask} b @returns {number} */
export function overlap(a, b) {
  sameSize(a, b);
  let both = 0;
  for (let i = 0; i < a.data.length; i++) both += a.data[i] & b.data[i];
  return both;
}

/** Intersection over union; 0 for two empty masks. @param {Mask} a @param {Mask} b @returns {number} */
export function iou(a, b) {
  const both = overlap(a, b);
  const either = area(a) + area(b) - both;
  return either ? both / either : 0;
}

/** @param {Mask} a @param {Mask} b @param {(p: number, q: number) => number} rule */
function combine(a, b, rule) {
  sameSize(a, b);
  const made = blank(a.width, a.height);
  for (let i = 0; i < made.data.length; i++) made.data[i] = rule(a.data[i], b.data[i]);
  return made;
}

function sameSize(a, b) {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`Masks of ${a.width} x ${a.height} and ${b.width} x ${b.height} px are not of one image.`);
  }
}

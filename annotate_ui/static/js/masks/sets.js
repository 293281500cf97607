/**
 * Masks as sets of pixels.
 *
 * A mask is `{width, height, data}`: `data` has one byte per pixel, 0 or 1, row by row. Nothing here changes what it is
 * given; the brush and `paint` of fill.js do, and say so.
 * @typedef {{width: number, height: number, data: Uint8Array}} Mask
 */

/** More pixels than any photo of a campaign; a damaged size must not take the page's memory. */
export const MOST_PIXELS = 1 << 28;

/**
 * A mask without foreground.
 * @param {number} width px
 * @param {number} height px
 * @returns {Mask}
 */
export function blank(width, height) {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 0 && height >= 0;
  if (!whole || width * height > MOST_PIXELS) throw new RangeError(`A mask cannot be ${width} x ${height} px.`);
  return { width, height, data: new Uint8Array(width * height) };
}

/** @param {Mask} mask @returns {Mask} one that can be painted on without changing the first */
export const copy = (mask) => ({ width: mask.width, height: mask.height, data: mask.data.slice() });

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

/** Number of foreground pixels. @param {Mask} mask @returns {number} */
export function area(mask) {
  let sum = 0;
  for (let i = 0; i < mask.data.length; i++) sum += mask.data[i];
  return sum;
}

/**
 * The tight box around the foreground; four zeros for an empty mask.
 * @param {Mask} mask
 * @returns {[number, number, number, number]} x, y, width, height, px
 */
export function bbox({ width, height, data }) {
  let top = height, bottom = -1, left = width, right = -1;
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(1);
    if (first < 0) continue;
    top = Math.min(top, y);
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(1));
  }
  return bottom < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
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

/**
 * A mask is `{width, height, data}`: `data` has one byte per pixel, 0 or 1, row by row.
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

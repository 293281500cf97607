/** The brush: one stroke of a round tip on a mask. */

/**
 * Gives the pixels under a stroke a value; changes `mask`. A pixel is under it when its middle is within `radius` of
 * the line; the pixels that both ends lie in always are, so that the finest tip draws too.
 * @param {import("./sets.js").Mask} mask
 * @param {[number, number]} from x, y, px
 * @param {[number, number]} to x, y, px; the same point for a dab
 * @param {number} radius px
 * @param {0 | 1} value 1 paints, 0 rubs out
 * @returns {[number, number, number, number]} x, y, width, height of what to draw again; four zeros outside the image
 */
export function stroke(mask, from, to, radius, value) {
  const { width, height, data } = mask;
  if (!data.length) return [0, 0, 0, 0];
  const [x0, y0] = from, [x1, y1] = to;
  const left = within(Math.min(x0, x1) - radius, width), right = within(Math.max(x0, x1) + radius, width);
  const top = within(Math.min(y0, y1) - radius, height), bottom = within(Math.max(y0, y1) + radius, height);
  const near = touches(from, to, radius);
  let any = false;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (near(x + 0.5, y + 0.5)) {
        data[y * width + x] = value;
        any = true;
      }
    }
  }
  for (const [x, y] of [[Math.floor(x0), Math.floor(y0)], [Math.floor(x1), Math.floor(y1)]]) {
    if (x >= 0 && y >= 0 && x < width && y < height) {
      data[y * width + x] = value;
      any = true;
    }
  }
  return any ? [left, top, right - left + 1, bottom - top + 1] : [0, 0, 0, 0];
}

/** The pixel that a coordinate lies in, or the nearest one. */
const within = (v, size) => Math.min(Math.max(Math.floor(v), 0), size - 1);

/** Whether a point is within `radius` of a segment. */
function touches([x0, y0], [x1, y1], radius) {
  const dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
  return (x, y) => {
    const t = length ? Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1) : 0;
    return (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2 <= radius * radius;
  };
}

/**
 * A mask's outline as an SVG path in the frame of a tile's crop. Only the crop's pixels are read, thinned to what a
 * screen can show, so that 64 masks of large photos take milliseconds.
 */
import { runs } from "../../masks/runs.js";
import { simplify, trace } from "../../masks/outline.js";

/** The longer side of a thinned crop, px: three times a tile on a fine screen. */
const MOST = 300;
/** How far the drawn line may lie from the softened border, in pixels of the thinned crop. */
const SMOOTH = 0.5;

/** Which of `n` places of the thinned crop a column or row of the photo falls to; -1 for those between. */
function sampled(from, length, step, size) {
  const place = new Int32Array(size).fill(-1);
  const n = Math.ceil(length / step);
  for (let i = 0; i < n; i += 1) {
    const at = Math.floor(from + (i + 0.5) * step);
    if (at >= 0 && at < size) place[at] = i;
  }
  return { place, n };
}

/** Sets the rows `top` to `bottom` (past the last) of one column of the thinned crop. */
function column(mask, x, rows, top, bottom) {
  for (let y = top; y < bottom; y += 1) {
    const row = rows[y];
    if (row >= 0) mask.data[row * mask.width + x] = 1;
  }
}

/**
 * The pixels of a mask inside a crop.
 *
 * @param {{size: [number, number], counts: string}} rle of the whole photo, or of the crop alone
 * @param {[number, number, number, number]} crop x, y, width, height in px of the photo
 * @param {number} [most] px of the longer side
 * @returns {{mask: {width: number, height: number, data: Uint8Array}, step: number}} step: px of the photo per pixel
 */
export function windowed(rle, crop, most = MOST) {
  const [height, width] = rle.size;
  const [, , w, h] = crop;
  const own = width === w && height === h;
  const step = Math.max(1, Math.max(w, h) / most);
  const columns = sampled(own ? 0 : crop[0], w, step, width);
  const rows = sampled(own ? 0 : crop[1], h, step, height);
  const mask = { width: columns.n, height: rows.n, data: new Uint8Array(columns.n * rows.n) };
  let at = 0;
  runs(rle).forEach((run, i) => {
    const end = at + run;
    for (let from = at; i % 2 && from < end;) {
      const x = Math.floor(from / height);
      const stop = Math.min(end, (x + 1) * height);
      if (columns.place[x] >= 0) column(mask, columns.place[x], rows.place, from - x * height, stop - x * height);
      from = stop;
    }
    at = end;
  });
  return { mask, step };
}

/**
 * A border without stairs: short sides of pixels become their middle, long ones lose a pixel at each end.
 *
 * @param {number[]} ring corners of pixels: x0, y0, x1, y1, ...
 * @returns {number[]}
 */
export function softened(ring) {
  const soft = [];
  for (let i = 0; i < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];
    const length = Math.abs(bx - ax) + Math.abs(by - ay);
    const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
    if (length <= 3) soft.push((ax + bx) / 2, (ay + by) / 2);
    else soft.push(ax + ux, ay + uy, bx - ux, by - uy);
  }
  return soft;
}

/** @param {number[]} ring @param {number} step @returns {string} one closed subpath */
function subpath(ring, step) {
  const points = [];
  for (let i = 0; i < ring.length; i += 2) points.push(`${+(ring[i] * step).toFixed(1)} ${+(ring[i + 1] * step).toFixed(1)}`);
  return `M${points.join("L")}Z`;
}

/**
 * @param {{size: [number, number], counts: string}} rle
 * @param {[number, number, number, number]} crop
 * @returns {string} the "d" of a path in px of the crop, holes by the even-odd rule; "" for an empty mask
 */
export function pathOf(rle, crop) {
  const { mask, step } = windowed(rle, crop);
  return trace(mask).map(({ ring }) => subpath(simplify(softened(ring), SMOOTH), step)).join("");
}

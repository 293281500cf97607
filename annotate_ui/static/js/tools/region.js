/**
 * One instance being cut out: a small copy of the photo, what is known of its colours and edges, and the label of every
 * pixel. A region is never changed: a cut or a click gives another, so that undo is to keep the one before.
 */

import { blank } from "../masks/mask.js";
import { clusters, likelier } from "./colours.js";
import { signedDistance } from "./distance.js";
import { CERTAIN, FORTH, cheapestCut } from "./flow.js";
import { field, SIDE } from "./paths.js";
import { edges, planes } from "./planes.js";

/** Longest side of the copy, px, and the price of an edge. */
const MOST = 128, PRICE = 6;
/** The disc of a click, px of the copy. */
const DISC = 2.5;

/**
 * @typedef {object} Region
 * @property {number} width of the copy, px
 * @property {number} height
 * @property {number} scale px of the copy for each px of the photo
 * @property {Uint8Array} inside 0 or 1 per pixel of the copy
 * @property {Int8Array} fixed what clicks have settled: 1, -1, or 0
 * @property {object} photo what is known of the photo, shared by all regions of it
 */

/**
 * The region that a mask, given as a test of points, covers.
 * @param {import("./planes.js").Pixels} pixels
 * @param {(x: number, y: number) => boolean} covers x, y in px of `pixels`
 * @returns {Region}
 */
export function region(pixels, covers) {
  const made = planes(pixels, MOST);
  const { width, height, scale } = made;
  const inside = new Uint8Array(width * height);
  for (let i = 0; i < inside.length; i++) {
    inside[i] = covers(((i % width) + 0.5) / scale, (Math.floor(i / width) + 0.5) / scale) ? 1 : 0;
  }
  const size = [pixels.width, pixels.height];
  const photo = { size, colours: clusters(made), price: prices(made), edges: edges(made) };
  return { width, height, scale, inside, fixed: new Int8Array(inside.length), photo };
}

/**
 * The same region along the edges and colours of the photo.
 * @param {Region} region
 * @param {number} slack how far its outline may be off, px of the photo
 * @param {[number, number]} [weights] how much the outline and the colours count beside edges
 * @returns {Region}
 */
export function recut(region, slack, weights = [2, 1]) {
  const { width, height, inside: first, photo, fixed } = region;
  const away = signedDistance(first, width, height);
  const loose = Math.max(slack * region.scale, 1.5);
  const colour = likelier(photo.colours, first);
  const wish = away.map((d, i) => {
    const prior = d / loose;
    if (fixed[i] || Math.abs(prior) > 1.5) return settled(fixed[i] || Math.sign(d));
    return weights[0] * prior + weights[1] * colour[i];
  });
  return { ...region, inside: cheapestCut(wish, photo.price, width) };
}

/**
 * The region after a click that says of one place whether it is inside; far parts stay as they are.
 * @param {Region} region
 * @param {[number, number]} point x, y in px of the photo
 * @param {boolean} wanted inside
 * @returns {Region}
 */
export function click(region, point, wanted) {
  const { width, height, inside, photo } = region;
  const [cx, cy] = point.map((v, k) => Math.min(Math.max(v * region.scale, 0), (k ? height : width) - 0.01));
  const fixed = region.fixed.slice();
  const apart = (i) => Math.hypot((i % width) + 0.5 - cx, Math.floor(i / width) + 0.5 - cy);
  let depth = width + height; // to the nearest pixel that has the wanted label
  for (let i = 0; i < fixed.length; i++) {
    if (apart(i) <= DISC) fixed[i] = wanted ? 1 : -1;
    if (inside[i] === (wanted ? 1 : 0)) depth = Math.min(depth, apart(i));
  }
  const reach = 2.2 * Math.max(depth, DISC);
  const steep = Uint8Array.from(photo.edges, (g) => Math.min(8 + 2 * g, 255));
  const { distance } = field(steep, width, height, [Math.floor(cy) * width + Math.floor(cx)], 3 * reach * 8 * SIDE);
  const wish = Float32Array.from(distance, (d, i) => {
    const old = inside[i] ? 1 : -1;
    if (fixed[i] || d < 0) return settled(fixed[i]) || old * CERTAIN;
    const far = d / (8 * SIDE) / reach;
    return (wanted ? 6 : -6) * Math.exp(-far * far) + old * far;
  });
  return { ...region, fixed, inside: cheapestCut(wish, photo.price, width) };
}

const settled = (label) => label * CERTAIN;

/**
 * The mask of a region, at the size of the photo, its steps between pixels of the copy smoothed.
 * @param {Region} region
 * @returns {import("../masks/sets.js").Mask}
 */
export function maskOf({ width, height, inside, photo }) {
  const mask = blank(...photo.size);
  const across = width / mask.width, down = height / mask.height;
  const value = (x, y) => inside[Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)];
  for (let y = 0, i = 0; y < mask.height; y++) {
    const v = (y + 0.5) * down - 0.5, top = Math.floor(v), b = v - top;
    for (let x = 0; x < mask.width; x++, i++) {
      const u = (x + 0.5) * across - 0.5, left = Math.floor(u), a = u - left;
      const above = (1 - a) * value(left, top) + a * value(left + 1, top);
      const below = (1 - a) * value(left, top + 1) + a * value(left + 1, top + 1);
      mask.data[i] = (1 - b) * above + b * below >= 0.5 ? 1 : 0;
    }
  }
  return mask;
}

/** Prices between neighbours: high where colours agree, low across an edge. */
function prices({ width, height, lab: [l, a, b] }) {
  const apart = FORTH.map(([dx, dy]) => {
    const plane = new Float32Array(width * height).fill(-1);
    for (let y = 0; y < height - dy; y++) {
      for (let x = dx < 0 ? 1 : 0; x < width - (dx > 0 ? 1 : 0); x++) {
        const i = y * width + x, j = i + dy * width + dx;
        plane[i] = (l[i] - l[j]) ** 2 + (a[i] - a[j]) ** 2 + (b[i] - b[j]) ** 2;
      }
    }
    return plane;
  });
  let sum = 0, many = 0;
  for (const plane of apart) for (const d of plane) if (d >= 0) [sum, many] = [sum + d, many + 1];
  const sharp = sum ? many / (2 * sum) : 0;
  return apart.map((plane, k) => {
    const length = Math.hypot(...FORTH[k]);
    return plane.map((d) => (d < 0 ? 0 : (PRICE * (Math.exp(-sharp * d) + 0.03)) / length));
  });
}

/**
 * The wire: a line from an anchor to the pointer that follows edges of the photo.
 *
 * The search for the anchor goes over the whole window once; every move of the pointer only walks back through it.
 */

import { simplifyLine } from "../masks/outline.js";
import { edges, planes } from "./planes.js";
import { field } from "./paths.js";

/** Longest side of the window that is searched, px, and how often a small one is enlarged. */
const MOST = 256, LARGEST = 3;
/** Cost of a pixel on the steepest edge, px of the area that edges are compared in, what counts as steep. */
const BASE = 0.3, AROUND = 31, STEEP = 0.5;

export class Wire {
  /** @param {import("./planes.js").Pixels} pixels the part of the photo where the instance is, with a margin */
  constructor(pixels) {
    const made = planes(pixels, MOST, LARGEST);
    this.width = made.width;
    this.height = made.height;
    this.scale = made.scale;
    this.edges = edges(made, Math.max(1, 0.8 * made.scale));
    this.cost = costs(this.edges, this.width, this.height);
  }

  /** Sets the anchor. @param {[number, number]} point x, y in px of `pixels` */
  from(point) {
    this.anchor = this.#pixel(point);
    this.back = field(this.cost, this.width, this.height, [this.anchor]).back;
  }

  /**
   * The line from the anchor to a point.
   * @param {[number, number]} point x, y in px of `pixels`
   * @returns {number[]} x0, y0, x1, y1, ... px: what to append to a ring that ends at the anchor; `point` comes last
   */
  to(point) {
    const line = [];
    for (let i = this.#pixel(point); i !== this.anchor; i = this.back[i]) line.push(i);
    line.push(this.anchor);
    const ring = line.reverse().flatMap((i) => this.#middle(i));
    const few = simplifyLine(ring, 0.8 / this.scale);
    return [...few.slice(2, -2), ...point];
  }

  #pixel([x, y]) {
    const within = (v, size) => Math.min(Math.max(Math.floor(v * this.scale) || 0, 0), size - 1);
    return within(y, this.height) * this.width + within(x, this.width);
  }

  #middle(i) {
    const x = i % this.width;
    return [(x + 0.5) / this.scale, ((i - x) / this.width + 0.5) / this.scale];
  }
}

/** What each pixel costs: little on an edge that is steep beside those around it. */
function costs(found, width, height) {
  const sorted = Float32Array.from(found).sort();
  const high = sorted[Math.floor(0.95 * (sorted.length - 1))];
  const around = means(found, width, height, AROUND >> 1);
  return Uint8Array.from(found, (g, i) => {
    const steep = g / (0.5 * high + 1.2 * around[i] + 1e-3);
    return Math.round(64 * (BASE + Math.exp(-steep / STEEP)));
  });
}

/** Mean of the square around each pixel. */
function means(plane, width, height, reach) {
  const sums = new Float64Array((width + 1) * (height + 1)), wide = width + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0, row = 0; x < width; x++) {
      row += plane[y * width + x];
      sums[(y + 1) * wide + x + 1] = sums[y * wide + x + 1] + row;
    }
  }
  return plane.map((_, i) => {
    const x = i % width, y = (i - x) / width;
    const l = Math.max(x - reach, 0), r = Math.min(x + reach + 1, width);
    const t = Math.max(y - reach, 0), b = Math.min(y + reach + 1, height);
    return (sums[b * wide + r] - sums[t * wide + r] - sums[b * wide + l] + sums[t * wide + l]) / ((r - l) * (b - t));
  });
}

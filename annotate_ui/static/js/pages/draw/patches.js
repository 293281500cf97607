/**
 * Superpixels under the brush: a click takes a whole patch of one colour, a stroke takes all that it passes.
 * @module pages/draw/patches
 */
import { trace } from "../../masks/outline.js";
import { blank } from "../../masks/mask.js";

/** Px of the image for one patch, about; and the least and most patches. */
const SIZE = 700, FEWEST = 200, MOST = 3000;

export class Patches {
  /** Whether every stroke takes patches; Alt turns it over while it is held. */
  always = false;
  #starts = null;
  #pixels = null;
  #border = { label: -1, path: "" };

  /** @param {import("../../core/photo.js").Photo} photo @param {{superpixels: Function}} tools of workers/calls.js */
  constructor(photo, tools) { Object.assign(this, { photo, tools, image: photo.image, labels: null }); }

  /** Finds the patches, once. @returns {Promise<void>} */
  async find() {
    await this.photo.ready;
    const { width, height } = this.image;
    const copy = this.photo.pixels();
    const count = Math.min(Math.max(Math.round((width * height) / SIZE), FEWEST), MOST);
    const found = await this.tools.superpixels(copy, count);
    this.#index(found, copy);
  }

  /** @param {{event: Event|null}} e @returns {boolean} whether this stroke takes patches */
  on(e) { return Boolean(this.labels) && this.always !== Boolean(e.event?.altKey); }

  /**
   * Gives the patches under a line a value; changes `mask`.
   * @param {object} mask @param {number[]} from px @param {number[]} to @param {0|1} value
   * @returns {number[]} x, y, w, h of what has changed; zeros outside the image
   */
  paint(mask, from, to, value) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / 3));
    const labels = new Set();
    for (let i = 0; i <= steps; i++) labels.add(this.at([from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps]));
    labels.delete(-1);
    let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
    for (const label of labels) {
      for (const pixel of this.#of(label)) {
        mask.data[pixel] = value;
        const x = pixel % mask.width, y = (pixel - x) / mask.width;
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
    }
    return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
  }

  /** Whether most of the patch at a point is painted. @param {object} mask @param {number[]} at @returns {boolean} */
  painted(mask, at) {
    const pixels = this.#of(this.at(at));
    return pixels.reduce((sum, pixel) => sum + mask.data[pixel], 0) > pixels.length / 2;
  }

  /** @param {number[]} at px @returns {number} the patch there; -1 outside the image */
  at([x, y]) {
    const { width, height } = this.image;
    const inside = x >= 0 && y >= 0 && x < width && y < height;
    return inside ? this.labels[Math.floor(y) * width + Math.floor(x)] : -1;
  }

  /** The border of the patch at a point as path data. @param {number[]} at @returns {string} */
  border(at) {
    const label = this.at(at);
    if (label !== this.#border.label) this.#border = { label, path: label < 0 ? "" : this.#outline(label) };
    return this.#border.path;
  }

  #of(label) { return label < 0 ? [] : this.#pixels.subarray(this.#starts[label], this.#starts[label + 1]); }

  #outline(label) {
    const { width } = this.image;
    const xs = Array.from(this.#of(label), (pixel) => pixel % width), ys = Array.from(this.#of(label), (pixel) => Math.floor(pixel / width));
    const left = Math.min(...xs), top = Math.min(...ys);
    const small = blank(Math.max(...xs) - left + 1, Math.max(...ys) - top + 1);
    xs.forEach((x, i) => { small.data[(ys[i] - top) * small.width + x - left] = 1; });
    return trace(small).map(({ ring }) => `M${ring.map((v, i) => v + (i % 2 ? top : left)).join(" ")}Z`).join("");
  }

  /** Labels for px of the image, and the px of each label together. */
  #index(found, copy) {
    const { width, height } = this.image;
    const labels = new Int32Array(width * height);
    const across = Int32Array.from({ length: width }, (_, x) => Math.min(Math.floor((x + 0.5) * copy.scale), copy.width - 1));
    for (let y = 0, i = 0; y < height; y++) {
      const row = Math.min(Math.floor((y + 0.5) * copy.scale), copy.height - 1) * copy.width;
      for (let x = 0; x < width; x++, i++) labels[i] = found[row + across[x]];
    }
    const most = labels.reduce((a, b) => Math.max(a, b), 0);
    const starts = new Int32Array(most + 2);
    for (const label of labels) starts[label + 1]++;
    for (let i = 0; i <= most; i++) starts[i + 1] += starts[i];
    const next = starts.slice(), pixels = new Int32Array(labels.length);
    labels.forEach((label, i) => { pixels[next[label]++] = i; });
    this.#starts = starts;
    this.#pixels = pixels;
    this.labels = labels;
  }
}

/**
 * A part of the photo for the tools that look at pixels, and the way between its px and those of the image.
 * @module pages/draw/crop
 */
import { blank } from "../../masks/sets.js";

/** The grid on which regions are cut, cells along its longer side. */
const CELLS = 128;

export class Crop {
  /**
   * @param {import("../../core/photo.js").Photo} photo that is ready
   * @param {number[]} box x, y, width, height, px of the image @param {number} [margin] share of the size on each side
   */
  constructor(photo, [x, y, w, h], margin = 0.25) {
    const left = Math.max(0, Math.floor(x - w * margin - 2)), top = Math.max(0, Math.floor(y - h * margin - 2));
    const right = Math.min(photo.image.width, Math.ceil(x + w * (1 + margin) + 2));
    const bottom = Math.min(photo.image.height, Math.ceil(y + h * (1 + margin) + 2));
    this.pixels = photo.pixels(left, top, Math.max(right - left, 1), Math.max(bottom - top, 1));
    this.box = [left, top, right - left, bottom - top];
  }

  /** How far an outline may be simplified that was found on a grid of at most 128 cells, px of the image. */
  get step() { return Math.max(0.8, (0.75 * Math.max(this.box[2], this.box[3])) / CELLS); }

  /** @param {number[]} at px of the image @returns {[number, number]} px of the crop */
  to([x, y]) { return [(x - this.pixels.x) * this.pixels.scale, (y - this.pixels.y) * this.pixels.scale]; }

  /** @param {number[]} flat px of the crop @returns {number[]} px of the image, hundredths */
  from(flat) {
    const { x, y, scale } = this.pixels;
    return flat.map((v, i) => Math.round((v / scale + (i % 2 ? y : x)) * 100) / 100);
  }

  /** @param {number[]} at px of the image @returns {boolean} */
  holds([x, y]) {
    const [left, top, w, h] = this.box;
    return x >= left && y >= top && x <= left + w && y <= top + h;
  }

  /** A mask of the image as one of the crop. @param {object} mask @returns {object} */
  cut(mask) {
    const made = blank(this.pixels.width, this.pixels.height);
    this.#each(mask.width, (inner, outer) => { made.data[inner] = mask.data[outer]; }, mask.height);
    return made;
  }

  /** A mask of the crop as one of the image. @param {object} mask @param {{width: number, height: number}} image @returns {object} */
  paste(mask, image) {
    const made = blank(image.width, image.height);
    const [left, top, w, h] = this.box;
    for (let y = top; y < top + h; y++) {
      for (let x = left; x < left + w; x++) {
        const [u, v] = this.to([x + 0.5, y + 0.5]).map(Math.floor);
        if (u >= 0 && v >= 0 && u < mask.width && v < mask.height) made.data[y * image.width + x] = mask.data[v * mask.width + u];
      }
    }
    return made;
  }

  #each(width, visit, height) {
    const { x, y, scale, width: wide, height: high } = this.pixels;
    for (let v = 0, i = 0; v < high; v++) {
      const row = Math.min(Math.floor(y + (v + 0.5) / scale), height - 1) * width;
      for (let u = 0; u < wide; u++, i++) visit(i, row + Math.min(Math.floor(x + (u + 0.5) / scale), width - 1));
    }
  }
}

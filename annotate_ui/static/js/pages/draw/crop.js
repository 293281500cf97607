/**
 * A part of the photo for the tools that look at pixels, and the way between its px and those of the image.
 * @module pages/draw/crop
 */
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
}

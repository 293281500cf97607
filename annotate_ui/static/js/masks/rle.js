/**
 * COCO's compressed run lengths, both ways, byte for byte as pycocotools writes them.
 *
 * Runs go down the columns, background first. From the third run on the text holds the difference to the run two
 * before; each number is cut into groups of five bits, lowest first, with a sixth bit that says "more follows".
 */

import { area, bbox, blank } from "./mask.js";
import { runs } from "./runs.js";

export { area, bbox };

/**
 * The pixels of an RLE.
 * @param {{size: [number, number], counts: string | number[]}} rle size is [height, width]
 * @returns {import("./mask.js").Mask}
 * @throws {RangeError} the text is damaged, or its runs are not the image's pixels
 */
export function decode(rle) {
  const [height, width] = Array.isArray(rle?.size) ? rle.size : [];
  const mask = blank(width, height);
  let at = 0;
  runs(rle).forEach((run, i) => {
    if (i % 2) column(mask, at, at + run);
    at += run;
  });
  return mask;
}

/**
 * The RLE of a mask.
 * @param {import("./mask.js").Mask} mask
 * @returns {{size: [number, number], counts: string}}
 */
export function encode({ width, height, data }) {
  const runs = [];
  let value = 0, run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0, i = x; y < height; y++, i += width) {
      if (data[i] !== value) {
        runs.push(run);
        run = 0;
        value = data[i];
      }
      run++;
    }
  }
  runs.push(run);
  return { size: [height, width], counts: write(runs) };
}

/** Sets the pixels `from` to `to`, counted down the columns. */
function column({ width, height, data }, from, to) {
  let x = Math.floor(from / height), y = from % height;
  for (let i = from; i < to; i++) {
    data[y * width + x] = 1;
    if (++y === height) {
      y = 0;
      x++;
    }
  }
}

/** @param {number[]} runs @returns {string} */
function write(runs) {
  const text = [];
  runs.forEach((run, i) => {
    let left = i > 2 ? run - runs[i - 2] : run;
    for (let more = true; more;) {
      const bits = left & 31;
      left >>= 5;
      more = bits & 16 ? left !== -1 : left !== 0;
      text.push(String.fromCharCode((more ? bits | 32 : bits) + 48));
    }
  });
  return text.join("");
}

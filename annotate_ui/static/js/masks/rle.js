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
  let last = 0;
  for (const at of turns(width, height, data)) {
    runs.push(at - last);
    last = at;
  }
  runs.push(width * height - last);
  return { size: [height, width], counts: write(runs) };
}

/** Where pixels begin to differ from the one before, counted down the columns; found row by row, as they lie in memory. */
function turns(width, height, data) {
  const starts = new Int32Array(width + 1), at = [];
  const lowest = (height - 1) * width;
  const each = (x, y) => {
    starts[x + 1]++;
    at.push(x, y);
  };
  for (let x = 0; height && x < width; x++) if (data[x] !== (x ? data[lowest + x - 1] : 0)) each(x, 0);
  const wide = Math.ceil(width / 4), words = fours(width, height, data);
  for (let y = 1, i = wide; y < height; y++) {
    for (let four = 0; four < wide; four++, i++) {
      if (words[i] === words[i - wide]) continue;
      for (let x = 4 * four; x < Math.min(4 * four + 4, width); x++) if (data[y * width + x] !== data[(y - 1) * width + x]) each(x, y);
    }
  }
  for (let x = 0; x < width; x++) starts[x + 1] += starts[x];
  const sorted = new Float64Array(at.length / 2);
  for (let k = 0; k < at.length; k += 2) sorted[starts[at[k]]++] = at[k] * height + at[k + 1];
  return sorted;
}

/** The pixels of rows by fours, so that what does not change is passed by quickly. */
function fours(width, height, data) {
  if (width % 4 === 0 && data.byteOffset % 4 === 0) return new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const wide = 4 * Math.ceil(width / 4), rows = new Uint8Array(wide * height);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width, (y + 1) * width), y * wide);
  return new Uint32Array(rows.buffer);
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

/**
 * The run lengths of COCO's RLE, read: see rle.js for how they are written.
 */

import { MOST_PIXELS, blank } from "./mask.js";

/**
 * The run lengths of an RLE, down the columns, background first.
 * @param {{size: [number, number], counts: string | number[]}} rle
 * @returns {number[]} they sum to the image's pixels
 * @throws {RangeError} the text is damaged, or its runs are not the image's pixels
 */
export function runs({ size: [height, width], counts }) {
  const found = typeof counts === "string" ? read(counts) : checked(counts);
  const total = found.reduce((sum, run) => sum + run, 0);
  if (total !== width * height) throw damaged(`sum to ${total}, the image has ${width * height} px`);
  return found;
}

/**
 * The part of an RLE's mask inside its tight box, without the rest: for many masks on a large photo.
 * @param {{size: [number, number], counts: string | number[]}} rle
 * @returns {{box: [number, number, number, number], mask: import("./mask.js").Mask}} box: x, y, width, height, px
 * @throws {RangeError} as `runs` does
 */
export function decodePiece(rle) {
  const [height, width] = rle.size;
  const spans = [];
  let [at, left, top, right, bottom] = [0, width, height, -1, -1];
  (typeof rle.counts === "string" ? read(rle.counts) : checked(rle.counts)).forEach((run, i) => {
    for (let from = at, end = i % 2 ? at + run : at; from < end;) {
      const x = Math.floor(from / height), to = Math.min(end, (x + 1) * height);
      spans.push(x, from % height, to - x * height);
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, from % height), Math.max(bottom, to - x * height)];
      from = to;
    }
    at += run;
  });
  if (at !== width * height) throw damaged(`sum to ${at}, the image has ${width * height} px`);
  if (right < 0) return { box: [0, 0, 0, 0], mask: blank(0, 0) };
  const mask = blank(right - left + 1, bottom - top);
  for (let i = 0; i < spans.length; i += 3) {
    for (let y = spans[i + 1]; y < spans[i + 2]; y++) mask.data[(y - top) * mask.width + spans[i] - left] = 1;
  }
  return { box: [left, top, mask.width, mask.height], mask };
}

/** @param {string} text @returns {number[]} */
function read(text) {
  const runs = [];
  for (let p = 0; p < text.length;) {
    let run = 0, shift = 0, code;
    do {
      code = p < text.length ? text.charCodeAt(p++) - 48 : -1;
      if (code < 0 || code > 63 || shift > 30) throw damaged("cannot be read");
      run += (code & 31) * 2 ** shift; // no <<: the seventh group lies beyond 32 bits
      shift += 5;
    } while (code & 32);
    if (code & 16) run -= 2 ** shift;
    if (runs.length > 2) run += runs[runs.length - 2];
    runs.push(run);
  }
  return checked(runs);
}

function checked(runs) {
  const good = (run) => Number.isInteger(run) && run >= 0 && run <= MOST_PIXELS;
  if (!Array.isArray(runs) || !runs.every(good)) throw damaged("are not run lengths");
  return runs;
}

const damaged = (what) => new RangeError(`The counts of a mask ${what}.`);

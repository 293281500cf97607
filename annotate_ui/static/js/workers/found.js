/**
 * Outlines that are found in a part of the photo, from what a page knows to the drawing that it shows.
 *
 * The regions of the last boxes stay here: a click sends a point, not a photo, and after undo another one can be made.
 */

import { blank, union } from "../masks/sets.js";
import { drawingOf } from "../pages/draw/outlines.js";
import { toMask } from "../pages/draw/raster.js";
import { EMPTY } from "../pages/draw/shape.js";
import { click, maskOf, start } from "../tools/box.js";
import { tighten as tightened } from "../tools/tighten.js";

/** Boxes that are kept. */
const KEPT = 6;
/** @type {Map<number, {crop: object, made: object[], clicks: object[]}>} by the number of the box */
const boxes = new Map();

/**
 * What a box and clicks cut out.
 * @param {{key: number, crop: object|null, box: number[], clicks: {at: number[], inside: boolean}[],
 *   base: object|null, image: {width: number, height: number}, step: number}} recipe key: of this box; box and clicks in
 *   px of the crop; base: a mask that the result is added to; step: how far the outline may be simplified, px
 * @returns {object|null} a drawing; null: the photo is needed
 */
export function cut({ key, crop, box, clicks, base, image, step }) {
  if (!boxes.has(key) && !crop) return null;
  const one = boxes.get(key) ?? { crop, made: [start(crop.pixels, box)], clicks: [] };
  boxes.delete(key);
  boxes.set(key, one); // The last one that was used is the last to go.
  if (boxes.size > KEPT) boxes.delete(boxes.keys().next().value);
  const same = clicks.findIndex((each, i) => `${each.at} ${each.inside}` !== `${one.clicks[i]?.at} ${one.clicks[i]?.inside}`);
  const from = same < 0 ? clicks.length : same;
  one.made.length = from + 1;
  for (const { at, inside } of clicks.slice(from)) one.made.push(click(one.made.at(-1), at, inside));
  one.clicks = clicks;
  const mask = uncropped(one.crop, maskOf(one.made.at(-1)), image);
  return drawingOf(base ? union(base, mask) : mask, "box", step);
}

/**
 * A drawing pulled to the edges near it.
 * @param {{crop: object, drawing: object, image: object, slack: number, step: number}} recipe as for tools/tighten.js
 * @returns {object} a drawing
 */
export function tighten({ crop, drawing, image, slack, step }) {
  const mask = cropped(crop, toMask(drawing, image));
  return drawingOf(uncropped(crop, tightened(crop.pixels, mask, { slack }), image), "tighten", step);
}

/**
 * A drawing without what belongs to another mask.
 * @param {{drawing: object, image: object, other: {box: number[], mask: object}, tool: string}} recipe
 * @returns {object} a drawing: outlines stay outlines
 */
export function trim({ drawing, image, other: { box: [x, y, w, h], mask }, tool }) {
  const left = toMask(drawing, image);
  for (let v = 0; v < h; v++) for (let u = 0; u < w; u++) if (mask.data[v * w + u]) left.data[(y + v) * left.width + x + u] = 0;
  return drawing.paint ? { ...EMPTY, paint: { mask: left, tool } } : drawingOf(left, tool, 0.6);
}

/** For each px of a crop along one side the px of the image that it shows. */
const outer = (count, from, scale, most) => Int32Array.from({ length: count }, (_, i) => Math.min(Math.floor(from + (i + 0.5) / scale), most - 1));

/** A mask of the image as one of a crop. */
function cropped({ pixels: { x, y, scale, width, height } }, mask) {
  const made = blank(width, height);
  const across = outer(width, x, scale, mask.width), down = outer(height, y, scale, mask.height);
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++) made.data[i] = mask.data[down[v] * mask.width + across[u]];
  }
  return made;
}

/** A mask of a crop as one of the image. */
function uncropped({ pixels, box: [left, top, w, h] }, mask, { width, height }) {
  const made = blank(width, height);
  const inner = (at, from) => Math.floor((at + 0.5 - from) * pixels.scale);
  for (let y = top; y < top + h; y++) {
    const v = inner(y, pixels.y);
    if (v < 0 || v >= mask.height) continue;
    for (let x = left; x < left + w; x++) {
      const u = inner(x, pixels.x);
      if (u >= 0 && u < mask.width) made.data[y * width + x] = mask.data[v * mask.width + u];
    }
  }
  return made;
}

/**
 * The slow tools, off the page's thread: a Web Worker that answers `{id, name, args}` with `{id, made}` or
 * `{id, error}`.
 *
 * The region of a box stays here, one per page, with those before it for undo: a click sends a point, not a photo.
 */

import { click, maskOf, start } from "../tools/box.js";
import { superpixels } from "../tools/superpixels.js";
import { tighten } from "../tools/tighten.js";

/** The regions of a box cut: after the box, after one click, ... */
let regions = [];

export const calls = {
  /** A new box. */
  box(pixels, box) {
    regions = [start(pixels, box)];
    return maskOf(regions[0]);
  },
  /** The click number `count` (from 0) at a point; later ones are forgotten, so that after undo another can be made. */
  click(count, at, inside) {
    if (!regions[count]) throw new RangeError("There is no box to click in.");
    regions.length = count + 1;
    regions.push(click(regions[count], at, inside));
    return maskOf(regions[count + 1]);
  },
  tighten,
  superpixels,
};

globalThis.onmessage = ({ data: { id, name, args } }) => {
  try {
    const made = calls[name](...args);
    postMessage({ id, made }, [(made.data ?? made).buffer]);
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};

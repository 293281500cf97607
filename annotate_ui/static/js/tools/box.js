/** The box cut: a box around an instance becomes a first mask, and clicks set right what it got wrong. */

import { click, maskOf, recut, region } from "./region.js";

/** A cut that leaves less of the box than this has found nothing; the ellipse in the box stays then. */
const LEAST = 0.03;

/**
 * The region that a box stands for.
 * @param {import("./planes.js").Pixels} pixels the box with a margin of about a quarter of its size
 * @param {[number, number, number, number]} box x, y, width, height in px of `pixels`
 * @returns {import("./region.js").Region}
 */
export function start(pixels, [x, y, width, height]) {
  const ellipse = (u, v) => ((u - x) / width - 0.5) ** 2 + ((v - y) / height - 0.5) ** 2 <= 0.25;
  const first = region(pixels, ellipse);
  const found = recut(first, 0.15 * Math.sqrt(0.785 * width * height));
  const kept = found.inside.reduce((sum, i) => sum + i, 0) / found.scale ** 2;
  return kept < LEAST * width * height ? first : found;
}

/**
 * The mask that a box and clicks stand for. A page that keeps regions (`start`, `click`, `maskOf`) has to cut only once
 * per click.
 * @param {import("./planes.js").Pixels} pixels
 * @param {[number, number, number, number]} box
 * @param {{at: [number, number], inside: boolean}[]} [clicks] in px of `pixels`
 * @returns {import("../masks/sets.js").Mask}
 */
export function cut(pixels, box, clicks = []) {
  return maskOf(clicks.reduce((made, { at, inside }) => click(made, at, inside), start(pixels, box)));
}

export { click, maskOf };

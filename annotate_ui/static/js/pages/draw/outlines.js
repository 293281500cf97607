/**
 * Pixels to outlines.
 * @module pages/draw/outlines
 */
import { crossings } from "../../masks/cross.js";
import { simplify, trace } from "../../masks/outline.js";
import { contains, EMPTY, signedArea } from "./shape.js";

/** Specks of fewer px are dropped when pixels become an outline. */
const SPECK = 4;

/** A ring with few points that nowhere meets itself, or null. */
function simple(ring, tolerance) {
  for (let step = tolerance; step > 0.2; step /= 2) {
    const made = simplify(ring, step);
    if (made.length >= 6 && !crossings(made, 1).length) return made;
  }
  return crossings(ring, 1).length ? null : ring;
}

/**
 * The parts of a mask as outlines; null where outlines can't say it: an island in a hole, a ring that touches itself.
 * @param {object} mask @param {string} tool @param {number} [tolerance] px
 * @returns {import("./shape.js").Part[]|null}
 */
export function toParts(mask, tool, tolerance = 0.8) {
  const found = [];
  for (const { ring, hole } of trace(mask)) {
    if (Math.abs(signedArea(ring)) < SPECK) continue;
    const flat = simple(ring, tolerance);
    // A ring begins at the end of its highest side: a hole's on the left, an outer one's on the right.
    const middle = [ring[0] + (hole ? 0.5 : -0.5), ring[1] + 0.5];
    const around = found.findLast((one) => contains(one.ring, middle));
    if (!flat || (!hole && around?.pits.some((pit) => contains(pit, middle)))) return null;
    if (!hole) found.push({ ring, pits: [], part: { outer: { flat, tool }, holes: [] } });
    else if (around) {
      around.pits.push(ring);
      around.part.holes.push({ flat, tool });
    }
  }
  return found.length ? found.map((one) => one.part) : null;
}

/** A drawing of a mask: outlines if they can say it, else pixels. */
export function drawingOf(mask, tool, tolerance) {
  const parts = toParts(mask, tool, tolerance);
  return parts ? { ...EMPTY, parts } : { ...EMPTY, paint: { mask, tool } };
}

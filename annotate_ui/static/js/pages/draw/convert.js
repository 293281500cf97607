/**
 * Outlines to pixels and back, what is sent, and what a draft keeps.
 * @module pages/draw/convert
 */
import { Problem } from "../../core/problem.js";
import { crossings } from "../../masks/cross.js";
import { fill } from "../../masks/fill.js";
import { simplify, trace } from "../../masks/outline.js";
import { area, decode, encode } from "../../masks/rle.js";
import { copy } from "../../masks/sets.js";
import { contains, EMPTY, rings, signedArea, topTool } from "./shape.js";

/** Specks of fewer px are dropped when pixels become an outline. */
const SPECK = 4;

/** The pixels of a drawing. @param {import("./shape.js").Drawing} drawing @param {{width: number, height: number}} image */
export function toMask({ parts, paint }, { width, height }) {
  if (paint) return copy(paint.mask);
  const holes = parts.flatMap((part) => part.holes.map((ring) => ring.flat));
  return fill(parts.map((part) => part.outer.flat), width, height, { holes });
}

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

/** The name of the tool that is sent: the most telling one that the campaign allows. */
export function toolOf(drawing, allowed) {
  const used = drawing.paint ? [drawing.paint.tool] : rings(drawing).map(({ ring }) => ring.tool);
  const name = topTool(used);
  return allowed.includes(name) ? name : allowed.find((tool) => used.includes(tool)) ?? allowed[0];
}

/**
 * What is submitted.
 * @param {import("./shape.js").Drawing} drawing with nothing in hand @param {string[]} allowed tools of the campaign
 * @returns {object} @throws {Problem}
 */
export function payloadOf(drawing, allowed) {
  const tool = toolOf(drawing, allowed);
  if (drawing.paint) {
    if (!area(drawing.paint.mask)) throw new Problem("Nothing is painted yet. Paint it, or skip it");
    return { outcome: "mask", rle: encode(drawing.paint.mask), tool: tool === "polygon" ? "brush" : tool };
  }
  if (!drawing.parts.length) throw new Problem("Nothing is outlined yet. Click along its edge, or skip it");
  const crossed = rings(drawing).map(({ ring }) => crossings(ring.flat, 1)[0]).find(Boolean);
  if (crossed) throw new Problem("The outline crosses itself here. Move one of the points beside the mark", crossed);
  const holes = drawing.parts.flatMap((part) => part.holes.map((ring) => ring.flat));
  const polygons = drawing.parts.map((part) => part.outer.flat);
  return { outcome: "mask", polygons, ...(holes.length ? { holes } : {}), tool };
}

/** @param {import("./shape.js").Drawing} drawing @returns {object} JSON */
export const keep = ({ parts, draft, paint }) => (
  { parts, draft, paint: paint ? { rle: encode(paint.mask), tool: paint.tool } : null });

/** The drawing that `keep` wrote. @param {object|null} json @returns {import("./shape.js").Drawing} */
export function kept(json) {
  if (!json) return EMPTY;
  const paint = json.paint ? { mask: decode(json.paint.rle), tool: json.paint.tool } : null;
  return { parts: json.parts ?? [], draft: json.draft ?? null, paint };
}

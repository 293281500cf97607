/**
 * What is sent of a drawing.
 * @module pages/draw/payload
 */
import { Problem } from "../../core/problem.js";
import { crossings } from "../../masks/cross.js";
import { pixels } from "./later.js";
import { rings, topTool } from "./shape.js";

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
    const { area, encode } = pixels.module; // They are here as soon as anything is painted.
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

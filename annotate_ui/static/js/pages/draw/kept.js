/**
 * What a draft keeps of a drawing. What reads and writes pixels is there as soon as there are any; before a draft with
 * pixels is read it has to be fetched.
 * @module pages/draw/kept
 */
import { pixels } from "./later.js";
import { EMPTY } from "./shape.js";

/** @param {import("./shape.js").Drawing} drawing @returns {object} JSON */
export const keep = ({ parts, draft, paint }) => (
  { parts, draft, paint: paint ? { rle: pixels.module.encode(paint.mask), tool: paint.tool } : null });

/** The drawing that `keep` wrote. @param {object|null} json @returns {import("./shape.js").Drawing} */
export function kept(json) {
  if (!json) return EMPTY;
  const paint = json.paint ? { mask: pixels.module.decode(json.paint.rle), tool: json.paint.tool } : null;
  return { parts: json.parts ?? [], draft: json.draft ?? null, paint };
}

/**
 * Parts of the drawing pages that come with their first use, or while the page rests.
 * @module pages/draw/later
 */
import { Later } from "../../core/later.js";

/** @param {...Promise<object>} modules @returns {Promise<object>} what all of them export */
const all = async (...modules) => Object.assign({}, ...await Promise.all(modules));

/** Painting: brush, eraser, rings that fill, pixels that show. */
export const pixels = new Later(() => all(import("./tip.js"), import("./painted.js"), import("./raster.js")));
/** The points of closed rings. */
export const editing = new Later(() => all(import("./points.js"), import("./walker.js")));
/** Drawing by a polygon. */
export const lines = new Later(() => all(import("./line.js"), import("./raster.js")));
/** Outlines that are found in the photo. */
export const regions = new Later(async () => {
  const [region, box, { tighten }] = await Promise.all([import("./region.js"), import("../../tools/box.js"), import("../../tools/tighten.js")]);
  return { ...region, box, tighten };
});
/** What is worth saying of an outline. */
export const remarks = new Later(() => import("./remarks.js"));
/** Patches of one colour. */
export const patches = new Later(() => all(import("./patches.js"), import("../../workers/calls.js")));

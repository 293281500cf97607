/**
 * Parts of the drawing pages that come with their first use, or while the page rests.
 * @module pages/draw/later
 */
import { Later } from "../../core/later.js";

/** @param {...Promise<object>} modules @returns {Promise<object>} what all of them export */
export const all = async (...modules) => Object.assign({}, ...await Promise.all(modules));

/** Painting: brush, eraser, rings that fill, pixels that show, are kept and sent. */
export const pixels = new Later(() => all(import("./tip.js"), import("./painted.js"), import("./raster.js"), import("../../masks/rle.js")));
/** The points of closed rings. */
export const editing = new Later(() => all(import("./points.js"), import("./walker.js")));
/** Outlines that are found in the photo; some can only be said by pixels. */
export const regions = new Later(() => all(import("./region.js"), pixels.get()));
/** What is worth saying of an outline; it can trim one. */
export const remarks = new Later(() => all(import("./remarks.js"), pixels.get()));
/** Sides that follow the outlines of others. */
export const along = new Later(() => import("../../tools/along.js"));

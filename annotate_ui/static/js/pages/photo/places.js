/**
 * Points on a photo, px of the upright original: kept inside, rounded, compared.
 * @module pages/photo/places
 */

const round = (value) => Math.round(value * 100) / 100;
const clamp = (value, most) => round(Math.min(Math.max(value, 0), most));

/**
 * The nearest point of an image, to a hundredth of a px.
 * @param {[number, number]} at @param {{width: number, height: number}} image
 * @returns {[number, number]}
 */
export const inside = ([x, y], { width, height }) => [clamp(x, width), clamp(y, height)];

/** @param {[number, number]} at @param {{width: number, height: number}} image @returns {boolean} */
export const isInside = ([x, y], { width, height }) => x >= 0 && y >= 0 && x <= width && y <= height;

/** @param {[number, number]} a @param {[number, number]} b @returns {number} px */
export const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/**
 * The pixel that a point lies in; the far edges belong to the last pixels.
 * @param {[number, number]} at @param {{width: number, height: number}} image @returns {string} "column,row"
 */
export const pixelOf = ([x, y], { width, height }) =>
  `${Math.min(Math.floor(x), width - 1)},${Math.min(Math.floor(y), height - 1)}`;

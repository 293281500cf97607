/**
 * Twelve mask colours, each with its hatch, and who gets which. Neighbours differ in colour and in hatch.
 * @module core/palette
 */
import { svg } from "./dom.js";

/** @typedef {{number: number, colour: string, hatch: string, under: string}} Ink */

const DARK = "rgb(0 0 0 / .55)";
/** orange, sky, green, yellow, vermilion, pink, plum, mint, wine, brown, white, lime. */
const INKS = [
  ["#E69F00", "diag"], ["#56B4E9", "diag"], ["#009E73", "anti"], ["#F0E442", "anti"],
  ["#D55E00", "dots"], ["#CC79A7", "cross"], ["#5E2A7E", "dots"], ["#A7E3CF", "horiz"],
  ["#882255", "horiz"], ["#6B3F12", "vert"], ["#F2F2F2", "vert"], ["#B5D334", "cross"],
];
/** The twelve, in order; `under` is the colour of the stroke below. @type {Ink[]} */
export const inks = INKS.map(([colour, hatch], i) => ({
  number: i + 1, colour, hatch, under: [7, 9, 10].includes(i + 1) ? "#FFFFFF" : DARK,
}));

/** The ink of a number; after twelve they repeat. @param {number} number from 1 @returns {Ink} */
export const ink = (number) => inks[(number - 1) % inks.length];

/** x, y, width, height of a ring list. @param {number[][]} rings flat x0, y0, ... */
function ringsBox(rings) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      left = Math.min(left, ring[i]);
      right = Math.max(right, ring[i]);
      top = Math.min(top, ring[i + 1]);
      bottom = Math.max(bottom, ring[i + 1]);
    }
  }
  return [left, top, right - left, bottom - top];
}

/** x, y, width, height of a mask's ones. */
function maskBox({ width, height, data }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    const row = data.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(1) + 1);
    top = Math.min(top, y);
    bottom = y + 1;
  }
  return [left, top, right - left, bottom - top];
}

/** @param {{box?: number[], rings?: number[][], mask?: object}} one @returns {number[]} x, y, width, height */
export function boxOf(one) {
  if (one.box) return one.box;
  return one.rings ? ringsBox(one.rings) : maskBox(one.mask ?? one);
}

/**
 * A colour number for each mask, so that masks whose boxes come near differ in colour and in hatch where twelve allow.
 * @param {{box?: number[], rings?: number[][], mask?: object}[]} masks @param {number} [gap] px between "neighbours"
 * @returns {number[]} 1-12
 */
export function colouring(masks, gap = 12) {
  const boxes = masks.map(boxOf);
  const near = ([ax, ay, aw, ah], [bx, by, bw, bh]) => (
    ax - gap < bx + bw && bx - gap < ax + aw && ay - gap < by + bh && by - gap < ay + ah);
  const numbers = [], used = new Array(13).fill(0);
  boxes.forEach((box, i) => {
    const rank = Array.from({ length: 13 }, (_, number) => used[number] / 1e6);
    numbers.forEach((number, j) => {
      if (!near(box, boxes[j])) return;
      rank[number] += 2;
      for (const one of inks) if (one.hatch === ink(number).hatch) rank[one.number] += 1;
    });
    const best = inks.reduce((a, b) => (rank[b.number] < rank[a.number] ? b : a)).number;
    used[best] += 1;
    numbers.push(best);
  });
  return numbers;
}

/** The lines of one hatch tile of 8 x 8. @param {CanvasRenderingContext2D} pen @param {string} hatch @param {number} n */
function tileLines(pen, hatch, n) {
  pen.beginPath();
  if (hatch === "dots") {
    for (const [x, y] of [[n / 4, n / 4], [3 * n / 4, 3 * n / 4]]) pen.ellipse(x, y, n / 7, n / 7, 0, 0, 7);
    pen.fill();
    return;
  }
  const line = (x0, y0, x1, y1) => { pen.moveTo(x0, y0); pen.lineTo(x1, y1); };
  for (const shift of [-n, 0, n]) {
    if (hatch === "diag" || hatch === "cross") line(shift - 2, n + 2, shift + n + 2, -2);
    if (hatch === "anti" || hatch === "cross") line(shift - 2, -2, shift + n + 2, n + 2);
  }
  if (hatch === "horiz") line(0, n / 2, n, n / 2);
  if (hatch === "vert") line(n / 2, 0, n / 2, n);
  pen.stroke();
}

/**
 * A canvas pattern of an ink's hatch.
 * @param {number} number @param {number} [size] device px of one tile
 * @returns {CanvasPattern}
 */
export function hatching(number, size = 12) {
  const one = ink(number);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = pen.fillStyle = one.colour;
  pen.lineWidth = size / 5;
  tileLines(pen, one.hatch, size);
  return pen.createPattern(tile, "repeat");
}

const HATCHES = {
  diag: "M-2 6 6-2M2 14 14 2M10 18 18 10", anti: "M-2 10 6 18M2 2 14 14M10-2 18 6", horiz: "M0 4.500h16M0 11.500h16",
  vert: "M4.500 0v16M11.500 0v16", cross: "M-2 6 6-2M2 14 14 2M10 18 18 10M-2 10 6 18M2 2 14 14M10-2 18 6",
  dots: "M4.500 4.500h.01M11.500 4.500h.01M4.500 11.500h.01M11.500 11.500h.01",
};

/** A 16-px swatch for a list, on its own light tile in both themes. @param {number} number @returns {SVGElement} */
export function swatch(number) {
  const one = ink(number);
  const width = one.hatch === "dots" ? 3 : 1.3;
  return svg("svg", { class: "swatch", width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: HATCHES[one.hatch], stroke: one.colour, "stroke-width": width, "stroke-linecap": "round" }),
    svg("rect", { x: 0.75, y: 0.75, width: 14.5, height: 14.5, rx: 3.5, fill: "none", stroke: one.colour,
      "stroke-width": 1.5 }));
}

/**
 * A line over the photo is two: `under` below, the colour on top. Both keep their width at every zoom.
 * @param {string} d path data @param {{colour?: string, under?: string, dash?: string|null, fill?: string}} [how]
 * @returns {SVGElement} a group; `setPath(group, d)` moves both
 */
export function doubleStroke(d, { colour = "var(--shape)", under = "#fff", dash = null, fill = "none" } = {}) {
  const line = (stroke, width, more) => svg("path", { d, fill: "none", stroke, "stroke-width": width,
    "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round", "stroke-linecap": "round", ...more });
  return svg("g", { class: "double" }, line(under, 4.5, { fill }), line(colour, 2.25, { "stroke-dasharray": dash }));
}

/** @param {SVGElement} group of `doubleStroke` @param {string} d */
export function setPath(group, d) {
  for (const path of group.children) path.setAttribute("d", d);
}

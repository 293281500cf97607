/** Two small drawings: an iconic photo (goes) and an everyday one (stays). They fit every query and weigh nothing. */
import { el, svg } from "../../core/dom.js";

const shape = (name, d) => svg("path", { class: name, d });

/** One thing, large, in the middle, on a plain ground. */
const ICONIC = [
  ["ground", "M0 0H120V80H0Z"],
  ["shade", "M30 66a30 4 0 1 0 60 0a30 4 0 1 0-60 0Z"],
  ["thing", "M40 18H76V58a8 8 0 0 1-8 8H48a8 8 0 0 1-8-8Z"],
  ["ring", "M76 27h5a9 9 0 0 1 9 9v3a9 9 0 0 1-9 9h-5"],
];

/** A room in which the same thing is one of many. */
const EVERYDAY = [
  ["ground", "M0 0H120V80H0Z"],
  ["wall", "M8 8H44V36H8Z"], ["pane", "M26 8V36M8 22H44"],
  ["wall", "M0 52H120V80H0Z"],
  ["deep", "M54 30H90V50H54Z"], ["deep", "M48 50H96V54H48Z"],
  ["deep", "M104 22l9 14H95Z"], ["stem", "M104 36V54"],
  ["thing", "M22 44H32V54a2 2 0 0 1-2 2H24a2 2 0 0 1-2-2Z"],
  ["ring thin", "M32 46.500h1.500a2.500 2.500 0 0 1 2.500 2.500v1a2.500 2.500 0 0 1-2.500 2.500H32"],
  ["deep", "M62 62H100V66H62Z"], ["shade", "M10 66a12 4 0 1 0 24 0a12 4 0 1 0-24 0Z"],
];

/** @param {string[][]} parts @param {string} word @param {string} verdict @param {string} kind @returns {HTMLElement} */
function example(parts, word, verdict, kind) {
  const picture = svg("svg", { viewBox: "0 0 120 80", "aria-hidden": "true" }, ...parts.map(([name, d]) => shape(name, d)));
  return el("figure", { class: `example ${kind}` }, picture, el("figcaption", null, el("b", { text: word }), el("span", { text: verdict })));
}

/** @returns {HTMLElement} the pair */
export function pair() {
  return el("div", { class: "pair" }, example(ICONIC, "Iconic", "Remove", "goes"), example(EVERYDAY, "Everyday", "Keep", "stays"));
}

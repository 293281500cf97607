/**
 * Left of the photo: what to outline, the outlines that the photo has, and the whole photo with what is seen of it.
 * @module pages/draw/side
 */
import { el, icon } from "../../core/dom.js";
import { colouring, swatch } from "../../core/palette.js";
import { trace } from "../../masks/outline.js";
import { decodePiece } from "../../masks/runs.js";

/** More outlines than this are counted, not listed. */
const MOST = 12;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** "Elephant 2" for each mask, counted by category. @param {{category: object}[]} others @returns {string[]} */
export function named(others) {
  const seen = new Map();
  return others.map(({ category: { name } }) => {
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return `${name} ${seen.get(name)}`;
  });
}

/**
 * Masks of the API, each inside its box, with a name, a colour, and rings for the photo.
 * @param {object[]} masks RLE @param {string[]} names
 * @returns {{name: string, colour: number, box: number[], mask: object, rings: number[][]}[]}
 */
export function neighbours(masks, names) {
  const read = masks.map((mask) => decodePiece(mask));
  const rings = read.map(({ box: [x, y], mask }) => trace(mask).map(({ ring }) => ring.map((v, i) => v + (i % 2 ? y : x))));
  return colouring(read).map((colour, i) => ({ ...read[i], name: names[i], colour, rings: rings[i] }));
}

/** What the photo shows of them. @param {object[]} others of `neighbours` @returns {object[]} */
export const passive = (others) => others.filter((one) => one.rings.length)
  .map((one, i) => ({ rings: one.rings, number: i + 1, colour: one.colour, locked: true }));

/**
 * @param {HTMLElement} side @param {{lead: string, more: string, category: object}} words
 * @param {{name: string, colour: number}[]} others @param {string|null} own name of the one in hand; null: none is
 * @returns {{count: (text: string) => void}}
 */
export function fillSide(side, { lead, more, heading }, others, own) {
  const row = (mark, name, state, mine) => el("li", { class: mine ? "mine" : "" }, mark, el("span", { text: name }), state);
  const locked = () => el("span", { class: "lot" }, icon("lock", 12), "locked");
  const count = el("span", { class: "lot num" });
  const list = el("ul", { class: "instances num" }, ...others.slice(0, MOST).map((one) => row(swatch(one.colour), capital(one.name), locked())),
    others.length > MOST ? el("li", { class: "rest", text: `and ${others.length - MOST} more` }) : null,
    own === null ? null : row(el("i", { class: "own" }), `${capital(own)}, yours`, count, true));
  side.append(
    el("section", { class: "section" }, el("p", { class: "lead", text: lead }), el("p", { class: "more", text: more })),
    el("section", { class: "section" }, el("div", { class: "label" }, el("span", { text: heading }),
      el("span", { class: "num", text: others.length + (own === null ? 0 : 1) })), list));
  return { count: (text) => { if (count.textContent !== text) count.textContent = text; } };
}

/** The whole photo and the part of it that is seen. @param {HTMLElement} side @param {import("../../core/photo.js").Photo} photo */
export function miniature(side, photo, keys) {
  const { width, height, url } = photo.image;
  const frame = el("i");
  side.append(el("section", { class: "section miniature" },
    el("div", { class: "whole" }, el("img", { src: url, alt: "", width, height, draggable: "false" }), frame),
    el("p", null, "Whole photo", el("br"), el("span", { class: "num", text: `${width} × ${height}` }), el("br"),
      keys.cap("photo.pan"), " and drag to move")));
  const update = () => {
    const [x, y, w, h] = photo.view.seen;
    const share = { left: x / width, top: y / height, width: w / width, height: h / height };
    for (const [name, value] of Object.entries(share)) frame.style[name] = `${100 * value}%`;
  };
  photo.on("view", update);
  update();
}

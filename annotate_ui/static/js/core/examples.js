/**
 * Good and bad outlines of the category, from other photos: "Like this", "Not like this".
 * @module core/examples
 */
import { el, svg } from "./dom.js";
import { pathOf } from "../pages/grid/cut.js";

/** @param {{url: string, mask: object, crop: number[], text: string}} one @param {string} kind @returns {HTMLElement} */
function figure({ url, mask, crop, text }, kind) {
  const [, , w, h] = crop;
  const d = pathOf(mask, crop);
  const line = (name) => svg("path", { class: name, d, "vector-effect": "non-scaling-stroke" });
  return el("figure", { class: `outlined ${kind}` },
    el("span", { class: "shot", style: { "aspect-ratio": `${w} / ${h}` } }, el("img", { src: url, alt: "", draggable: "false", loading: "lazy" }),
      svg("svg", { viewBox: `0 0 ${w} ${h}`, "aria-hidden": "true" }, line("under"), line("line"))),
    text ? el("figcaption", { text }) : null);
}

/** @param {{good: object[], bad: object[]}} examples of a task @returns {HTMLElement} a section of the side */
export function examples({ good, bad }) {
  const row = (title, list, kind) => (list.length ? [el("div", { class: "label", text: title }),
    el("div", { class: "shots" }, list.map((one) => figure(one, kind)))] : []);
  return el("section", { class: "section" }, row("Like this", good, "good"), row("Not like this", bad, "bad"));
}

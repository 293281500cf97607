/**
 * A category's picture at a size, or two letters in a disc where it has none.
 * @module pages/photo/badge
 */
import { el } from "../../core/dom.js";
import { letters } from "./match.js";

/**
 * @param {{name: string, icon?: string|null}} category @param {number} size CSS px
 * @returns {HTMLElement} silent to screen readers: the name stands beside it
 */
export function badge(category, size) {
  const box = { width: size, height: size };
  if (category.icon) return el("img", { class: "cat", src: category.icon, alt: "", draggable: "false", ...box });
  return el("span", { class: "cat letters", "aria-hidden": "true", text: letters(category.name), style: { "--size": `${size}px` } });
}

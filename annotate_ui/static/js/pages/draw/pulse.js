/**
 * The mark on the instance that is meant: it pulses for five seconds, then a still halo stays.
 * @module pages/draw/pulse
 */
import { el } from "../../core/dom.js";

/**
 * @param {import("../../core/photo.js").Photo} photo @param {[number, number]} at px of the image
 * @param {{name: string, icon: string|null}} category @param {boolean} reduced no movement
 * @returns {{quiet: (on: boolean) => void}} quiet: only the dot, while something is drawn under it
 */
export function pulse(photo, at, category, reduced) {
  const face = category.icon ? el("img", { src: category.icon, alt: "", draggable: "false" })
    : el("b", { text: category.name.slice(0, 2) });
  const node = el("div", { class: reduced ? "target" : "target pulses", role: "img", "aria-label": `The ${category.name} that is meant` },
    el("i"), el("i"), face);
  photo.pin(node, at);
  setTimeout(() => node.classList.remove("pulses"), 5000);
  return { quiet: (on) => node.classList.toggle("quiet", on) };
}

/**
 * The instance that another worker has shown: a halo that pulses for five seconds and then stays still.
 * @module pages/photo/primer
 */
import { el } from "../../core/dom.js";
import { badge } from "./badge.js";

const PULSES_MS = 5000;

/**
 * @param {import("../../core/photo.js").Photo} photo @param {[number, number]} at px of the image
 * @param {{name: string, icon?: string|null}} category @param {boolean} reduced no movement
 * @returns {{close: () => void}}
 */
export function primer(photo, at, category, reduced) {
  const node = el("div", { class: `primer${reduced ? "" : " pulses"}`, "aria-hidden": "true" },
    el("i", { class: "halo" }), el("span", { class: "flag" }, badge(category, 18)));
  const pin = photo.pin(node, at);
  const still = () => node.classList.remove("pulses");
  const timer = setTimeout(still, PULSES_MS);
  return { close: () => { clearTimeout(timer); pin.remove(); } };
}

/**
 * The category's icon beside the pointer, while it is over the photo.
 * @param {import("../../core/photo.js").Photo} photo @param {{name: string, icon?: string|null}} category
 * @returns {{show: (on: boolean) => void}}
 */
export function companion(photo, category) {
  const node = el("span", { class: "companion", "aria-hidden": "true", hidden: true }, badge(category, 20));
  photo.node.append(node);
  let wanted = true;
  const hide = () => { node.hidden = true; };
  photo.on("move", ({ screen: [x, y], touch, keyboard, target }) => {
    node.hidden = !wanted || touch || keyboard || Boolean(target?.closest?.(".mark"));
    node.style.transform = `translate(${x}px, ${y}px)`;
  });
  photo.node.addEventListener("pointerleave", hide);
  return { show: (on) => { wanted = on; if (!on) hide(); } };
}

/**
 * The float with the zoom buttons: out, the scale, in, the target (where a page has one), the whole photo, and a lock.
 * @module core/zoomfloat
 */
import { el, icon } from "./dom.js";

export class ZoomFloat {
  #shown = -1;

  /** @param {HTMLElement} parent @param {import("./photo.js").Photo} photo @param {object|null} keys */
  constructor(parent, photo, keys) {
    this.photo = photo;
    const button = (name, text, run, key) => el("button", { class: "ib", type: "button", "aria-label": text,
      title: keys && key ? `${text} (${keys.named(key)})` : text, on: { click: run } }, icon(name));
    this.words = el("output", { class: "num", "aria-label": "Zoom" });
    this.target = button("target", "Go to the mark", () => this.goal?.());
    this.target.hidden = true;
    this.lock = button("zoom-lock", "Lock the zoom", () => this.#lock());
    this.lock.setAttribute("aria-pressed", "false");
    this.node = el("div", { class: "float zoom", role: "group", "aria-label": "Zoom" },
      button("minus", "Zoom out", () => photo.zoomBy(1 / 1.5), "photo.out"), this.words,
      button("plus", "Zoom in", () => photo.zoomBy(1.5), "photo.in"), el("span", { class: "vr" }), this.target,
      button("fit", "See the whole photo", () => photo.fit(), "photo.fit"), this.lock);
    parent.append(this.node);
  }

  /** A page says where its target is. @param {() => void} go */
  setTarget(go) {
    this.goal = go;
    this.target.hidden = false;
  }

  /** The scale has changed. */
  update() {
    const percent = Math.round(this.photo.scale * 100);
    if (percent === this.#shown) return;
    this.#shown = percent;
    this.words.textContent = `${percent} %`;
  }

  /** Takes it away. */
  close() { this.node.remove(); }

  #lock() {
    const view = this.photo.view;
    view.locked = !view.locked;
    this.lock.setAttribute("aria-pressed", String(view.locked));
  }
}

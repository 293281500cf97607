/**
 * Sides that follow edges: the wire over the part of the photo that is seen.
 * @module pages/draw/edges
 */
import { Wire } from "../../tools/wire.js";
import { Crop } from "./crop.js";

/** A view this much smaller than the window deserves a sharper window. */
const SHARPER = 3;

export class Edges {
  #crop = null;
  #wire = null;
  #from = "";

  /** @param {import("../../core/photo.js").Photo} photo */
  constructor(photo) { this.photo = photo; }

  /**
   * The line along edges.
   * @param {number[]} from px of the image @param {number[]} to
   * @returns {number[]|null} what to append to a ring that ends at `from`; `to` comes last. Null: the photo is not there
   */
  path(from, to) {
    if (!this.photo.node.classList.contains("loaded")) return null;
    if (`${from}` !== this.#from) this.#anchor(from);
    if (!this.#crop.holds(to)) return null;
    return [...this.#crop.from(this.#wire.to(this.#crop.to(to))).slice(0, -2), ...to];
  }

  #anchor(from) {
    const [x, y, w, h] = this.photo.view.seen;
    const area = this.#crop ? this.#crop.box[2] * this.#crop.box[3] : Infinity;
    const fits = this.#crop?.holds(from) && this.#crop.holds([x + w / 2, y + h / 2]) && area < SHARPER * SHARPER * w * h;
    if (!fits) {
      this.#crop = new Crop(this.photo, around([x, y, w, h], from), 0.05);
      this.#wire = new Wire(this.#crop.pixels);
    }
    this.#wire.from(this.#crop.to(from));
    this.#from = `${from}`;
  }
}

/** A box that holds a point as well. */
function around([x, y, w, h], [u, v]) {
  const left = Math.min(x, u), top = Math.min(y, v);
  return [left, top, Math.max(x + w, u) - left, Math.max(y + h, v) - top];
}

/**
 * A round-cornered float that shows the photo at twice the scale under the pointer or the keyboard cursor, from the
 * pixels of the display copy and the true ones that are here.
 * @module core/lens
 */
import { el } from "./dom.js";

const SIZE = 240;
const TIMES = 2;

export class Lens {
  #at = null;

  /** @param {HTMLElement} parent the stage @param {import("./photo.js").Photo} photo */
  constructor(parent, photo) {
    this.photo = photo;
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.node = el("div", { class: "float lens", hidden: true }, this.canvas, el("span", { class: "times", text: "2×" }));
    parent.append(this.node);
  }

  /** @param {boolean} on */
  show(on) {
    this.node.hidden = !on;
    this.draw();
  }

  /** @param {import("./photo.js").Point} point */
  follow(point) {
    if (!point.keyboard && !point.event) return;
    this.#at = point.at;
    this.node.classList.toggle("right", point.screen[0] < SIZE + 48 && point.screen[1] < SIZE + 48);
    this.draw();
  }

  /** Draws what lies under the point. */
  draw() {
    if (this.node.hidden) return;
    const dense = globalThis.devicePixelRatio || 1;
    const side = Math.round(SIZE * dense);
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const { picture, image, scale } = this.photo;
    const [x, y] = this.#at ?? this.photo.cursor;
    const copied = (picture.naturalWidth || image.width) / image.width;
    const reach = SIZE / (scale * TIMES);
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    pen.imageSmoothingEnabled = scale * TIMES < 8;
    pen.drawImage(picture, (x - reach / 2) * copied, (y - reach / 2) * copied, reach * copied, reach * copied, 0, 0, side, side);
    this.photo.deep?.drawOn(pen, [x - reach / 2, y - reach / 2], side / reach);
    this.#cross(pen, side, dense);
  }

  /** Takes it away. */
  close() { this.node.remove(); }

  #cross(pen, side, dense) {
    const middle = side / 2;
    const arms = [[-18, 0, -5, 0], [5, 0, 18, 0], [0, -18, 0, -5], [0, 5, 0, 18]];
    for (const [colour, width] of [["#000", 3.5], ["#fff", 1.5]]) {
      pen.beginPath();
      for (const [x0, y0, x1, y1] of arms) {
        pen.moveTo(middle + x0 * dense, middle + y0 * dense);
        pen.lineTo(middle + x1 * dense, middle + y1 * dense);
      }
      pen.strokeStyle = colour;
      pen.lineWidth = width * dense;
      pen.stroke();
    }
  }
}

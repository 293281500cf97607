/**
 * A mark that is stuck to a point of the photo: a button on a stem, or on the point itself. It is dragged by mouse, pen or
 * finger, pressed by click or Enter, and removed by Delete.
 * @module pages/photo/mark
 */
import { el } from "../../core/dom.js";
import { inside } from "./places.js";

/** A press that moves less than this is a click, CSS px. */
const SLOP = { mouse: 4, pen: 6, touch: 10 };
/** The tap that makes a mark may end as a click on it, ms. */
const FRESH_MS = 500;

/**
 * @typedef {object} Behaviour
 * @property {string} kind class: "drop" or "numbered"
 * @property {string} label for screen readers, with what a press does
 * @property {() => void} press
 * @property {(at: [number, number]) => void} move dragged to a point of the image
 * @property {() => void} remove
 * @property {boolean} [fixed] nothing may be changed
 */

export class Mark {
  #drag = null;
  #moved = false;
  #pressed = false;
  #made = performance.now();

  /**
   * @param {import("../../core/photo.js").Photo} photo @param {[number, number]} at px of the image
   * @param {Behaviour} how @param {...(Node|string)} content of the button
   */
  constructor(photo, at, how, ...content) {
    this.photo = photo;
    this.at = at;
    this.how = how;
    this.button = el("button", { class: "head", type: "button", "aria-label": how.label, on: {
      pointerdown: (event) => this.#press(event), pointermove: (event) => this.#pull(event),
      pointerup: () => this.#drop(), pointercancel: () => this.#back(), lostpointercapture: () => this.#back(),
      click: (event) => this.#click(event), keydown: (event) => this.#key(event) } }, ...content);
    this.node = el("div", { class: `mark ${how.kind}` }, this.button);
    this.pin = photo.pin(this.node, at);
  }

  /** @param {[number, number]} at px of the image */
  to(at) {
    this.at = at;
    this.pin.move(at);
  }

  /** @param {string} label for screen readers */
  name(label) { this.button.setAttribute("aria-label", label); }

  /** @param {boolean} lifted it is in the worker's hand */
  lift(lifted) { this.node.classList.toggle("lifted", lifted); }

  /** Takes it away. */
  close() { this.pin.remove(); }

  #press(event) {
    if (event.button !== 0 || this.how.fixed) return;
    this.#moved = false;
    this.#pressed = true;
    this.#drag = { x: event.clientX, y: event.clientY, from: this.photo.toScreen(this.at), to: null };
    this.button.setPointerCapture(event.pointerId);
  }

  #pull(event) {
    if (!this.#drag) return;
    const [dx, dy] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    if (!this.#moved && Math.hypot(dx, dy) < (SLOP[event.pointerType] ?? SLOP.mouse)) return;
    this.#moved = true;
    this.node.classList.add("dragged");
    const [x, y] = this.#drag.from;
    this.#drag.to = inside(this.photo.view.toImage([x + dx, y + dy]), this.photo.image);
    this.pin.move(this.#drag.to);
  }

  #drop() {
    const to = this.#drag?.to;
    this.#end();
    if (to) this.how.move(to);
    this.pin.move(this.at);
  }

  #back() {
    if (!this.#drag) return;
    this.#end();
    this.pin.move(this.at);
  }

  #end() {
    this.#drag = null;
    this.node.classList.remove("dragged");
  }

  /** A drag ends with a click that means nothing. */
  #click(event) {
    const stray = !this.#pressed && event.detail > 0 && performance.now() - this.#made < FRESH_MS;
    this.#pressed = false;
    if (this.#moved) this.#moved = false;
    else if (!stray && !this.how.fixed) this.how.press();
  }

  #key(event) {
    if (event.key === "Escape") this.#back();
    if (!["Delete", "Backspace"].includes(event.key) || this.how.fixed) return;
    event.preventDefault();
    event.stopPropagation();
    this.how.remove();
    this.photo.node.focus({ preventScroll: true });
  }
}

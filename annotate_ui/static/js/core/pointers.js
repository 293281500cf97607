/**
 * Pointer Events of a surface as gestures: one pointer points and drags, two fingers pan and zoom, Space or the middle
 * button pans, the wheel pans, and with Ctrl (a pinch on a trackpad) it zooms. Once a pen was seen, a finger only pans.
 * @module core/pointers
 */
import { wheelFactor } from "./view.js";

/** A press that moves less than this is a click, CSS px. */
const SLOP = { mouse: 4, pen: 6, touch: 10 };

/**
 * @typedef {object} Hands what happens
 * @property {(event: PointerEvent) => boolean} down true: the drag is the page's own
 * @property {(event: PointerEvent, pressed: boolean) => void} move
 * @property {(event: PointerEvent, clicked: boolean) => void} up
 * @property {(event: Event|null) => void} cancel the press came to nothing
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, about: [number, number]) => void} zoom about a point of the client
 * @property {() => boolean} drags whether an unclaimed drag pans
 */

export class Pointers {
  /** @type {Map<number, PointerEvent>} */
  #down = new Map();
  /** "press", "pan", "pinch" or null */
  #mode = null;
  #start = null;
  #own = false;
  #far = false;
  #pen = false;

  /** @param {HTMLElement} node @param {Hands} hands */
  constructor(node, hands) {
    this.node = node;
    this.hands = hands;
    /** Space is held: a drag pans. */
    this.panning = false;
    const on = (type, run, options) => node.addEventListener(type, run, options);
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#moved(event));
    on("pointerup", (event) => this.#lift(event, false));
    on("pointercancel", (event) => this.#lift(event, true));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("gesturestart", (event) => event.preventDefault());
    on("auxclick", (event) => event.preventDefault());
  }

  /** Ends a press, as Escape does. */
  drop() {
    if (this.#mode === "press") this.hands.cancel(null);
    this.#mode = null;
    this.#start = null;
  }

  #press(event) {
    if (event.target.closest?.("button, a, input, [data-own]") || event.button === 2) return;
    if (event.pointerType === "pen") this.#pen = true;
    this.node.setPointerCapture(event.pointerId);
    this.node.focus({ preventScroll: true });
    event.preventDefault();
    this.#down.set(event.pointerId, event);
    if (this.#down.size > 1) return this.#pinch();
    this.#start = event;
    this.#far = false;
    const palm = this.#pen && event.pointerType === "touch";
    this.#mode = this.panning || event.button === 1 || palm ? "pan" : "press";
    this.#own = this.#mode === "press" && this.hands.down(event) === true;
    return undefined;
  }

  /** A second finger: what the first one began is taken back. */
  #pinch() {
    if (this.#mode === "press") this.hands.cancel(null);
    this.#mode = "pinch";
    this.#start = null;
  }

  #moved(event) {
    const before = this.#down.get(event.pointerId);
    if (!before) return this.#mode === null ? this.hands.move(event, false) : undefined;
    if (this.#mode === "pinch") this.#spread(event, before);
    this.#down.set(event.pointerId, event);
    if (this.#mode === "pan") this.hands.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    if (this.#mode === "press") this.#drag(event);
    return undefined;
  }

  #drag(event) {
    const slop = SLOP[event.pointerType] ?? SLOP.mouse;
    const away = Math.hypot(event.clientX - this.#start.clientX, event.clientY - this.#start.clientY);
    if (!this.#far && away >= slop) {
      this.#far = true;
      if (!this.#own && this.hands.drags()) {
        this.hands.cancel(event);
        this.hands.pan(event.clientX - this.#start.clientX, event.clientY - this.#start.clientY);
        this.#mode = "pan";
        return;
      }
    }
    this.hands.move(event, true);
  }

  #spread(event, before) {
    const other = [...this.#down.values()].find((one) => one.pointerId !== event.pointerId);
    const apart = (one) => Math.max(Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY), 1);
    const middle = (one) => [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
    const [now, then] = [middle(event), middle(before)];
    this.hands.pan(now[0] - then[0], now[1] - then[1]);
    this.hands.zoom(apart(event) / apart(before), now);
  }

  #lift(event, cancelled) {
    if (!this.#down.delete(event.pointerId)) return;
    const mode = this.#mode;
    if (this.#down.size === 0) this.#mode = null;
    if (mode !== "press") return;
    if (cancelled) this.hands.cancel(event);
    else this.hands.up(event, !this.#far);
  }

  #wheel(event) {
    event.preventDefault();
    const lines = [1, 16, 400][event.deltaMode];
    if (event.ctrlKey || event.metaKey) {
      this.hands.zoom(wheelFactor(event.deltaY, event.deltaMode), [event.clientX, event.clientY], true);
    } else if (event.shiftKey && !event.deltaX) this.hands.pan(-event.deltaY * lines, 0);
    else this.hands.pan(-event.deltaX * lines, -event.deltaY * lines);
  }
}

/**
 * An icon on its way from the tray to the photo: under the pointer while it is dragged, or after a click while it waits for
 * the spot. The ring is where it lands.
 * @module pages/photo/carry
 */
import { el } from "../../core/dom.js";
import { isInside } from "./places.js";
import { badge } from "./badge.js";

const SLOP = { mouse: 4, pen: 6, touch: 10 };
/** A finger hides what lies under it: the ring is so much above it, CSS px. */
const ABOVE = 44;

export class Carry {
  #drag = null;

  /**
   * @param {import("../../core/photo.js").Photo} photo
   * @param {{lift: (id: number) => void, drop: (id: number, at: [number, number]) => void, lay: () => void}} hands
   */
  constructor(photo, hands) {
    this.photo = photo;
    this.hands = hands;
    this.words = el("span", { class: "tx" });
    this.tile = el("span", { class: "ic" });
    this.node = el("div", { class: "ghost", "aria-hidden": "true", hidden: true }, el("i", { class: "ring" }), this.tile, this.words);
    document.body.append(this.node);
    this.off = [photo.on("move", (point) => this.#over(point)),
      photo.on("cursor", () => this.#show(false))];
    photo.node.addEventListener("pointerleave", this.#leave);
  }

  /** Shows what the pointer carries, or with null nothing. @param {import("./drops.js").Category|null} category */
  take(category) {
    this.category = category;
    if (category) {
      this.tile.replaceChildren(badge(category, 32));
      this.words.textContent = `Drop on one ${category.name}`;
    } else this.#show(false);
  }

  /**
   * Lets a tile be dragged out.
   * @param {HTMLElement} tile @param {import("./drops.js").Category} category
   */
  from(tile, category) {
    tile.addEventListener("pointerdown", (event) => this.#press(event, tile, category));
  }

  /** Whether the click that is under way ends a drag. @returns {boolean} */
  spent() {
    const dragged = this.dragged === true;
    this.dragged = false;
    return dragged;
  }

  /** Takes everything away. */
  close() {
    this.#stop();
    this.off.forEach((off) => off());
    this.photo.node.removeEventListener("pointerleave", this.#leave);
    this.node.remove();
  }

  #leave = () => { if (!this.#drag) this.#show(false); };

  #press(event, tile, category) {
    if (event.button !== 0) return;
    this.dragged = false;
    const listen = { pointermove: (e) => this.#pull(e, category), pointerup: (e) => this.#drop(e, category),
      pointercancel: () => this.#cancel(), keydown: (e) => { if (e.key === "Escape") this.#cancel(); } };
    this.#drag = { x: event.clientX, y: event.clientY, id: event.pointerId, listen, tile };
    tile.setPointerCapture(event.pointerId);
    for (const [type, run] of Object.entries(listen)) (type === "keydown" ? document : tile).addEventListener(type, run);
  }

  #pull(event, category) {
    if (event.pointerId !== this.#drag?.id) return;
    const far = Math.hypot(event.clientX - this.#drag.x, event.clientY - this.#drag.y) >= (SLOP[event.pointerType] ?? 4);
    if (!this.dragged && !far) return;
    if (!this.dragged) {
      this.dragged = true;
      this.hands.lift(category.id);
    }
    this.#place(...this.#tip(event));
  }

  #drop(event, category) {
    const at = this.#aim(event);
    const dragged = this.dragged;
    this.#stop();
    if (!dragged) return;
    this.#show(false);
    if (at) this.hands.drop(category.id, at);
    else this.hands.lay();
  }

  #cancel() {
    const dragged = this.dragged;
    this.#stop();
    if (dragged) this.hands.lay();
  }

  #stop() {
    const drag = this.#drag;
    this.#drag = null;
    for (const [type, run] of Object.entries(drag?.listen ?? {})) (type === "keydown" ? document : drag.tile).removeEventListener(type, run);
  }

  /** The tip of the pointer, above a finger. */
  #tip(event) { return [event.clientX, event.clientY - (event.pointerType === "touch" ? ABOVE : 0)]; }

  /** Where on the image a release would land, or null beside it. */
  #aim(event) {
    const [x, y] = this.#tip(event);
    const box = this.photo.node.getBoundingClientRect();
    const on = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    const at = this.photo.toImage(x, y);
    return on && isInside(at, this.photo.image) ? at : null;
  }

  #over(point) {
    if (!this.category || this.#drag || point.touch || !point.event || !("clientX" in point.event)) return;
    if (isInside(point.at, this.photo.image)) this.#place(point.event.clientX, point.event.clientY);
    else this.#show(false);
  }

  #place(x, y) {
    this.node.style.transform = `translate(${x}px, ${y}px)`;
    this.node.classList.toggle("flip", x > innerWidth - 260);
    this.#show(true);
  }

  #show(on) { this.node.hidden = !on; }
}

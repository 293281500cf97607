/**
 * True pixels of a photo that is larger than its display copy: tiles that lie on the copy where the view is finer than
 * it. They come when the hand rests, the nearest to the middle first, and only so many are kept.
 * @module core/deep
 */
import { el } from "./dom.js";

/** Tiles that are kept. */
export const MOST = 40;
/** The view rests so long before tiles are asked for; another try after a failed one; ms. */
const REST = 140, AGAIN = 1500;
/** Tries in a row that may fail. */
const TRIES = 8;
/** Above this many CSS px for one px of a tile, pixels are shown as squares, as those of the copy. */
const SQUARES = 6;

/**
 * Which tiles show what is seen.
 * @param {{tiles: {size: number, steps: number[]}, width: number, height: number, shown_width: number}} image
 * @param {[number, number, number, number]} seen x, y, width, height, px of the image
 * @param {number} scale px of the screen's own for one px of the image
 * @returns {{step: number, x: number, y: number}[]} the nearest to the middle first; none where the copy is fine enough
 */
export function visible({ tiles, width, height, shown_width }, [left, top, across, down], scale) {
  if (scale <= shown_width / width || !(across > 0 && down > 0)) return [];
  const steps = [...tiles.steps].sort((a, b) => a - b);
  let at = Math.max(steps.findLastIndex((step) => step * scale <= 1), 0);
  const range = (from, size, all, side) => [Math.floor(from / side), Math.ceil(Math.min(from + size, all) / side)];
  const box = () => [...range(left, across, width, tiles.size * steps[at]), ...range(top, down, height, tiles.size * steps[at])];
  const count = ([x0, x1, y0, y1]) => (x1 - x0) * (y1 - y0);
  while (at < steps.length - 1 && count(box()) > MOST) at += 1; // A large screen: somewhat coarser, and all of it.
  const [x0, x1, y0, y1] = box(), side = tiles.size * steps[at], found = [];
  const away = ({ x, y }) => Math.hypot((x + 0.5) * side - left - across / 2, (y + 0.5) * side - top - down / 2);
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) found.push({ step: steps[at], x, y });
  return found.sort((a, b) => away(a) - away(b)).slice(0, MOST);
}

export class Deep {
  /** Tiles that are here or on their way, the oldest first. @type {Map<string, {node: HTMLImageElement, tile: object, here: boolean}>} */
  #kept = new Map();
  #timer = 0;
  #failed = 0;
  /** The server has made this photo's tiles: the first one says so. */
  #made = false;
  #closed = false;

  /** @param {import("./photo.js").Photo} photo */
  constructor(photo) {
    this.photo = photo;
    this.layer = el("div", { class: "deep", "aria-hidden": "true" });
    Object.assign(this.layer.style, { position: "absolute", inset: "0", pointerEvents: "none" });
    photo.picture.after(this.layer);
    this.stop = photo.on("view", () => this.#soon());
    this.#soon();
  }

  /**
   * Draws the tiles that are here on a canvas, for the lens.
   * @param {CanvasRenderingContext2D} pen @param {[number, number]} corner px of the image at the canvas's corner
   * @param {number} scale px of the canvas for one px of the image
   */
  drawOn(pen, [left, top], scale) {
    const side = this.photo.image.tiles.size;
    for (const node of this.layer.children) {
      const [step, x, y] = node.dataset.tile.split("/").map(Number);
      const at = [(x * side * step - left) * scale, (y * side * step - top) * scale];
      pen.drawImage(node, ...at, node.naturalWidth * step * scale, node.naturalHeight * step * scale);
    }
  }

  /** Takes all tiles away. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.stop();
    this.#kept.clear();
    this.layer.remove();
  }

  #soon(wait = REST) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  /** Asks for the tiles that are seen, and lets go of others when there are too many. */
  #look() {
    const { image, view } = this.photo;
    const wanted = visible(image, view.seen, view.scale * (globalThis.devicePixelRatio || 1));
    const names = new Set(wanted.map(nameOf));
    for (const [name, { node, here }] of this.#kept) {
      const full = this.#kept.size + wanted.filter((tile) => !this.#kept.has(nameOf(tile))).length > MOST;
      if (!names.has(name) && (full || !here || !wanted.length)) this.#drop(name, node);
    }
    const now = this.#made ? wanted : wanted.slice(0, 1);
    for (const tile of now) if (!this.#kept.has(nameOf(tile))) this.#fetch(tile);
    this.#sharp();
  }

  async #fetch(tile) {
    const { image: { tiles } } = this.photo, side = tiles.size * tile.step, name = nameOf(tile);
    const node = el("img", { alt: "", draggable: "false", decoding: "async", "data-tile": name });
    const one = { node, tile, here: false };
    this.#kept.set(name, one);
    node.src = tiles.url.replace(/\{(step|x|y)\}/g, (_, key) => tile[key]);
    try {
      await node.decode();
    } catch {
      return this.#lost(name, one);
    }
    if (this.#closed || this.#kept.get(name) !== one) return undefined;
    one.here = true;
    this.#failed = 0;
    Object.assign(node.style, { position: "absolute", left: `${tile.x * side}px`, top: `${tile.y * side}px`,
      width: `${node.naturalWidth * tile.step}px`, height: `${node.naturalHeight * tile.step}px` });
    const finer = [...this.layer.children].find((other) => parseInt(other.dataset.tile, 10) < tile.step);
    this.layer.insertBefore(node, finer ?? null); // The finest lie on top.
    this.#sharp();
    if (!this.#made) {
      this.#made = true;
      this.#look();
    }
    return undefined;
  }

  /** A tile did not come: the copy stays where it is, and some time later it is asked for again. */
  #lost(name, one) {
    if (this.#closed || this.#kept.get(name) !== one) return;
    this.#kept.delete(name);
    this.#failed += 1;
    if (this.#failed <= TRIES) this.#soon(AGAIN);
  }

  #drop(name, node) {
    this.#kept.delete(name);
    node.remove();
    node.removeAttribute("src"); // What is still on its way need not come.
  }

  /** Large pixels are squares. */
  #sharp() {
    for (const { node, tile } of this.#kept.values()) {
      node.style.imageRendering = this.photo.scale * tile.step >= SQUARES ? "pixelated" : "";
    }
  }
}

const nameOf = ({ step, x, y }) => `${step}/${x}/${y}`;

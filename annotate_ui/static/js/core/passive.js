/**
 * The masks that are only looked at, on one canvas: fill, hatch, a double line and a number. While the view moves, a
 * costly picture is moved as it is, and drawn anew when the view rests; a cheap one is drawn in every frame.
 * @module core/passive
 */
import { boxOf, hatching, ink } from "./palette.js";

/** A drawing that takes longer than this waits for the view to rest, ms. */
const COSTLY = 6;
const REST = 90;
/** Steps of a mask's border smaller than this are drawn as a line, px of the image. */
const STAIRS = 0.75;

/**
 * @typedef {object} Passive
 * @property {number[][]} [rings] flat x0, y0, ... px of the image; a hole is a ring too (even-odd)
 * @property {object} [mask] {width, height, data} or COCO's RLE {size, counts}, instead of rings
 * @property {number} [number] what the badge says; none: no badge
 * @property {number} [colour] 1-12; the number if not given
 * @property {boolean} [locked] a lock on the badge and a dashed line
 * @property {boolean} [dim] at half strength
 */

/** @param {number[][]} rings @returns {Path2D} */
function pathOf(rings) {
  const path = new Path2D();
  for (const ring of rings) {
    path.moveTo(ring[0], ring[1]);
    for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i], ring[i + 1]);
    path.closePath();
  }
  return path;
}

/** The rings of a mask, by the modules that know masks: they are loaded when one comes. @returns {Promise<number[][]>} */
async function ringsOf(mask) {
  const [{ decode }, { trace, simplify }] = await Promise.all([import("../masks/rle.js"), import("../masks/outline.js")]);
  return trace(mask.counts === undefined ? mask : decode(mask)).map((one) => simplify(one.ring, STAIRS));
}

/** The middle of the widest run across the rings, near half height. @returns {[number, number]} px of the image */
export function widest(rings, box) {
  let best = [0, box[0] + box[2] / 2, box[1] + box[3] / 2];
  for (const share of [0.5, 0.35, 0.65, 0.2, 0.8]) {
    const y = box[1] + box[3] * share;
    const cuts = [];
    for (const ring of rings) {
      for (let i = 0, n = ring.length; i < n; i += 2) {
        const [x0, y0, x1, y1] = [ring[i], ring[i + 1], ring[(i + 2) % n], ring[(i + 3) % n]];
        if ((y0 <= y) !== (y1 <= y)) cuts.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
      }
    }
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const wide = cuts[i + 1] - cuts[i];
      if (wide > best[0] * 1.15) best = [wide, cuts[i] + wide / 2, y];
    }
  }
  return [best[1], best[2]];
}

export class PassiveLayer {
  /** @type {object[]} */
  #items = [];
  #patterns = new Map();
  #drawn = null;
  #cost = 0;
  #timer = 0;
  #turn = 0;

  /** @param {HTMLElement} parent @param {import("./view.js").View} view */
  constructor(parent, view) {
    this.view = view;
    this.node = document.createElement("canvas");
    this.node.className = "passive";
    this.node.setAttribute("aria-hidden", "true");
    parent.append(this.node);
  }

  /** How long the newest full drawing took, ms. */
  get cost() { return this.#cost; }

  /** @param {Passive[]} items @returns {Promise<void>} drawn */
  async set(items) {
    const turn = (this.#turn += 1);
    const ready = await Promise.all(items.map(async (one) => {
      const rings = one.rings ?? await ringsOf(one.mask);
      const box = boxOf({ rings });
      return { ...one, rings, box, path: pathOf(rings), at: one.number === undefined ? null : widest(rings, box) };
    }));
    if (turn !== this.#turn) return;
    this.#items = ready;
    this.draw();
  }

  /** The stage has another size. @param {number} width CSS px @param {number} height */
  resize(width, height) {
    const dense = globalThis.devicePixelRatio || 1;
    this.node.width = Math.max(Math.round(width * dense), 1);
    this.node.height = Math.max(Math.round(height * dense), 1);
    this.#patterns.clear();
    this.draw();
  }

  /** The view has moved: draws, or moves what is drawn and draws when it rests. */
  moved() {
    if (this.#cost <= COSTLY || !this.#drawn) return this.draw();
    const { scale, x, y } = this.view;
    const k = scale / this.#drawn.scale;
    this.node.style.transform = `translate(${x - this.#drawn.x * k}px, ${y - this.#drawn.y * k}px) scale(${k})`;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.draw(), REST);
    return undefined;
  }

  /** Draws everything that is seen. */
  draw() {
    clearTimeout(this.#timer);
    const start = performance.now();
    const { scale, x, y } = this.view;
    const pen = this.node.getContext("2d");
    const dense = globalThis.devicePixelRatio || 1;
    this.node.style.transform = "";
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.node.width, this.node.height);
    if (this.#items.length) {
      const seen = this.#items.filter((one) => this.#inView(one.box));
      for (const one of seen) this.#mask(pen, one, dense);
      pen.setTransform(dense, 0, 0, dense, 0, 0);
      for (const one of seen) if (one.at) this.#badge(pen, one);
    }
    this.#drawn = { scale, x, y };
    this.#cost = performance.now() - start;
  }

  #inView([x, y, width, height]) {
    const [left, top] = this.view.toScreen([x, y]);
    const [right, bottom] = this.view.toScreen([x + width, y + height]);
    return right > -8 && bottom > -8 && left < this.view.stage[0] + 8 && top < this.view.stage[1] + 8;
  }

  #pattern(colour, dense) {
    if (!this.#patterns.has(colour)) this.#patterns.set(colour, hatching(colour, Math.round(12 * dense)));
    return this.#patterns.get(colour);
  }

  #mask(pen, one, dense) {
    const { scale, x, y } = this.view;
    const colour = one.colour ?? ((one.number ?? 1) - 1) % 12 + 1;
    const paint = ink(colour);
    const px = 1 / scale;
    pen.setTransform(scale * dense, 0, 0, scale * dense, x * dense, y * dense);
    pen.globalAlpha = one.dim ? 0.06 : 0.12;
    pen.fillStyle = paint.colour;
    pen.fill(one.path, "evenodd");
    if (one.box[2] * scale > 10 && one.box[3] * scale > 10) {
      const pattern = this.#pattern(colour, dense);
      pattern.setTransform(new DOMMatrix([px / dense, 0, 0, px / dense, 0, 0]));
      pen.globalAlpha = one.dim ? 0.25 : 0.5;
      pen.fillStyle = pattern;
      pen.fill(one.path, "evenodd");
    }
    pen.globalAlpha = one.dim ? 0.5 : 1;
    this.#line(pen, one, paint, px);
    pen.globalAlpha = 1;
  }

  #line(pen, one, paint, px) {
    pen.lineJoin = "round";
    pen.setLineDash([]);
    pen.strokeStyle = paint.under;
    pen.lineWidth = 4.5 * px;
    pen.stroke(one.path);
    if (one.locked) pen.setLineDash([9 * px, 4 * px]);
    pen.strokeStyle = paint.colour;
    pen.lineWidth = 2.25 * px;
    pen.stroke(one.path);
  }

  #badge(pen, one) {
    const [x, y] = this.view.toScreen(one.at);
    const text = String(one.number);
    pen.font = "600 12px Inter, system-ui, sans-serif";
    const lock = one.locked ? 15 : 0;
    const width = pen.measureText(text).width + 16 + lock;
    pen.globalAlpha = one.dim ? 0.6 : 1;
    pen.fillStyle = "rgb(0 0 0 / .66)";
    pen.beginPath();
    pen.roundRect(x - width / 2, y - 12, width, 24, 12);
    pen.fill();
    pen.fillStyle = pen.strokeStyle = "#fff";
    pen.textBaseline = "middle";
    pen.fillText(text, x - width / 2 + 8 + lock, y + 1);
    if (lock) this.#lock(pen, x - width / 2 + 7, y);
    pen.globalAlpha = 1;
  }

  #lock(pen, x, y) {
    pen.setLineDash([]);
    pen.lineWidth = 1.4;
    pen.beginPath();
    pen.roundRect(x, y - 1.5, 9, 6.5, 1.5);
    pen.moveTo(x + 1.8, y - 1.5);
    pen.lineTo(x + 1.8, y - 3.2);
    pen.arc(x + 4.5, y - 3.2, 2.7, Math.PI, 0);
    pen.lineTo(x + 7.2, y - 1.5);
    pen.stroke();
  }
}

/**
 * The photo and what lies on it: the picture, a canvas of passive masks, an SVG group for the active shape in px of the
 * image, pins. It zooms, pans, points, and says what the pointer, pen, finger or keyboard cursor does, all in px of the
 * upright original.
 * @module core/photo
 */
import { el, svg } from "./dom.js";
import { Later } from "./later.js";
import { PassiveLayer } from "./passive.js";
import { Pointers } from "./pointers.js";
import { seen } from "./styles.js";
import { View } from "./view.js";
import { ZoomFloat } from "./zoomfloat.js";

/** The lens comes with its first use, true pixels with the first photo that has more than its display copy. */
export const lens = new Later(() => seen(import("./lens.js")));
const deep = new Later(() => import("./deep.js"));

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const EVENTS = ["point", "move", "down", "up", "cancel", "view", "cursor"];
/** Above this many CSS px for one px of the display copy, pixels are shown as squares. */
const SQUARES = 6;

/**
 * @typedef {object} Point what a listener gets
 * @property {[number, number]} at px of the image, not clamped to it
 * @property {[number, number]} screen CSS px from the stage's corner
 * @property {Event|null} event
 * @property {boolean} pressed a button, pen or finger is down
 * @property {boolean} pen
 * @property {boolean} touch
 * @property {boolean} keyboard
 * @property {Element|null} target what lies under it in the SVG or among the pins
 * @property {() => void} [claim] of "down" only: this drag is the page's own and does not pan
 */

export class Photo {
  #listeners = new Map(EVENTS.map((name) => [name, new Set()]));
  #frame = 0;
  #pins = new Set();
  #keyed = [];
  #copy = null;

  /**
   * @param {HTMLElement} parent the stage
   * @param {{url: string, width: number, height: number, shown_width?: number, shown_height?: number}} image
   * @param {{history?: object, keys?: object, reduced?: boolean, text?: string}} [options] text: what the photo is
   */
  constructor(parent, image, { keys = null, reduced = false, text = "" } = {}) {
    this.image = image;
    this.reduced = reduced;
    this.view = new View(image.width, image.height);
    /** An unclaimed drag pans; pages that draw by dragging leave it false or claim the drag. */
    this.dragPans = false;
    this.cursor = [image.width / 2, image.height / 2];
    /** Whether the keyboard cursor is shown: then Enter points. */
    this.cursorShown = false;
    this.#build(parent, text);
    this.#hear();
    if (keys) this.#bind(keys);
    this.zoomFloat = new ZoomFloat(parent, this, keys);
    this.ready = this.#load();
    this.#measure();
    this.fit();
    this.draw();
  }

  /** CSS px per px of the image. */
  get scale() { return this.view.scale; }

  /**
   * @param {"point"|"move"|"down"|"up"|"cancel"|"view"|"cursor"} name @param {(point: Point) => void} listen
   * @returns {() => void} stops it
   */
  on(name, listen) {
    const all = this.#listeners.get(name);
    if (!all) throw new Error(`A photo has no event called ${name}.`);
    all.add(listen);
    return () => all.delete(listen);
  }

  /** @param {number} clientX @param {number} clientY @returns {[number, number]} px of the image */
  toImage(clientX, clientY) {
    const box = this.node.getBoundingClientRect();
    return this.view.toImage([clientX - box.left, clientY - box.top]);
  }

  /** @param {[number, number]} at px of the image @returns {[number, number]} CSS px from the stage's corner */
  toScreen(at) { return this.view.toScreen(at); }

  /** All of the photo. */
  fit() { this.#change(() => this.view.fit()); }

  /** @param {[number, number, number, number]} box px of the image @param {number} [margin] share on each side */
  zoomTo(box, margin) { this.#change(() => this.view.zoomTo(box, margin)); }

  /** @param {number} factor @param {[number, number]} [about] CSS px from the stage's corner */
  zoomBy(factor, about) { this.#change(() => this.view.zoomBy(factor, about)); }

  /** @param {number} dx CSS px @param {number} dy */
  panBy(dx, dy) { this.#change(() => this.view.panBy(dx, dy)); }

  /** Pans no more than it takes to see a point. @param {[number, number]} at px of the image */
  show(at) { this.#change(() => this.view.show(at)); }

  /**
   * The masks that are only looked at.
   * @param {import("./passive.js").Passive[]} items @returns {Promise<void>} when they are drawn
   */
  setPassive(items) { return this.passive.set(items); }

  /** Hides everything that lies on the photo. @param {boolean} hidden */
  hide(hidden) { this.node.classList.toggle("bare", hidden); }

  /** A second picture at twice the scale that follows the pointer or the cursor. @param {boolean} on */
  lens(on) {
    this.#lensOn = on;
    return lens.use(({ Lens }) => {
      if (this.node.isConnected) (this.#lens ??= new Lens(this.parent, this)).show(this.#lensOn);
    });
  }

  /** @type {import("./lens.js").Lens|null} */
  #lens = null;
  #lensOn = false;
  /** True pixels of a large photo. @type {import("./deep.js").Deep|null} */
  deep = null;

  /**
   * Keeps an HTML element at a point of the image, at its own size: a badge, a mark, a button.
   * @param {HTMLElement} node @param {[number, number]} at px of the image
   * @returns {{node: HTMLElement, move: (at: [number, number]) => void, remove: () => void}}
   */
  pin(node, at) {
    const pin = { node, at, move: (to) => { pin.at = to; this.#place(pin); }, remove: () => {
      this.#pins.delete(pin);
      node.remove();
    } };
    node.classList.add("pin");
    this.#pins.add(pin);
    this.pins.append(node);
    this.#place(pin);
    return pin;
  }

  /**
   * A canvas on the photo, one px of it for each px of the image: for brushes. Made once.
   * @returns {HTMLCanvasElement}
   */
  get paint() {
    if (!this.#canvas) {
      const { width, height } = this.image;
      this.#canvas = el("canvas", { class: "paint", width, height, "aria-hidden": "true" });
      this.world.append(this.#canvas);
    }
    return this.#canvas;
  }

  #canvas = null;

  /**
   * Pixels of the display copy under a box of the image; wait for `ready` first.
   * @param {number} [x] px of the image @param {number} [y] @param {number} [w] @param {number} [h]
   * @returns {{data: Uint8ClampedArray, width: number, height: number, x: number, y: number, scale: number}} RGBA; x, y:
   *   the image px at the copy's corner; scale: px of the copy per px of the image
   */
  pixels(x = 0, y = 0, w = this.image.width, h = this.image.height) {
    const copy = this.#copied();
    const scale = copy.width / this.image.width;
    const left = Math.max(0, Math.floor(x * scale));
    const top = Math.max(0, Math.floor(y * scale));
    const right = Math.min(copy.width, Math.ceil((x + w) * scale));
    const bottom = Math.min(copy.height, Math.ceil((y + h) * scale));
    const pen = copy.getContext("2d", { willReadFrequently: true });
    const found = pen.getImageData(left, top, Math.max(right - left, 1), Math.max(bottom - top, 1));
    return { data: found.data, width: found.width, height: found.height, x: left / scale, y: top / scale, scale };
  }

  /** @param {[number, number]} at px of the image; shows the keyboard cursor there */
  setCursor(at) {
    this.cursor = [Math.min(Math.max(at[0], 0), this.image.width), Math.min(Math.max(at[1], 0), this.image.height)];
    this.cursorShown = true;
    this.#change(() => this.view.show(this.cursor));
    const point = this.#point(null, { at: this.cursor, screen: this.toScreen(this.cursor), keyboard: true });
    this.#tell("cursor", point);
    this.#tell("move", point);
  }

  /** Takes the keyboard cursor away: Enter is the page's again. */
  dropCursor() {
    this.cursorShown = false;
    this.#draw();
  }

  /** Takes everything away. */
  close() {
    cancelAnimationFrame(this.#frame);
    this.#keyed.forEach((remove) => remove());
    this.#watch.disconnect();
    this.#lens?.close();
    this.deep?.close();
    this.zoomFloat.close();
    this.node.remove();
  }

  #watch = new ResizeObserver(() => this.#measure());

  #build(parent, text) {
    this.parent = parent;
    const size = { width: `${this.image.width}px`, height: `${this.image.height}px` };
    this.picture = el("img", { class: "picture", alt: text, draggable: "false", decoding: "async", style: size });
    this.world = el("div", { class: "world", style: size }, this.picture);
    this.world.style.background = this.image.mean; // None changes nothing.
    /** The SVG group whose unit is a px of the image: the active shape goes here. */
    this.svg = svg("g", { class: "shapes" });
    /** The SVG group whose unit is a CSS px: above everything else. */
    this.over = svg("g", { class: "over" });
    this.pins = el("div", { class: "pins" });
    this.cross = svg("g", { class: "cross", visibility: "hidden" },
      ...["under", "top"].map((part) => svg("path", { class: part, d: "M-14 0H-4M4 0H14M0-14V-4M0 4V14M0 0h.01" })));
    this.over.append(this.cross);
    this.node = el("div", { class: "photo", tabIndex: 0, role: "application", "aria-label": text || "Photo",
      "aria-roledescription": "photo", "aria-describedby": "photo-help" }, this.world);
    this.passive = new PassiveLayer(this.node, this.view);
    this.node.append(svg("svg", { class: "marks", focusable: "false" }, this.svg, this.over), this.pins);
    parent.append(this.node);
    this.#watch.observe(this.node);
  }

  #hear() {
    const point = (event, more) => this.#point(event, more);
    this.pointers = new Pointers(this.node, {
      down: (event) => {
        let claimed = false;
        this.cursorShown = false;
        this.#tell("down", point(event, { pressed: true, claim: () => { claimed = true; } }));
        return claimed;
      },
      move: (event, pressed) => { this.pointer = event; this.#tell("move", point(event, { pressed })); },
      up: (event, clicked) => {
        this.#tell("up", point(event));
        if (clicked && event.button <= 0) this.#tell("point", point(event));
      },
      cancel: (event) => this.#tell("cancel", point(event)),
      pan: (dx, dy) => this.panBy(dx, dy),
      zoom: (factor, [x, y]) => this.#pinched(factor, x, y),
      drags: () => this.dragPans,
    });
    this.node.addEventListener("keydown", (event) => this.#typed(event));
    const loud = () => delete this.node.dataset.quiet;
    ["keydown", "blur"].forEach((type) => this.node.addEventListener(type, loud));
  }

  #pinched(factor, clientX, clientY) {
    if (this.view.locked) return;
    const box = this.node.getBoundingClientRect();
    this.zoomBy(factor, [clientX - box.left, clientY - box.top]);
  }

  #bind(keys) {
    const group = "Photo";
    const add = (id, names, text, more) => this.#keyed.push(keys.add({ id: `photo.${id}`, keys: names, text, group, ...more }));
    add("in", ["+", "="], "Zoom in", { run: () => this.zoomBy(1.5) });
    add("out", ["-"], "Zoom out", { run: () => this.zoomBy(1 / 1.5) });
    add("fit", ["0", "f"], "See the whole photo", { run: () => this.fit() });
    add("hide", ["h"], "Hide all outlines while held", { hold: { down: () => this.hide(true), up: () => this.hide(false) } });
    add("pan", ["Space"], "Hold and drag to move the photo", { hold: {
      down: () => this.#grab(true), up: () => this.#grab(false) } });
  }

  #grab(on) {
    this.pointers.panning = on;
    this.node.classList.toggle("grab", on);
  }

  #typed(event) {
    if (event.target !== this.node || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (step) {
      const size = (event.shiftKey ? 10 : 1) / this.scale;
      const from = this.cursorShown ? this.cursor : this.#middle();
      this.setCursor([from[0] + step[0] * size, from[1] + step[1] * size]);
    } else if (event.key === "Enter" && this.cursorShown && !event.shiftKey) {
      this.#tell("point", this.#point(event, { at: this.cursor, screen: this.toScreen(this.cursor), keyboard: true }));
    } else return;
    event.preventDefault();
  }

  #middle() {
    const [x, y, width, height] = this.view.seen;
    return [x + width / 2, y + height / 2];
  }

  #point(event, more = {}) {
    const pointed = event && "clientX" in event;
    const box = pointed && this.node.getBoundingClientRect();
    const screen = pointed ? [event.clientX - box.left, event.clientY - box.top] : [0, 0];
    return { at: this.view.toImage(screen), screen, event, pressed: false, pen: event?.pointerType === "pen",
      touch: event?.pointerType === "touch", keyboard: false, target: event?.target ?? null, ...more };
  }

  #tell(name, point) {
    for (const listen of this.#listeners.get(name)) listen(point);
    if (name !== "view") this.#lens?.follow(point);
  }

  #change(change) {
    change();
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Draws now what waits for the next frame. */
  draw() { this.#draw(); }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { scale, x, y } = this.view;
    this.world.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.svg.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    this.node.style.setProperty("--px", String(1 / scale));
    const copied = (this.image.shown_width ?? this.image.width) / this.image.width;
    this.picture.classList.toggle("squares", scale / copied >= SQUARES);
    this.passive.moved();
    this.#pins.forEach((pin) => this.#place(pin));
    const [cx, cy] = this.toScreen(this.cursor);
    this.cross.setAttribute("transform", `translate(${cx} ${cy})`);
    this.cross.setAttribute("visibility", this.cursorShown ? "visible" : "hidden");
    this.zoomFloat?.update();
    this.#lens?.draw();
    this.#tell("view", this.#point(null));
  }

  #place(pin) {
    const [x, y] = this.toScreen(pin.at);
    pin.node.style.transform = `translate(${x}px, ${y}px)`;
  }

  #measure() {
    const { clientWidth, clientHeight } = this.node;
    if (!clientWidth || !clientHeight) return;
    this.view.resize(clientWidth, clientHeight);
    this.passive.resize(clientWidth, clientHeight);
    this.#draw();
  }

  /** @returns {Promise<Photo>} rejected with a sentence when the photo does not come */
  async #load() {
    this.picture.src = this.image.url;
    try {
      await this.picture.decode();
    } catch (error) {
      throw new Error("The photo did not load.", { cause: error });
    }
    this.node.classList.add("loaded");
    // Without it there is still the display copy.
    if (this.image.tiles) deep.get().then(({ Deep }) => { if (this.node.isConnected) this.deep = new Deep(this); }, () => {});
    return this;
  }

  /** The display copy on a canvas, made once. */
  #copied() {
    if (!this.#copy) {
      const { naturalWidth: width, naturalHeight: height } = this.picture;
      this.#copy = el("canvas", { width, height });
      this.#copy.getContext("2d", { willReadFrequently: true }).drawImage(this.picture, 0, 0);
    }
    return this.#copy;
  }
}

/**
 * A drawing on a photo: the value, what is changed about it through the history, which tool has the pointer. Tools see
 * only this.
 * @module pages/draw/editor
 */
import { EMPTY, inside, ringAt } from "./shape.js";
import { Waiting } from "./waiting.js";

/** A click this near hits a point or a side, CSS px; a finger is coarser. */
const REACH = 12, FINGER = 22;

/**
 * @typedef {object} Tool what has the pointer; everything is optional
 * @property {string} id
 * @property {(e: object) => void} [down] @property {(e: object) => void} [move] @property {(e: object) => void} [up]
 * @property {(e: object) => void} [point] a click, a tap or Enter @property {() => void} [cancel]
 * @property {() => void} [enter] it becomes the tool in hand @property {() => void} [leave]
 */

export class Editor {
  /** @type {Map<string, Tool>} */
  tools = new Map();
  /** Tools that come with their first use: a Later, and how to make the tool of it. @type {Map<string, [object, Function]>} */
  #later = new Map();
  #before = null;
  #note = null;
  #listeners = new Set();

  /**
   * @param {object} host of the page @param {import("../../core/photo.js").Photo} photo
   * @param {{allowed?: string[], locked?: object|null}} [options] locked: a mask that no brush may enter
   */
  constructor(host, photo, { allowed = ["polygon"], locked = null } = {}) {
    Object.assign(this, { host, photo, allowed, locked, image: photo.image, history: host.history });
    /** @type {import("./shape.js").Drawing} */
    this.drawing = EMPTY;
    /** A vertex that is chosen: {place, index}. */
    this.chosen = null;
    /** What the overlay shows beside the drawing: {hover, preview, ghost, free, box, ring}. */
    this.shown = {};
    this.tool = null;
    /** What is being found off the page's thread, see region.js. @type {{cancel: () => void}|null} */
    this.job = null;
    /** Where closed rings cross themselves; who closes rings knows. @type {(drawing: object) => [number, number][]} */
    this.crossed = () => [];
    for (const name of ["down", "move", "up", "point", "cancel"]) photo.on(name, (e) => this.#tell(name, e));
  }

  /** @param {Tool} tool @returns {Tool} */
  add(tool) {
    this.tools.set(tool.id, tool);
    return tool;
  }

  /** A tool that comes with its first use. @param {string} id @param {import("../../core/later.js").Later} part @param {(module: object) => Tool} make */
  later(id, part, make) { this.#later.set(id, [part, make]); }

  /** Takes a tool in hand; one that is still coming holds the place, and then does what the hand did meanwhile. @param {string} id */
  use(id) {
    if (this.host.preview) return;
    const next = this.tools.get(id) ?? this.#come(id);
    if (!next) return;
    if (next !== this.tool) {
      this.settle();
      this.tool?.leave?.();
      this.shown = {};
      this.tool = next;
      next.enter?.();
    }
    this.photo.node.dataset.tool = id;
    this.tell("tool");
  }

  /** @param {(what: "drawing"|"shown"|"tool"|"pixels", more?: unknown) => void} listen */
  onchange(listen) { this.#listeners.add(listen); }

  /** @param {string} what @param {unknown} [more] */
  tell(what, more) { for (const listen of this.#listeners) listen(what, more); }

  /** A hint that stands until the drawing changes. @param {string} text @param {object} [options] of host.hint */
  note(text, options = { kind: "plain" }) { this.#note = this.host.hint(text, options); }

  /** Shows more or less beside the drawing. @param {object} shown */
  show(shown) {
    Object.assign(this.shown, shown);
    this.tell("shown");
  }

  /** @param {object} e @returns {[number, number]} px of the image, as it is kept */
  at(e) { return inside(e.at, this.image); }

  /** How near is near. @param {{touch?: boolean}} e @returns {number} px of the image */
  reach(e) { return (e.touch ? FINGER : REACH) / this.photo.scale; }

  /** Another drawing, without the history. @param {import("./shape.js").Drawing} drawing */
  set(drawing) {
    if (drawing !== this.drawing) this.job?.cancel();
    this.drawing = drawing;
    this.#note?.();
    this.#note = null;
    const { chosen } = this;
    if (chosen && !(ringAt(drawing, chosen.place)?.flat.length > 2 * chosen.index)) this.chosen = null;
    this.tell("drawing");
  }

  /** The same by the history: what was live is over. */
  put(drawing) {
    this.#before = null;
    this.set(drawing);
  }

  /**
   * One action of the worker.
   * @param {string} name in the worker's words @param {import("./shape.js").Drawing} next
   */
  apply(name, next) {
    this.settle();
    const before = this.drawing;
    if (next === before) return;
    this.chosen = null;
    this.history.do({ name, redo: () => this.put(next), undo: () => this.put(before) });
  }

  /** What a drag or held arrow shows meanwhile; `settle` makes it one action. */
  live(name, next) {
    this.#before ??= { name, drawing: this.drawing };
    this.set(next);
  }

  /** Makes one action of what was live. */
  settle() {
    if (!this.#before) return;
    const { name, drawing } = this.#before;
    this.#before = null;
    const next = this.drawing;
    if (next !== drawing) this.history.do({ name, redo: () => this.put(next), undo: () => this.put(drawing) });
  }

  /** What was live never was. */
  revert() {
    if (!this.#before) return;
    const { drawing } = this.#before;
    this.#before = null;
    this.set(drawing);
  }

  #come(id) {
    const [part, make] = this.#later.get(id) ?? [];
    if (!part) return null;
    if (part.module) return this.add(make(part.module));
    const waiting = new Waiting(id);
    part.use(() => {
      if (this.tool !== waiting) return;
      this.tool = null;
      this.use(id);
      waiting.replay(this.tool);
    });
    return waiting;
  }

  #tell(name, e) {
    if (this.host.preview) return;
    this.tool?.[name]?.(e);
  }
}

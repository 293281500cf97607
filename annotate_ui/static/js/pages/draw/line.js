/**
 * The polygon: clicks set points, a side is straight or follows an edge as the worker chooses, a drag draws freehand.
 * Closed rings are edited with the same hand.
 * @module pages/draw/line
 */
import { simplifyLine } from "../../masks/outline.js";
import { editing, pixels } from "./later.js";
import * as shape from "./shape.js";
import { crossed, uncrossed } from "./uncrossed.js";

/** A second click within this is a double click, ms and CSS px. */
const DOUBLE_MS = 400, DOUBLE_PX = 6;
/** A drag shorter than this is an unsteady click, CSS px. */
const SHORT = 12;

export class Line {
  id = "polygon";

  /** @param {import("./editor.js").Editor} editor @param {{wire?: object|null}} [options] wire: `path(from, to)` */
  constructor(editor, { wire = null } = {}) {
    Object.assign(this, { editor, wire });
    /** The hand for points of closed rings; it comes with the first one. @type {import("./points.js").Points|null} */
    this.points = null;
    editor.crossed = crossed;
    /** Whether sides follow edges. */
    this.edges = false;
    /** What sides follow instead: outlines that are there. @type {import("../../tools/along.js").Along|null} */
    this.along = null;
    /** What the next ring is: "part", "hole", or null when none may begin. */
    this.armed = null;
    this.last = { time: 0, screen: [0, 0] };
    this.hoverAt = null;
    this.free = null;
    editor.onchange((what) => {
      if (what !== "drawing") return;
      if (this.hoverAt && editor.drawing.draft) this.#preview(this.hoverAt);
      if (!this.points && editor.drawing.parts.length) editing.use((module) => this.#edits(module));
    });
  }

  leave() {
    this.points?.choose(null);
    this.armed = null;
  }

  /** The next ring is one more part or a hole. @param {"part"|"hole"} role */
  arm(role) {
    if (this.editor.drawing.draft) return;
    this.armed = role;
    this.points?.choose(null);
    this.editor.tell("tool");
  }

  /** What a ring that begins now would be, or null: a closed one is edited first. */
  get role() {
    return this.armed ?? (this.editor.drawing.parts.length ? null : "part");
  }

  down(e) {
    const { drawing } = this.editor;
    if (!drawing.draft && this.points?.grab(e)) return;
    if (this.editor.allowed.includes("lasso") && (drawing.draft || this.role) && !e.event?.shiftKey) {
      e.claim?.();
      this.free = [...this.editor.at(e)];
    }
  }

  move(e) {
    if (e.pressed && this.points?.drag(e)) return;
    if (e.pressed && this.free) this.#scribble(e);
    else if (this.editor.drawing.draft) this.#preview(e);
    else this.points?.hover(e);
  }

  up(e) {
    if (this.points?.drop(e)) return;
    const { free } = this;
    this.free = null;
    this.editor.show({ free: null });
    if (!free || free.length < 4 || Math.max(...shape.flatBox(free).slice(2)) * this.editor.photo.scale < SHORT) return;
    this.#keepFree(free, e);
  }

  cancel() {
    this.free = null;
    this.points?.letGo();
    this.editor.show({ free: null });
  }

  point(e) {
    const { drawing } = this.editor;
    const at = this.#at(e);
    if (drawing.draft) return this.#next(e, at);
    if (this.points?.click(e, at, this.role !== null)) return undefined;
    if (!this.role) return this.editor.note("One more part: A. A hole: O");
    this.#step({ tool: "polygon", flat: at }, e);
    return undefined;
  }

  /** Closes the ring in hand; says why if it can't. @param {boolean} [edges] whether the last side follows an edge */
  close(edges = this.edges) {
    const { drawing } = this.editor;
    const flat = shape.draftFlat(drawing.draft);
    const home = flat.slice(0, 2);
    const round = this.along?.path(flat.slice(-2), home);
    const path = round ?? (edges && !this.along && flat.length >= 4 && this.wire?.path(flat.slice(-2), home));
    const last = path ? { tool: round ? "polygon" : "scissors", flat: path.slice(0, -2) } : undefined;
    const open = shape.whyOpen(drawing, last?.flat);
    if (open) return this.editor.note(open, { kind: "warn" });
    const { role } = drawing.draft;
    this.armed = null;
    this.editor.shown = {};
    if (drawing.paint) pixels.use(({ fillInto }) => fillInto(this.editor, [...flat, ...last?.flat ?? []], role));
    else this.editor.apply(role === "hole" ? "Cut a hole" : "Close the outline", uncrossed(shape.close(drawing, last)));
    this.editor.host.say(role === "hole" ? "Hole cut" : "Outline closed");
    return undefined;
  }

  /** Without the last point. */
  back() { this.editor.apply("Take back a point", shape.dropStep(this.editor.drawing)); }

  /** Lets go of what is in hand. @returns {boolean} whether anything was */
  escape() {
    if (this.editor.drawing.draft) {
      this.editor.shown = {};
      this.editor.apply("Drop the outline in hand", shape.dropDraft(this.editor.drawing));
    } else if (this.armed) {
      this.armed = null;
      this.editor.tell("tool");
    } else if (this.editor.chosen) this.points?.choose(null);
    else return false;
    return true;
  }

  /** Sides follow edges from now on, or run straight. @param {boolean} edges */
  follow(edges) {
    this.edges = edges && Boolean(this.wire);
    this.round(null);
  }

  /** Sides follow outlines that are there, or do not any more. @param {import("../../tools/along.js").Along|null} along */
  round(along) {
    this.along = along;
    this.editor.tell("tool");
    if (this.hoverAt) this.#preview(this.hoverAt);
  }

  #edits({ Points, Walker }) {
    const { editor } = this;
    if (this.points || !editor.tool || !editor.photo.node.isConnected) return;
    this.points = new Points(editor);
    this.walker = new Walker(editor, this.points, editor.host.keys);
    this.walker.update();
  }

  #next(e, at) {
    const flat = shape.draftFlat(this.editor.drawing.draft);
    const again = Math.hypot(e.screen[0] - this.last.screen[0], e.screen[1] - this.last.screen[1]) <= DOUBLE_PX
      && (e.keyboard || performance.now() - this.last.time < DOUBLE_MS);
    if (again || (flat.length >= 6 && this.#onFirst(e, flat))) return this.close(this.#kind(e));
    const round = this.along?.path(flat.slice(-2), at, e.event?.shiftKey);
    if (round) return this.#step({ tool: "polygon", flat: round }, e);
    const path = this.#kind(e) ? this.wire.path(flat.slice(-2), at) : null;
    return this.#step(path ? { tool: "scissors", flat: path } : { tool: "polygon", flat: at }, e);
  }

  /** Where a click sets a point: on an outline near it, if sides follow those. */
  #at(e) { return this.along?.snap(e.at, this.editor.reach(e)) ?? this.editor.at(e); }

  #kind(e) { return !this.along && Boolean(this.wire) && this.edges !== Boolean(e.event?.shiftKey); }

  #onFirst(e, flat) {
    return Math.hypot(e.at[0] - flat[0], e.at[1] - flat[1]) <= this.editor.reach(e);
  }

  #step(step, e) {
    this.last = { time: performance.now(), screen: e.screen };
    const { drawing } = this.editor;
    this.editor.apply("Add a point", shape.addStep(drawing, step, this.role ?? "part"));
    if (e.keyboard) this.editor.host.say(`Point ${shape.draftFlat(this.editor.drawing.draft).length / 2}`);
    this.#preview(e);
  }

  /** The side that a click would add, and the other kind of it as a ghost. */
  #preview(e) {
    this.hoverAt = e;
    const flat = shape.draftFlat(this.editor.drawing.draft);
    if (!flat.length) return undefined;
    const from = flat.slice(-2);
    const first = flat.length >= 6 && this.#onFirst(e, flat);
    const at = first ? flat.slice(0, 2) : this.#at(e);
    const other = Boolean(e.event?.shiftKey), round = this.along?.path(from, at, other);
    if (round) return this.editor.show({ preview: [...from, ...round], ghost: [...from, ...this.along.path(from, at, !other)], first, hover: null });
    const path = this.along ? null : this.wire?.path(from, at);
    const straight = [...from, ...at], edge = path ? [...from, ...path] : straight;
    const edges = this.#kind(e);
    return this.editor.show({ preview: edges ? edge : straight, ghost: path ? (edges ? straight : edge) : null, first, hover: null });
  }

  #scribble(e) {
    this.free.push(...this.editor.at(e));
    this.editor.show({ free: this.free, preview: null, ghost: null });
  }

  #keepFree(free, e) {
    const { drawing } = this.editor;
    const line = simplifyLine(free, 1 / this.editor.photo.scale);
    const start = shape.draftFlat(drawing.draft).slice(0, 2);
    const next = shape.addStep(drawing, { tool: "lasso", flat: line }, this.role ?? "part");
    const first = start.length ? start : line.slice(0, 2);
    const home = Math.hypot(e.at[0] - first[0], e.at[1] - first[1]) <= 1.5 * this.editor.reach(e);
    if (!home || shape.whyOpen(next)) return this.editor.apply("Draw freehand", next);
    this.editor.live("Draw freehand", next);
    this.editor.settle();
    return this.close(false);
  }
}

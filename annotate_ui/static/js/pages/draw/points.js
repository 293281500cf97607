/**
 * The points of closed rings: hover, choose, drag, click from here to there, insert on a side, delete, walk and nudge.
 * @module pages/draw/points
 */
import { insert, move, nearSide, nearVertex, remove } from "./edits.js";
import { inside, ringAt, rings } from "./shape.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Points {
  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.held = null;
  }

  /** @param {object} e of "down" @returns {boolean} a point or side is in the hand */
  grab(e) {
    const { drawing } = this.editor;
    const vertex = nearVertex(drawing, e.at, this.editor.reach(e));
    if (!vertex) return false;
    e.claim?.();
    this.held = { ...vertex, moved: false };
    return true;
  }

  /** @param {object} e @returns {boolean} */
  drag(e) {
    if (!this.held) return false;
    const { place, index, at } = this.held;
    const away = Math.hypot(e.at[0] - at[0], e.at[1] - at[1]) * this.editor.photo.scale;
    if (!this.held.moved && away < 4) return true;
    this.held.moved = true;
    this.editor.show({ hover: null });
    this.editor.live("Move a point", move(this.editor.drawing, place, index, this.editor.at(e)));
    return true;
  }

  /** @returns {boolean} a drag has ended here */
  drop() {
    const moved = this.held?.moved;
    this.held = null;
    if (moved) this.editor.settle();
    return Boolean(moved);
  }

  letGo() {
    this.held = null;
    this.editor.revert();
  }

  /** Shows what a click would take. */
  hover(e) {
    if (e.target?.closest?.(".point-tools")) return;
    const { drawing } = this.editor;
    const near = this.editor.reach(e);
    const vertex = nearVertex(drawing, e.at, near);
    const side = vertex ? null : nearSide(drawing, e.at, near * 0.66);
    const hover = vertex ? { ...vertex, kind: "vertex" } : side && { ...side, kind: "side" };
    if (hover || this.editor.shown.hover) this.editor.show({ hover });
  }

  /**
   * A click: takes a point, puts the chosen one down, or makes one on a side.
   * @param {object} e @param {[number, number]} at @param {boolean} begins a ring may begin here
   * @returns {boolean} it was about points
   */
  click(e, at, begins) {
    const { drawing, chosen } = this.editor;
    const near = this.editor.reach(e);
    const vertex = nearVertex(drawing, e.at, near);
    if (vertex) {
      this.choose(same(vertex, chosen) ? null : vertex);
      return true;
    }
    if (chosen) {
      this.editor.apply("Move a point", move(drawing, chosen.place, chosen.index, at));
      return true;
    }
    const side = begins ? null : nearSide(drawing, e.at, near * 0.66);
    if (side) this.editor.apply("Insert a point", insert(drawing, side.place, side.index, inside(side.at, this.editor.image)));
    return Boolean(side);
  }

  /** @param {{place: object, index: number}|null} vertex */
  choose(vertex) {
    this.editor.settle();
    this.editor.chosen = vertex && { place: vertex.place, index: vertex.index };
    this.editor.tell("shown");
  }

  /** The vertex that Delete takes: the chosen one, else the one under the pointer. */
  get target() {
    const { chosen, shown, drawing } = this.editor;
    const one = chosen ?? (shown.hover?.kind === "vertex" ? shown.hover : null);
    return one && ringAt(drawing, one.place)?.flat.length > 2 * one.index ? one : null;
  }

  /** @returns {boolean} whether a point went */
  delete() {
    const { target } = this;
    if (!target) return false;
    const before = this.editor.drawing;
    const stay = this.editor.chosen && target.index;
    this.editor.show({ hover: null });
    this.editor.apply("Delete a point", remove(before, target.place, target.index));
    const ring = ringAt(this.editor.drawing, target.place);
    if (Number.isInteger(stay) && ring) this.choose({ place: target.place, index: Math.min(stay, ring.flat.length / 2 - 1) });
    return true;
  }

  /** All vertices in walking order. */
  all() {
    return rings(this.editor.drawing).flatMap(({ place, ring }) => (
      Array.from({ length: ring.flat.length / 2 }, (_, index) => ({ place, index }))));
  }

  /** The next vertex of the walk, or null at its end. @param {1|-1} by */
  step(by) {
    const all = this.all();
    const now = all.findIndex((one) => same(one, this.editor.chosen));
    const next = now < 0 ? all.at(by > 0 ? 0 : -1) : all[now + by];
    this.choose(next ?? null);
    return next ?? null;
  }

  /** @param {KeyboardEvent} event @returns {boolean} an arrow has moved the chosen point */
  nudge(event) {
    const by = ARROWS[event.key];
    const { chosen, drawing, image, photo } = this.editor;
    if (!by || !chosen) return false;
    const { flat } = ringAt(drawing, chosen.place);
    const size = (event.shiftKey ? 10 : 1) / photo.scale;
    const to = [flat[2 * chosen.index] + by[0] * size, flat[2 * chosen.index + 1] + by[1] * size];
    this.editor.live("Move a point", move(drawing, chosen.place, chosen.index, inside(to, image)));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.editor.settle(), 600);
    return true;
  }
}

/** @returns {boolean} the same vertex */
export const same = (a, b) => Boolean(a && b)
  && a.index === b.index && a.place.part === b.place.part && a.place.hole === b.place.hole;

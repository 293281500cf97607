/**
 * The brush and the eraser: a round tip, its size in px of the image, that draws on the pixels of the drawing.
 * @module pages/draw/tip
 */
import { stroke } from "../../masks/brush.js";
import { bar, cut, painted, paste, patched } from "./raster.js";
import { roomless, roomy } from "./roomy.js";

/** CSS px of the first tip's radius, and how the keys change it. */
const FIRST = 14, FACTOR = 1.25;
const LEAST = 0.5;

/** The box around two boxes x, y, w, h; the first may be null. */
function both(a, b) {
  if (!a || !b[2]) return a ?? b;
  const x = Math.min(a[0], b[0]), y = Math.min(a[1], b[1]);
  return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y];
}

/** A tip, or what says that there is no room for one; arguments as for Tip. */
export const tip = (editor, id, size) => (roomy(editor.image) ? new Tip(editor, id, size) : roomless(editor, id));

export class Tip {
  #going = null;

  /**
   * @param {import("./editor.js").Editor} editor @param {"brush"|"eraser"} id
   * @param {{radius: number, patches?: object}} size shared by brush and eraser; patches: superpixels, see patches.js
   */
  constructor(editor, id, size) {
    Object.assign(this, { editor, id, size });
    this.value = id === "brush" ? 1 : 0;
  }

  enter() { this.size.radius ||= FIRST / this.editor.photo.scale; }

  get patches() { return this.size.patches; }

  leave() { this.cancel(); }

  /** @param {1|-1} way larger or smaller */
  resize(way) {
    const most = Math.max(this.editor.image.width, this.editor.image.height) / 4;
    this.size.radius = Math.min(Math.max(this.size.radius * FACTOR ** way, LEAST), most);
    this.editor.show({ ring: { at: this.at ?? this.editor.photo.cursor, radius: this.size.radius } });
    this.editor.tell("tool");
  }

  down(e) {
    e.claim?.();
    this.#begin(e);
    this.#draw(e.at, e.at, e);
  }

  move(e) {
    this.at = e.at;
    const whole = this.patches?.on(e);
    this.editor.show({ ring: whole ? null : { at: e.at, radius: this.size.radius }, patch: whole ? this.patches.border(e.at) : null });
    if (e.pressed && this.#going) this.#draw(this.#going.at, e.at, e);
  }

  up() { this.#end(); }

  /** Enter at the keyboard cursor dabs; a click has dabbed on its way down. */
  point(e) {
    if (!e.keyboard) return;
    this.#begin(e);
    this.#draw(e.at, e.at, e);
    this.#end();
  }

  cancel() {
    const going = this.#going;
    this.#going = null;
    if (!going?.box) return;
    paste(going.next.paint.mask, going.box, cut(going.next.paint.mask, going.box, going.old));
    this.editor.tell("pixels", going.box);
    this.editor.set(going.before);
  }

  /** A patch that is painted already is taken back by the brush: a click turns it over. */
  #begin(e) {
    this.editor.settle();
    const before = this.editor.drawing;
    const next = painted(this.editor, "brush");
    const over = this.value && this.patches?.on(e) && this.patches.painted(next.paint.mask, e.at);
    const value = over ? 0 : this.value;
    this.#going = { before, next, old: next.paint.mask.data.slice(), box: null, at: null, whole: false, value };
    if (next !== before) this.editor.set(next);
  }

  #draw(from, to, e) {
    const going = this.#going;
    const { mask } = going.next.paint;
    const whole = Boolean(this.patches?.on(e));
    const box = whole ? this.patches.paint(mask, from, to, going.value) : stroke(mask, from, to, this.size.radius, going.value);
    going.at = to;
    going.whole ||= whole;
    if (!box[2]) return;
    if (this.editor.locked) bar(mask, this.editor.locked, box);
    going.box = both(going.box, box);
    this.editor.tell("pixels", box);
  }

  #end() {
    const going = this.#going;
    this.#going = null;
    if (!going) return;
    this.editor.drawing = going.before;
    const { mask } = going.next.paint;
    const after = going.box && cut(mask, going.box), before = going.box && cut(mask, going.box, going.old);
    if (!going.box || after.every((v, i) => v === before[i])) return this.editor.set(going.before);
    const next = going.whole ? { ...going.next, paint: { mask, tool: "superpixels" } } : going.next;
    const name = going.value ? "Paint" : "Erase";
    return patched(this.editor, name, next, { box: going.box, before, after });
  }
}

/**
 * Tools that find an outline in the photo: a box that clicks set right, and what pulls an outline to the edges near it.
 * @module pages/draw/region
 */
import { bbox, blank, union } from "../../masks/sets.js";
import { Crop } from "./crop.js";
import { drawingOf } from "./outlines.js";
import { toMask } from "./raster.js";
import { EMPTY } from "./shape.js";

/** A box smaller than this is a click, CSS px. */
const SMALL = 10;
/** How far an outline may be off, as a share of the root of its area: of one with few points, of others. */
const ROUGH = 0.08, FINE = 0.04, FEW = 14;

/** A mask of the image as one of the crop. @param {Crop} crop @param {object} mask @returns {object} */
function cropped(crop, mask) {
  const made = blank(crop.pixels.width, crop.pixels.height);
  each(crop, mask.width, (inner, outer) => { made.data[inner] = mask.data[outer]; }, mask.height);
  return made;
}

/** A mask of the crop as one of the image. @param {Crop} crop @param {object} mask @param {{width: number, height: number}} image @returns {object} */
function uncropped(crop, mask, image) {
  const made = blank(image.width, image.height);
  const [left, top, w, h] = crop.box;
  for (let y = top; y < top + h; y++) {
    for (let x = left; x < left + w; x++) {
      const [u, v] = crop.to([x + 0.5, y + 0.5]).map(Math.floor);
      if (u >= 0 && v >= 0 && u < mask.width && v < mask.height) made.data[y * image.width + x] = mask.data[v * mask.width + u];
    }
  }
  return made;
}

function each(crop, width, visit, height) {
  const { x, y, scale, width: wide, height: high } = crop.pixels;
  for (let v = 0, i = 0; v < high; v++) {
    const row = Math.min(Math.floor(y + (v + 0.5) / scale), height - 1) * width;
    for (let u = 0; u < wide; u++, i++) visit(i, row + Math.min(Math.floor(x + (u + 0.5) / scale), width - 1));
  }
}

const sorted = ([x0, y0], [x1, y1]) => [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];

export class BoxTool {
  id = "box";
  /** What a drawing was cut from. @type {WeakMap<object, object>} */
  #cuts = new WeakMap();
  #corner = null;

  /** @param {import("./editor.js").Editor} editor @param {object} box module tools/box.js */
  constructor(editor, box) { Object.assign(this, { editor, box }); }

  enter() { this.editor.note("Click two corners around it, or drag a box"); }

  leave() { this.cancel(); }

  down(e) {
    e.claim?.();
    if (!this.#corner) this.pressed = this.editor.at(e);
  }

  move(e) {
    const from = this.#corner ?? (e.pressed ? this.pressed : null);
    if (from) this.editor.show({ box: sorted(from, this.editor.at(e)) });
  }

  up(e) {
    const from = this.pressed;
    this.pressed = null;
    if (!from || this.#corner) return;
    const box = sorted(from, this.editor.at(e));
    if (Math.max(box[2], box[3]) * this.editor.photo.scale > SMALL) this.#start(box);
  }

  point(e) {
    const at = this.editor.at(e);
    const cut = this.#cuts.get(this.editor.drawing);
    if (cut) return this.#correct(cut, at);
    if (!this.#corner) {
      this.#corner = at;
      return this.editor.host.say("One corner. Point at the other one");
    }
    const box = sorted(this.#corner, at);
    this.#corner = null;
    return this.#start(box);
  }

  cancel() {
    this.#corner = this.pressed = null;
    this.editor.show({ box: null });
  }

  #start(box) {
    this.editor.show({ box: null });
    if (Math.min(box[2], box[3]) < 2) return;
    const crop = new Crop(this.editor.photo, box);
    const [x, y] = crop.to(box), { scale } = crop.pixels;
    const region = this.box.start(crop.pixels, [x, y, box[2] * scale, box[3] * scale]);
    this.#keep("Cut out a box", { crop, region, base: this.editor.drawing });
    this.editor.note("Click what it missed, or what is too much. P edits points");
  }

  #correct(cut, at) {
    const here = toMask(this.editor.drawing, this.editor.image);
    const [x, y] = at.map((v, i) => Math.min(Math.floor(v), (i ? here.height : here.width) - 1));
    const region = this.box.click(cut.region, cut.crop.to(at), !here.data[y * here.width + x]);
    this.#keep("Correct the cut", { ...cut, region });
  }

  #keep(name, cut) {
    const { image } = this.editor;
    const mask = uncropped(cut.crop, this.box.maskOf(cut.region), image);
    const { base } = cut;
    const found = drawingOf(base.paint ? union(base.paint.mask, mask) : mask, "box", cut.crop.step);
    const next = base.parts.length && found.parts.length ? { ...found, parts: [...base.parts, ...found.parts] } : found;
    this.#cuts.set(next, cut);
    this.editor.apply(name, next);
  }
}

/**
 * Pulls the drawing to the edges near it.
 * @param {import("./editor.js").Editor} editor @param {(pixels: object, mask: object, options: object) => object} tighten
 */
export function tightened(editor, tighten) {
  const { host } = editor;
  if (!editor.drawing.parts.length && !editor.drawing.paint) {
    editor.note("Nothing to tighten yet. Close an outline first", { kind: "warn" });
    return;
  }
  const mask = toMask(editor.drawing, editor.image);
  const crop = new Crop(editor.photo, bbox(mask));
  const points = editor.drawing.parts.reduce((sum, part) => sum + part.outer.flat.length / 2, 0);
  const slack = points && points < FEW ? ROUGH : FINE;
  const tight = uncropped(crop, tighten(crop.pixels, cropped(crop, mask), { slack }), editor.image);
  editor.apply("Tighten", { ...drawingOf(tight, "tighten", crop.step), draft: editor.drawing.draft });
  const undo = { text: "Undo", key: host.keys.named("undo"), run: () => host.history.undo() };
  editor.note("Tightened to the edges near it", { kind: "good", action: undo });
}

/** Takes what belongs to another mask out of the drawing. @param {import("./editor.js").Editor} editor @param {{box: number[], mask: object}} other */
export function trimmed(editor, { box: [x, y, w, h], mask }) {
  const { drawing, image } = editor;
  const left = toMask(drawing, image);
  for (let v = 0; v < h; v++) for (let u = 0; u < w; u++) if (mask.data[v * w + u]) left.data[(y + v) * left.width + x + u] = 0;
  const tool = drawing.paint?.tool ?? drawing.parts[0].outer.tool;
  editor.apply("Trim", drawing.paint ? { ...EMPTY, paint: { mask: left, tool } } : drawingOf(left, tool, 0.6));
}

/**
 * Tools that find an outline in the photo: a box that clicks set right, and what pulls an outline to the edges near it.
 * @module pages/draw/region
 */
import { bbox } from "../../masks/mask.js";
import { shared } from "../../workers/calls.js";
import { Crop } from "./crop.js";
import { offer, roomless, roomy } from "./roomy.js";
import { contains, flatBox } from "./shape.js";

/** A box smaller than this is a click, CSS px. */
const SMALL = 10;
/** How far an outline may be off, as a share of the root of its area: of one with few points, of others. */
const ROUGH = 0.08, FINE = 0.04, FEW = 14;
/** What is being looked for is told after so long, ms. */
const SHOWN_AFTER = 150;

let boxes = 0;

/**
 * Has something found off the page's thread. It is over when the drawing changes meanwhile, or at Escape.
 * @param {import("./editor.js").Editor} editor @param {(tools: import("../../workers/calls.js").Tools) => Promise<object>} call
 * @param {(found: object) => void} done
 */
export async function find(editor, call, done) {
  editor.job?.cancel();
  const { node } = editor.photo;
  let gone = null;
  const end = () => {
    clearTimeout(timer);
    gone?.();
    editor.job = null;
    node.removeAttribute("aria-busy");
  };
  const job = { cancel() {
    end();
    shared.close();
  } };
  const timer = setTimeout(() => {
    gone = editor.host.hint("Looking for its edges", { kind: "busy", action: { text: "Stop", key: "Esc", run: job.cancel } });
  }, SHOWN_AFTER);
  editor.job = job;
  node.setAttribute("aria-busy", "true");
  const found = await call(shared).catch(() => null);
  if (editor.job !== job) return;
  end();
  if (found) done(found);
  else editor.note("The tool did not load. Check your network and try again", { kind: "bad" });
}

/** The box, or what says that there is no room for it. @param {import("./editor.js").Editor} editor */
export const boxTool = (editor) => (roomy(editor.image) ? new BoxTool(editor) : roomless(editor, "box"));

const sorted = ([x0, y0], [x1, y1]) => [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];

export class BoxTool {
  id = "box";
  /** What a drawing was cut from. @type {WeakMap<object, object>} */
  #cuts = new WeakMap();
  #corner = null;

  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    shared.begin();
  }

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
    this.editor.job?.cancel();
    this.editor.show({ box: null });
  }

  #start(box) {
    this.editor.show({ box: null });
    if (Math.min(box[2], box[3]) < 2) return;
    const { photo, drawing } = this.editor;
    const crop = new Crop(photo, box), { scale } = crop.pixels;
    const inner = [...crop.to(box), box[2] * scale, box[3] * scale];
    this.#keep("Cut out a box", { crop, key: ++boxes, box: inner, clicks: [], base: drawing }, () => (
      this.editor.note("Click what it missed, or what is too much. P edits points")));
  }

  #correct(cut, at) {
    const click = { at: cut.crop.to(at), inside: !covers(this.editor.drawing, at) };
    this.#keep("Correct the cut", { ...cut, clicks: [...cut.clicks, click] });
  }

  #keep(name, cut, then) {
    const { base, key, box, clicks } = cut;
    const recipe = { key, crop: plain(cut.crop), box, clicks, base: base.paint?.mask ?? null, image: sizeOf(this.editor), step: cut.crop.step };
    find(this.editor, (tools) => tools.cut(recipe), (found) => {
      const next = base.parts.length && found.parts.length ? { ...found, parts: [...base.parts, ...found.parts] } : found;
      this.#cuts.set(next, cut);
      this.editor.apply(name, next);
      then?.();
    });
  }
}

/** What crosses to the worker of a crop, and of the image. */
const plain = ({ pixels: { data, width, height, x, y, scale }, box }) => ({ pixels: { data, width, height, x, y, scale }, box });
const sizeOf = ({ image: { width, height } }) => ({ width, height });

/** Whether a drawing covers a point. */
function covers({ parts, paint }, [x, y]) {
  if (!paint) return parts.some(({ outer, holes }) => contains(outer.flat, [x, y]) && !holes.some((hole) => contains(hole.flat, [x, y])));
  const { data, width, height } = paint.mask;
  return data[Math.min(Math.floor(y), height - 1) * width + Math.min(Math.floor(x), width - 1)] === 1;
}

/** Pulls the drawing to the edges near it. @param {import("./editor.js").Editor} editor */
export function tightened(editor) {
  const { host, drawing, drawing: { parts, paint } } = editor;
  if (!parts.length && !paint) {
    editor.note("Nothing to tighten yet. Close an outline first", { kind: "warn" });
    return;
  }
  if (!roomy(editor.image)) {
    offer(editor);
    return;
  }
  const points = parts.reduce((sum, part) => sum + part.outer.flat.length / 2, 0);
  const crop = new Crop(editor.photo, paint ? bbox(paint.mask) : flatBox(parts.flatMap((part) => part.outer.flat)));
  const slack = points && points < FEW ? ROUGH : FINE;
  const recipe = { crop: plain(crop), drawing: { parts, paint }, image: sizeOf(editor), slack, step: crop.step };
  find(editor, (tools) => tools.tighten(recipe), (found) => {
    editor.apply("Tighten", { ...found, draft: drawing.draft });
    const undo = { text: "Undo", key: host.keys.named("undo"), run: () => host.history.undo() };
    editor.note("Tightened to the edges near it", { kind: "good", action: undo });
  });
}

/** Takes what belongs to another mask out of the drawing. @param {import("./editor.js").Editor} editor @param {{box: number[], mask: object}} other */
export function trimmed(editor, { box, mask }) {
  const { drawing: { parts, paint } } = editor;
  const recipe = { drawing: { parts, paint }, image: sizeOf(editor), other: { box, mask }, tool: paint?.tool ?? parts[0].outer.tool };
  find(editor, (tools) => tools.trim(recipe), (found) => editor.apply("Trim", found));
}

/**
 * Everything that a page of drawing has on it: the photo, the hands that its campaign allows, their keys and buttons.
 * @module pages/draw/desk
 */
import { el, fileAt } from "../../core/dom.js";
import { Editor } from "./editor.js";
import { Line } from "./line.js";
import { Overlay } from "./overlay.js";
import { Tip } from "./tip.js";
import { Trace } from "./trace.js";
import { Walker } from "./walker.js";

/** Loads a stylesheet once. @param {string} name of css/pages @returns {Promise<void>} */
export function style(name) {
  const href = fileAt(`css/pages/${name}.css`);
  const there = document.querySelector(`link[href="${href}"]`);
  if (there) return Promise.resolve();
  const link = el("link", { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => { link.onload = link.onerror = () => done(); });
}

export class Desk {
  /**
   * @param {object} host @param {import("../../core/photo.js").Photo} photo
   * @param {{allowed: string[], locked?: object, patches?: object}} options
   */
  constructor(host, photo, options) {
    Object.assign(this, { host, photo, allowed: options.allowed });
    this.editor = new Editor(host, photo, options);
    this.line = this.editor.add(new Line(this.editor));
    photo.dragPans = true; // a drag that no tool claims
    this.size = { radius: 0 };
    for (const id of ["brush", "eraser"]) this.editor.add(new Tip(this.editor, id, this.size, options.patches));
    this.overlay = new Overlay(this.editor);
    this.trace = new Trace(this.editor);
    this.#keys();
    this.walker = new Walker(this.editor, this.line.points, host.keys);
  }

  /** What the frame's Enter would do is ours while a ring is open, and so on: keys that act on the drawing. */
  #keys() {
    const { editor, line, host } = this;
    const open = () => Boolean(editor.drawing.draft);
    const brush = () => ["brush", "eraser"].includes(editor.tool?.id);
    const add = (id, keys, text, run, when) => host.keys.add({ id: `draw.${id}`, keys, text, group: "Drawing", run, when });
    add("close", ["Enter"], "Close the outline", () => line.close(), open);
    add("back", ["Backspace"], "Take back the last point", () => line.back(), open);
    add("delete", ["Delete", "Backspace"], "Delete the point", () => line.points.delete(), () => !open() && Boolean(line.points.target));
    add("escape", ["Escape"], "Let go of what is in hand", () => { if (!line.escape()) this.#cancel(); }, () => this.#busy());
    add("smaller", ["["], "Smaller brush", () => editor.tool.resize(-1), brush);
    add("larger", ["]"], "Larger brush", () => editor.tool.resize(1), brush);
  }

  #busy() {
    const { editor, line } = this;
    return Boolean(editor.drawing.draft || line.armed || editor.chosen || editor.shown.box);
  }

  #cancel() {
    this.editor.tool?.cancel?.();
    this.photo.node.focus({ preventScroll: true });
  }

  /**
   * The rail. @param {object[][]} groups of host.tools @param {() => string[]} inHand ids of the buttons that are pressed
   */
  rail(groups, inHand) {
    const { host, editor } = this;
    const bar = host.tools(groups);
    const all = groups.flat().filter((tool) => tool.mode !== false).map((tool) => bar.node(tool.id));
    const update = () => {
      const ids = inHand();
      all.forEach((node) => node.setAttribute("aria-pressed", String(ids.includes(node.dataset.tool))));
    };
    editor.onchange((what) => { if (what === "tool" || what === "drawing") update(); });
    update();
    return bar;
  }

  /** A button of the rail for a tool of the editor. */
  tool(id, icon, text, key, more = {}) {
    return { id: `draw.${id}`, icon, text, key, run: () => this.editor.use(id), ...more };
  }

  /** Takes the hands and what they drew off the photo: something else is shown now. */
  rest() {
    this.editor.tool = null;
    this.overlay.close();
    this.overlay.group.remove();
    this.walker.close();
    if (this.editor.drawing.paint) this.photo.paint.hidden = true;
    this.host.stage.querySelectorAll(".tip, .target").forEach((node) => node.remove());
    delete this.photo.node.dataset.tool;
  }

  close() {
    this.editor.settle();
    this.overlay.close();
  }
}

/**
 * Everything that a page of drawing has on it: the photo, the hands that its campaign allows, their keys and buttons.
 * @module pages/draw/desk
 */
import { Editor } from "./editor.js";
import { pixels } from "./later.js";
import { Overlay } from "./overlay.js";
import { Trace } from "./trace.js";

export class Desk {
  /** @type {import("./line.js").Line|null} */
  line = null;

  /**
   * @param {object} host @param {import("../../core/photo.js").Photo} photo
   * @param {{allowed: string[], locked?: object}} options
   */
  constructor(host, photo, options) {
    Object.assign(this, { host, photo, allowed: options.allowed });
    this.editor = new Editor(host, photo, options);
    photo.dragPans = true; // a drag that no tool claims
    /** Of the brush and the eraser; patches: whole patches under them. */
    this.size = { radius: 0, patches: null };
    for (const id of ["brush", "eraser"]) this.editor.later(id, pixels, ({ tip }) => tip(this.editor, id, this.size));
    this.overlay = new Overlay(this.editor);
    this.trace = new Trace(this.editor);
    this.#keys();
  }

  /** The hand that draws polygons; a page that has it waits for none. @param {import("./line.js").Line} line @returns {import("./line.js").Line} */
  draws(line) {
    this.line = line;
    return line;
  }

  /** What the frame's Enter would do is ours while a ring is open, and so on: keys that act on the drawing. */
  #keys() {
    const { editor, host } = this;
    const open = () => Boolean(editor.drawing.draft);
    const brush = () => ["brush", "eraser"].includes(editor.tool?.id);
    const add = (id, keys, text, run, when) => host.keys.add({ id: `draw.${id}`, keys, text, group: "Drawing", run, when });
    add("close", ["Enter"], "Close the outline", () => this.line?.close(), open);
    add("back", ["Backspace"], "Take back the last point", () => this.line?.back(), open);
    add("delete", ["Delete", "Backspace"], "Delete the point", () => this.line.points.delete(), () => !open() && Boolean(this.line?.points?.target));
    add("escape", ["Escape"], "Let go of what is in hand", () => { if (editor.job || !this.line?.escape()) this.#cancel(); }, () => this.#busy());
    add("smaller", ["["], "Smaller brush", () => editor.tool.resize(-1), brush);
    add("larger", ["]"], "Larger brush", () => editor.tool.resize(1), brush);
  }

  #busy() {
    const { editor, line } = this;
    return Boolean(editor.job || editor.drawing.draft || line?.armed || editor.chosen || editor.shown.box);
  }

  #cancel() {
    this.editor.job?.cancel();
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

  close() {
    this.editor.job?.cancel();
    this.editor.settle();
    this.overlay.close();
  }
}

/**
 * The live hints of an outline, most pressing first; each is said once until the drawing changes what it says.
 * @module pages/draw/remarks
 */
import { coarse, runsInto } from "./hints.js";
import { toMask } from "./raster.js";
import { trimmed } from "./region.js";
import { roomy } from "./roomy.js";
import { crossed } from "./uncrossed.js";

/** The hand rests this long before anything is said, ms. */
const REST = 160;

export class Remarks {
  #timer = 0;
  #said = "";
  #gone = null;
  /** The mask that the drawing runs into: K trims it. */
  into = null;

  /**
   * @param {import("./editor.js").Editor} editor @param {string} name of the category
   * @param {{name: string, mask: object, box: number[]}[]} others
   */
  constructor(editor, name, others) {
    Object.assign(this, { editor, name, others });
    editor.onchange((what) => {
      if (what !== "drawing") return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.look(), REST);
    });
    editor.host.keys.add({ id: "draw.trim", keys: ["k"], text: "Trim to the other's edge", group: "Drawing",
      when: () => this.into !== null, run: () => this.trim() });
  }

  /** Looks at the drawing and says what is worth it. */
  look() {
    const { editor } = this;
    this.into = null;
    if (editor.drawing.draft) return this.#say("");
    if (crossed(editor.drawing).length) return this.#say("The outline crosses itself at the red mark. Move a point beside it", "bad");
    if (!editor.drawing.paint && !editor.drawing.parts.length) return this.#say("");
    const found = this.others.length && roomy(editor.image) ? runsInto(toMask(editor.drawing, editor.image), this.others) : null;
    if (found) {
      this.into = this.others[found.index];
      return this.#say(`Runs ${found.px} px into ${this.into.name}`, "warn", { text: "Trim to its edge", key: editor.host.keys.named("draw.trim"), run: () => this.trim() });
    }
    const few = coarse(editor.drawing, this.name);
    return this.#say(few ? `${few}. Click a side to add more` : "");
  }

  /** Takes the other's pixels out. */
  trim() {
    const { into } = this;
    this.into = null;
    if (into) trimmed(this.editor, into);
  }

  close() { clearTimeout(this.#timer); }

  #say(text, kind = "warn", action = undefined) {
    if (text === this.#said) return;
    this.#said = text;
    this.#gone?.();
    this.#gone = text ? this.editor.host.hint(text, { kind, action }) : null;
  }
}

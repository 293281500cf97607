/**
 * What the hand did, with times: for the replay of a drawing.
 * @module pages/draw/trace
 */

/** Steps of a drag are kept this far apart, ms; and so many in all. */
const APART = 40, MOST = 4000;

export class Trace {
  /** @type {[number, string, number, number, string][]} ms since the begin, what, x, y px, tool or action */
  steps = [];
  #start = performance.now();
  #last = 0;

  /** @param {import("./editor.js").Editor} editor */
  constructor(editor) {
    const hear = (name) => editor.photo.on(name, (e) => this.#add(name, e, editor.tool?.id ?? ""));
    ["down", "up", "point", "cancel"].forEach(hear);
    editor.photo.on("move", (e) => {
      if (!e.pressed || performance.now() - this.#last < APART) return;
      this.#add("move", e, editor.tool?.id ?? "");
    });
  }

  #add(what, e, tool) {
    if (this.steps.length >= MOST) return;
    this.#last = performance.now();
    const round = (value) => Math.round(value * 10) / 10;
    this.steps.push([Math.round(this.#last - this.#start), what, round(e.at[0]), round(e.at[1]), tool]);
  }
}

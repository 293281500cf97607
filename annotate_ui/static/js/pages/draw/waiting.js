/**
 * In the place of a tool that is still coming: what the hand does meanwhile is kept for it.
 * @module pages/draw/waiting
 */

export class Waiting {
  #done = [];

  /** @param {string} id of the tool */
  constructor(id) {
    this.id = id;
    for (const name of ["down", "move", "up", "point"]) {
      this[name] = (e) => {
        e.claim?.();
        this.#done.push([name, e]);
      };
    }
  }

  cancel() { this.#done = []; }

  resize() {} // There is no tip yet.

  /** @param {import("./editor.js").Tool|null} tool */
  replay(tool) { for (const [name, e] of this.#done) tool?.[name]?.(e); }
}

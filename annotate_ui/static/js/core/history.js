/**
 * One linear undo stack over every action of a task. A page changes its state only by `do`.
 * @module core/history
 */

/**
 * @typedef {object} Action
 * @property {string} name what it did, in the worker's words: "Add point"
 * @property {() => void} redo does it; called by `do` as well
 * @property {() => void} undo takes it back exactly
 */

export class History {
  /** @type {Action[]} */
  #done = [];
  /** @type {Action[]} */
  #undone = [];
  #busy = false;

  constructor() {
    /** Called after each change with the action and "do", "undo", "redo" or "clear". @type {Function|null} */
    this.onchange = null;
  }

  get canUndo() { return this.#done.length > 0; }

  get canRedo() { return this.#undone.length > 0; }

  /** How many actions stand. */
  get length() { return this.#done.length; }

  /** The name of what `undo` would take back, or null. @returns {string|null} */
  get undoName() { return this.#done.at(-1)?.name ?? null; }

  /** The name of what `redo` would do again, or null. @returns {string|null} */
  get redoName() { return this.#undone.at(-1)?.name ?? null; }

  /**
   * Does an action and remembers it; what was undone before is forgotten. An action that throws is not remembered.
   * @param {Action} action @returns {Action}
   */
  do(action) {
    this.#alone(action.redo);
    this.#done.push(action);
    this.#undone.length = 0;
    this.onchange?.(action, "do");
    return action;
  }

  /** Takes the newest action back. @returns {Action|null} */
  undo() { return this.#move(this.#done, this.#undone, "undo"); }

  /** Does the action again that was undone last. @returns {Action|null} */
  redo() { return this.#move(this.#undone, this.#done, "redo"); }

  /** Forgets everything, as when a draft is restored. */
  clear() {
    this.#done.length = this.#undone.length = 0;
    this.onchange?.(null, "clear");
  }

  /** @param {Action[]} from @param {Action[]} to @param {"undo"|"redo"} verb */
  #move(from, to, verb) {
    const action = from.at(-1);
    if (!action) return null;
    this.#alone(() => action[verb]());
    to.push(from.pop());
    this.onchange?.(action, verb);
    return action;
  }

  /** @param {() => void} step */
  #alone(step) {
    if (this.#busy) throw new Error("An action may not start another one: make them one action.");
    this.#busy = true;
    try {
      step();
    } finally {
      this.#busy = false;
    }
  }
}

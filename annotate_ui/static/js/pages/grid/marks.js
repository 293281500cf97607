/**
 * The marked tiles of a page, each with its reason; every change goes through the task's one history.
 *
 * @typedef {number|string} Key what a mark is on: a position, an image's id
 * @typedef {string|null} Reason null: marked without a reason; a key without a mark has none (undefined)
 */
export class Marks {
  /**
   * @param {{do: function({name: string, redo: function(): void, undo: function(): void}): void}} history
   * @param {function(Key[]): void} shown is told which keys changed, on do, undo and redo alike
   */
  constructor(history, shown) {
    this.history = history;
    this.shown = shown;
    /** @type {Map<Key, Reason>} */
    this.map = new Map();
  }

  get size() { return this.map.size; }

  /** @param {Key} key */
  has(key) { return this.map.has(key); }

  /** @param {Key} key @returns {Reason|undefined} */
  reason(key) { return this.map.get(key); }

  /** @param {Array<[Key, Reason|undefined]>} entries undefined takes the mark off */
  write(entries) {
    for (const [key, reason] of entries) {
      if (reason === undefined) this.map.delete(key);
      else this.map.set(key, reason);
    }
    this.shown(entries.map(([key]) => key));
  }

  /**
   * One action of the history; nothing at all where nothing would change.
   *
   * @param {string} name what undo will say
   * @param {Array<[Key, Reason|undefined]>} entries
   * @returns {boolean} whether anything changed
   */
  change(name, entries) {
    const after = entries.filter(([key, reason]) => this.map.get(key) !== reason);
    if (!after.length) return false;
    const before = after.map(([key]) => /** @type {[Key, Reason|undefined]} */ ([key, this.map.get(key)]));
    this.history.do({ name, redo: () => this.write(after), undo: () => this.write(before) });
    return true;
  }

  /**
   * Marks all of the keys; takes the marks off where all of them have one. Marks that are there keep their reason.
   *
   * @param {Key[]} keys
   * @param {Reason} reason for those that become marked
   * @param {function(boolean): string} name the action's name, told whether it marks
   * @returns {boolean} whether they are marked now
   */
  toggle(keys, reason, name) {
    const marking = keys.some((key) => !this.map.has(key));
    const entries = keys.filter((key) => !marking || !this.map.has(key)).map((key) => [key, marking ? reason : undefined]);
    this.change(name(marking), /** @type {Array<[Key, Reason|undefined]>} */ (entries));
    return marking;
  }

  /** @returns {Array<[Key, Reason]>} as JSON */
  snapshot() { return [...this.map]; }

  /** @param {Array<[Key, Reason]>} entries what snapshot gave; no action of the history */
  restore(entries) {
    const old = [...this.map.keys()];
    this.map = new Map(entries);
    this.shown([...new Set([...old, ...this.map.keys()])]);
  }
}

/**
 * What happened on a page and when: what the requester may replay. It only grows; undo does not shorten it.
 * @module pages/photo/diary
 */

/** More than this is a page left open under a cat; the rest is not kept. */
const MOST = 2000;

export class Diary {
  #rows = [];

  /** @param {() => number} [clock] ms */
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.start = clock();
  }

  /** @param {string} what @param {object} [more] */
  add(what, more = {}) {
    if (this.#rows.length < MOST) this.#rows.push({ t: Math.round(this.clock() - this.start), do: what, ...more });
  }

  /** @returns {object[]} */
  get rows() { return this.#rows.map((row) => ({ ...row })); }

  /** Goes on where a draft ended. @param {object[]} [rows] */
  restore(rows) {
    this.#rows = Array.isArray(rows) ? rows.slice(0, MOST) : [];
    this.start = this.clock() - (this.#rows.at(-1)?.t ?? 0);
  }
}

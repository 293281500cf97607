/**
 * Which tiles the worker has looked at, and so which rows. A row counts as soon as one of its tiles was in hand
 * (previewed or focused) or, on a phone, when it stood in view.
 */
export class Looked {
  /** @param {function(): void} [shown] is called when a tile is new */
  constructor(shown = () => {}) {
    this.shown = shown;
    /** @type {Set<number>} */
    this.tiles = new Set();
  }

  /** @param {number[]} tiles */
  add(tiles) {
    const before = this.tiles.size;
    for (const tile of tiles) this.tiles.add(tile);
    if (this.tiles.size > before) this.shown();
  }

  /** @param {{columns: number, count: number}} shape @returns {boolean[]} row by row */
  rows({ columns, count }) {
    const rows = Array.from({ length: Math.ceil(count / columns) }, () => false);
    for (const tile of this.tiles) if (tile < count) rows[Math.floor(tile / columns)] = true;
    return rows;
  }

  /** @returns {number[]} */
  snapshot() { return [...this.tiles].sort((a, b) => a - b); }

  /** @param {number[]} tiles */
  restore(tiles) {
    this.tiles = new Set(tiles);
    this.shown();
  }
}

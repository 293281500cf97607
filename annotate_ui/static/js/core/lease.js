/**
 * How long the task is still this worker's: it is extended while they work, they are warned two minutes before the end,
 * and asked when it is over.
 * @module core/lease
 */

export const WARN_MS = 120_000;
/** Who did something within this time is working, ms. */
const WORKING_MS = 60_000;
const TICK_MS = 1000;

export class Lease {
  #timer = 0;
  #asking = false;

  /**
   * @param {object} parts
   * @param {number} parts.end expires_at, ms of the server's clock
   * @param {number} parts.length lease_ms
   * @param {() => number} parts.now the server's time
   * @param {() => boolean} parts.working whether the worker did something within the minute
   * @param {() => Promise<number>} parts.extendNow asks the server; the new end
   * @param {(left: number|null) => void} parts.onwarn ms left; null: the warning is over
   * @param {(error: Error) => void} parts.onlost it is over and the server keeps it so
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.warned = false;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** ms left. */
  get left() { return this.end - this.now(); }

  /** Who has so much left is warned, ms: two minutes, or a third of a short lease. */
  get warnAt() { return Math.min(WARN_MS, this.length / 3); }

  /** What a second brings. */
  tick() {
    const { left } = this;
    if (left <= 0) this.extend(true);
    else if (left < this.length / 2 && this.working(WORKING_MS)) this.extend();
    else if (left <= this.warnAt) {
      this.warned = true;
      this.onwarn(left);
    }
  }

  /** Asks for the full length again. @param {boolean} [over] it has ended already @returns {Promise<void>} */
  async extend(over = false) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.moved(await this.extendNow());
    } catch (error) {
      if (error.name === "Refusal") this.#lose(error);
      else if (over) this.onwarn(0); // Offline: the journal has everything; it is asked again with the next tick.
    } finally {
      this.#asking = false;
    }
  }

  /** The server has said when it ends. @param {number} end */
  moved(end) {
    this.end = end;
    if (this.warned && this.left > this.warnAt) {
      this.warned = false;
      this.onwarn(null);
    }
  }

  /** Stops. */
  close() { clearInterval(this.#timer); }

  #lose(error) {
    this.close();
    this.onlost(error);
  }
}

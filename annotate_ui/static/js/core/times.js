/**
 * How long a task took: on the wall, with the page visible, and active, which is within five seconds of an input.
 * @module core/times
 */

/** An input counts for so long, ms. */
export const ACTIVE_MS = 5000;

/** @typedef {{wall_ms: number, visible_ms: number, active_ms: number}} Spent */

export class Times {
  #since;
  #seen = null;
  #from = 0;
  #until = 0;

  /**
   * @param {Partial<Spent>} [before] what an earlier page of the same task counted
   * @param {() => number} [clock] ms, never going back
   * @param {boolean} [visible]
   */
  constructor(before = {}, clock = () => performance.now(), visible = true) {
    this.clock = clock;
    this.sum = { wall_ms: 0, visible_ms: 0, active_ms: 0, ...before };
    this.#since = clock();
    if (visible) this.#seen = this.#since;
  }

  /** Somebody pressed, moved or typed. */
  input() {
    const now = this.clock();
    if (now > this.#until) {
      this.sum.active_ms += this.#until - this.#from;
      this.#from = now;
    }
    this.#until = now + ACTIVE_MS;
  }

  /** Whether there was an input within `ms`. @param {number} [ms] */
  active(ms = ACTIVE_MS) { return this.#until > 0 && this.clock() < this.#until - ACTIVE_MS + ms; }

  /** The page is shown or hidden; nobody is active on a hidden page. @param {boolean} visible */
  show(visible) {
    const now = this.clock();
    if (visible === (this.#seen !== null)) return;
    if (visible) {
      this.#seen = now;
      return;
    }
    this.sum.visible_ms += now - this.#seen;
    this.#seen = null;
    this.#until = Math.min(this.#until, now);
  }

  /** @returns {Spent} whole ms until now */
  spent() {
    const now = this.clock();
    const visible = this.sum.visible_ms + (this.#seen === null ? 0 : now - this.#seen);
    const active = this.sum.active_ms + Math.max(Math.min(now, this.#until) - this.#from, 0);
    const wall = this.sum.wall_ms + now - this.#since;
    return { wall_ms: Math.round(wall), visible_ms: Math.round(visible), active_ms: Math.round(Math.min(active, visible)) };
  }

  /** Listens to a page. @returns {() => void} stops */
  listen(page = document) {
    const input = () => this.input();
    const shown = () => this.show(page.visibilityState === "visible");
    const types = ["pointerdown", "pointermove", "keydown", "wheel"];
    types.forEach((type) => page.addEventListener(type, input, { passive: true, capture: true }));
    page.addEventListener("visibilitychange", shown);
    return () => {
      types.forEach((type) => page.removeEventListener(type, input, { capture: true }));
      page.removeEventListener("visibilitychange", shown);
    };
  }
}

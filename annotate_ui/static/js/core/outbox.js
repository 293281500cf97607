/**
 * The answers that could not be sent: they wait in the journal and go out when the server is reached again.
 * @module core/outbox
 */
import { Offline, Refusal } from "./api.js";

const AGAIN_MS = 10_000;

export class Outbox {
  #timer = 0;
  #flushing = null;

  /**
   * @param {import("./api.js").Api} api @param {import("./journal.js").Journal} journal
   * @param {{onsent?: (answer: object) => void, onrefused?: (refusal: Refusal) => void, onempty?: () => void}} hears
   *   onempty: nothing waits any more
   */
  constructor(api, journal, hears = {}) {
    Object.assign(this, { api, journal, hears });
    /** How many wait. */
    this.waiting = 0;
    globalThis.addEventListener?.("online", () => this.flush());
  }

  /** "1 answer waits", "3 answers wait". */
  get words() { return this.waiting === 1 ? "1 answer waits" : `${this.waiting} answers wait`; }

  /** An answer was not sent: tries again from time to time. @returns {Promise<void>} */
  async add() {
    this.waiting = (await this.journal.unsent()).length;
    this.#again();
  }

  /** Sends what waits, one after another. @returns {Promise<boolean>} nothing waits any more */
  flush() {
    this.#flushing ??= this.#send().finally(() => { this.#flushing = null; });
    return this.#flushing;
  }

  async #send() {
    const all = await this.journal.unsent();
    for (const one of all) {
      try {
        const answer = await this.api.submit(one.assignment, { ...one.body, hold: [] }, 0);
        this.hears.onsent?.(answer);
      } catch (error) {
        if (error instanceof Offline) return this.#again();
        if (!(error instanceof Refusal)) throw error;
        this.hears.onrefused?.(error);
      }
      await this.journal.sent(one);
    }
    const waited = this.waiting > 0;
    this.waiting = 0;
    if (waited) this.hears.onempty?.();
    return true;
  }

  #again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), AGAIN_MS);
    return false;
  }
}

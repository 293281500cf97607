/**
 * Saves the task in hand: into the journal with every action, to the server within five seconds and when the page goes.
 * @module core/drafts
 */
import { Offline, Refusal } from "./api.js";

/** After an action the server has it no later than this, ms; five seconds are promised. */
const SOON_MS = 3000;
const AGAIN_MS = 8000;

export class Drafts {
  #timer = 0;
  #busy = null;
  #dirty = false;
  #closed = false;
  #noting = false;
  #latest = null;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./journal.js").Journal} parts.journal
   * @param {object} parts.task
   * @param {() => unknown} parts.state what to save
   * @param {string} parts.clientId
   * @param {number} parts.version of the server's draft
   * @param {(how: "saved"|"saving"|"offline") => void} parts.onstate
   * @param {(refusal: Refusal) => void} parts.onrefused stale or gone
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.leaving = () => { if (document.visibilityState === "hidden") this.go(); };
    this.page = globalThis.document;
    this.page?.addEventListener("visibilitychange", this.leaving);
    globalThis.addEventListener?.("pagehide", this.leaving);
  }

  /** The worker did something. Several changes in one turn are one. */
  changed() {
    this.#dirty = true;
    if (!this.#timer && !this.#busy) this.#timer = setTimeout(() => this.save(), SOON_MS);
    if (this.#noting) return;
    this.#noting = true;
    queueMicrotask(() => {
      this.#noting = false;
      this.note();
    });
  }

  /** Writes the journal. @returns {Promise<void>} */
  async note() {
    if (this.#closed) return;
    this.#latest = this.state();
    await this.#keep();
  }

  /** Saves to the server now, if there is anything new. @param {boolean} [going] the page may not live to see the answer */
  async save(going = false) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#busy) await this.#busy;
    if (!this.#dirty || this.#closed) return;
    this.#busy = this.#send(going);
    await this.#busy;
    this.#busy = null;
    if (this.#dirty && !this.#timer && !this.#closed) this.#timer = setTimeout(() => this.save(), this.failed ? AGAIN_MS : SOON_MS);
  }

  /** The page goes away. */
  go() {
    if (!this.#dirty || this.#closed) return;
    this.note();
    this.save(true);
  }

  /** No more saving: the answer is sent, or the task is no longer here. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.page?.removeEventListener("visibilitychange", this.leaving);
    globalThis.removeEventListener?.("pagehide", this.leaving);
  }

  async #keep() {
    try {
      await this.journal.keep(this.task, { client_id: this.clientId, version: this.version, data: this.#latest });
    } catch {
      this.onstate("offline"); // The browser's disk is full or forbidden: the server's draft is all there is.
    }
  }

  async #send(going) {
    this.#dirty = false;
    this.failed = false;
    const slow = setTimeout(() => this.onstate("saving"), 300);
    const data = this.state();
    try {
      this.#saved((await this.api.save(this.task.id, this.version, data, going)).version, data);
    } catch (error) {
      this.#failed(error, data);
    } finally {
      clearTimeout(slow);
    }
  }

  #saved(version, data) {
    this.version = version;
    this.task.draft = { version, data };
    this.#latest ??= data;
    if (this.#closed) return;
    this.#keep();
    this.onstate("saved");
  }

  #failed(error, data) {
    const same = (one) => JSON.stringify(one?.page) === JSON.stringify(data.page);
    if (error instanceof Refusal && error.code === "stale" && same(error.error.data)) return this.#saved(error.error.version, data);
    this.failed = this.#dirty = error instanceof Offline;
    if (this.#closed) return undefined;
    if (error instanceof Offline) return this.onstate("offline");
    if (error instanceof Refusal) return this.onrefused(error);
    throw error;
  }
}

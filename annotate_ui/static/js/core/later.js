/**
 * Modules that most tasks never use: they come with their first use, or when the page has nothing else to do.
 * @module core/later
 */
import { toast } from "./live.js";

/** The page rests within this, ms, or is taken to. */
const RESTS = 1500;

/** @template M what the module exports */
export class Later {
  /** The module, once it is here. @type {M|null} */
  module = null;
  #coming = null;

  /** @param {() => Promise<M>} load */
  constructor(load) { this.load = load; }

  /** Fetches it. A failed try is forgotten, so that the next one asks again. @returns {Promise<M>} */
  get() {
    this.#coming ??= this.load().then((module) => (this.module = module), (error) => {
      this.#coming = null;
      throw error;
    });
    return this.#coming;
  }

  /**
   * Does something with it: at once if it is here.
   * @template T @param {(module: M) => T} run @returns {T|Promise<T>}
   */
  use(run) {
    if (this.module) return run(this.module);
    return this.get().then(run, () => toast("This part of the page did not load. Check your network and try again."));
  }
}

/** Fetches what may be used later while the page rests, so that it is there even offline. @param {...Later} parts */
export function soon(...parts) {
  const fetchAll = () => parts.forEach((part) => part.get().catch(() => {})); // It is asked for again, and told, at its use.
  if (globalThis.requestIdleCallback) requestIdleCallback(fetchAll, { timeout: RESTS });
  else setTimeout(fetchAll, RESTS);
}

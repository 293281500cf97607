/**
 * Where the journal rests where a browser forbids IndexedDB: only as long as the page is open.
 * @module core/memory
 */
import { TABLES } from "./stores.js";

export class MemoryStore {
  #tables = Object.fromEntries(TABLES.map((name) => [name, new Map()]));
  /** Whether it is there after the page has closed. */
  lasting = false;

  async get(table, key) { return this.#tables[table].get(key); }

  async put(table, key, value) { this.#tables[table].set(key, structuredClone(value)); }

  async remove(table, key) { this.#tables[table].delete(key); }

  async all(table) { return [...this.#tables[table].values()]; }
}

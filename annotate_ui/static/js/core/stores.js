/**
 * Where the journal rests: IndexedDB, or memory where a browser forbids it. Both have the same four methods.
 * @module core/stores
 */

export const TABLES = ["drafts", "unsent"];

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) => new Promise((good, bad) => {
  request.onsuccess = () => good(request.result);
  request.onerror = () => bad(request.error);
});

export class IndexedStore {
  lasting = true;

  /** @param {IDBDatabase} base */
  constructor(base) {
    this.base = base;
  }

  get(table, key) { return done(this.#table(table, "readonly").get(key)); }

  put(table, key, value) { return done(this.#table(table, "readwrite").put(value, key)); }

  remove(table, key) { return done(this.#table(table, "readwrite").delete(key)); }

  all(table) { return done(this.#table(table, "readonly").getAll()); }

  #table(name, mode) { return this.base.transaction(name, mode).objectStore(name); }
}

/**
 * The browser's store; memory if it has none or forbids it, as in some private windows.
 * @param {IDBFactory} [factory]
 * @returns {Promise<IndexedStore|import("./memory.js").MemoryStore>}
 */
export async function openStore(factory = globalThis.indexedDB) {
  try {
    const request = factory.open("cocokit", 1);
    request.onupgradeneeded = () => TABLES.forEach((name) => request.result.createObjectStore(name));
    return new IndexedStore(await done(request));
  } catch {
    const { MemoryStore } = await import("./memory.js");
    return new MemoryStore();
  }
}

/** The page's side of workers/tools.js: every call is a promise; the worker begins with the first one. */

export class Tools {
  #worker = null;
  #waiting = new Map();
  #count = 0;

  /** @param {() => Worker} [begin] how to begin the worker */
  constructor(begin = () => new Worker(new URL("./tools.js", import.meta.url), { type: "module" })) {
    this.begin = begin;
  }

  /** A first mask from a box: `start` of tools/box.js. @returns {Promise<import("../masks/sets.js").Mask>} */
  box(pixels, box) {
    return this.#call("box", pixels, box);
  }

  /** The mask after click number `count` (from 0) in that box. @returns {Promise<import("../masks/sets.js").Mask>} */
  click(count, at, inside) {
    return this.#call("click", count, at, inside);
  }

  /** As in tools/tighten.js. @returns {Promise<import("../masks/sets.js").Mask>} */
  tighten(pixels, mask, options) {
    return this.#call("tighten", pixels, mask, options);
  }

  /** As in tools/superpixels.js. @returns {Promise<Int32Array>} */
  superpixels(pixels, n) {
    return this.#call("superpixels", pixels, n);
  }

  /** Ends the worker; calls that wait are refused. */
  close() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail("The tool was closed.");
  }

  #call(name, ...args) {
    this.#worker ??= this.#begun();
    const id = ++this.#count;
    // Only what the tools read crosses the border.
    const plain = args.map((a) => (a?.data && a.width ? { width: a.width, height: a.height, data: a.data } : a));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args: plain });
    });
  }

  #begun() {
    const worker = this.begin();
    worker.onmessage = ({ data: { id, made, error } }) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) call?.reject(new Error(error));
      else call?.resolve(made);
    };
    worker.onerror = () => {
      this.#worker = null;
      this.#fail("The tool could not be loaded.");
    };
    return worker;
  }

  #fail(sentence) {
    for (const { reject } of this.#waiting.values()) reject(new Error(sentence));
    this.#waiting.clear();
  }
}

/** The page's side of workers/tools.js: every call is a promise with its own number; the worker begins with the first. */

export class Tools {
  #worker = null;
  #waiting = new Map();
  #count = 0;

  /** @param {() => Worker} [begin] how to begin the worker */
  constructor(begin = () => new Worker(new URL("./tools.js", import.meta.url), { type: "module" })) {
    this.start = begin;
  }

  /**
   * What a box and clicks cut out, as in workers/found.js. The photo is sent only if the worker has not got it yet.
   * @param {object} recipe @returns {Promise<object>} a drawing
   */
  async cut(recipe) {
    return (await this.#call("cut", { ...recipe, crop: null })) ?? this.#call("cut", recipe);
  }

  /** As in workers/found.js. @param {object} recipe @returns {Promise<object>} a drawing */
  tighten(recipe) { return this.#call("tighten", recipe); }

  /** As in workers/found.js. @param {object} recipe @returns {Promise<object>} a drawing */
  trim(recipe) { return this.#call("trim", recipe); }

  /** As in tools/superpixels.js. @returns {Promise<Int32Array>} */
  superpixels({ width, height, data }, n) { return this.#call("superpixels", { width, height, data }, n); }

  /** Begins the worker before it is needed. */
  begin() { this.#worker ??= this.#begun(); }

  /** Stops what is being done; the next call begins another worker. Calls that wait are refused. */
  close() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#fail("The tool was closed.");
  }

  #call(name, ...args) {
    this.begin();
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, args });
    });
  }

  #begun() {
    const worker = this.start();
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

/** The worker of the drawing pages; it stays from task to task. */
export const shared = new Tools();

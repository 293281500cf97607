/**
 * What a worker did, kept in the browser from the first action to the receipt: the newest state of each task, and the
 * answers that wait to be sent. It outlives a closed tab, a lost network and a restarted server.
 * @module core/journal
 */

/** What nobody came back for is forgotten, ms. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/**
 * @typedef {object} Kept
 * @property {string} key
 * @property {string} client_id by which the server knows the answer however often it is sent
 * @property {number} version of the server's draft that the state goes on from
 * @property {unknown} data the state
 * @property {number} at ms since 1970
 */

/**
 * A short word for what a task is, so that another server's assignment of the same name is not taken for it. Addresses
 * of pictures change by the hour and do not count.
 * @param {object} task @returns {string}
 */
export function printOf(task) {
  const text = JSON.stringify([task.stage, task.training, task.work], (key, value) => (key === "url" ? undefined : value));
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum.toString(36);
}

export class Journal {
  /** @param {object} store of stores.js @param {string} [who] whose work it is */
  constructor(store, who = "") {
    this.store = store;
    this.who = who;
  }

  /** Whether it outlives the page. */
  get lasting() { return this.store.lasting; }

  /** @param {object} task @returns {string} */
  key(task) { return `${this.who}|${task.id}|${printOf(task)}`; }

  /**
   * Keeps the newest state of a task. The store does what it is asked in the order of asking, so an older one never wins.
   * @param {object} task @param {{client_id: string, version: number, data: unknown}} state
   * @returns {Promise<void>} kept
   */
  keep(task, state) {
    const key = this.key(task);
    return this.store.put("drafts", key, { ...state, key, at: Date.now() });
  }

  /** What is kept of a task. @param {object} task @returns {Promise<Kept|undefined>} */
  kept(task) { return this.store.get("drafts", this.key(task)); }

  /** A task is over. @param {object} task @returns {Promise<void>} */
  forget(task) { return this.store.remove("drafts", this.key(task)); }

  /**
   * An answer that is about to be sent.
   * @param {object} task @param {object} body of `submit` @returns {Promise<void>}
   */
  post(task, body) {
    const one = { assignment: task.id, stage: task.stage, key: this.key(task), who: this.who, body, at: Date.now() };
    return this.store.put("unsent", body.client_id, one);
  }

  /** The answers of this worker without a receipt, oldest first. @returns {Promise<object[]>} */
  async unsent() {
    const all = await this.store.all("unsent");
    return all.filter((one) => one.who === this.who).sort((a, b) => a.at - b.at);
  }

  /** The server has it, or will never take it. @param {{body: {client_id: string}, key: string}} one */
  async sent(one) {
    await Promise.all([this.store.remove("unsent", one.body.client_id), this.store.remove("drafts", one.key)]);
  }

  /** The server will not take it as it is: the task goes on. @param {string} clientId */
  recall(clientId) { return this.store.remove("unsent", clientId); }

  /** Forgets what is too old. @returns {Promise<void>} */
  async tidy() {
    const old = (one) => Date.now() - one.at > KEPT_MS;
    for (const one of (await this.store.all("drafts")).filter(old)) await this.store.remove("drafts", one.key);
    for (const one of (await this.store.all("unsent")).filter(old)) await this.store.remove("unsent", one.body.client_id);
  }
}

/**
 * The worker API: one method for each request. It sends again what may be sent again, joins anew when the token is over,
 * gives up in time, and knows how far this computer's clock is from the server's.
 * @module core/api
 */

const TIMEOUT_MS = 20_000;
/** Waits before each new try, ms; some chance is added, so that many pages do not come back in one moment. */
const WAITS = [300, 900, 2700];
const BUSY = new Set([429, 502, 503, 504]);
/** A request that outlives its page may not be larger, bytes. */
export const KEEPALIVE_MOST = 60_000;

const meta = (name) => globalThis.document?.querySelector(`meta[name=${name}]`)?.content ?? "";
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** The server has said no, and why. */
export class Refusal extends Error {
  /** @param {number} status @param {object|null} error what the server said: code, field, reason, remedy, sentence */
  constructor(status, error) {
    super(error?.sentence ?? "The server gave no answer that this page understands. Reload it.");
    this.name = "Refusal";
    this.status = status;
    this.code = error?.code ?? "unknown";
    this.error = error ?? {};
  }
}

/** The server could not be reached, or was busy each time. */
export class Offline extends Error {
  name = "Offline";
}

export class Api {
  /** @type {Promise<object>|null} */
  #joining = null;

  /**
   * @param {{prefix?: string, entry?: string, send?: typeof fetch, wait?: (ms: number) => Promise<void>}} [where] tests
   *   give their own
   */
  constructor({ prefix = meta("api") || "/api/v1", entry = meta("entry"), send = (...a) => fetch(...a), wait = pause } = {}) {
    Object.assign(this, { prefix, entry, send, wait, token: null });
    /** Server's clock minus this computer's, ms. */
    this.ahead = 0;
    /** What to join with again. */
    this.joinWith = { consent: true };
    /** Called with true or false when the server is reached or not. @type {(online: boolean) => void} */
    this.onstate = () => {};
  }

  /** The server's time, ms since 1970. */
  now() { return Date.now() + this.ahead; }

  /** Becomes a worker, or comes back as one. @param {{nickname?: string}} [more] @returns {Promise<object>} */
  join(more = {}) {
    this.joinWith = { consent: true, ...more };
    return this.#rejoin();
  }

  /** @param {string[]} hold assignments that the page has already @returns {Promise<object>} */
  async next(hold = []) { return this.#timed(await this.#call("POST", "next", { hold })); }

  /** What this worker holds. @returns {Promise<{assignments: object[]}>} */
  mine() { return this.#call("GET", "assignments"); }

  /** @param {string} id @returns {Promise<{version: number, data: unknown}>} */
  draft(id) { return this.#call("GET", `assignments/${id}/draft`); }

  /**
   * @param {string} id @param {number} version @param {unknown} data
   * @param {boolean} [going] the page goes away: one try, which outlives it where it is small enough
   * @returns {Promise<{version: number, expires_at: number}>}
   */
  save(id, version, data, going = false) {
    return this.#call("PUT", `assignments/${id}/draft`, { version, data }, going ? 0 : 1, going);
  }

  /** @param {string} id @returns {Promise<{expires_at: number}>} */
  extend(id) { return this.#call("POST", `assignments/${id}/extend`, {}); }

  /** @param {string} id @param {string} reason @returns {Promise<object>} */
  release(id, reason) { return this.#call("POST", `assignments/${id}/release`, { reason }); }

  /** Safe to send twice: the server knows it by client_id. @param {string} id @param {object} body @param {number} [tries] */
  async submit(id, body, tries) {
    const answer = await this.#call("POST", `assignments/${id}/submit`, body, tries);
    if (answer.next) this.#timed(answer.next);
    return answer;
  }

  #timed(answer) {
    if (answer.now) this.ahead = answer.now - Date.now();
    return answer;
  }

  #headers() {
    return { "Content-Type": "application/json", ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) };
  }

  /** Joins once, however many requests find the token over. */
  #rejoin() {
    this.#joining ??= (async () => {
      try {
        this.token = null;
        const joined = await this.#tries("POST", "join", { entry: this.entry, ...this.joinWith }, WAITS.length);
        this.token = joined.token;
        return joined;
      } finally {
        this.#joining = null;
      }
    })();
    return this.#joining;
  }

  async #call(method, path, body, tries = WAITS.length, keepalive = false) {
    const token = this.token;
    try {
      return await this.#tries(method, path, body, tries, keepalive);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      if (this.#joining || this.token === token) await this.#rejoin();
      return this.#tries(method, path, body, tries);
    }
  }

  async #tries(method, path, body, tries, keepalive = false) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const lives = keepalive && new Blob([text]).size <= KEEPALIVE_MOST;
    for (let i = 0; ; i += 1) {
      const { said, again } = await this.#once(method, path, text, lives);
      if (said !== undefined) return said;
      if (i >= tries) {
        this.onstate(false);
        throw new Offline("The server can't be reached.");
      }
      await this.wait(Math.max(again, WAITS[Math.min(i, WAITS.length - 1)]) * (1 + Math.random() / 4));
    }
  }

  /** @returns {Promise<{said?: object, again: number}>} no `said`: worth another try after `again` ms */
  async #once(method, path, body, keepalive) {
    let response;
    let said;
    try {
      response = await this.send(`${this.prefix}/${path}`, { method, headers: this.#headers(), cache: "no-store",
        body, keepalive, signal: AbortSignal.timeout(TIMEOUT_MS) });
      said = await response.json().catch((error) => { if (error.name !== "SyntaxError") throw error; return null; });
    } catch {
      return { again: 0 }; // No network, no server, no answer in time.
    }
    if (BUSY.has(response.status)) return { again: 1000 * Math.min(Number(response.headers.get("Retry-After")) || 0, 10) };
    this.onstate(true);
    if (!response.ok || said === null) throw new Refusal(response.status, said?.error);
    return { said, again: 0 };
  }
}

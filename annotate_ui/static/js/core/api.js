/**
 * The worker API: one method for each request.
 * @module core/api
 */

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";

export class Refusal extends Error {
  /** @param {number} status @param {object} error what the server said: code, field, reason, remedy, sentence */
  constructor(status, error) {
    super(error?.sentence ?? "The server did not understand this page.");
    this.name = "Refusal";
    this.status = status;
    this.code = error?.code ?? "unknown";
    this.error = error ?? {};
  }
}

export class Offline extends Error {}

export class Api {
  constructor({ prefix = meta("api") || "/api/v1", entry = meta("entry"), send = (...a) => fetch(...a) } = {}) {
    this.prefix = prefix;
    this.entry = entry;
    this.send = send;
    this.token = null;
  }

  async join(more = {}) {
    const joined = await this.call("POST", "join", { entry: this.entry, consent: true, ...more });
    this.token = joined.token;
    return joined;
  }

  next(hold = []) { return this.call("POST", "next", { hold }); }

  mine() { return this.call("GET", "assignments"); }

  draft(id) { return this.call("GET", `assignments/${id}/draft`); }

  save(id, version, data) { return this.call("PUT", `assignments/${id}/draft`, { version, data }); }

  extend(id) { return this.call("POST", `assignments/${id}/extend`, {}); }

  release(id, reason) { return this.call("POST", `assignments/${id}/release`, { reason }); }

  submit(id, body) { return this.call("POST", `assignments/${id}/submit`, body); }

  async call(method, path, body) {
    const headers = { "Content-Type": "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    let response;
    try {
      response = await this.send(`${this.prefix}/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (error) {
      throw new Offline("The server can't be reached.", { cause: error });
    }
    const said = await response.json().catch(() => null);
    if (!response.ok) throw new Refusal(response.status, said?.error);
    return said;
  }
}

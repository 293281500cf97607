/**
 * One task in hand: its page, its draft, its lease, its times. From opening to the receipt or the way back.
 * @module core/work
 */
import { moduleOf } from "./ahead.js";
import { Drafts } from "./drafts.js";
import { makeHost } from "./host.js";
import { Lease } from "./lease.js";
import { dress } from "./styles.js";
import { Times } from "./times.js";

/** The newest state of a task: the browser's, unless the server's is newer. @returns {{data: object|null, version: number, client_id: string}} */
function newest(task, kept) {
  const version = task.draft?.version ?? 0;
  const client_id = kept?.client_id ?? crypto.randomUUID();
  if (kept && kept.version >= version) return { data: kept.data, version, client_id };
  return { data: task.draft?.data ?? null, version, client_id };
}

export class Work {
  /** Nothing may be changed: another tab has it, or it is a preview. */
  readOnly = false;

  /** Its answer is on its way, and decides what becomes of it. */
  sending = false;

  /** @param {import("./flow.js").Flow} flow @param {object} task */
  constructor(flow, task) {
    this.flow = flow;
    this.task = task;
  }

  /** Builds the page, and brings back what was done before. @returns {Promise<void>} */
  async open() {
    const { flow, task } = this;
    const [module, kept] = await Promise.all([moduleOf(task), flow.preview ? undefined : flow.journal.kept(task)]);
    if (flow.work !== this) return; // Something else was opened in the meantime.
    const state = newest(task, kept);
    this.clientId = state.client_id;
    this.times = new Times(state.data?.times, undefined, document.visibilityState === "visible");
    this.stopTimes = this.times.listen();
    flow.frame.clear();
    dress(module.styles ?? []);
    this.later = module.later ?? [];
    this.host = makeHost(flow, task);
    this.page = await module.open(this.host);
    import("./beside.js").then((it) => it.beside(this), () => {}); // A task can be done without it.
    if (state.data?.page) await this.page.restore(state.data.page);
    this.restored = Boolean(state.data?.page);
    this.#care(state.version);
  }

  #care(version) {
    const { flow, task } = this;
    const { api, journal } = flow;
    this.drafts = new Drafts({ api, journal, task, version, clientId: this.clientId,
      state: () => this.state(), onstate: (how) => flow.saved(how), onrefused: (refusal) => flow.draftRefused(this, refusal) });
    this.lease = new Lease({ end: task.expires_at, length: task.lease_ms, now: () => api.now(),
      working: (ms) => !this.readOnly && this.times.active(ms), onwarn: (left) => flow.leaseWarns(left),
      onlost: (error) => flow.timeOver(this, error),
      extendNow: async () => (await api.extend(task.id)).expires_at });
    if (flow.preview) this.close(false);
  }

  /** What is kept of the task. */
  state() { return { page: this.page.snapshot(), times: this.times.spent() }; }

  /** The body of `submit`; throws the page's Problem. @param {string[]} hold @returns {object} */
  body(hold) {
    const payload = this.page.payload();
    const trace = this.page.trace?.();
    return { client_id: this.clientId, payload, times: this.times.spent(), hold, ...(trace ? { trace } : {}) };
  }

  /** The server or another tab has a newer state. @param {unknown} data @param {number} version */
  async load(data, version) {
    this.host.history.clear();
    if (data?.page) await this.page.restore(data.page);
    this.drafts.version = version;
    this.drafts.note();
  }

  /** No more saving and no more lease. @param {boolean} [all] the page goes as well */
  close(all = true) {
    this.drafts?.close();
    this.lease?.close();
    this.stopTimes?.();
    if (!all) return;
    this.page?.close();
    this.host?.close();
    this.page = null;
  }
}

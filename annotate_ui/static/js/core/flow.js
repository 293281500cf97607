/**
 * From one task to the next: join, open, submit, and again.
 * @module core/flow
 */
import { el } from "./dom.js";
import { makeHost } from "./host.js";
import { hint, say, toast } from "./live.js";
import { Problem } from "./problem.js";
import { Refusal } from "./api.js";

/** The module of a task's page. @param {object} task @returns {Promise<object>} */
const pageOf = (task) => import(`../pages/${task.training ? "training" : task.stage}.js`);

export class Flow {
  #page = null;
  #host = null;
  #asked = null;

  /** @param {{api: import("./api.js").Api, frame: import("./frame.js").Frame, preview?: boolean}} parts */
  constructor({ api, frame, preview = false }) {
    Object.assign(this, { api, frame, preview, me: {}, campaign: {}, task: null });
    frame.acts = { submit: () => this.submit(), help: () => {}, pause: () => {}, skip: () => this.skip("skip") };
    const { keys } = frame;
    const task = () => this.#page !== null;
    keys.add({ id: "submit", keys: ["Enter", "Ctrl+Enter"], text: "Submit", group: "Everywhere", run: () => task() && this.submit() });
    keys.add({ id: "undo", keys: ["z", "Ctrl+z"], text: "Undo", group: "Everywhere", run: () => this.undo() });
    keys.add({ id: "redo", keys: ["Shift+z", "Ctrl+Shift+z", "Ctrl+y"], text: "Do again", group: "Everywhere", run: () => this.redo() });
    frame.primary.append(keys.cap("submit"));
  }

  async start() {
    const joined = await this.api.join();
    this.campaign = joined.campaign;
    await this.show(await this.api.next([]));
  }

  async show(answer) {
    this.me = answer.me ?? this.me;
    if (answer.state === "task") return this.open(answer.assignment);
    this.close();
    this.frame.state("state");
    this.frame.stage.append(el("p", { class: "section lead", text: answer.sentence }));
    return undefined;
  }

  async open(task) {
    this.close();
    const module = await pageOf(task);
    this.task = task;
    this.#asked = null;
    this.frame.me(this.me, this.campaign.currency ?? "USD", task.stage);
    this.frame.state("task");
    this.#host = makeHost(this, task);
    this.#page = await module.open(this.#host);
    if (task.draft) await this.#page.restore(task.draft.data);
    this.frame.title(this.#page.title, this.#page.verb);
    say(this.#page.title.text);
    this.frame.stage.querySelector(".photo")?.focus({ preventScroll: true });
  }

  close() {
    this.#page?.close();
    this.#host?.close();
    this.#page = this.#host = this.task = null;
    this.frame.clear();
  }

  changed() { this.#asked = null; }

  undo() { const done = this.#host?.history.undo(); if (done) say(`Undone: ${done.name}`); }

  redo() { const done = this.#host?.history.redo(); if (done) say(`Done again: ${done.name}`); }

  async submit() {
    const page = this.#page;
    if (!page || page.busy?.() || page.step?.()) return;
    try {
      const payload = page.payload();
      const question = page.confirm?.();
      if (question && this.#asked !== question) {
        this.#asked = question;
        hint(question, { action: { text: `${page.verb}`, run: () => this.submit() } });
        return;
      }
      this.frame.busy(true);
      const body = { client_id: crypto.randomUUID(), payload, times: { wall_ms: 0, visible_ms: 0, active_ms: 0 }, trace: page.trace?.(), hold: [] };
      const answer = await this.api.submit(this.task.id, body);
      await page.after?.(answer);
      await this.show(answer.next);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof Refusal)) throw error;
      hint(error.message, { kind: "bad" });
    } finally {
      this.frame.busy(false);
    }
  }

  async skip(reason) {
    await this.api.release(this.task.id, reason);
    toast("Skipped.");
    await this.show(await this.api.next([]));
  }

  photoFailed() { hint("The photo did not load. Skip it and take the next.", { kind: "bad" }); }
}

/**
 * From one task to the next: submit, show what follows, and whatever may come between. It decides nothing of the campaign.
 * @module core/flow
 */
import { Ahead } from "./ahead.js";
import { Offline, Refusal } from "./api.js";
import { photoFailed, rest } from "./between.js";
import { addKeys } from "./commands.js";
import { duration } from "./frame.js";
import { HelpSheet } from "./help.js";
import { hint, say, toast } from "./live.js";
import { openMenu, REASONS } from "./menu.js";
import { Outbox } from "./outbox.js";
import { Problem } from "./problem.js";
import { statePage } from "./states.js";
import { Tabs } from "./tabs.js";
import { Work } from "./work.js";

export class Flow {
  /** The task in hand. @type {Work|null} */
  work = null;
  #asked = null;
  #busy = false;
  #state = null;

  /**
   * @param {{api: import("./api.js").Api, frame: import("./frame.js").Frame, journal: import("./journal.js").Journal,
   *   preview?: boolean}} parts
   */
  constructor({ api, frame, journal, preview = false }) {
    Object.assign(this, { api, frame, journal, preview, me: {}, campaign: {} });
    this.ahead = new Ahead();
    /** Tasks whose answers are on their way. */
    this.sending = new Set();
    this.help = new HelpSheet(frame.keys);
    this.tabs = new Tabs({ onheld: () => this.lookOn(), ontaken: () => this.lookOn() });
    frame.acts = { submit: () => this.submit(), undo: () => this.undo(), redo: () => this.redo(), help: () => this.help.open(), pause: () => this.rest(), skip: () => this.skipMenu() };
    addKeys(this, frame);
    this.outbox = new Outbox(api, journal, {
      onsent: (answer) => { this.me = answer.next.me ?? this.me; },
      onrefused: (refusal) => toast(`An answer from before could not be taken. ${refusal.message}`),
      onempty: () => { this.saved("saved"); toast("Back online. Everything is sent."); },
    });
  }

  /** The worker has joined: what waits is sent, then the task that was in hand, or the next one. */
  async start(joined) {
    this.campaign = joined.campaign;
    await this.journal.tidy();
    if (this.preview) return this.show(await this.api.next([]));
    await this.outbox.flush();
    const { assignments } = await this.api.mine();
    const kept = await Promise.all(assignments.map(async (task) => [(await this.journal.kept(task))?.at ?? 0, task]));
    for (const [, task] of kept.sort(([a], [b]) => b - a)) this.ahead.add(task);
    return this.advance();
  }

  /** Opens the next task that is here, or asks for one. */
  async advance() {
    const task = this.ahead.take(this.api.now());
    if (task) return this.open(task);
    try {
      return await this.show(await this.api.next([]));
    } catch (error) {
      return this.stopped(error);
    }
  }

  /** Shows what `next` answered. @param {object} answer */
  async show(answer) {
    this.me = answer.me ?? this.me;
    if (answer.state === "task") return this.open(answer.assignment);
    return this.state(answer.state, answer, () => this.advance());
  }

  /** @param {object} task an assignment */
  async open(task) {
    this.close();
    const work = new Work(this, task);
    this.work = work;
    this.#asked = null;
    this.frame.me(this.me, this.campaign.currency ?? "USD", task.stage);
    try {
      await work.open();
    } catch (error) {
      this.close();
      throw error;
    }
    if (this.work !== work) return;
    this.frame.state("task");
    this.frame.title(work.page.title, work.page.verb);
    this.frame.saved(work.restored ? "saved" : "none");
    say(work.page.title.text);
    this.#focus();
    performance.mark("task-shown", { detail: task.id });
    if (this.preview) return this.frame.notice("This is a preview. Accept the task to work on it.");
    this.tabs.open(this.journal.key(task));
    setTimeout(() => this.fetchAhead(), 0);
  }

  /** Takes the task in hand away. */
  close() {
    this.#state?.close();
    this.#state = null;
    this.work?.close();
    this.work = null;
    this.tabs.close();
    this.frame.notice(null);
    this.frame.frozen(false);
    this.frame.clear();
  }

  /** Asks for the task after this one, while the worker is busy with it. */
  async fetchAhead() {
    const work = this.work;
    if (!work || this.ahead.tasks.length || this.sending.size) return;
    try {
      const answer = await this.api.next([work.task.id]);
      if (answer.state === "task" && answer.assignment.id !== work.task.id) this.ahead.add(answer.assignment);
    } catch (error) {
      if (!(error instanceof Offline) && !(error instanceof Refusal)) throw error; // It is asked again when it is needed.
    }
  }

  /** The page's state has changed. */
  changed() {
    this.#asked = null;
    if (this.work?.page && !this.work.readOnly && !this.preview) this.work.drafts?.changed();
    this.#buttons();
  }

  #buttons() {
    const { history } = this.work?.host ?? {};
    if (history) this.frame.history(history);
  }

  undo() { this.#step("undo", "Undone"); }

  redo() { this.#step("redo", "Done again"); }

  #step(verb, words) {
    if (this.work?.readOnly) return;
    const done = this.work?.host.history[verb]();
    if (done) say(`${words}: ${done.name}`);
  }

  /** Sends the answer, then shows what follows. */
  async submit() {
    const { work } = this;
    if (!work?.page || this.#busy || work.readOnly || work.page.busy?.() || work.page.step?.()) return;
    if (this.preview) return hint("This is a preview. Accept the task to send answers.");
    const body = this.#body(work);
    if (!body) return;
    this.#busy = true;
    this.frame.busy(true);
    performance.mark("submitted");
    try {
      await this.#send(work, body);
    } finally {
      this.#busy = false;
      this.frame.busy(false);
    }
  }

  /** The body of an answer, or null after the worker was told why not. */
  #body(work) {
    try {
      const body = work.body(this.ahead.ids);
      const question = work.page.confirm?.();
      if (!question || this.#asked === question) return body;
      this.#asked = question;
      hint(question, { action: { text: work.page.verb, run: () => this.submit() } });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      hint(error.sentence, { kind: "bad" });
    }
    return null;
  }

  async #send(work, body) {
    const posted = this.journal.post(work.task, body);
    if (!work.page.after && this.ahead.has(this.api.now())) {
      work.close(false);
      const opened = this.open(this.ahead.take(this.api.now()));
      this.#behind(work.task, body, opened);
      return opened;
    }
    try {
      const answer = await this.api.submit(work.task.id, body, work.task.training ? undefined : 1);
      await this.#received(work, body, answer);
    } catch (error) {
      await posted;
      if (error instanceof Offline) await this.#later(work, body);
      else if (error instanceof Refusal) await this.#refused(work, body, error);
      else throw error;
    }
  }

  /** Sends an answer while the worker is at the next task already: nothing in it has to be looked at. */
  async #behind(task, body, opened) {
    this.sending.add(task.id);
    try {
      const answer = await this.api.submit(task.id, body, 1).finally(() => opened);
      this.journal.sent({ body, key: this.journal.key(task) });
      this.me = answer.next.me ?? this.me;
      if (this.work) this.frame.me(this.me, this.campaign.currency ?? "USD", this.work.task.stage);
      if (answer.next.state === "task") this.ahead.add(answer.next.assignment);
    } catch (error) {
      if (error instanceof Offline) await this.#waits();
      else if (error instanceof Refusal) await this.#returned(task, body, error);
      else throw error;
    } finally {
      this.sending.delete(task.id);
    }
  }

  async #waits() {
    await this.outbox.add();
    this.frame.saved("offline");
    toast(`Offline. ${this.outbox.words} here until you are back.`);
  }

  /** The server did not take an answer that was sent behind: what can be mended comes back, before what is in hand. */
  async #returned(task, body, refusal) {
    await this.journal.recall(body.client_id);
    if (refusal.status === 403) return this.stopped(refusal);
    if (refusal.status !== 422 && refusal.status !== 413) return toast(`The answer before could not be taken. ${refusal.message}`);
    if (this.work) {
      await this.work.drafts?.note();
      this.ahead.putBack(this.work.task);
    }
    await this.open(task);
    await this.work?.drafts?.note(); // The newest comes first after a reload.
    return hint(refusal.message, { kind: "bad" });
  }

  async #received(work, body, answer) {
    const { page } = work;
    work.close(false);
    this.journal.sent({ body, key: this.journal.key(work.task) });
    await page.after?.(answer);
    this.me = answer.next.me ?? this.me;
    if (answer.next.state === "task") this.ahead.add(answer.next.assignment);
    const task = this.ahead.take(this.api.now());
    await (task ? this.open(task) : this.show(answer.next));
  }

  /** No network: the answer waits in the journal, and work goes on with what is here. A training task waits itself. */
  async #later(work, body) {
    if (work.task.training) {
      await this.journal.recall(body.client_id);
      this.frame.saved("offline");
      return void hint("Offline. Your outline is kept here; send it when you are back.", { kind: "bad" });
    }
    work.close(false);
    const task = this.ahead.take(this.api.now());
    if (task) await this.open(task);
    await this.#waits();
    return task ? undefined : this.#offline();
  }

  #offline() {
    const sentence = `${this.outbox.words} here until you are back. You may close this page: nothing is lost.`;
    const act = async () => ((await this.outbox.flush()) ? this.advance() : this.#offline());
    this.state("offline", { sentence, retry_s: 15, me: this.me }, act);
  }

  async #refused(work, body, refusal) {
    await this.journal.recall(body.client_id);
    if (refusal.status === 422 || refusal.status === 413) return hint(refusal.message, { kind: "bad" });
    return refusal.status === 403 ? this.stopped(refusal) : this.lost(work, refusal);
  }

  /** Gives the task in hand back. @param {string} reason a word of the worker API */
  async skip(reason) {
    const { work } = this;
    if (!work?.page || this.#busy || this.preview || work.readOnly) return;
    work.close(false);
    await this.giveBack(work.task, reason);
  }

  /** Gives a task back, and shows the next. @param {object} task @param {string} reason */
  async giveBack(task, reason) {
    this.#busy = true;
    try {
      await this.journal.forget(task);
      await this.api.release(task.id, reason);
      toast("Skipped. Here is the next.");
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof Offline)) throw error; // Its lease ends by itself.
    } finally {
      this.#busy = false;
    }
    await this.advance();
  }

  /** Why the task is passed by: the page's own reasons, then everybody's. */
  skipMenu() {
    if (!this.work?.page) return;
    const own = this.work.page.skips ?? [];
    const others = REASONS.filter(([, text]) => !own.some((one) => one.text === text));
    openMenu(this.frame.skip, [...own, ...others.map(([reason, text]) => ({ text, run: () => this.skip(reason) }))]);
  }

  /** A page between tasks. @param {string} state @param {object} said @param {() => void} [act] @param {Node[]} [more] */
  state(state, said, act, more) {
    this.close();
    this.frame.state("state");
    this.frame.me(this.me, this.campaign.currency ?? "USD", "");
    this.#state = statePage(state, said, { act, more, currency: this.campaign.currency });
    this.frame.stage.append(this.#state.node);
    const heading = this.#state.node.querySelector("h2");
    this.frame.title({ text: this.campaign.name ?? "cocokit" }, "");
    say(`${heading.textContent}. ${said.sentence}`);
    heading.focus({ preventScroll: true });
  }

  /** What can't go on. @param {Error} error */
  stopped(error) {
    if (error instanceof Offline) {
      const said = { sentence: "The server can't be reached. What you did is kept here.", retry_s: 15 };
      return this.state("offline", said, async () => { await this.outbox.flush(); await this.advance(); });
    }
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 403) return this.state("rejected", { sentence: error.message, me: this.me });
    return this.state(error.status === 401 ? "entry" : "broken", { sentence: error.message }, () => location.reload());
  }

  /** The worker rests: the task stays theirs, and the clock of activity stands. */
  rest() { return rest(this); }

  /** A photo did not come. @param {object} task */
  photoFailed(task) { return photoFailed(this, task); }

  /** The lease is over. @param {Work} work @param {Error} error */
  async lost(work, error) {
    if (this.work !== work) return;
    work.drafts?.note();
    await this.journal.recall(work.clientId);
    this.state("lost", { sentence: `${error.message} What you did is kept in this browser.` }, () => this.advance());
  }

  /** @param {number|null} left ms */
  leaseWarns(left) {
    if (left === null) return this.frame.notice(null);
    const text = left > 0 ? `${duration(Math.ceil(left / 1000))} left on this task.` : "This task's time is over; asking for more.";
    return this.frame.notice(text, [{ text: "Keep it", key: "keep", run: () => this.work?.lease.extend() }]);
  }

  /** @param {Work} work @param {Refusal} refusal of a draft */
  draftRefused(work, refusal) {
    if (this.work !== work) return;
    if (refusal.code !== "stale") return void this.lost(work, refusal);
    work.newer = refusal.error;
    this.lookOn();
  }

  /** Another tab has the task: this one only shows it. */
  lookOn() {
    const { work } = this;
    if (!work?.page) return;
    work.readOnly = true;
    this.frame.frozen(true);
    this.frame.notice("This task is open in another tab, so this one only shows it.", [{ text: "Work here instead", run: () => this.takeOver() }]);
  }

  /** This tab takes the task from the other one. */
  async takeOver() {
    const { work } = this;
    this.tabs.take();
    try {
      const kept = await this.journal.kept(work.task);
      const saved = await this.api.draft(work.task.id);
      const local = kept && kept.version >= saved.version;
      await work.load(local ? kept.data : saved.data, saved.version);
    } catch (error) {
      if (!(error instanceof Offline)) return this.lost(work, error);
    }
    work.readOnly = false;
    this.frame.frozen(false);
    this.frame.notice(null);
    return this.#focus();
  }

  /** @param {"saved"|"saving"|"offline"} how */
  saved(how) {
    this.frame.saved(how === "saved" && this.outbox.waiting ? "offline" : how);
  }

  /** The task has the focus; its ring waits for the first key. */
  #focus() {
    const first = this.frame.stage.querySelector("[data-first], .photo") ?? this.frame.stage;
    first.dataset.quiet = "";
    first.focus({ preventScroll: true });
  }
}

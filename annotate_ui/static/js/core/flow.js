/**
 * From one task to the next: submit, show what follows, and whatever may come between. It decides nothing of the campaign.
 * @module core/flow
 */
import { Ahead } from "./ahead.js";
import { Offline, Refusal } from "./api.js";
import { addKeys } from "./commands.js";
import { Later, soon } from "./later.js";
import { hint, say, toast } from "./live.js";
import { Outbox } from "./outbox.js";
import { Problem } from "./problem.js";
import { dress, seen } from "./styles.js";
import { Tabs } from "./tabs.js";
import { Work } from "./work.js";

const troubles = new Later(() => seen(import("./troubles.js")));
const help = new Later(() => seen(import("./help.js")));
const menu = new Later(() => seen(import("./menu.js")));

export class Flow {
  /** The task in hand. @type {Work|null} */
  work = null;
  #asked = null;
  #busy = false;
  #state = null;
  #sheet = null;
  /** What was opened last: whatever comes too late does not show. */
  #turn = 0;

  /**
   * @param {{api: import("./api.js").Api, frame: import("./frame.js").Frame, journal: import("./journal.js").Journal,
   *   preview?: boolean}} parts
   */
  constructor({ api, frame, journal, preview = false }) {
    Object.assign(this, { api, frame, journal, preview, me: {}, campaign: {} });
    this.ahead = new Ahead();
    /** Tasks whose answers are on their way. */
    this.sending = new Set();
    this.tabs = new Tabs({ onheld: () => this.lookOn(), ontaken: () => this.lookOn(), ondone: () => this.doneElsewhere() });
    frame.acts = { submit: () => this.submit(), undo: () => this.undo(), redo: () => this.redo(), help: () => this.help(), pause: () => this.rest(), skip: () => this.skipMenu() };
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
    this.focus();
    performance.mark("task-shown", { detail: task.id });
    if (this.preview) return this.frame.notice("This is a preview. Accept the task to work on it.");
    this.tabs.open(this.journal.key(task));
    setTimeout(() => this.fetchAhead(), 0);
    soon(troubles, help, menu, ...work.later);
  }

  /** Takes the task in hand away. */
  close() {
    this.#turn += 1;
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
    this.#busy = work.sending = true;
    this.frame.busy(true);
    performance.mark("submitted");
    try {
      await this.#send(work, body);
    } finally {
      this.#busy = work.sending = false;
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
      this.#sent(task, body);
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

  #sent(task, body) {
    const key = this.journal.key(task);
    this.journal.sent({ body, key });
    this.tabs.done(key);
  }

  async #received(work, body, answer) {
    const { page } = work;
    work.close(false);
    this.#sent(work.task, body);
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
    return task ? undefined : troubles.use(({ offline }) => offline(this));
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
    const { work } = this;
    if (!work?.page) return undefined;
    const own = work.page.skips ?? [];
    return menu.use(({ openMenu, REASONS }) => {
      if (this.work !== work) return;
      const others = REASONS.filter(([, text]) => !own.some((one) => one.text === text));
      openMenu(this.frame.skip, [...own, ...others.map(([reason, text]) => ({ text, run: () => this.skip(reason) }))]);
    });
  }

  /** Every key, and how they are changed. */
  help() {
    return help.use(({ HelpSheet }) => (this.#sheet ??= new HelpSheet(this.frame.keys)).open());
  }

  /** A page between tasks. @param {string} state @param {object} said @param {() => void} [act] @param {Node[]} [more] */
  async state(state, said, act, more) {
    this.close();
    const turn = this.#turn;
    this.frame.state("state");
    this.frame.me(this.me, this.campaign.currency ?? "USD", "");
    const pages = await troubles.get().catch(() => null);
    if (turn !== this.#turn) return;
    if (!pages) { // No network before the first task: what is to be said is said in a line.
      this.frame.notice(said.sentence, act ? [{ text: "Try again", run: act }] : []);
      return;
    }
    dress([]);
    this.#state = pages.statePage(state, said, { act, more, currency: this.campaign.currency });
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

  /** Another tab sent the answer of the task in hand. */
  doneElsewhere() { return troubles.use(({ doneElsewhere }) => doneElsewhere(this)); }

  /** The worker rests: the task stays theirs, and the clock of activity stands. */
  rest() { return troubles.use(({ rest }) => rest(this)); }

  /** A photo did not come. @param {object} task */
  photoFailed(task) { return troubles.use(({ photoFailed }) => photoFailed(this, task)); }

  /** The task is not theirs any more. @param {Work} work @param {Error} error */
  lost(work, error) { return troubles.use(({ lost }) => lost(this, work, error)); }

  /** The lease is over. @param {Work} work @param {Error} error */
  timeOver(work, error) { return troubles.use(({ timeOver }) => timeOver(this, work, error)); }

  /** @param {number|null} left ms of the lease; null: enough again */
  leaseWarns(left) {
    if (left === null) this.frame.notice(null);
    else troubles.use(({ leaseWarns }) => leaseWarns(this, left));
  }

  /** @param {Work} work @param {Refusal} refusal of a draft */
  draftRefused(work, refusal) { return troubles.use(({ draftRefused }) => draftRefused(this, work, refusal)); }

  /** Another tab has the task: this one only shows it. */
  lookOn() {
    if (!this.work?.page) return undefined;
    this.work.readOnly = true;
    this.frame.frozen(true);
    return troubles.use(({ lookOn }) => lookOn(this));
  }

  /** @param {"saved"|"saving"|"offline"} how */
  saved(how) {
    this.frame.saved(how === "saved" && this.outbox.waiting ? "offline" : how);
  }

  /** The task has the focus; its ring waits for the first key. */
  focus() {
    const first = this.frame.stage.querySelector("[data-first], .photo") ?? this.frame.stage;
    first.dataset.quiet = "";
    first.focus({ preventScroll: true });
  }
}

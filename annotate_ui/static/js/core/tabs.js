/**
 * One task, one tab: the tab that has it says so; a second one learns that it only looks on, and may take it over.
 * @module core/tabs
 */

export class Tabs {
  #task = null;
  /** Tabs that opened the task after this one, or in the same moment. */
  #later = new Set();

  /**
   * @param {{ontaken: () => void, onheld: () => void, ondone?: () => void}} hears onheld: another tab has this task;
   *   ontaken: another tab took it from here; ondone: another tab sent its answer
   * @param {BroadcastChannel|null} [channel]
   */
  constructor({ onheld, ontaken, ondone }, channel = globalThis.BroadcastChannel ? new BroadcastChannel("cocokit") : null) {
    this.onheld = onheld;
    this.ontaken = ontaken;
    this.ondone = ondone;
    this.channel = channel;
    this.me = crypto.randomUUID();
    if (channel) channel.onmessage = ({ data }) => this.#heard(data);
  }

  /** This tab opens a task: asks who has it. @param {string} task its key in the journal */
  open(task) {
    this.#task = task;
    this.#later.clear();
    this.mine = true;
    this.#tell("open");
  }

  /** This tab takes the task over. */
  take() {
    this.mine = true;
    this.#tell("take");
  }

  /** This tab has no task. */
  close() {
    this.#task = null;
    this.mine = false;
  }

  /** A task's answer is there. @param {string} task */
  done(task) {
    this.#tell("done", task);
  }

  #tell(verb, task = this.#task) {
    this.channel?.postMessage({ verb, task, from: this.me });
  }

  #heard({ verb, task, from }) {
    if (task !== this.#task || from === this.me) return undefined;
    if (verb === "done") return this.ondone?.();
    if (!this.mine) return undefined;
    if (verb === "open") {
      this.#later.add(from);
      return this.#tell("held");
    }
    if (verb === "held" && this.#later.has(from) && this.me < from) return undefined;
    this.mine = false;
    return verb === "take" ? this.ontaken() : this.onheld();
  }
}

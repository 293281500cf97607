/**
 * Text that is typed, as actions of the history: what is typed in one go is one action.
 * @module pages/photo/typing
 */

/** A pause that ends an action. */
const PAUSE_MS = 1000;
/** An action ends at the first blank after so many characters. */
const LONG = 24;

export class Typing {
  /** @type {{before: string, after: string, at: number}|null} the action that still grows */
  #open = null;

  /**
   * @param {{do: Function}} history @param {(text: string) => void} show sets the field
   * @param {{grown?: () => void, clock?: () => number}} [more] grown: the newest action has grown
   */
  constructor(history, show, { grown = () => {}, clock = () => performance.now() } = {}) {
    Object.assign(this, { history, show, grown, clock, text: "" });
  }

  /**
   * The field has another text.
   * @param {string} text @param {{whole?: boolean}} [how] whole: pasted or dropped, an action of its own
   */
  type(text, { whole = false } = {}) {
    if (text === this.text) return;
    const now = this.clock();
    if (!whole && this.#open && this.#grows(text, now)) {
      Object.assign(this.#open, { after: text, at: now });
      this.text = text;
      this.grown();
      return;
    }
    const step = { before: this.text, after: text, at: now };
    this.#open = null;
    this.history.do({ name: whole ? "Paste" : "Type", redo: () => this.#set(step.after), undo: () => this.#set(step.before) });
    this.#open = whole ? null : step;
  }

  /** @param {string} text of a draft */
  restore(text) { this.#set(typeof text === "string" ? text : ""); }

  #set(text) {
    this.#open = null;
    this.text = text;
    this.show(text);
  }

  #grows(text, now) {
    const { before, after, at } = this.#open;
    const shrank = text.length < this.text.length;
    const shrinking = after.length < before.length;
    const long = text.length - before.length > LONG && /\s$/u.test(this.text);
    return now - at < PAUSE_MS && (shrank === shrinking || before === "" && !shrank) && !long;
  }
}

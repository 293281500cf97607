/**
 * A caption: one sentence about the photo, with five rules that tick as it is typed. The server decides.
 * @module pages/caption
 */
import { clear, el, icon } from "../core/dom.js";
import { Problem } from "../core/problem.js";
import { Diary } from "./photo/diary.js";
import { refusal, rulesOf, tidied } from "./photo/rules.js";
import { Typing } from "./photo/typing.js";

const MOST = 1000;
const SAID = { kept: "kept", open: "not yet", broken: "broken", doubtful: "doubtful" };

class CaptionPage {
  /** @param {object} host */
  constructor(host) {
    this.host = host;
    this.rules = host.task.work.rules ?? {};
    this.diary = new Diary();
    this.title = { text: "Write one sentence" };
    this.verb = "Submit sentence";
    this.typing = new Typing(host.history, (text) => this.#show(text), { grown: () => host.changed() });
    this.photo = host.photo(host.stage, host.task.work.image, { text: "The photo to describe" });
    this.photo.dragPans = true;
    this.#build();
    this.#show("");
    // The frame sets the focus on the photo; here the work is in the field, but no keyboard shall cover a phone's screen.
    if (!host.coarse && !host.preview) requestAnimationFrame(() => this.field.focus({ preventScroll: true }));
  }

  payload() {
    const why = refusal(this.typing.text, this.rules);
    if (why) {
      this.field.focus();
      throw new Problem(why, this.field);
    }
    return { text: tidied(this.typing.text) };
  }

  snapshot() { return { text: this.typing.text, trace: this.diary.rows }; }

  /** @param {any} saved */
  restore(saved) {
    this.typing.restore(saved?.text);
    this.diary.restore(saved?.trace);
  }

  trace() { return this.diary.rows; }

  close() {}

  #build() {
    const { host } = this;
    this.field = el("textarea", { class: "field", id: "sentence", rows: 4, maxlength: MOST, spellcheck: "true", autocapitalize: "sentences",
      "aria-describedby": "sentence-rules", readonly: host.preview, on: {
        input: (event) => this.#typed(event), paste: (event) => this.#pasted(event), keydown: (event) => this.#key(event) } });
    this.list = el("ul", { class: "rules", id: "sentence-rules" });
    this.rows = rulesOf("", this.rules).map((rule) => this.#row(rule));
    this.list.append(...this.rows.map((row) => row.node));
    host.panel.append(el("section", { class: "section caption" },
      el("p", { class: "lead", text: "Write one sentence about what matters in this photo." }),
      el("p", { class: "more", text: "Say who or what is there, what they do and where. Leave small things out." }),
      el("label", { class: "label", for: "sentence" }, "Your sentence"), this.field, this.list));
  }

  #row(rule) {
    const row = { mark: el("i", { class: "tick", "aria-hidden": "true" }), state: el("span", { class: "unseen" }), note: el("span", { class: "note" }) };
    row.node = el("li", { "data-rule": rule.id }, row.mark, el("span", null, el("span", { class: "ask", text: rule.text }), row.state, row.note));
    return row;
  }

  #typed(event) {
    this.diary.add("type", { length: this.field.value.length, how: event.inputType ?? "" });
    const whole = ["insertFromPaste", "insertFromDrop", "insertReplacementText"].includes(event.inputType);
    this.typing.type(this.field.value, { whole });
    this.#rule();
  }

  /** Pasting is allowed; that it happened is noted. */
  #pasted(event) { this.diary.add("paste", { length: event.clipboardData?.getData("text").length ?? 0 }); }

  #key(event) {
    if (event.isComposing) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const act = ctrl && key === "z" ? (event.shiftKey ? "redo" : "undo") : ctrl && key === "y" ? "redo" : null;
    if (act) this.host.history[act]();
    else if (event.key === "Enter" && !ctrl) this.host.submit();
    else return;
    event.preventDefault();
  }

  #show(text) {
    if (this.field.value !== text) this.field.value = text;
    this.#rule();
  }

  #rule() {
    rulesOf(this.field.value, this.rules).forEach((rule, i) => {
      const { node, mark, state, note } = this.rows[i];
      if (node.dataset.state !== rule.state) {
        node.dataset.state = rule.state;
        clear(mark).append(...(rule.state === "open" ? [] : [icon({ kept: "check", broken: "close", doubtful: "warning" }[rule.state], 12)]));
        state.textContent = `, ${SAID[rule.state]}. `;
      }
      if (note.textContent !== rule.note) note.textContent = rule.note;
    });
  }
}

export const styles = ["caption"];

/** @param {object} host @returns {Promise<CaptionPage>} */
export async function open(host) {
  return new CaptionPage(host);
}

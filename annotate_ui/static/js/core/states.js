/**
 * The pages between tasks: no work now, paused, finished, offline, and the rest. Each says what happens next and gives
 * one thing to do.
 * @module core/states
 */
import { el, icon } from "./dom.js";
import { duration, money } from "./frame.js";

/** Title, icon and what to do, by state. `retry` asks again by itself. */
const STATES = {
  none: { icon: "clock", title: "No task right now", retry: true, action: "Look again now" },
  paused: { icon: "pause", title: "The campaign is paused", retry: true, action: "Look again now" },
  closed: { icon: "lock", title: "The campaign is closed", action: null },
  finished: { icon: "check", title: "All done", action: null },
  rejected: { icon: "info", title: "No more tasks for you here", action: null },
  offline: { icon: "offline", title: "Offline", retry: true, action: "Try again now" },
  lost: { icon: "clock", title: "Someone else has this one now", action: "Take the next" },
  answered: { icon: "check", title: "This one is answered", action: "Take the next" },
  photo: { icon: "image", title: "The photo did not load", action: "Try again" },
  broken: { icon: "warning", title: "This page stopped", action: "Reload the page" },
  entry: { icon: "lock", title: "This link does not work", action: null },
  resting: { icon: "pause", title: "Paused", action: "Go on" },
};

/** @param {string} code @returns {HTMLElement} the completion code with a button that copies it */
function completion(code) {
  const copied = el("span", { class: "more", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      copied.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(shown); // A frame may not write to the clipboard: the code is selected instead.
      copied.textContent = "Selected. Copy it with Ctrl+C.";
    }
  };
  const shown = el("code", { class: "code num", text: code });
  return el("div", { class: "completion" }, el("div", { class: "label", text: "Your completion code" }),
    el("div", { class: "row" }, shown, el("button", { class: "btn", type: "button", on: { click: copy } }, icon("copy"), "Copy"), copied));
}

/** The way back to the panel: a link, or a form where it wants one. @param {object} answer @returns {HTMLElement|null} */
function wayBack(answer) {
  if (!answer.return_url) return null;
  if (!answer.form) return el("a", { class: "btn primary", href: answer.return_url, text: "Finish and go back" });
  const fields = Object.entries(answer.form).map(([name, value]) => el("input", { type: "hidden", name, value }));
  return el("form", { method: "post", action: answer.return_url }, ...fields,
    el("button", { class: "btn primary", type: "submit", text: "Send my work" }));
}

/** What the worker did so far. @param {object} me @param {string} currency @returns {HTMLElement|null} */
function summary(me, currency) {
  if (!me?.answers) return null;
  const fact = (value, words) => el("div", null, el("dd", { class: "figure num", text: value }), el("dt", { text: words }));
  return el("dl", { class: "facts" }, fact(String(me.answers), me.answers === 1 ? "answer" : "answers"), fact(money(me.cents ?? 0, currency), "earned"));
}

/**
 * A page of a state.
 * @param {string} state one of those above, or as the worker API says it
 * @param {object} said sentence, and where given retry_s, code, return_url, form, me
 * @param {{act?: () => void, currency?: string, more?: Node[]}} [options] act: what the button does
 * @returns {{node: HTMLElement, close: () => void}}
 */
export function statePage(state, said, { act, currency = "USD", more = [] } = {}) {
  const kind = STATES[state] ?? STATES.broken;
  const count = el("p", { class: "more num", "aria-live": "off" });
  const button = kind.action && act ? el("button", { class: "btn primary", type: "button", on: { click: act } }, kind.action) : null;
  const node = el("section", { class: "state", "data-state": state, "aria-labelledby": "state-title" },
    el("div", { class: "disc" }, icon(kind.icon, 20)), el("h2", { id: "state-title", tabIndex: -1, text: kind.title }),
    el("p", { class: "lead", text: said.sentence }), summary(said.me, currency), said.code ? completion(said.code) : null,
    el("div", { class: "row" }, button, wayBack(said), ...more), kind.retry ? count : null);
  const timer = kind.retry && act ? countdown(said.retry_s ?? 30, count, act) : 0;
  return { node, close: () => clearInterval(timer) };
}

/** Asks again when the time is over; says how long that is. */
function countdown(seconds, words, act) {
  let left = seconds;
  const show = () => { words.textContent = `This page looks again in ${duration(left)}.`; };
  show();
  const timer = setInterval(() => {
    if (document.visibilityState === "hidden") return;
    left -= 1;
    if (left > 0) return show();
    clearInterval(timer);
    return act();
  }, 1000);
  return timer;
}

/**
 * What the page says while the worker works: live regions, the floating hint and toasts. None of them takes the focus.
 * @module core/live
 */
import { clear, el, icon } from "./dom.js";

const TOAST_MS = 6000;
let timer = 0;

const place = (id) => document.getElementById(id);

/**
 * Tells screen readers.
 * @param {string} text @param {{urgent?: boolean}} [how] urgent interrupts
 */
export function say(text, { urgent = false } = {}) {
  const region = place(urgent ? "shout" : "say");
  if (region) region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** @param {{text: string, key?: string, run: () => void}} action @returns {HTMLElement} */
function button(action) {
  return el("button", { class: "btn soft", type: "button", on: { click: () => action.run() } },
    action.text, action.key ? el("kbd", { text: action.key }) : null);
}

/**
 * Shows one floating hint over the stage, in the place of the one before; null takes it away. It never blocks.
 * @param {Node|string|null} what
 * @param {{action?: {text: string, key?: string, run: () => void}, kind?: "warn"|"bad"|"good"|"plain"|"busy"}} [options]
 * @returns {() => void} takes this hint away if it still stands
 */
export function hint(what, { action, kind = "warn" } = {}) {
  const home = place("hint");
  if (!home) return () => {};
  clear(home);
  if (what === null || what === "") return () => {};
  const mark = { warn: "warning", bad: "warning", good: "check", plain: null }[kind];
  const close = () => box.remove();
  const box = el("div", { class: `float hint ${kind}` }, mark ? icon(mark) : kind === "busy" ? el("i", { class: "arc" }) : null,
    el("span", { class: "words" }, what), action ? button(action) : null,
    el("button", { class: "ib", type: "button", "aria-label": "Close this hint", on: { click: close } }, icon("close")));
  home.append(box);
  if (typeof what === "string") say(what, { urgent: kind === "bad" });
  return close;
}

/**
 * Says in a float that something has happened, for six seconds.
 * @param {string} text @param {{undo?: () => void, ms?: number}} [options] undo adds the button
 */
export function toast(text, { undo, ms = TOAST_MS } = {}) {
  const home = place("toast");
  if (!home) return;
  clear(home);
  clearTimeout(timer);
  const close = () => box.remove();
  const back = undo && button({ text: "Undo", run: () => { close(); undo(); } });
  const box = el("div", { class: "float hint plain" }, el("span", { class: "words", text }), back);
  home.append(box);
  say(text);
  timer = setTimeout(close, ms);
}

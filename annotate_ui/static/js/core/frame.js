/**
 * What surrounds every task: the bar with title, progress and what is earned, the foot with the primary button, the
 * notice under the bar. It knows no rule of the campaign.
 * @module core/frame
 */
import { clear, el, icon, svg } from "./dom.js";

const by = (id) => document.getElementById(id);
const SEGMENTS = 40;

/** The mark of the house. @returns {SVGElement} */
const logo = () => svg("svg", { class: "logo", width: 20, height: 20, viewBox: "0 0 20 20", "aria-hidden": "true" },
  svg("path", { fill: "var(--text)", d: "M10 1.800c4.800 0 8.200 3.300 8.200 8.200s-3.400 8.200-8.200 8.200S1.800 14.900 1.800 10 5.200 1.800 10 1.800z" }),
  ...[[7.3, 8], [12.7, 8], [10, 12.6]].map(([cx, cy]) => svg("circle", { cx, cy, r: 1.35, fill: "var(--panel)" })));

/**
 * "$2.16" for cents. @param {number} cents @param {string} currency ISO code
 * @returns {string}
 */
export function money(cents, currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(cents / 100);
  } catch {
    return `${(cents / 100).toFixed(2)} ${currency}`; // A panel's own unit, such as points.
  }
}

/** "79 s", "4 min". @param {number} seconds @returns {string} */
export const duration = (seconds) => (seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

export class Frame {
  /** @param {import("./keys.js").Keys} keys */
  constructor(keys) {
    this.keys = keys;
    this.app = by("app");
    this.side = by("side");
    this.stage = by("stage");
    this.rail = by("rail");
    this.panel = by("panel");
    this.slot = el("div", { class: "slot" });
    /** Set by the flow. @type {{submit: Function, help: Function, pause: Function, skip: Function}|null} */
    this.acts = null;
    this.#bar();
    this.#foot();
    new MutationObserver(() => this.#opener()).observe(this.side, { childList: true });
  }

  /** Empties the places that pages fill. */
  clear() {
    for (const node of [this.side, this.stage, this.rail, this.panel, this.slot, by("hint")]) clear(node);
    for (const node of [this.side, this.stage, this.rail, this.panel]) node.removeAttribute("style");
    this.side.classList.remove("open");
    this.stage.className = "stage";
    this.rail.onkeydown = null;
    this.steps.hidden = false;
    this.history({ canUndo: false, canRedo: false });
  }

  /** @param {"loading"|"task"|"state"|"entry"} state what the page shows */
  state(state) {
    this.app.dataset.state = state;
    const task = state === "task";
    this.foot.hidden = !task;
    this.progress.hidden = this.meta.hidden = state === "entry";
    this.pause.hidden = !task;
  }

  /** @param {{text: string, icon?: string|Node|null}|null} title @param {string} [verb] of the primary button */
  title(title, verb) {
    if (verb !== undefined) this.verb.textContent = verb;
    if (title === null) return;
    clear(this.heading);
    const mark = typeof title.icon === "string" ? el("img", { src: title.icon, alt: "" }) : title.icon;
    this.heading.append(...[mark, el("span", { text: title.text })].filter(Boolean));
    document.title = `${title.text} · cocokit`;
  }

  /** @param {object} me ME of the worker API @param {string} currency @param {string} stage */
  me(me, currency, stage) {
    const of = me.of ?? 0;
    clear(this.progress);
    if (of) this.progress.append(this.#segments(me.page, of), el("span", null, el("b", { text: me.page }), ` of ${of}`));
    else if (me.answers_today) this.progress.append(el("span", null, el("b", { text: me.answers_today }), " done today"));
    by("thin").firstElementChild.style.width = of ? `${(100 * me.page) / of}%` : "0";
    this.count.textContent = of ? `${me.page}/${of}` : "";
    clear(this.earned).append(el("b", { text: money(me.cents ?? 0, currency) }), " earned");
    const typical = me.typical_s?.[stage];
    this.typical.textContent = typical ? `${duration(typical)} typical` : "";
  }

  /** @param {"saved"|"saving"|"offline"|"none"} how @param {string} [text] */
  saved(how, text = { saved: "Saved", saving: "Saving", offline: "Offline", none: "" }[how]) {
    const mark = { saved: () => icon("check", 14), saving: () => el("i", { class: "arc" }), offline: () => el("i", { class: "dot" }) }[how];
    this.tick.replaceChildren(...(mark ? [mark()] : []), el("span", { text }));
    this.tick.dataset.how = how;
    this.tick.title = text;
  }

  /** A line under the bar; null takes it away. @param {string|null} text @param {{text: string, key?: string, run: Function}[]} [actions] */
  notice(text, actions = []) {
    const home = clear(by("notice"));
    home.hidden = text === null;
    if (text === null) return;
    const button = (one) => el("button", { class: "btn", type: "button", on: { click: () => one.run() } }, one.text,
      one.key ? this.keys.cap(one.key) : null);
    home.append(el("span", { text }), ...actions.map(button));
  }

  /** @param {boolean} busy the primary button waits */
  busy(busy) {
    this.primary.disabled = busy;
    this.primary.setAttribute("aria-busy", String(busy));
  }

  /** Another tab has the task: nothing here acts. @param {boolean} frozen */
  frozen(frozen) {
    by("main").inert = this.foot.inert = frozen;
    this.app.classList.toggle("frozen", frozen);
  }

  /** What undo and redo would do. @param {import("./history.js").History} history */
  history({ canUndo, canRedo, undoName, redoName }) {
    const show = (node, able, text, name) => {
      node.setAttribute("aria-disabled", String(!able));
      node.title = able ? `${text}: ${name}` : text;
    };
    for (const node of document.querySelectorAll("[data-tool=undo]")) show(node, canUndo, "Undo", undoName);
    for (const node of document.querySelectorAll("[data-tool=redo]")) show(node, canRedo, "Do again", redoName);
  }

  #segments(page, of) {
    const shown = Math.min(of, SEGMENTS);
    const now = Math.min(shown - 1, Math.floor(((page - 1) * shown) / of));
    return el("span", { class: "segs", "aria-hidden": "true" },
      ...Array.from({ length: shown }, (_, i) => el("i", { class: i < now ? "done" : i === now ? "now" : "" })));
  }

  #bar() {
    this.heading = el("h1", { class: "task", id: "task" });
    this.progress = el("div", { class: "progress num" });
    this.tick = el("span", { class: "saved" });
    this.earned = el("span", { class: "earned" });
    this.typical = el("span", { class: "typical" });
    this.count = el("span", { class: "count" });
    this.meta = el("div", { class: "meta num" }, this.tick, this.count, this.earned, this.typical);
    const act = (name, text, run) => el("button", { class: "ib", type: "button", "aria-label": text, title: text, on: { click: run } }, icon(name));
    this.pause = act("pause", "Pause", () => this.acts?.pause());
    by("bar").append(el("div", { class: "l" }, logo(), el("span", { class: "sep" }), this.heading), this.progress,
      el("div", { class: "r" }, this.meta, act("help", "Keys and help (?)", () => this.acts?.help()), this.pause));
    this.saved("none");
  }

  #foot() {
    this.foot = by("foot");
    this.verb = el("span");
    this.primary = el("button", { class: "btn primary", type: "button", id: "submit", on: { click: () => this.acts?.submit() } }, this.verb);
    this.skip = el("button", { class: "btn quiet skip", type: "button", "aria-haspopup": "menu", on: { click: () => this.acts?.skip() } }, "Skip");
    const step = (verb, text) => el("button", { class: "ib", type: "button", "aria-label": text, "data-tool": verb, "aria-disabled": "true", on: { click: () => this.acts?.[verb]() } }, icon(verb));
    this.steps = el("div", { class: "steps", role: "group", "aria-label": "History" }, step("undo", "Undo"), step("redo", "Do again"));
    this.foot.append(this.skip, this.steps, this.slot, el("span", { class: "grow" }), this.primary);
  }

  /** Phones show the first section of the side as a strip, and this opens the rest. */
  #opener() {
    if (this.side.childElementCount < 1 || this.side.querySelector(".opener")) return;
    const open = el("button", { class: "ib opener", type: "button", "aria-label": "Show all of it", "aria-expanded": "false", on: { click: () => {
      open.setAttribute("aria-expanded", String(this.side.classList.toggle("open")));
    } } }, icon("down"));
    this.side.append(open);
  }
}

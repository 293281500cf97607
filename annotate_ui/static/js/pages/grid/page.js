/**
 * What the two grid pages share: one grid of tiles in the stage, marks with reasons, the tile in hand in the panel, the
 * large view, rows looked at, keys, and what is kept of all that.
 *
 * @typedef {import("./parts.js").Choice} Choice
 * @typedef {{stage: string, group: string, label: string, mark: string, flickers: boolean, headers: boolean, cut?: number, choices: Choice[]}} Words
 */
import { el } from "../../core/dom.js";
import { Grid } from "./cells.js";
import { rowsLeft } from "./guards.js";
import { inView } from "./inview.js";
import { View, Zoom } from "./look.js";
import { Looked } from "./looked.js";
import { Marks } from "./marks.js";
import { nameOf } from "./moves.js";
import { Reasons, RowBar } from "./parts.js";
import { Sheets } from "./sheet.js";
import { widths } from "./widths.js";

/** The page with the grid; a stage says what a tile is, how many columns fit, and what its marks mean. */
export class GridPage {
  /** @param {object} host @param {number} count of tiles @param {number} columns @param {Words} words */
  constructor(host, count, columns, words) {
    Object.assign(this, { host, work: host.task.work, count, columns, words });
    this.strokes = [];
    this.started = performance.now();
    this.sheets = new Sheets(this.work.sheets, { cut: words.cut });
    this.marks = new Marks(host.history, (keys) => this.marked(keys));
    this.looked = new Looked(() => this.rows());
    this.bar = new RowBar();
    this.view = new View();
    this.title = el("h2", { class: "name" });
    this.told = el("span", { class: "told num" });
    this.enlarge = el("button", { class: "btn enlarge", type: "button", text: "See large", on: { click: () => this.large(this.grid.at) } });
    this.addKeys();
    this.reasons = new Reasons({ title: words.why, note: words.note, choices: words.choices,
      cap: (i) => host.keys.cap(`${words.stage}.why.${words.choices[i].id}`), choose: (id) => this.why(id) });
  }

  /** The stage: the grid in a box that scrolls, and the float over it. */
  build() {
    const { host, words } = this;
    host.stage.classList.add("gridstage", words.stage);
    this.scroll = el("div", { class: "scroll" });
    host.stage.append(this.scroll);
    host.foot.append(this.told);
    this.zoom = new Zoom(host.stage, { reduced: host.reduced, flickers: words.flickers, mark: words.mark,
      caps: ["mark", "close"].map((id) => host.keys.cap(`${words.stage}.${id}`)), toggle: () => this.grid.toggle(), closed: (held) => held && this.grid.focus(this.grid.at) });
    this.grid = new Grid(this.scroll, { count: this.count, columns: this.columns, headers: words.headers, label: words.label,
      face: (i) => this.face(i), name: (i) => this.name(i), toggle: (list) => this.toggle(list), look: (i, how) => this.inHand(i, how),
      zoom: (i) => this.large(i), enter: () => host.submit(), letters: () => !host.keys.off, away: (i) => this.away(i) });
    this.unwatch = widths(this.scroll, (width, height) => this.fit(width, height));
    this.unseen = host.coarse ? inView(this.grid.tiles, this.scroll, (list) => this.looked.add(list)) : () => {};
    this.rows();
    this.inHand(0);
  }

  addKeys() {
    const { host, words } = this;
    const add = (id, keys, text, run, when) => host.keys.add({ id: `${words.stage}.${id}`, keys, text, run, when, group: words.group });
    const idle = () => document.activeElement === document.body || this.zoom.node.contains(document.activeElement);
    add("mark", ["x"], words.x, () => this.grid.toggle());
    add("zoom", ["Space"], "See it large", () => this.large(this.grid.at), idle);
    add("move", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Move", ({ key, shiftKey }) => this.grid.step(key, shiftKey), idle);
    add("close", ["Escape"], "Close the large view", () => this.zoom.close(), () => this.zoom.open);
    words.choices.forEach(({ id, text }, i) => add(`why.${id}`, [String(i + 1)], text, () => this.why(id)));
    return add;
  }

  place(i) { return nameOf(i, this.grid?.columns ?? this.columns); }

  /** Another number of columns: tiles get other names. */
  arrange(columns, from, to) {
    if (columns === this.grid.columns && (from ?? this.grid.from) === this.grid.from) return;
    this.grid.layout(columns, from, to);
    this.rows();
    this.inHand(this.grid.at);
  }

  away() {}

  /** @param {number} i @param {"set"|"focus"|"hover"} [how] */
  inHand(i, how = "set") {
    if (!this.grid) return;
    const shown = this.shown(i);
    this.title.textContent = this.title.title = shown.name;
    this.view.show(shown);
    this.reasons.show(this.reasonOf(i));
    if (this.zoom.open) this.zoom.show(shown);
    if (how !== "set") this.looked.add([i]);
  }

  large(i) {
    if (this.zoom.open) return this.zoom.close();
    this.zoom.show(this.shown(i));
    this.looked.add([i]);
  }

  rows() {
    const rows = this.looked.rows({ columns: this.grid?.columns ?? this.columns, count: this.count });
    this.bar.show(rows);
    const left = rowsLeft(rows);
    this.told.replaceChildren(...[this.tally(), left].filter(Boolean).map((text) => el("span", { class: text === left ? "left" : "", text })));
  }

  /** What the foot says before the rows. */
  tally() { return ""; }

  /** Remembers for the answer's trace what stands on some tiles now: undo and redo are actions like any other. */
  note(keys) {
    const ms = Math.round(performance.now() - this.started);
    const reasons = keys.map((key) => this.marks.reason(key));
    for (const reason of new Set(reasons)) {
      const on = keys.filter((_, i) => reasons[i] === reason);
      this.strokes.push({ ms, on, marked: reason !== undefined, reason: reason ?? null });
    }
  }

  snapshot() { return { marks: this.marks.snapshot(), looked: this.looked.snapshot(), at: this.grid.at }; }

  /** @param {{marks?: Array, looked?: number[], at?: number}} kept what snapshot gave */
  restore({ marks = [], looked = [], at = 0 }) {
    this.marks.restore(marks.filter(([key]) => this.index.has(key)));
    this.looked.restore(looked.filter((i) => i < this.count));
    if (at < this.count) this.grid.hand(at, "set");
  }

  close() {
    this.unwatch();
    this.unseen();
    this.zoom.close();
    this.grid.close();
    this.host.stage.classList.remove("gridstage", this.words.stage, "plain");
  }
}

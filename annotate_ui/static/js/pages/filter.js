/** The filter page: 128 candidates of one query, all in sight; the iconic, invalid and doubled ones go. */
import { clear, el } from "../core/dom.js";
import { Duplicates } from "./grid/duplicates.js";
import { pair } from "./grid/examples.js";
import { asked, counted, filterQuestion } from "./grid/guards.js";
import { columnsFor } from "./grid/moves.js";
import { GridPage } from "./grid/page.js";
import { cap, keyList, section } from "./grid/parts.js";
import { pages, stacked } from "./grid/stacks.js";

/** Why a photo goes: the words of the answer. */
const REASONS = [
  { id: "iconic", text: "Iconic: posed or alone", short: "iconic" },
  { id: "invalid", text: "Shows something else", short: "something else" },
  { id: "duplicate", text: "Near duplicate", short: "near duplicate" },
];
const WORDS = { stage: "filter", group: "Photos", mark: "Remove", x: "Remove, or keep again", why: "Why does it go?",
  flickers: false, headers: false, label: "", cut: 0.34, choices: REASONS };
const COLUMNS = 16;
/** Tiles of one page of a phone, four in a row. */
const PAGE = 32;
/** The least width of a tile, px: fewer columns rather than smaller tiles. */
const LEAST = 52;
const short = (reason) => REASONS.find(({ id }) => id === reason)?.short ?? "";

class Filter extends GridPage {
  constructor(host) {
    const { candidates } = host.task.work;
    const tiles = stacked(candidates);
    super(host, tiles.length, COLUMNS, { ...WORDS, label: `${counted(candidates.length, "photo")}; checked means removed` });
    this.tiles = tiles;
    this.of = candidates.length;
    /** @type {Map<number, number>} image -> tile */
    this.index = new Map(tiles.flatMap((tile, i) => tile.map(({ id }) => [id, i])));
    this.panel();
    this.build();
    this.stack = new Duplicates(host.stage, { face: (item) => this.photo(item), marked: (id) => this.marks.has(id),
      toggle: (id) => this.one(id), keepFirst: (items) => this.keepFirst(items), closed: () => this.grid.focus(this.grid.at) });
    this.openers();
    this.pager();
    this.fit(this.scroll.clientWidth, this.scroll.clientHeight);
  }

  addKeys() {
    const add = super.addKeys();
    add("stack", ["o"], "Open near duplicates", () => this.openStack(this.grid.at));
  }

  panel() {
    const { keys, panel } = this.host;
    const lead = el("p", { class: "lead" }, ...asked(this.work.query).map((text, i) => (i === 1 ? el("b", { text }) : text)));
    this.brief = section(null, null, lead, pair());
    panel.append(
      this.brief,
      el("section", { class: "section large" }, el("div", { class: "viewhead" }, this.title, this.enlarge, this.state = el("span", { class: "told" })), this.view.node),
      this.reasons.node, this.bar.node,
      keyList([["Remove, or keep again", [keys.cap("filter.mark")]], ["Move", ["←", "↑", "↓", "→"].map(cap)],
        ["Jump to row", [cap("⇧1"), "–", cap("⇧8")]], ["Open near duplicates", [keys.cap("filter.stack")]],
        ["See it large", [keys.cap("filter.zoom")]]]));
  }

  /** A small button on every stack; the key O does the same. */
  openers() {
    this.tiles.forEach((tile, i) => {
      if (tile.length < 2) return;
      this.grid.tiles[i].classList.add("stack");
      this.grid.beside.set(i, el("button", { class: "opener-of", type: "button", tabindex: -1, text: String(tile.length),
        "aria-label": `Open ${counted(tile.length, "near duplicate")}`, on: { click: () => this.openStack(i) } }));
    });
    this.grid.layout(this.grid.columns);
  }

  /** On a phone the tiles come in pages. */
  pager() {
    const step = (by, text, label) => el("button", { class: "btn", type: "button", text, "aria-label": label, on: { click: () => this.turn(this.leaf + by) } });
    this.turns = [step(-1, "‹", "Page before"), step(1, "›", "Page after")];
    this.leafName = el("span", { class: "num" });
    this.leafs = el("div", { class: "leafs", hidden: true }, this.turns[0], this.leafName, this.turns[1]);
    this.state.after(this.leafs);
    this.leaf = 0;
  }

  fit(width, height) {
    if (!this.leafs) return;
    this.phone(width <= 480);
    const most = Math.max(8, Math.min(COLUMNS, Math.floor(width / LEAST)));
    if (width > 480) return this.arrange(columnsFor(this.count, most, width, height), 0, this.count);
    this.turn(Math.floor(this.grid.at / PAGE));
  }

  /** A phone shows what to do in the strip at the top, and turns its pages. */
  phone(narrow) {
    const { side, panel } = this.host;
    if (side.contains(this.brief) === narrow) return;
    this.leafs.hidden = !narrow || this.count <= PAGE;
    if (narrow) return side.prepend(this.brief);
    panel.prepend(this.brief);
    clear(side);
  }

  /** @param {number} leaf which page of a phone */
  turn(leaf) {
    const all = pages(this.count, PAGE);
    if (!all[leaf]) return;
    this.leaf = leaf;
    const [from, to] = all[leaf];
    this.leafName.textContent = `${leaf + 1} of ${all.length}`;
    this.turns[0].disabled = leaf === 0;
    this.turns[1].disabled = leaf === all.length - 1;
    this.arrange(4, from, to);
    this.scroll.scrollTop = 0;
    if (this.grid.at < from || this.grid.at >= to) this.grid.hand(from, "set");
  }

  away(i) { this.turn(Math.floor(i / PAGE)); }

  removedOf(i) { return this.tiles[i].filter(({ id }) => this.marks.has(id)).length; }

  reasonOf(i) { return this.marks.reason(this.tiles[i].find(({ id }) => this.marks.has(id))?.id); }

  name(i) {
    const size = this.tiles[i].length;
    const gone = this.removedOf(i);
    const stack = size > 1 ? `, ${counted(size, "near duplicate")}${gone && gone < size ? `, ${gone} removed` : ""}` : "";
    return `${this.place(i)}${stack}${gone ? `, ${short(this.reasonOf(i))}` : ""}`;
  }

  face(i) { return [this.photo(this.tiles[i][0])]; }

  /** @param {boolean} [whole] nothing of it is cut */
  photo(item, whole = false) { return this.sheets.face(item, item.width, item.height, { whole }); }

  shown(i) {
    const { url, width, height } = this.tiles[i][0];
    return { name: this.place(i), face: () => [this.photo(this.tiles[i][0], true)], url, width, height, bad: this.removedOf(i) > 0 };
  }

  inHand(i, how) {
    super.inHand(i, how);
    const gone = this.removedOf(i);
    const size = this.tiles[i].length;
    this.state.textContent = gone ? (size > 1 ? `${gone} of ${size} removed` : "Removed") : size > 1 ? `${size} near duplicates` : "";
  }

  /** @param {number[]} list tiles */
  toggle(list) {
    const ids = list.flatMap((i) => this.tiles[i].map(({ id }) => id));
    this.mark(ids, list.length === 1 ? this.place(list[0]) : counted(ids.length, "photo"));
    this.looked.add(list);
  }

  one(id) { this.mark([id], `one of ${this.place(this.index.get(id))}`); }

  mark(ids, what) {
    if (this.host.preview) return;
    const gone = this.marks.toggle(ids, "iconic", (marking) => `${marking ? "Remove" : "Keep"} ${what}`);
    this.host.say(`${what} ${gone ? "removed" : "kept"}, ${this.marks.size} removed in all`);
  }

  why(id) {
    const tile = this.tiles[this.grid.at];
    if (id === "duplicate" && tile.length > 1) this.keepFirst(tile);
    else this.set(tile.map((one) => [one.id, id]), id);
  }

  keepFirst(items) { this.set(items.map((one, i) => [one.id, i ? "duplicate" : undefined]), "duplicate"); }

  set(entries, reason) {
    const place = this.place(this.index.get(entries[0][0]));
    if (this.host.preview || !this.marks.change(`Remove ${place}`, entries)) return;
    this.host.say(`${place} removed: ${short(reason)}`);
  }

  /** @param {number[]} ids whose marks have changed */
  marked(ids) {
    this.note(ids);
    for (const i of new Set(ids.map((id) => this.index.get(id)))) {
      const gone = this.removedOf(i);
      this.grid.check(i, gone === this.tiles[i].length ? "true" : gone ? "mixed" : "false");
      if (i === this.grid.at) this.inHand(i);
    }
    this.stack.refresh();
    this.rows();
  }

  tally() { return `${this.marks.size} removed`; }

  openStack(i) {
    if (this.tiles[i].length < 2) return this.host.say("This photo has no near duplicates");
    this.grid.focus(i);
    this.stack.show(this.tiles[i], this.place(i), this.grid.tiles[i].getBoundingClientRect());
  }

  payload() { return { removed: Object.fromEntries(this.marks.map) }; }
}

export const styles = ["grid", "filter"];

/** @param {object} host @returns {Promise<object>} the page */
export async function open(host) {
  const page = new Filter(host);
  return {
    title: { text: "Remove what does not fit", icon: null }, verb: "Submit page",
    payload: () => page.payload(), snapshot: () => page.snapshot(), restore: (kept) => page.restore(kept),
    trace: () => page.strokes, confirm: () => filterQuestion(page.marks.size, page.of), close: () => page.close(),
  };
}

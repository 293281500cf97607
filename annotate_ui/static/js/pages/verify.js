/** The verify page: 64 outlines of one category, the bad ones are marked. */
import { el, svg } from "../core/dom.js";
import { Grid } from "./grid/cells.js";
import { pathOf } from "./grid/cut.js";
import { checksFound, counted, rowsLeft, verifyQuestion } from "./grid/guards.js";
import { Looked } from "./grid/looked.js";
import { View, Zoom } from "./grid/look.js";
import { Marks } from "./grid/marks.js";
import { nameOf } from "./grid/moves.js";
import { cap, keyList, Reasons, RowBar, section } from "./grid/parts.js";
import { Sheets } from "./grid/sheet.js";
import { widths } from "./grid/widths.js";

/** Why an outline is bad; short: on the chip of the marked list. */
const REASONS = [
  { id: "coarse", text: "Coarse outline", short: "Coarse" },
  { id: "wrong", text: "Wrong object", short: "Wrong object" },
  { id: "two", text: "Two objects", short: "Two objects" },
  { id: "part", text: "Part missing", short: "Part missing" },
  { id: "edge", text: "Misses the edge", short: "Misses edge" },
];
const COLUMNS = 8;
const short = (reason) => REASONS.find(({ id }) => id === reason)?.short ?? "";

class Verify {
  constructor(host) {
    this.host = host;
    this.work = host.task.work;
    this.tiles = [...this.work.tiles].sort((a, b) => a.position - b.position);
    this.index = new Map(this.tiles.map((tile, i) => [tile.position, i]));
    this.paths = new Map();
    this.strokes = [];
    this.started = performance.now();
    this.sheets = new Sheets(this.work.sheets);
    this.marks = new Marks(host.history, (keys) => this.marked(keys));
    this.looked = new Looked(() => this.rows());
    this.build();
  }

  build() {
    this.keys();
    this.side();
    this.aside();
    this.stage();
    this.host.foot.append(this.told = el("span", { class: "told" }));
    this.counted();
    this.rows();
    this.inHand(0);
  }

  keys() {
    const add = (id, keys, text, run, when) => this.host.keys.add({ id: `verify.${id}`, keys, text, run, when, group: "Outlines" });
    const idle = () => document.activeElement === document.body || this.zoom.node.contains(document.activeElement);
    add("mark", ["x"], "Mark bad, or undo", () => this.grid.toggle());
    add("outline", ["m"], "Outline on, off", () => this.outline(!this.outlined));
    add("zoom", ["Space"], "See it large", () => this.large(this.grid.at), idle);
    add("move", ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Move", (event) => this.grid.key(plain(event)), idle);
    add("close", ["Escape"], "Close the large view", () => this.zoom.close(), () => this.zoom.open);
    REASONS.forEach(({ id, text }, i) => add(`why.${id}`, [String(i + 1)], text, () => this.why(id)));
  }

  side() {
    const { keys } = this.host;
    this.count = el("p", { class: "count num" });
    this.chips = el("ul", { class: "chips" });
    this.bar = new RowBar();
    this.host.side.append(
      section(null, null, el("p", { class: "lead", text: `Mark every ${this.work.category.name} outline that is wrong.` }),
        el("p", { class: "more", text: "A few pixels off is fine. Wrong means that a part is missing, something else is "
          + "inside, or the shape is only roughly followed." })),
      section("Marked bad", null, this.count, this.chips), this.bar.node,
      keyList([["Mark bad, or undo", [keys.cap("verify.mark")]], ["Move", ["←", "↑", "↓", "→"].map(cap)],
        ["Jump to row", [cap("⇧1"), "–", cap("⇧8")]], ["Outline on, off", [keys.cap("verify.outline")]],
        ["See it large", [keys.cap("verify.zoom")]]]));
  }

  /** The panel: the tile in hand at three times its size, and why it is bad. */
  aside() {
    const { keys } = this.host;
    this.view = new View();
    this.title = el("h2", { class: "name" });
    const side = (text, on, ...more) => el("button", { class: "seg", type: "button", on: { click: () => this.outline(on) } }, text, more);
    this.sides = [side("Outline", true, keys.cap("verify.outline")), side("Photo only", false)];
    this.scale = el("span", { class: "num" });
    this.size = el("span", { class: "num" });
    this.reasons = new Reasons({ title: "Why is it bad?", note: "optional", choices: REASONS,
      cap: (i) => keys.cap(`verify.why.${REASONS[i].id}`), choose: (id) => this.why(id) });
    this.host.panel.append(el("section", { class: "sec large" },
      el("div", { class: "viewhead" }, this.title, el("div", { class: "segs2", role: "group", "aria-label": "What the view shows" }, this.sides)),
      this.view.node, el("div", { class: "units" }, this.scale, this.size)), this.reasons.node);
  }

  stage() {
    const { host, tiles, work } = this;
    host.stage.classList.add("gridstage", "verify");
    this.scroll = el("div", { class: "scroll" });
    host.stage.append(this.scroll);
    this.zoom = new Zoom(host.stage, { reduced: host.reduced, flickers: true, mark: "Bad",
      toggle: () => this.grid.toggle(), closed: (held) => held && this.grid.focus(this.grid.at) });
    this.grid = new Grid(this.scroll, { count: tiles.length, columns: COLUMNS, headers: true,
      label: `${counted(tiles.length, "outline")} of ${work.category.name}; checked means bad`,
      face: (i) => this.face(i), name: (i) => this.name(i), toggle: (list) => this.toggle(list),
      look: (i, how) => this.inHand(i, how), zoom: (i) => this.large(i), enter: () => host.submit(), letters: () => !host.keys.off });
    this.outline(true);
    this.unwatch = widths(this.scroll, (width) => this.fit(width));
  }

  /** Eight columns; four to two where a tile would be too small for a finger. */
  fit(width) {
    const columns = width >= 480 ? COLUMNS : Math.max(2, Math.min(4, Math.floor(width / 80)));
    if (columns === this.grid.columns) return;
    this.grid.layout(columns);
    this.counted();
    this.rows();
    this.inHand(this.grid.at);
  }

  place(i) { return nameOf(i, this.grid?.columns ?? COLUMNS); }

  name(i) {
    const reason = this.marks.reason(this.tiles[i].position);
    return reason ? `${this.place(i)}, ${short(reason).toLowerCase()}` : this.place(i);
  }

  /** The picture of a tile and the outline over it. @returns {Node[]} */
  face(i) {
    const tile = this.tiles[i];
    if (!this.paths.has(i)) this.paths.set(i, pathOf(tile.mask, tile.crop));
    const [, , w, h] = tile.crop;
    const d = this.paths.get(i);
    const line = (name) => svg("path", { class: name, d, "vector-effect": "non-scaling-stroke" });
    const drawn = svg("svg", { class: "cut", viewBox: `0 0 ${w} ${h}`, "aria-hidden": "true" },
      svg("path", { class: "rest", d: `M0 0H${w}V${h}H0Z${d}` }), line("under"), line("line"));
    return [this.sheets.face(tile), drawn];
  }

  shown(i) {
    const tile = this.tiles[i];
    return { name: this.place(i), face: () => this.face(i), url: tile.url, width: tile.crop[2], height: tile.crop[3],
      bad: this.marks.has(tile.position) };
  }

  inHand(i, how = "set") {
    if (!this.grid) return;
    const { crop, position } = this.tiles[i];
    this.title.textContent = this.place(i);
    this.view.show(this.shown(i));
    this.scale.textContent = `${this.view.scale} of the original photo`;
    this.size.textContent = `${Math.round(crop[2])} × ${Math.round(crop[3])} px`;
    this.reasons.show(this.marks.reason(position));
    if (this.zoom.open) this.zoom.show(this.shown(i));
    if (how !== "set") this.looked.add([i]);
  }

  large(i) {
    if (this.zoom.open) return this.zoom.close();
    this.zoom.show(this.shown(i));
    this.looked.add([i]);
  }

  outline(on) {
    this.outlined = on;
    this.host.stage.classList.toggle("plain", !on);
    this.view.node.classList.toggle("plain", !on);
    this.sides.forEach((side, i) => side.setAttribute("aria-pressed", String((i === 0) === on)));
    this.host.say(on ? "Outlines shown" : "Photos only");
  }

  /** @param {number[]} list tiles */
  toggle(list) {
    if (this.host.preview) return;
    const places = list.length === 1 ? this.place(list[0]) : counted(list.length, "outline");
    const bad = this.marks.toggle(list.map((i) => this.tiles[i].position), null,
      (marking) => (marking ? `Mark ${places} bad` : `Take the mark off ${places}`));
    this.looked.add(list);
    this.note(list, bad, null);
    this.host.say(`${places} ${bad ? "marked bad" : "not marked"}, ${this.marks.size} in all`);
  }

  why(id) {
    if (this.host.preview) return;
    const i = this.grid.at;
    const place = this.place(i);
    if (!this.marks.change(`Mark ${place} bad`, [[this.tiles[i].position, id]])) return;
    this.note([i], true, id);
    this.host.say(`${place} marked bad: ${short(id).toLowerCase()}`);
  }

  note(list, bad, reason) {
    this.strokes.push({ ms: Math.round(performance.now() - this.started), tiles: list.map((i) => this.tiles[i].position), bad, reason });
  }

  /** @param {number[]} positions whose marks have changed */
  marked(positions) {
    for (const position of positions) {
      const i = this.index.get(position);
      this.grid.check(i, this.marks.has(position));
      if (i === this.grid.at) this.inHand(i);
    }
    this.counted();
  }

  counted() {
    const bad = [...this.marks.map].sort(([a], [b]) => a - b);
    this.count.replaceChildren(String(bad.length), el("span", { text: `of ${counted(this.tiles.length, "outline")}` }));
    this.chips.replaceChildren(...bad.map(([position, reason]) => this.chip(this.index.get(position), reason)));
  }

  chip(i, reason) {
    const words = [el("b", { text: this.place(i) }), short(reason) || null];
    return el("li", null, el("button", { class: "chip bad", type: "button", on: { click: () => this.grid.focus(i) } }, words));
  }

  rows() {
    const rows = this.looked.rows({ columns: this.grid?.columns ?? COLUMNS, count: this.tiles.length });
    this.bar.show(rows);
    if (this.told) this.told.textContent = rowsLeft(rows);
  }

  payload() { return { bad: [...this.marks.map.keys()].sort((a, b) => a - b) }; }

  snapshot() { return { bad: this.marks.snapshot(), looked: this.looked.snapshot(), at: this.grid.at }; }

  restore({ bad = [], looked = [], at = 0 }) {
    this.marks.restore(bad.filter(([position]) => this.index.has(position)));
    this.looked.restore(looked);
    if (at < this.tiles.length) this.grid.hand(at, "set");
  }

  close() {
    this.unwatch();
    this.grid.close();
    this.zoom.close();
    this.host.stage.classList.remove("gridstage", "verify", "plain");
  }
}

/** An event that the grid takes although its tile had not the focus. */
const plain = ({ key, code, shiftKey, ctrlKey, metaKey }) => ({ key, code, shiftKey, ctrlKey, metaKey, preventDefault() {} });

/** @param {object} host @returns {Promise<object>} the page */
export async function open(host) {
  const page = new Verify(host);
  const { category } = page.work;
  return {
    title: { text: "Find the bad outlines", icon: category.icon }, verb: "Submit page",
    payload: () => page.payload(), snapshot: () => page.snapshot(), restore: (kept) => page.restore(kept),
    trace: () => page.strokes, confirm: () => verifyQuestion(page.marks.size, page.tiles.length),
    after: async (answer) => {
      const found = checksFound(answer.checks);
      if (found) host.toast(found);
    },
    close: () => page.close(),
  };
}

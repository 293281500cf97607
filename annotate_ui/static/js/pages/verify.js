/** The verify page: 64 outlines of one category; the bad ones are marked. */
import { el, svg } from "../core/dom.js";
import { pathOf } from "./grid/cut.js";
import { checksFound, counted, verifyQuestion } from "./grid/guards.js";
import { columnsFor } from "./grid/moves.js";
import { GridPage } from "./grid/page.js";
import { cap, keyList, section } from "./grid/parts.js";

/** Why an outline is bad; short: on the chip of the marked list. */
const REASONS = [
  { id: "coarse", text: "Coarse outline", short: "Coarse" },
  { id: "wrong", text: "Wrong category", short: "Wrong category" },
  { id: "two", text: "Two in one outline", short: "Two in one" },
  { id: "part", text: "Part missing", short: "Part missing" },
  { id: "edge", text: "Misses the edge", short: "Misses edge" },
];
const WORDS = { stage: "verify", group: "Outlines", mark: "Bad", x: "Mark bad, or undo", why: "Why is it bad?", note: "optional, again to clear",
  flickers: true, headers: true, choices: REASONS };
const COLUMNS = 8;
const short = (reason) => REASONS.find(({ id }) => id === reason)?.short ?? "";

class Verify extends GridPage {
  constructor(host) {
    const { tiles, category } = host.task.work;
    super(host, tiles.length, COLUMNS,
      { ...WORDS, label: `${counted(tiles.length, "outline")}${category ? ` of ${category.name}` : ""}; checked means bad` });
    this.tiles = [...tiles].sort((a, b) => a.position - b.position);
    /** @type {Map<number, number>} position -> tile */
    this.index = new Map(this.tiles.map((tile, i) => [tile.position, i]));
    this.paths = new Map();
    this.side();
    this.panel();
    this.build();
    this.outline(true);
    this.list();
  }

  addKeys() {
    const add = super.addKeys();
    add("outline", ["m"], "Outline on, off", () => this.outline(!this.outlined));
  }

  side() {
    const { keys, side } = this.host;
    const what = this.work.category?.name ?? "";
    this.total = el("p", { class: "total num" });
    this.chips = el("ul", { class: "chips" });
    side.append(
      section(null, null, el("p", { class: "lead", text: `Mark every ${what} outline that is wrong.`.replace("  ", " ") }),
        el("p", { class: "more", text: "A few pixels off is fine. Wrong means that a part is missing, something else is "
          + "inside, or the shape is only roughly followed." })),
      section("Marked bad", null, this.total, this.chips), this.bar.node,
      keyList([["Mark bad, or undo", [keys.cap("verify.mark")]], ["Move", ["←", "↑", "↓", "→"].map(cap)],
        ["Jump to row", [cap("⇧1"), "–", cap("⇧8")]], ["Outline on, off", [keys.cap("verify.outline")]],
        ["See it large", [keys.cap("verify.zoom")]]]));
  }

  /** The tile in hand at three times its size, and why it is bad. */
  panel() {
    const { keys, panel } = this.host;
    const choice = (text, on, ...more) => el("button", { class: "seg", type: "button", on: { click: () => this.outline(on && !(this.host.coarse && this.outlined)) } }, text, more);
    this.sides = [choice("Outline", true, keys.cap("verify.outline")), choice("Photo only", false)];
    this.scale = el("span", { class: "num" });
    this.size = el("span", { class: "num" });
    panel.append(el("section", { class: "section large" },
      el("div", { class: this.work.category ? "viewhead" : "viewhead mixed" }, this.title, this.enlarge,
        el("div", { class: "choice", role: "group", "aria-label": "What the large view shows" }, this.sides)),
      this.view.node, el("div", { class: "units" }, this.scale, this.size)), this.reasons.node);
  }

  /** Eight columns for a full page, fewer where a tile would be too small; four to two for a finger. */
  fit(width, height) {
    const [least, most] = width > 480 || !this.host.coarse ? [56, COLUMNS] : [80, 4];
    const room = Math.max(2, Math.min(most, Math.floor((width - 24) / least)));
    const short = width > 480 && this.count <= 6 * COLUMNS;
    this.arrange(short ? Math.min(room, columnsFor(this.count, COLUMNS, width - 40, height - 24)) : room);
    if (this.grid) this.list();
  }

  reasonOf(i) { return this.marks.reason(this.tiles[i].position); }

  name(i) {
    return [this.titled(i), short(this.reasonOf(i)).toLowerCase()].filter(Boolean).join(", ");
  }

  /** The picture of a tile and the outline over it. @returns {Node[]} */
  face(i) {
    const tile = this.tiles[i];
    if (!this.paths.has(i)) this.paths.set(i, pathOf(tile.mask, tile.crop));
    const [, , w, h] = tile.crop;
    const d = this.paths.get(i);
    const line = (name) => svg("path", { class: name, d, "vector-effect": "non-scaling-stroke" });
    const rest = svg("path", { class: "rest", d: `M0 0H${w}V${h}H0Z${d}` });
    return [this.sheets.face(tile, w, h), svg("svg", { class: "cut", viewBox: `0 0 ${w} ${h}`, "aria-hidden": "true" }, rest, line("under"), line("line"))];
  }

  /** Its place, and its category where a page has several. */
  titled(i) {
    const { category } = this.tiles[i];
    return [this.place(i), this.work.category ? "" : category?.name].filter(Boolean).join(" · ");
  }

  shown(i) {
    const { url, crop, position } = this.tiles[i];
    return { name: this.titled(i), face: () => this.face(i), url, width: crop[2], height: crop[3], bad: this.marks.has(position) };
  }

  inHand(i, how) {
    super.inHand(i, how);
    if (!this.grid) return;
    const [, , w, h] = this.tiles[i].crop;
    this.scale.textContent = `${this.view.scale} of the original photo`;
    this.size.textContent = `${Math.round(w)} × ${Math.round(h)} px`;
  }

  outline(on) {
    this.outlined = on;
    this.host.stage.classList.toggle("plain", !on);
    this.view.node.classList.toggle("plain", !on);
    this.sides.forEach((side, i) => side.setAttribute("aria-pressed", String((i === 0) === on)));
  }

  /** @param {number[]} list tiles */
  toggle(list) {
    if (this.host.preview) return;
    const places = list.length === 1 ? this.place(list[0]) : counted(list.length, "outline");
    const positions = list.map((i) => this.tiles[i].position);
    const bad = this.marks.toggle(positions, null, (marking) => (marking ? `Mark ${places} bad` : `Take the mark off ${places}`));
    this.looked.add(list);
    this.host.say(`${places} ${bad ? "marked bad" : "not marked"}, ${this.marks.size} in all`);
  }

  why(id) {
    const i = this.grid.at;
    const { position } = this.tiles[i];
    const reason = this.reasonOf(i) === id ? null : id;
    if (!this.host.preview) this.marks.change(`Mark ${this.place(i)} bad`, [[position, reason]]);
    this.reasons.show(this.reasonOf(i));
    this.host.say(`${this.place(i)} marked bad: ${short(reason).toLowerCase() || "no reason"}`);
  }

  /** @param {number[]} positions whose marks have changed */
  marked(positions) {
    this.note(positions);
    for (const i of positions.map((position) => this.index.get(position))) {
      this.grid.check(i, this.marks.has(this.tiles[i].position));
      if (i === this.grid.at) this.inHand(i);
    }
    this.list();
  }

  /** The marked tiles at the side; each leads to its tile. */
  list() {
    const bad = this.payload().bad;
    this.total.replaceChildren(String(bad.length), el("span", { text: `of ${counted(this.count, "outline")}` }));
    this.chips.replaceChildren(...bad.map((position) => this.chip(this.index.get(position), this.marks.reason(position))));
  }

  chip(i, reason) {
    const words = [el("b", { text: this.place(i) }), short(reason) || null];
    return el("li", null, el("button", { class: "chip bad", type: "button", on: { click: () => this.grid.focus(i) } }, words));
  }

  payload() { return { bad: [...this.marks.map.keys()].sort((a, b) => a - b) }; }
}

export const styles = ["grid", "verify"];

/** @param {object} host @returns {Promise<object>} the page */
export async function open(host) {
  const page = new Verify(host);
  return {
    title: { text: "Find the bad outlines", icon: page.work.category?.icon }, verb: "Submit page",
    payload: () => page.payload(), snapshot: () => page.snapshot(), restore: (kept) => page.restore(kept),
    trace: () => page.strokes, confirm: () => verifyQuestion(page.marks.size, page.count),
    after: async (answer) => {
      const found = checksFound(answer.checks);
      if (found) host.toast(found);
    },
    close: () => page.close(),
  };
}

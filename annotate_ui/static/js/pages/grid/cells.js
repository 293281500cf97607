/**
 * A grid of tiles to check: role=grid, one tab stop, arrows, Home, End, row jumps, ranges with Shift, a long press.
 * The tile "in hand" is the last one that was focused or previewed; keys act on it, and the panel shows it.
 *
 * @typedef {object} Options
 * @property {number} count how many tiles
 * @property {number} columns
 * @property {string} label what the grid is, for screen readers
 * @property {boolean} [headers] letters above and numbers beside the tiles
 * @property {(i: number) => Node[]} face what a tile shows; made when the tile comes near the view
 * @property {(i: number) => string} name the tile's name
 * @property {(tiles: number[]) => void} toggle
 * @property {(i: number, how: "focus"|"hover"|"set") => void} look a tile came in hand
 * @property {(i: number) => void} zoom
 * @property {() => void} enter
 * @property {(i: number) => void} [away] the focus leads to a tile that is not on this page of a phone
 * @property {() => boolean} [letters] whether single keys may act
 */
import { el, icon } from "../../core/dom.js";
import { jumped, letter, moved, range } from "./moves.js";

const HOVER_MS = 150;
const PRESS_MS = 450;
/** A finger that slips farther than this is scrolling, px. */
const SLIP = 10;

export class Grid {
  /** @param {HTMLElement} parent @param {Options} options */
  constructor(parent, options) {
    this.options = options;
    this.columns = options.columns;
    this.from = 0;
    this.to = options.count;
    this.at = 0;
    this.anchor = 0;
    this.end = 0;
    /** Further controls in a tile's cell. @type {Map<number, HTMLElement>} */
    this.beside = new Map();
    this.node = el("div", { class: "tiles", role: "grid", "aria-label": options.label, "aria-multiselectable": "true" });
    this.tiles = Array.from({ length: options.count }, (_, i) => this.tile(i));
    this.seer = new IntersectionObserver((seen) => this.fill(seen), { root: parent, rootMargin: "240px" });
    this.listen();
    this.layout(options.columns);
    this.hand(0, "set");
    parent.append(this.node);
  }

  /** @param {number} i @returns {HTMLElement} */
  tile(i) {
    const badge = el("span", { class: "badge", "aria-hidden": "true" }, icon("close"));
    return el("button", { class: "tile", type: "button", role: "checkbox", "aria-checked": "false", tabindex: -1,
      "data-i": i, "aria-label": this.options.name(i) }, badge);
  }

  /** Puts the tiles in rows again, after the width or the phone's page has changed. */
  layout(columns, from = this.from, to = this.to) {
    [this.columns, this.from, this.to] = [columns, from, to];
    const held = this.node.contains(document.activeElement);
    this.node.style.setProperty("--columns", String(columns));
    const high = Math.ceil((to - from) / columns);
    this.node.style.setProperty("--rows", String(high));
    this.node.style.setProperty("--fit", String(Math.min(8, high)));
    this.node.setAttribute("aria-colcount", String(columns));
    this.node.setAttribute("aria-rowcount", String(high));
    const rows = [];
    for (let start = from; start < to; start += columns) rows.push(this.row(start, Math.min(start + columns, to)));
    this.node.replaceChildren(...(this.options.headers ? [this.head()] : []), ...rows);
    for (const tile of this.tiles.slice(from, to)) if (!tile.dataset.full) this.seer.observe(tile);
    for (const i of range(from, to - 1)) this.rename(i);
    if (held) this.tiles[this.at].focus({ preventScroll: true });
  }

  head() {
    const names = range(0, this.columns - 1).map((i) => el("span", { class: "ax", role: "columnheader", text: letter(i) }));
    return el("div", { role: "row", class: "tilerow" }, el("span", { class: "ax", role: "columnheader" }, el("span", { class: "unseen", text: "Row" })), names);
  }

  row(start, end) {
    const number = (start - this.from) / this.columns + 1;
    const cell = (i) => el("div", { role: "gridcell", class: "cell" }, this.tiles[i], this.beside.get(i) ?? null);
    const cells = range(start, end - 1).map(cell);
    const first = this.options.headers ? el("span", { class: "ax", role: "rowheader", text: String(number) }) : null;
    return el("div", { role: "row", class: "tilerow", "aria-rowindex": number }, first, cells);
  }

  /** Draws the tiles that have come near the view. @param {IntersectionObserverEntry[]} seen */
  fill(seen) {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting || target.dataset.full) continue;
      target.dataset.full = "1";
      target.prepend(...this.options.face(Number(target.dataset.i)));
      this.seer.unobserve(target);
    }
  }

  /** @param {number} i @param {boolean|"mixed"|"true"|"false"} checked */
  check(i, checked) {
    this.tiles[i].setAttribute("aria-checked", String(checked));
    this.rename(i);
  }

  rename(i) { this.tiles[i].setAttribute("aria-label", this.options.name(i)); }

  /** Takes a tile in hand without moving the focus, unless the focus is in the grid. */
  hand(i, how) {
    this.tiles[this.at].tabIndex = -1;
    this.tiles[this.at].classList.remove("at");
    this.at = i;
    this.tiles[i].tabIndex = 0;
    this.tiles[i].classList.add("at");
    if (how === "hover" && this.node.contains(document.activeElement)) this.tiles[i].focus({ preventScroll: true });
    this.options.look(i, how);
  }

  /** @param {number} i @param {boolean} [extend] the range goes on to it @param {boolean} [still] nothing may scroll */
  focus(i, extend = false, still = false) {
    clearTimeout(this.hovering); // The pointer that came to rest just before is not what moves now.
    if (i < this.from || i >= this.to) this.options.away?.(i);
    if (!extend) this.anchor = i;
    this.reach(extend ? i : null);
    this.tiles[i].focus({ preventScroll: true });
    if (this.at !== i) this.hand(i, "focus");
    if (!still) this.tiles[i].scrollIntoView({ block: "nearest" });
  }

  /** Shows the range from the anchor to a tile; null: no range. */
  reach(i) {
    this.end = i ?? this.anchor;
    const inside = i === null ? [] : range(this.anchor, i);
    for (const [n, tile] of this.tiles.entries()) tile.classList.toggle("ranged", inside.length > 1 && inside.includes(n));
  }

  /** @returns {number[]} the tiles of the range, or the tile in hand */
  chosen() { return this.end === this.anchor || this.end !== this.at ? [this.at] : range(this.anchor, this.end); }

  /** What X does. */
  toggle() {
    const tiles = this.chosen();
    this.anchor = this.at;
    this.reach(null);
    this.options.toggle(tiles);
  }

  listen() {
    const on = (type, f) => this.node.addEventListener(type, f);
    on("click", (event) => this.click(event));
    on("keydown", (event) => this.key(event));
    on("focusin", (event) => this.focused(event));
    on("pointerover", (event) => this.hover(event));
    on("pointerleave", () => clearTimeout(this.hovering));
    on("pointerdown", (event) => this.down(event));
    for (const type of ["pointerup", "pointercancel"]) on(type, () => clearTimeout(this.pressing));
    on("pointermove", (event) => this.slip(event));
    on("contextmenu", (event) => event.pointerType === "touch" && event.preventDefault());
  }

  /** @returns {number} the tile under an event; -1: none */
  of(event) { return Number(event.target.closest?.(".tile")?.dataset.i ?? -1); }

  click(event) {
    const i = this.of(event);
    if (i < 0) return;
    event.preventDefault();
    if (this.pressed) return void (this.pressed = false);
    const tiles = event.shiftKey ? range(this.anchor, i) : [i];
    this.focus(i, false, true);
    this.options.toggle(tiles);
  }

  focused(event) {
    const i = this.of(event);
    if (i >= 0 && i !== this.at) this.hand(i, "focus");
    else if (i >= 0) this.options.look(i, "focus");
  }

  hover(event) {
    const i = this.of(event);
    clearTimeout(this.hovering);
    if (event.pointerType === "touch" || i < 0 || i === this.at || this.still(event)) return;
    this.hovering = setTimeout(() => this.hand(i, "hover"), HOVER_MS);
  }

  /** Whether the page moved under a pointer that did not. */
  still({ screenX, screenY }) {
    const same = this.last?.[0] === screenX && this.last?.[1] === screenY;
    this.last = [screenX, screenY];
    return same;
  }

  down(event) {
    const i = this.of(event);
    this.pressed = false;
    clearTimeout(this.pressing);
    if (event.pointerType === "mouse" || i < 0) return;
    this.start = [event.clientX, event.clientY];
    this.pressing = setTimeout(() => {
      this.pressed = true;
      this.hand(i, "focus");
      this.options.zoom(i);
    }, PRESS_MS);
  }

  slip({ clientX, clientY }) {
    if (this.start && Math.hypot(clientX - this.start[0], clientY - this.start[1]) > SLIP) clearTimeout(this.pressing);
  }

  /** A key on a tile. */
  key(event) {
    if (event.altKey || event.defaultPrevented) return;
    const to = this.jump(event);
    if (to !== null) this.focus(to);
    else if (event.key === " ") this.options.zoom(this.at);
    else if (event.key === "Enter") this.options.enter();
    else if (!this.step(event.key, event.shiftKey, event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
  }

  /** @param {string} key @param {boolean} extend @param {boolean} [ctrl] @returns {boolean} whether the key moves anything */
  step(key, extend, ctrl = false) {
    const to = moved(key, this.at, { columns: this.columns, count: this.tiles.length }, ctrl);
    if (to !== null) this.focus(to, extend);
    return to !== null;
  }

  /** Shift and a digit lead to a row. @returns {number|null} */
  jump({ shiftKey, code }) {
    const digit = shiftKey && /^Digit([1-9])$/.exec(code)?.[1];
    if (!digit || this.options.letters?.() === false) return null;
    return jumped(Number(digit), this.at, { columns: this.columns, count: this.tiles.length });
  }

  close() {
    this.seer.disconnect();
    clearTimeout(this.hovering);
    clearTimeout(this.pressing);
    this.node.remove();
  }
}

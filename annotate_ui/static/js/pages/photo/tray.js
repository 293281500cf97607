/**
 * The tray under the photo: a pip for each group, and the icons of the group that is asked now, each with its number key.
 * @module pages/photo/tray
 */
import { clear, el, icon } from "../../core/dom.js";
import { badge } from "./badge.js";
import { titled } from "./words.js";

/** Keys of the tiles, in order. */
export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** Tiles in a row at most. */
const ROW = 12;

export class Tray {
  /** @type {Map<number, HTMLElement>} */
  #tiles = new Map();

  /**
   * @param {import("./drops.js").Drops} drops
   * @param {{pick: (id: number) => void, go: (place: number) => void, drag: (tile: HTMLElement, category: object) => void,
   *   keys: object}} hands
   */
  constructor(drops, hands) {
    this.drops = drops;
    this.hands = hands;
    this.pips = drops.groups.map((group, i) => el("li", null, el("button", { class: "pip", type: "button",
      on: { click: () => hands.go(i) } }, el("span", { class: "name", text: titled(group.name) }), el("i"),
      el("span", { class: "unseen" }))));
    this.count = el("em", { class: "num" });
    this.caption = el("span");
    this.tiles = el("div", { class: "tiles", role: "group" });
    this.node = el("section", { class: "tray", "aria-label": "Icons" }, el("ol", { class: "pips" }, ...this.pips),
      el("p", { class: "tray-caption" }, this.caption, this.count), this.tiles);
  }

  /** Shows a group, or the last screen at `groups.length`. @param {number} place @param {Set<number>} seen */
  show(place, seen) {
    const { groups } = this.drops;
    const last = place === groups.length;
    this.pips.forEach((pip, i) => {
      const button = pip.firstChild;
      button.className = `pip${i === place ? " now" : seen.has(i) ? " seen" : ""}`;
      if (i === place) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      button.lastChild.textContent = i === place ? "" : seen.has(i) ? ", seen" : ", to come";
    });
    this.caption.textContent = last ? "Everything you found" : titled(groups[place].name);
    this.count.textContent = last ? "" : `${place + 1} of ${groups.length}`;
    const shown = last ? this.drops.list().map((drop) => drop.category) : groups[place].categories;
    this.#fill(shown, !last);
    this.tiles.setAttribute("aria-label", this.caption.textContent);
    this.tiles.style.setProperty("--n", String(Math.min(Math.max(shown.length, 8), ROW)));
    this.tiles.classList.toggle("many", shown.length > 8);
    this.tiles.classList.toggle("scrolls", shown.length > DIGITS.length);
    this.update(null);
  }

  /** Marks what has been dropped and what is in the hand. @param {number|null} held */
  update(held) {
    for (const [id, tile] of this.#tiles) {
      const done = Boolean(this.drops.of(id));
      tile.classList.toggle("done", done && id !== held);
      tile.classList.toggle("held", id === held);
      tile.setAttribute("aria-pressed", String(id === held));
      tile.querySelector(".unseen").textContent = done ? ", on the photo" : "";
    }
  }

  /** Sets the focus on a tile. @param {number} id */
  focus(id) { this.#tiles.get(id)?.focus(); }

  #fill(categories, numbered) {
    clear(this.tiles);
    this.#tiles.clear();
    categories.forEach((category, i) => this.tiles.append(this.#tile(category, numbered && i < DIGITS.length ? i : null)));
    if (!categories.length) this.tiles.append(el("p", { class: "nothing", text: "Nothing found. If that is right, send it; if not, go back to a group." }));
  }

  #tile(category, place) {
    const tile = el("button", { class: "tile", type: "button", on: { click: () => this.hands.pick(category.id) } },
      badge(category, 40), el("span", { class: "name", text: category.name }), el("span", { class: "unseen" }),
      el("b", null, icon("check", 12)), place === null ? null : this.hands.keys.cap(`label.tile${place}`));
    this.hands.drag(tile, category);
    this.#tiles.set(category.id, tile);
    return tile;
  }
}

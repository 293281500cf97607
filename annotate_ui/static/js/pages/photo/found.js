/**
 * The list beside the photo: what has been found, by group, with a cross to take each away.
 * @module pages/photo/found
 */
import { clear, el, icon } from "../../core/dom.js";
import { badge } from "./badge.js";
import { counted, titled } from "./words.js";

const WORDS = ["No group", "One group", "Two groups", "Three groups", "Four groups", "Five groups", "Six groups", "Seven groups",
  "Eight groups", "Nine groups", "Ten groups", "Eleven groups", "Twelve groups"];

export class FoundList {
  /**
   * @param {import("./drops.js").Drops} drops
   * @param {{show: (id: number) => void, remove: (id: number) => void}} hands
   */
  constructor(drops, hands) {
    this.drops = drops;
    this.hands = hands;
    this.node = el("div", { class: "found-list" });
  }

  /** @param {number} place the group that is asked now @param {Set<number>} seen */
  update(place, seen) {
    const groups = this.drops.groups.filter((group) => this.drops.inGroup(group.name).length);
    clear(this.node).append(...groups.map((group) => this.#section(group)), this.#rest(place, seen));
  }

  #section(group) {
    const found = this.drops.inGroup(group.name);
    return el("section", { class: "sec" },
      el("h3", { class: "lab" }, el("span", { text: titled(group.name) }),
        el("span", { class: "num", text: `${found.length} of ${group.categories.length}` })),
      el("ul", { class: "found" }, ...found.map((drop) => this.#row(drop.category))));
  }

  #row(category) {
    return el("li", null,
      el("button", { class: "row", type: "button", "aria-label": `${category.name}: show it on the photo`,
        on: { click: () => this.hands.show(category.id) } }, badge(category, 20), el("span", { text: category.name })),
      el("button", { class: "ib", type: "button", "aria-label": `Remove ${category.name}`,
        on: { click: () => this.hands.remove(category.id) } }, icon("close")));
  }

  #rest(place, seen) {
    const { groups } = this.drops;
    const open = groups.filter((_, i) => i !== place && !seen.has(i)).length;
    const many = WORDS[open] ?? counted(open, "group");
    const text = place === groups.length ? "" : open ? `${many} to go after this one.` : "This is the last group.";
    return el("p", { class: "sec rest", text, hidden: !text });
  }
}

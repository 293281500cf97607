/**
 * The field that finds a category by its first letters: a combobox. Enter takes the best one.
 * @module pages/photo/search
 */
import { clear, el, icon } from "../../core/dom.js";
import { badge } from "./badge.js";
import { matching } from "./match.js";

const MOST = 7;

export class Search {
  #found = [];
  #at = 0;

  /**
   * @param {import("./drops.js").Category[]} categories
   * @param {{pick: (id: number) => void, leave: () => void, keys: object, narrow: boolean}} hands
   */
  constructor(categories, hands) {
    this.categories = categories;
    this.hands = hands;
    this.field = el("input", { type: "text", class: "find", role: "combobox", placeholder: hands.narrow ? `All ${categories.length}` : `Search ${categories.length} categories`,
      "aria-label": `Search ${categories.length} categories`, "aria-expanded": "false", "aria-controls": "find-list",
      "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", enterkeyhint: "go", on: {
        input: () => this.#search(), keydown: (event) => this.#key(event), focus: () => this.#search(),
        blur: () => this.#close() } });
    this.list = el("ul", { class: "options", id: "find-list", role: "listbox", "aria-label": "Categories", hidden: true });
    this.node = el("div", { class: "search" }, icon("search"), this.field, hands.keys.cap("label.search"), this.list);
  }

  focus() { this.field.focus(); }

  #search() {
    const typed = this.field.value;
    this.#found = typed.trim() ? matching(typed, this.categories, MOST) : [];
    this.#at = 0;
    clear(this.list).append(...this.#found.map((category, i) => el("li", { role: "option", id: `find-${i}`,
      on: { pointerdown: (event) => { event.preventDefault(); this.#take(i); } } },
    badge(category, 20), el("span", { text: category.name }))));
    if (typed.trim() && !this.#found.length) this.list.append(el("li", { class: "none", role: "option", "aria-disabled": "true",
      text: `Nothing is called \u201c${typed.trim()}\u201d here` }));
    this.list.hidden = !typed.trim();
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.#point();
  }

  #point() {
    [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === this.#at && this.#found.length > 0)));
    if (this.#found.length) this.field.setAttribute("aria-activedescendant", `find-${this.#at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const n = this.#found.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && n) this.#at = (this.#at + step + n) % n;
    else if (event.key === "Enter" && n) this.#take(this.#at);
    else if (event.key === "Escape") this.#leave();
    else if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    this.#point();
  }

  #take(i) {
    const { id } = this.#found[i];
    this.#leave();
    this.hands.pick(id);
  }

  #leave() {
    this.field.value = "";
    this.#close();
    this.hands.leave();
  }

  #close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

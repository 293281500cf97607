/** The float that opens a stack of near duplicates: its photos side by side, each to be marked by itself. */
import { clear, el, icon } from "../../core/dom.js";
import { counted } from "./guards.js";

export class Duplicates {
  /**
   * @param {HTMLElement} parent
   * @param {{face: (item: object) => Node, marked: (id: number) => boolean, toggle: (id: number) => void,
   *     keepFirst: (items: object[]) => void, closed: () => void}} options
   */
  constructor(parent, options) {
    this.options = options;
    this.title = el("b", { class: "name", id: "duplicates-title" });
    this.row = el("div", { class: "members" });
    const keep = el("button", { class: "btn soft", type: "button", text: "Keep the first", on: { click: () => options.keepFirst(this.items) } });
    const shut = el("button", { class: "btn soft", type: "button", text: "Close", on: { click: () => this.close() } });
    this.node = el("div", { class: "duplicates float", role: "dialog", "aria-labelledby": "duplicates-title", hidden: true },
      el("div", { class: "row" }, this.title, el("span", { class: "grow" }), keep, shut), this.row);
    this.node.addEventListener("keydown", (event) => this.key(event));
    parent.append(this.node);
  }

  get open() { return !this.node.hidden; }

  /** @param {Array<{id: number}>} items @param {string} place the stack's name @param {DOMRect} tile where it is on the screen */
  show(items, place, tile) {
    this.items = items;
    this.title.textContent = `${place}: ${counted(items.length, "near duplicate")}`;
    this.buttons = items.map((item, i) => el("button", { class: "tile member", type: "button", role: "checkbox",
      "aria-label": `Photo ${i + 1} of ${items.length}`, on: { click: () => this.options.toggle(item.id) } },
    this.options.face(item), el("span", { class: "badge", "aria-hidden": "true" }, icon("close"))));
    clear(this.row).append(...this.buttons);
    this.node.hidden = false;
    this.refresh();
    this.stand(tile);
    this.buttons[0].focus();
  }

  /** Beside the tile, inside the stage, below it where there is room. */
  stand(tile) {
    const stage = this.node.parentElement.getBoundingClientRect();
    const { width, height } = this.node.getBoundingClientRect();
    const left = Math.max(8, Math.min(tile.left - stage.left, stage.width - width - 8));
    const below = tile.bottom - stage.top + 10;
    const top = below + height < stage.height ? below : Math.max(8, tile.top - stage.top - height - 10);
    this.node.style.left = `${left}px`;
    this.node.style.top = `${top}px`;
  }

  refresh() {
    if (!this.open) return;
    this.items.forEach(({ id }, i) => this.buttons[i].setAttribute("aria-checked", String(this.options.marked(id))));
  }

  key(event) {
    const i = this.buttons.indexOf(document.activeElement);
    if (event.key === "Escape") this.close();
    else if (event.key === "x" && i >= 0) this.options.toggle(this.items[i].id);
    else if (event.key === "ArrowRight" && i >= 0) this.buttons[Math.min(i + 1, this.buttons.length - 1)].focus();
    else if (event.key === "ArrowLeft" && i >= 0) this.buttons[Math.max(i - 1, 0)].focus();
    else return;
    event.preventDefault();
  }

  close() {
    if (!this.open) return;
    this.node.hidden = true;
    this.options.closed();
  }
}

/**
 * A tile seen large: in the panel, and in a float over the grid that Space or a long press opens. The float flickers
 * between the outline and the bare photo, once a second (three flashes a second is the limit), never under reduced motion.
 *
 * @typedef {object} Shown
 * @property {string} name of the tile
 * @property {() => Node[]} face the small picture, there at once
 * @property {string} url the large picture
 * @property {number} width px of the original photo
 * @property {number} height
 * @property {boolean} bad whether it is marked
 */
import { el } from "../../core/dom.js";

/** The outline is on for this long, then off for as long. */
const FLICKER_MS = 500;

/** One large picture: the tile's own at once, the sharp one over it when it comes. */
export class View {
  constructor() {
    this.sharp = el("img", { alt: "", decoding: "async" });
    this.sharp.addEventListener("load", () => { this.sharp.hidden = false; });
    this.under = el("span", { class: "under" });
    this.over = el("span", { class: "over" });
    this.node = el("div", { class: "view" }, this.under, this.sharp, this.over);
  }

  /** @param {Shown} shown */
  show({ face, url, name, width, height }) {
    const [picture, ...marks] = face();
    this.under.replaceChildren(picture);
    this.over.replaceChildren(...marks);
    this.sharp.hidden = true;
    this.sharp.alt = `${name}, large`;
    this.sharp.src = url;
    this.size = [width, height];
  }

  /** @returns {string} how large a pixel of the photo is shown */
  get scale() {
    const [width, height] = this.size;
    const scale = Math.min(this.node.clientWidth / width, this.node.clientHeight / height);
    return `${+scale.toFixed(scale < 10 ? 1 : 0)}×`;
  }
}

/** The float over the grid. The focus stays in the grid, so arrows and X go on working. */
export class Zoom {
  /**
   * @param {HTMLElement} parent
   * @param {{reduced: boolean, flickers: boolean, mark: string, toggle: () => void, closed?: (held: boolean) => void,
   *     caps: Node[]}} options mark: the word of its button; caps of its two keys; held: the focus was in it
   */
  constructor(parent, options) {
    this.options = options;
    this.view = new View();
    this.title = el("b", { class: "name" });
    this.mark = el("button", { class: "btn soft", type: "button", "aria-pressed": "false",
      on: { click: () => options.toggle() } }, options.mark, options.caps[0]);
    const shut = el("button", { class: "btn soft", type: "button", on: { click: () => this.close() } }, "Close", options.caps[1]);
    this.node = el("div", { class: "closeup float", role: "group", hidden: true },
      this.view.node, el("div", { class: "row" }, this.title, el("span", { class: "grow" }), this.mark, shut));
    parent.append(this.node);
  }

  get open() { return !this.node.hidden; }

  /** @param {Shown} shown */
  show(shown) {
    this.node.hidden = false;
    this.node.setAttribute("aria-label", `${shown.name}, large`);
    this.title.textContent = shown.name;
    this.mark.setAttribute("aria-pressed", String(shown.bad));
    this.view.show(shown);
    this.node.classList.remove("bare");
    clearInterval(this.timer);
    if (!this.options.reduced && this.options.flickers) {
      this.timer = setInterval(() => this.node.classList.toggle("bare"), FLICKER_MS);
    }
  }

  close() {
    clearInterval(this.timer);
    if (!this.open) return;
    const held = this.node.contains(document.activeElement);
    this.node.hidden = true;
    this.options.closed?.(held);
  }
}

/**
 * The pins of the label page: for each drop a disc on a stem whose foot is the exact point, its name, and a cross to take it
 * away.
 * @module pages/photo/pins
 */
import { el, icon } from "../../core/dom.js";
import { badge } from "./badge.js";
import { Mark } from "./mark.js";

/** A pin hangs down when there is no room above its point, CSS px. */
const HEIGHT = 70;
const WIDTH = 150;

export class Pins {
  /** @type {Map<number, Mark>} */
  #marks = new Map();

  /**
   * @param {import("../../core/photo.js").Photo} photo @param {import("./drops.js").Drops} drops
   * @param {{press: (id: number) => void, move: (id: number, at: [number, number]) => void, remove: (id: number) => void,
   *   fixed: boolean}} hands
   */
  constructor(photo, drops, hands) {
    Object.assign(this, { photo, drops, hands });
    photo.on("view", () => this.#marks.forEach((mark) => this.#turn(mark)));
  }

  /** Shows the drops as they are. @param {number|null} held what is in the hand */
  update(held) {
    const there = new Set(this.drops.list().map((drop) => drop.category.id));
    for (const [id, mark] of this.#marks) {
      if (there.has(id)) continue;
      mark.close();
      this.#marks.delete(id);
    }
    for (const { category, at } of this.drops.list()) {
      const mark = this.#marks.get(category.id) ?? this.#made(category, at);
      mark.to(at);
      mark.lift(category.id === held);
      this.#turn(mark);
    }
  }

  /** Shows where a pin is: the view comes to it, and the focus. @param {number} id */
  find(id) {
    const mark = this.#marks.get(id);
    this.photo.show(mark.at);
    mark.button.focus({ preventScroll: true });
  }

  #made(category, at) {
    const { id, name } = category;
    const how = { kind: "drop", label: `${name}: press to move it, Delete to remove it`, fixed: this.hands.fixed,
      press: () => this.hands.press(id), move: (to) => this.hands.move(id, to), remove: () => this.hands.remove(id) };
    const mark = new Mark(this.photo, at, how, badge(category, 24));
    mark.node.dataset.category = String(id);
    mark.node.prepend(el("i", { class: "stem" }), el("i", { class: "foot-dot" }));
    mark.node.append(el("span", { class: "nm" }, el("span", { text: name }), this.hands.fixed ? null
      : el("button", { class: "x", type: "button", "aria-label": `Remove ${name} from the photo`,
        on: { click: () => this.hands.remove(id) } }, icon("close", 12))));
    this.#marks.set(id, mark);
    return mark;
  }

  #turn(mark) {
    const [x, y] = this.photo.toScreen(mark.at);
    mark.node.classList.toggle("down", y < HEIGHT);
    mark.node.classList.toggle("left", x > this.photo.view.stage[0] - WIDTH);
  }
}

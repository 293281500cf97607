/**
 * The crosses of the spot page: numbered white discs, each on its exact point.
 * @module pages/photo/numbered
 */
import { el } from "../../core/dom.js";
import { Mark } from "./mark.js";

export class Numbered {
  /** @type {Map<number, Mark>} by key of the cross */
  #marks = new Map();

  /**
   * @param {import("../../core/photo.js").Photo} photo @param {import("./crosses.js").Crosses} crosses
   * @param {{press: (key: number) => void, move: (key: number, at: [number, number]) => void, remove: (key: number) => void,
   *   act: () => string, fixed: boolean}} hands act: what a press does now, for screen readers
   */
  constructor(photo, crosses, hands) { Object.assign(this, { photo, crosses, hands }); }

  /** Shows the crosses as they are. @param {number|null} held key of the one in the hand */
  update(held) {
    const near = new Set(this.crosses.close().flat());
    for (const [key, mark] of this.#marks) {
      if (this.crosses.of(key)) continue;
      mark.close();
      this.#marks.delete(key);
    }
    this.crosses.list.forEach(({ key, at }, i) => {
      const mark = this.#marks.get(key) ?? this.#made(key, at);
      mark.to(at);
      mark.lift(key === held);
      mark.button.firstChild.textContent = String(i + 1);
      mark.name(`Cross ${i + 1}: press to ${this.hands.act()}, Delete removes it`);
      mark.node.classList.toggle("near", near.has(i + 1));
    });
    this.#line();
  }

  /** Tab goes from number to number, also after undo has brought one back. */
  #line() {
    const nodes = this.crosses.list.map(({ key }) => this.#marks.get(key).node);
    const late = nodes.findIndex((node, i) => i && node.compareDocumentPosition(nodes[i - 1]) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (late > 0) this.photo.pins.append(...nodes);
  }

  #made(key, at) {
    const how = { kind: "numbered", label: "", fixed: this.hands.fixed, press: () => this.hands.press(key),
      move: (to) => this.hands.move(key, to), remove: () => this.hands.remove(key) };
    const mark = new Mark(this.photo, at, how, el("span", { class: "num" }));
    this.#marks.set(key, mark);
    return mark;
  }
}

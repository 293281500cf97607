/** Pieces of the side and the panel that both grid pages use: sections, the list of keys, rows looked at, reasons. */
import { clear, el } from "../../core/dom.js";

/**
 * @param {string|null} label
 * @param {Node|null} value at the label's right
 * @param {...Node} children
 * @returns {HTMLElement}
 */
export function section(label, value, ...children) {
  const head = label && el("div", { class: "label" }, el("span", { text: label }), value);
  return el("section", { class: "section" }, head, children);
}

/**
 * @param {Array<[string, Node[]]>} rows what a key does, and its caps
 * @returns {HTMLElement}
 */
export function keyList(rows) {
  const line = ([text, caps]) => el("li", null, el("span", { text }), el("span", { class: "caps" }, caps));
  return section("Keys", null, el("ul", { class: "keylist" }, rows.map(line)));
}

/** @param {string} text @returns {HTMLElement} a cap of a key that can't be remapped */
export const cap = (text) => el("kbd", { text, "aria-hidden": "true" });

/** The rows looked at, as a bar of as many parts. */
export class RowBar {
  constructor() {
    this.value = el("span", { class: "num" });
    this.bar = el("div", { class: "rowbar", "aria-hidden": "true" });
    this.node = section("Rows looked at", this.value, this.bar);
  }

  /** @param {boolean[]} rows */
  show(rows) {
    this.value.textContent = `${rows.filter(Boolean).length} of ${rows.length}`;
    clear(this.bar).append(...rows.map((row) => el("i", { class: row ? "done" : "" })));
  }
}

/**
 * A choice of one reason, with its digit printed beside it.
 *
 * @typedef {{id: string, text: string, short: string}} Choice
 */
export class Reasons {
  /**
   * @param {{title: string, note?: string, choices: Choice[], cap: (i: number) => Node, choose: (id: string) => void}} options
   */
  constructor({ title, note, choices, cap: capOf, choose }) {
    const group = `reasons-${Reasons.made += 1}`;
    this.inputs = choices.map(({ id }) => el("input", { type: "radio", name: group, value: id, on: { click: () => choose(id) } }));
    const line = ({ text }, i) => el("label", { class: "reason" }, this.inputs[i], el("span", { text }), capOf(i));
    this.node = el("fieldset", { class: "section reasons" },
      el("legend", { class: "label" }, el("span", { text: title }), note ? el("span", { class: "note", text: note }) : null),
      choices.map(line));
  }

  /** @param {string|null|undefined} reason */
  show(reason) {
    for (const input of this.inputs) input.checked = input.value === reason;
  }
}
Reasons.made = 0;

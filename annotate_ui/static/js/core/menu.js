/**
 * The skip menu: why the worker passes this task by. S opens it, a digit picks.
 * @module core/menu
 */
import { el } from "./dom.js";

/** The words of the worker API, and what the worker reads. */
export const REASONS = [
  ["cannot_tell", "I can't tell"], ["too_small", "Too small or unclear"], ["not_loading", "The photo is broken"],
  ["offensive", "I do not want to see this"], ["skip", "Another reason"],
];

/**
 * Opens a menu above a button.
 * @param {HTMLElement} button @param {{text: string, run: () => void}[]} items
 * @returns {() => void} closes it
 */
export function openMenu(button, items) {
  const close = (focus = true) => {
    node.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus) button.focus({ preventScroll: true });
  };
  const outside = (event) => { if (!node.contains(event.target) && !button.contains(event.target)) close(false); };
  const run = (item) => { close(false); item.run(); };
  const rows = items.map((item, i) => el("button", { class: "item", type: "button", role: "menuitem", tabIndex: -1,
    on: { click: () => run(item) } }, el("span", { text: item.text }), i < 9 ? el("kbd", { text: String(i + 1) }) : null));
  const typed = (event) => {
    const at = rows.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const digit = Number(event.key);
    event.stopPropagation();
    if (step) rows[(at + step + rows.length) % rows.length].focus();
    else if (event.key === "Home") rows[0].focus();
    else if (event.key === "End") rows.at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab" || event.key.toLowerCase() === "s") close();
    else if (digit >= 1 && digit <= items.length) run(items[digit - 1]);
    else return;
    event.preventDefault();
  };
  const node = el("div", { class: "menu float", role: "menu", "aria-label": "Skip because", on: { keydown: typed } }, ...rows);
  const box = button.getBoundingClientRect();
  node.style.left = `${Math.max(8, box.left)}px`;
  node.style.bottom = `${innerHeight - box.top + 8}px`;
  document.getElementById("main").append(node); // Within a landmark, where screen readers look.
  button.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  rows[0].focus();
  return close;
}

/**
 * Names of key combinations: "x", "Shift+z", "Ctrl+Enter", "?", "Space". Ctrl stands for Command on a Mac as well.
 * @module core/combos
 */

const NAMED = { " ": "Space", Esc: "Escape", Del: "Delete" };
const CAPS = {
  Enter: "↵", Escape: "Esc", Backspace: "⌫", Delete: "Del", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←",
  ArrowRight: "→", Shift: "⇧", "-": "−",
};

/**
 * The combination of a keyboard event.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean}} event
 * @returns {string}
 */
export function comboOf(event) {
  const raw = NAMED[event.key] ?? event.key;
  const letter = raw.length === 1 && raw.toLowerCase() !== raw.toUpperCase();
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && (letter || raw.length > 1) && raw !== "Shift") parts.push("Shift");
  return [...parts, letter ? raw.toLowerCase() : raw].join("+");
}

/** One spelling for each: "ctrl+shift+Z" is "Ctrl+Shift+z". @param {string} text @returns {string} */
export function combo(text) {
  const parts = text === "+" ? ["+"] : text.replace(/\+\+$/, "+plus").split("+").map((p) => (p === "plus" ? "+" : p));
  const key = parts.pop();
  const held = parts.map((p) => p.toLowerCase());
  const order = ["Ctrl", "Alt", "Shift"].filter((p) => held.includes(p.toLowerCase()));
  return [...order, key.length === 1 ? key.toLowerCase() : key].join("+");
}

/** Whether it is one printable character, with or without Shift (WCAG 2.1.4). @param {string} name */
export const isCharacter = (name) => name.replace(/^Shift\+(?=.)/, "").length === 1;

/** How a cap prints it: "⇧Z", "Ctrl ↵". @param {string} name @returns {string} */
export function printed(name) {
  const parts = name === "+" ? ["+"] : name.replace(/\+\+$/, "+plus").split("+").map((p) => (p === "plus" ? "+" : p));
  const key = parts.pop();
  const cap = CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return parts.map((p) => (p === "Shift" ? "⇧" : `${p} `)).join("") + cap;
}

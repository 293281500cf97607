/**
 * A toolbar in the rail: tools with an icon and their key; one of them is in hand. On a phone it is a row with words.
 * @module core/rail
 */
import { el, icon } from "./dom.js";

/**
 * @typedef {object} Tool
 * @property {string} id also the id of its key
 * @property {string} icon
 * @property {string} text full name: "Follow edge (L)" has the key added by itself
 * @property {string} [short] the word below it on a phone
 * @property {string} [key] combination
 * @property {string} [cap] id of the key to print, where the key is somebody else's
 * @property {() => void} run
 * @property {boolean} [mode] it can be in hand (pressed); default true
 * @property {() => boolean} [when] for the key
 */

/**
 * Fills a rail.
 * @param {HTMLElement} home host.rail @param {object} keys host.keys @param {Tool[][]} groups
 * @returns {{select: (id: string|null) => void, able: (id: string, able: boolean, reason?: string) => void,
 *   node: (id: string) => HTMLElement}}
 */
export function rail(home, keys, groups) {
  const nodes = new Map();
  const press = (tool) => { if (nodes.get(tool.id).getAttribute("aria-disabled") !== "true") tool.run(); };
  for (const [i, group] of groups.entries()) {
    if (i) home.append(el("hr"));
    for (const tool of group) {
      if (tool.key) keys.add({ id: tool.id, keys: [tool.key], text: tool.text, group: "Tools", when: tool.when, run: () => press(tool) });
      const node = el("button", { class: "tool", type: "button", "aria-label": tool.text, title: tool.text,
        "aria-keyshortcuts": tool.key ?? null, "aria-pressed": tool.mode === false ? null : "false",
        tabIndex: nodes.size ? -1 : 0, "data-tool": tool.id, on: { click: () => press(tool) } },
      icon(tool.icon, 18), el("span", { class: "name", text: tool.short ?? tool.text }), tool.key || tool.cap ? keys.cap(tool.cap ?? tool.id, true) : null);
      nodes.set(tool.id, node);
      home.append(node);
    }
  }
  rove(home, [...nodes.values()]);
  if (nodes.has("undo")) ["undo", "redo"].forEach((id) => nodes.get(id).setAttribute("aria-disabled", "true"));
  return {
    node: (id) => nodes.get(id),
    select: (id) => nodes.forEach((node, own) => node.hasAttribute("aria-pressed") && node.setAttribute("aria-pressed", String(own === id))),
    able: (id, able, reason = "") => {
      const node = nodes.get(id);
      node.setAttribute("aria-disabled", String(!able));
      node.title = able ? node.getAttribute("aria-label") : reason || node.getAttribute("aria-label");
    },
  };
}

/** Arrow keys walk a toolbar; Tab enters and leaves it. @param {HTMLElement} home @param {HTMLElement[]} nodes */
export function rove(home, nodes) {
  home.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const at = nodes.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    nodes[at].tabIndex = -1;
    const next = nodes[(at + step + nodes.length) % nodes.length];
    next.tabIndex = 0;
    next.focus();
  };
}
